"""Policies out of what was played: how often a player chose what, at each information set of a game's tree, and how much that could be exploited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arena.record import Episode
from .exploitability import best_response, values
from .trees import Tree

__all__ = ["Exploited", "Played", "exploited", "played"]


class Played(NamedTuple):
    """What a player chose, decision by decision.

    Attributes:
        episode: of shape (decisions,): number of the episode.
        infoset: of shape (decisions,): number of the information set.
        choice: of shape (decisions,): number of the choice.
        other: decisions that stand nowhere in the tree.
    """

    episode: NDArray[np.int64]
    infoset: NDArray[np.int64]
    choice: NDArray[np.int64]
    other: int

    def policy(self, tree: Tree, weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Give the frequencies of the choices, uniform where the player never was.

        Args:
            tree: the game.
            weights: how often each episode counts; None for once.
        """
        shape = (len(tree.keys), int(tree.counts.max()))
        each = None if weights is None else weights[self.episode]
        counts = np.bincount(self.infoset * shape[1] + self.choice, weights=each, minlength=shape[0] * shape[1]).reshape(shape).astype(float)
        totals = counts.sum(axis=1, keepdims=True)
        return np.where(totals > 0, counts / np.where(totals > 0, totals, 1), tree.uniform())


class Exploited(NamedTuple):
    """How much a player's frequencies could be exploited, where it sits in every seat.

    Attributes:
        value: exploitability (:func:`.exploitability.exploitability`).
        low, high: 95 % percentile interval of a bootstrap over episodes.
        gains: per seat, what the best response earns more there than the player.
        decisions: how many decisions it rests on.
        seen: how many of the information sets the player was in.
        infosets: how many there are.
        other: decisions that stand nowhere in the tree.
    """

    value: float
    low: float
    high: float
    gains: tuple[float, ...]
    decisions: int
    seen: int
    infosets: int
    other: int


def played(tree: Tree, episodes: Iterable[Episode]) -> dict[str, Played]:
    """Collect what every player chose in episodes of one game, by the hash of the player.

    Args:
        tree: the game.
        episodes: what was played of it.
    """
    infosets = {key: number for number, key in enumerate(tree.keys)}
    rows: dict[str, list[tuple[int, int, int]]] = {}
    other: dict[str, int] = {}
    for number, episode in enumerate(episodes):
        for decision in episode.decisions:
            player = episode.seats[decision.seat].hash
            infoset = infosets.get((decision.seat, decision.key))
            if infoset is None or decision.choice not in tree.options[infoset]:
                other[player] = other.get(player, 0) + 1
            else:
                rows.setdefault(player, []).append((number, infoset, tree.options[infoset].index(decision.choice)))
    players = sorted({*rows, *other})
    columns: Mapping[str, NDArray[np.int64]] = {player: np.array(rows.get(player, []), np.int64).reshape(-1, 3) for player in players}
    return {player: Played(columns[player][:, 0], columns[player][:, 1], columns[player][:, 2], other.get(player, 0)) for player in players}


def exploited(tree: Tree, found: Played, *, resamples: int = 200, seed: int = 0) -> Exploited:
    """Measure how much a player's frequencies could be exploited.

    Few decisions overstate it: what was chosen once of two looks like a habit.

    Args:
        tree: the game.
        found: what the player chose.
        resamples: bootstrap draws of the interval.
        seed: of those draws.
    """

    def gains(policy: NDArray[np.float64]) -> NDArray[np.float64]:
        now = values(tree, policy)
        return np.array([best_response(tree, policy, seat).value - now[seat] for seat in range(tree.game.seats)])

    rng = np.random.default_rng(seed)
    episodes, numbers = np.unique(found.episode, return_inverse=True)
    again = found._replace(episode=numbers)
    draws = []
    for _ in range(resamples if len(episodes) > 1 else 0):
        weights = np.bincount(rng.integers(len(episodes), size=len(episodes)), minlength=len(episodes)).astype(float)
        draws.append(gains(again.policy(tree, weights)).sum() / tree.game.seats)
    own = gains(found.policy(tree))
    low, high = np.percentile(draws, [2.5, 97.5]) if draws else (np.nan, np.nan)
    return Exploited(
        float(own.sum() / tree.game.seats),
        float(low),
        float(high),
        tuple(own.tolist()),
        len(found.infoset),
        len(np.unique(found.infoset)),
        len(tree.keys),
        found.other,
    )
