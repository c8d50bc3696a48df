"""Game trees as flat arrays: what exact algorithms (:mod:`.cfr`, :mod:`.exploitability`) run on.

Nodes stand level by level, so that children stand after their parents and side by side. Seats that move at once come one after another, none of whom knows
what the others of the same move have chosen. Chance is the list of a game's deals; where it draws later, it is one more seat, after all others, that chooses
uniformly whatever the policy: its information sets are one for each number of ways.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import ParameterError
from ..games.actions import Move
from ..games.core import Game, NotSupported, State
from ..games.spaces import codec

__all__ = ["MOST_NODES", "Tree", "after", "tree_of"]

MOST_NODES = 2_000_000
"""Trees with more nodes are refused."""


@dataclass(frozen=True, eq=False)
class Tree:
    """A game as a tree.

    Attributes:
        game: the rules.
        roots: of shape (openings,): the probabilities of the first nodes, which come first.
        parent: of shape (nodes,): number of the parent; -1 for a root.
        seat: of shape (nodes,): who chooses; -1 where the game is over, the number of seats where chance does.
        infoset: of shape (nodes,): number of the information set; -1 where the game is over.
        first: of shape (nodes,): number of the first child.
        children: of shape (nodes,): how many children.
        payoffs: of shape (nodes, seats): returns where the game is over, else 0.
        keys: for each information set the seat and the key of what it knows.
        options: for each information set the choices.
        past: of shape (information sets,): how many choices of its own a seat has made before.
    """

    game: Game
    roots: NDArray[np.float64]
    parent: NDArray[np.int64]
    seat: NDArray[np.int64]
    infoset: NDArray[np.int64]
    first: NDArray[np.int64]
    children: NDArray[np.int64]
    payoffs: NDArray[np.float64]
    keys: tuple[tuple[int, str], ...]
    options: tuple[tuple[Any, ...], ...]
    past: NDArray[np.int64]

    @cached_property
    def owner(self) -> NDArray[np.int64]:
        """Of shape (information sets,): the seats."""
        return np.array([seat for seat, _ in self.keys], np.int64)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Of shape (information sets,): how many choices."""
        return np.array([len(options) for options in self.options], np.int64)

    def uniform(self) -> NDArray[np.float64]:
        """Give the policy that draws uniformly: shape (information sets, most choices), rows of sum one."""
        policy = np.arange(self.counts.max()) < self.counts[:, None]
        return policy / policy.sum(axis=1, keepdims=True)

    def policy(self, choose: Callable[[int, str, Sequence[Any]], Sequence[float]]) -> NDArray[np.float64]:
        """Write a policy as an array.

        Args:
            choose: gives the chances of the choices, by seat, key and choices.

        Raises:
            ParameterError: chances are negative or do not add up to one.
        """
        policy = self.uniform()
        for number, ((seat, key), options) in enumerate(zip(self.keys, self.options, strict=True)):
            if seat == self.game.seats:
                continue
            chances = np.asarray(choose(seat, key, options), float)
            if chances.shape != (len(options),) or (chances < 0).any() or abs(chances.sum() - 1) > 1e-9:
                raise ParameterError(f"a policy gave {chances.tolist()} for {list(options)}; it should be {len(options)} chances that add up to one")
            policy[number, : len(options)] = chances
        return policy

    def table(self, policy: NDArray[np.float64]) -> dict[tuple[int, str], Mapping[Any, float]]:
        """Read an array as chances of choices, by seat and key."""
        rows = zip(self.keys, self.options, policy.tolist(), strict=True)
        return {key: dict(zip(map(_hashable, options), row, strict=False)) for key, options, row in rows if key[0] < self.game.seats}


class _Node(NamedTuple):
    state: State
    waiting: tuple[int, ...]
    """Seats of the move under way that have still to choose."""
    chosen: tuple[tuple[int, Any], ...]
    parent: int
    past: tuple[int, ...]
    ways: tuple[State, ...] = ()
    """What chance may come to here, all alike likely, where it is its turn."""


