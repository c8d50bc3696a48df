"""PSRO over tabular policies, with exact best responses: for any game whose tree fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import ParameterError
from ..equilibria.meta import solve_meta
from ..exploitability import best_response, values
from ..trees import Tree

__all__ = ["Generation", "TreePSRO", "mixed_policy"]


class Generation(NamedTuple):
    """One turn of the loop.

    Attributes:
        sizes: how many policies each seat had.
        mixtures: what the meta-solver made of them, one mixture a seat.
        gains: what a best response gained, a seat; their sum is the mixture's NashConv in the whole game, exactly.
    """

    sizes: tuple[int, ...]
    mixtures: tuple[NDArray[np.float64], ...]
    gains: tuple[float, ...]

    @property
    def nash_conv(self) -> float:
        """The gains added up."""
        return sum(self.gains)


class TreePSRO:
    """A population of tabular policies for each seat.

    Args:
        tree: the game.
        meta: a name of ``equilibria.meta.META_SOLVERS``.
        start: the first policies of each seat, shape (information sets, most choices) each; None for uniform play.

    Attributes:
        policies: for each seat its policies; of each array the seat's own rows count.
        payoffs: shape (seats, policies of seat 0, ...).
        generations: what happened so far.
    """

    def __init__(self, tree: Tree, *, meta: str = "nash", start: Sequence[Sequence[NDArray[np.float64]]] | None = None) -> None:
        self.tree, self.meta = tree, meta
        self.policies = [list(own) for own in start] if start is not None else [[tree.uniform()] for _ in range(tree.game.seats)]
        if len(self.policies) != tree.game.seats or not all(self.policies):
            raise ParameterError(f"{[len(own) for own in self.policies]} policies were given; every one of {tree.game.seats} seats needs one at least")
        self.payoffs = np.full((tree.game.seats, *[0] * tree.game.seats), np.nan)
        self.generations: list[Generation] = []

    def run(self, generations: int, *, tolerance: float = 1e-9) -> bool:
        """Go on for so many generations, or until nobody gains more than ``tolerance``.

        Returns:
            Whether it has converged: the last mixtures are an equilibrium of the whole game (up to what is gained).
        """
        for _ in range(generations):
            if self.generations and max(self.generations[-1].gains) <= tolerance:
                break
            self._grow(tolerance)
        return bool(self.generations) and max(self.generations[-1].gains) <= tolerance

    def policy(self) -> NDArray[np.float64]:
        """Give the last mixtures as one policy, which plays as they do: shape (information sets, most choices)."""
        if not self.generations:
            raise ParameterError("nothing has been run yet")
        last = self.generations[-1]
        return self._behaviour([own[:size] for own, size in zip(self.policies, last.sizes, strict=True)], last.mixtures)

    def _grow(self, tolerance: float) -> None:
        self._fill()
        mixtures = solve_meta(self.payoffs, self.meta)
        policy = self._behaviour(self.policies, mixtures)
        now = values(self.tree, policy)
        found = [best_response(self.tree, policy, seat) for seat in range(len(self.policies))]
        gains = tuple(float(one.value - now[seat]) for seat, one in enumerate(found))
        self.generations.append(Generation(tuple(map(len, self.policies)), tuple(mixtures), gains))
        for own, one, gain in zip(self.policies, found, gains, strict=True):
            if gain > tolerance:
                own.append(one.policy)

    def _behaviour(self, policies: Sequence[Sequence[NDArray[np.float64]]], mixtures: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        policy = self.tree.uniform()
        for seat, (own, mixture) in enumerate(zip(policies, mixtures, strict=True)):
            mine = self.tree.owner == seat
            policy[mine] = mixed_policy(self.tree, own, mixture, seat)[mine]
        return policy

    def _fill(self) -> None:
        """Work out the payoffs that are not there yet."""
        sizes = tuple(map(len, self.policies))
        if self.payoffs.shape[1:] == sizes:
            return
        whole = np.full((len(sizes), *sizes), np.nan)
        whole[tuple(slice(size) for size in self.payoffs.shape)] = self.payoffs
        joint = self.tree.uniform()
        rows = [self.tree.owner == seat for seat in range(len(sizes))]
        for cell in np.ndindex(*sizes):
            if np.isnan(whole[(0, *cell)]):
                for mine, own, number in zip(rows, self.policies, cell, strict=True):
                    joint[mine] = own[number][mine]
                whole[(slice(None), *cell)] = values(self.tree, joint)
        self.payoffs = whole


def mixed_policy(tree: Tree, policies: Sequence[NDArray[np.float64]], mixture: NDArray[np.float64], seat: int) -> NDArray[np.float64]:
    """Make one policy that plays like drawing a policy at the start: at each information set, policies weigh by how likely they come there (Kuhn 1953).

    Args:
        tree: the game.
        policies: each of shape (information sets, most choices).
        mixture: how often each is drawn.
        seat: whose rows are wanted.

    Returns:
        Shape (information sets, most choices), uniform in the rows of other seats and where none of the policies comes.
    """
    total = np.zeros((len(tree.keys), int(tree.counts.max())))
    for policy, weight in zip(policies, mixture.tolist(), strict=True):
        if weight > 0:
            total += weight * _own_reach(tree, policy, seat)[:, None] * policy
    total[tree.owner != seat] = 0.0
    sums = total.sum(axis=1, keepdims=True)
    return np.where(sums > 0, total / np.where(sums > 0, sums, 1), tree.uniform())


def _own_reach(tree: Tree, policy: NDArray[np.float64], seat: int) -> NDArray[np.float64]:
    """Give a seat's own part in coming to each of its information sets: the same at all nodes of one, since nothing is forgotten."""
    # what led to each node: the parent's choice counts where the seat made it
    inner = tree.parent >= 0
    chance = np.ones(len(tree.seat))
    above = tree.parent[inner]
    mine = tree.seat[above] == seat
    step = policy[tree.infoset[above], np.flatnonzero(inner) - tree.first[above]]
    chance[inner] = np.where(mine, step, 1.0)
    start, stop = 0, len(tree.roots)
    while stop < len(tree.seat):
        start, stop = stop, stop + int(tree.children[start:stop].sum())
        chance[start:stop] *= chance[tree.parent[start:stop]]
    reach = np.zeros(len(tree.keys))
    own = tree.seat == seat
    reach[tree.infoset[own]] = chance[own]
    return reach