def tree_of(game: Game, most: int = MOST_NODES) -> Tree:
    """Unfold a game.

    Args:
        game: one with deals that can be listed, and finitely many choices.
        most: how many nodes are too many.

    Raises:
        NotSupported: deals cannot be listed, or chance draws later what is no whole number.
        ParameterError: choices cannot be numbered, or there are too many nodes.
    """
    values = [codec(game.action_domain(seat)).values for seat in range(game.seats)]
    if None in values:
        raise ParameterError(f"{game.made_as}: player_{values.index(None)}'s choices cannot be numbered; a coarser grain would be right")
    numbers: dict[tuple[int, str], int] = {}
    options: list[tuple[Any, ...]] = []
    pasts: list[int] = []
    chances, level = [], []
    for chance, state in game.beginnings():
        chances.append(chance)
        level.append(_Node(state, state.to_move, (), -1, (0,) * game.seats))
    columns: list[tuple[int, int, int, int, int]] = []  # parent, seat, infoset, first child, children
    payoffs: list[list[float]] = []
    while level:
        below: list[_Node] = []
        start = len(columns) + len(level)
        for node in level:
            number, first = len(columns), start + len(below)
            if node.ways:
                key = (game.seats, f"chance of {len(node.ways)}")
                if key not in numbers:
                    numbers[key] = len(options)
                    options.append(tuple(range(len(node.ways))))
                    pasts.append(0)
                columns.append((node.parent, game.seats, numbers[key], first, len(node.ways)))
                payoffs.append([0.0] * game.seats)
                below += [_Node(state, state.to_move, (), number, node.past) for state in node.ways]
                continue
            if not node.waiting:
                columns.append((node.parent, -1, -1, first, 0))
                payoffs.append(list(node.state.returns))
                continue
            seat = node.waiting[0]
            key = (seat, node.state.key(seat))
            if key not in numbers:
                numbers[key] = len(options)
                domain = node.state.action_spec(seat).domain
                options.append(tuple(value for value in values[seat] or () if domain.check(value) is None))
                pasts.append(node.past[seat])
            infoset = numbers[key]
            if pasts[infoset] != node.past[seat]:
                raise ParameterError(f"{game.made_as}: player_{seat} forgets what it did; exact algorithms need perfect recall")
            past = tuple(count + (other == seat) for other, count in enumerate(node.past))
            columns.append((node.parent, seat, infoset, first, len(options[infoset])))
            payoffs.append([0.0] * game.seats)
            for value in options[infoset]:
                below.append(_after(node, seat, value, number, past))
            if len(columns) + len(below) > most:
                raise ParameterError(f"{game.made_as}: the tree has more than {most:,} nodes; smaller parameters would be right")
        level = below
    parent, seats, infosets, firsts, children = (np.array(column, np.int64) for column in zip(*columns, strict=True))
    return Tree(
        game=game,
        roots=np.array(chances),
        parent=parent,
        seat=seats,
        infoset=infosets,
        first=firsts,
        children=children,
        payoffs=np.array(payoffs),
        keys=tuple(numbers),
        options=tuple(options),
        past=np.array(pasts, np.int64),
    )


def _after(node: _Node, seat: int, value: Any, parent: int, past: tuple[int, ...]) -> _Node:
    chosen, waiting = (*node.chosen, (seat, value)), node.waiting[1:]
    if waiting:
        return _Node(node.state, waiting, chosen, parent, past)
    ways = after(node.state, {other: Move(choice) for other, choice in chosen})
    return _Node(ways[0], ways[0].to_move, (), parent, past) if len(ways) == 1 else _Node(node.state, (), (), parent, past, tuple(ways))


def after(state: State, moves: Mapping[int, Move]) -> list[State]:
    """List what a joint move can lead to, all alike likely: each number that chance draws is tried in all ways.

    Raises:
        NotSupported: chance draws something else than whole numbers below a bound.
    """
    found: list[tuple[int, State]] = []  # into how many ways a branch was split, and where it led
    scripts: list[tuple[int, ...]] = [()]
    while scripts:
        script = scripts.pop()
        twin, rng = state.clone(), _Scripted(script)
        twin.draw_from(rng)  # type: ignore[arg-type]  # it has the one method that may be used
        twin.play(moves)
        if len(rng.bounds) > len(script):
            # a number that the script does not hold yet was drawn: try them all
            scripts += [(*script, value) for value in reversed(range(rng.bounds[len(script)]))]
            continue
        found.append((math.prod(rng.bounds), twin))
    whole = math.lcm(*(split for split, _ in found))
    return [twin for split, twin in found for _ in range(whole // split)]


class _Scripted:
    """A generator that draws what it is told."""

    def __init__(self, script: tuple[int, ...]) -> None:
        self.script, self.bounds = script, list[int]()

    def integers(self, low: int, high: int | None = None) -> int:
        begin, bound = (0, low) if high is None else (low, high)
        self.bounds.append(bound - begin)
        place = len(self.bounds) - 1
        return begin + (self.script[place] if place < len(self.script) else 0)

    def __getattr__(self, name: str) -> Any:
        raise NotSupported(f"chance draws by {name!r} after the deal, which cannot be listed")


def _hashable(value: Any) -> Any:
    return tuple(sorted(value.items())) if isinstance(value, dict) else value
