"""The 144 strictly ordinal two-by-two games, generated.

**Rules in words.** Two players choose between two actions at once. Each player ranks the four outcomes 1 (worst) to 4 (best) without ties; the rank
is the payoff.

Of the 24 x 24 = 576 pairs of rankings, those that differ only in the order of rows or columns are the same game: 144 remain, or 78 when the two
players may be swapped as well. Each of the 144 has exactly one form in which each player's best outcome lies at the other player's first action. In
that form each player's ranking is one of 12, written as R, S, T, P: its payoffs when both take their first action, when it takes the first against
the second, the second against the first, and both the second. So a game is a pair of types (``row``, ``col``); equal types make the 12 symmetric
games, which name the types, and swapping the players swaps the two names. Types are numbered along a cycle in which neighbours differ by swapping two
neighbouring ranks.

| number | type | R, S, T, P | number | type | R, S, T, P |
|---|---|---|---|---|---|
| 1 | chicken | 3, 2, 4, 1 | 7 | stag_hunt | 4, 1, 3, 2 |
| 2 | battle | 2, 3, 4, 1 | 8 | assurance | 4, 1, 2, 3 |
| 3 | hero | 1, 3, 4, 2 | 9 | coordination | 4, 2, 1, 3 |
| 4 | compromise | 1, 2, 4, 3 | 10 | peace | 4, 3, 1, 2 |
| 5 | deadlock | 2, 1, 4, 3 | 11 | harmony | 4, 3, 2, 1 |
| 6 | prisoners_dilemma | 3, 1, 4, 2 | 12 | concord | 4, 2, 3, 1 |

**Parameters.** ``row`` and ``col``: types, by name or number; and those of every matrix game (:mod:`ludens.games.matrix.rules`), which also tells
actions, observation and events.

**Outcome.** Adds ``family`` (see :func:`family`).

**Sources.** Rapoport and Guyer, A taxonomy of 2 x 2 games, General Systems 11 (1966), for the count 78; Robinson and Goforth, The Topology of the 2 x
2 Games (2005), for 144 and the order of types; Bruns, Names for games: locating 2 x 2 games, Games 6 (2015), for naming a game by two symmetric ones.

**Versions.** v0: first.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...errors import ParameterError
from .rules import MatrixGame, Payoffs

__all__ = ["FAMILIES", "TYPES", "OrdinalGame", "Ranks", "Topology", "all_games", "canonical", "family", "outcomes", "pure_equilibria", "types"]

Ranks = tuple[int, int, int, int]
"""One player's ranking (R, S, T, P): payoffs at (own, other) actions (0, 0), (0, 1), (1, 0), (1, 1)."""

OrdinalGame = tuple[Ranks, Ranks]
"""Rankings of the row and of the column player, each from its own point of view."""

_NAMES = (
    "chicken",
    "battle",
    "hero",
    "compromise",
    "deadlock",
    "prisoners_dilemma",
    "stag_hunt",
    "assurance",
    "coordination",
    "peace",
    "harmony",
    "concord",
)


def types() -> dict[str, Ranks]:
    """Generate the twelve rankings whose 4 lies at the other player's first action, in the order of the cycle, by name.

    From one type the next is reached by swapping two neighbouring ranks: 1 with 2 and 2 with 3 by turns, and 3 with 4 where the best
    outcome passes between both taking their first actions and exploiting the other's (twice around the cycle).
    """
    chain: list[Ranks] = [(3, 2, 4, 1)]
    for low in (2, 1, 2, 1, 2, 3, 2, 1, 2, 1, 2):
        swap = {low: low + 1, low + 1: low}
        r, s, t, p = (swap.get(rank, rank) for rank in chain[-1])
        chain.append((r, s, t, p))
    return dict(zip(_NAMES, chain, strict=True))


TYPES = types()
"""The twelve types by name, numbered from 1 in this order."""


def all_games() -> Iterator[tuple[str, str, OrdinalGame]]:
    """Enumerate the 144 games: row type, column type, rankings."""
    for (row, own), (col, other) in itertools.product(TYPES.items(), TYPES.items()):
        yield row, col, (own, other)


def canonical(game: OrdinalGame) -> tuple[str, str]:
    """Find the types of any of the 576 strictly ordinal games.

    Args:
        game: any two permutations of 1, 2, 3, 4.

    Raises:
        ParameterError: a ranking is not a permutation of 1 to 4.
    """
    row, col = game
    for ranks in game:
        if sorted(ranks) != [1, 2, 3, 4]:
            raise ParameterError(f"ranking {ranks!r} should be a permutation of 1, 2, 3, 4")
    # a player's best outcome is brought to the other's first action by swapping the other's actions
    swap_col, swap_row = row.index(4) % 2 == 1, col.index(4) % 2 == 1
    return _name_of(_swapped(row, own=swap_row, other=swap_col)), _name_of(_swapped(col, own=swap_col, other=swap_row))


def _swapped(ranks: Ranks, *, own: bool, other: bool) -> Ranks:
    r, s, t, p = ranks
    if own:
        r, s, t, p = t, p, r, s
    if other:
        r, s, t, p = s, r, p, t
    return r, s, t, p


def _name_of(ranks: Ranks) -> str:
    return next(name for name, known in TYPES.items() if known == ranks)


def outcomes(game: OrdinalGame) -> dict[tuple[int, int], tuple[int, int]]:
    """Give both players' payoffs at each joint action (row's action, column's action)."""
    row, col = game
    return {(a, b): (row[2 * a + b], col[2 * b + a]) for a in (0, 1) for b in (0, 1)}


def pure_equilibria(game: OrdinalGame) -> list[tuple[int, int]]:
    """List the joint actions from which neither player gains by moving alone."""
    pay = outcomes(game)
    return [(a, b) for a, b in pay if pay[a, b][0] > pay[1 - a, b][0] and pay[a, b][1] > pay[a, 1 - b][1]]


FAMILIES = ("win_win", "biased", "second_best", "unfair", "dilemma", "tragic", "cyclic")
"""Families of the 144 games; see :func:`family`."""


def family(game: OrdinalGame) -> str:
    """Sort a game by what its pure equilibria pay.

    The first rule that fits decides:

    1. ``win_win``: some outcome is best for both (36 of the 144).
    2. ``cyclic``: there is no pure equilibrium (18).
    3. ``dilemma``: every pure equilibrium is worse for both than some other outcome (7; the prisoner's dilemma and its asymmetric kin).
    4. ``biased``: a pure equilibrium pays one player 4 and the other 3 (44).
    5. ``second_best``: a pure equilibrium pays both 3 (12).
    6. ``unfair``: a pure equilibrium pays one player 4 and the other 2 (19).
    7. ``tragic``: what is left: the only equilibrium pays 3 and 2 (8).
    """
    pay, equilibria = outcomes(game), pure_equilibria(game)
    paid = [tuple(sorted(pay[joint], reverse=True)) for joint in equilibria]
    if (4, 4) in pay.values():
        return "win_win"
    if not equilibria:
        return "cyclic"
    if all(any(one[0] > pay[joint][0] and one[1] > pay[joint][1] for one in pay.values()) for joint in equilibria):
        return "dilemma"
    for name, pair in (("biased", (4, 3)), ("second_best", (3, 3)), ("unfair", (4, 2))):
        if pair in paid:
            return name
    return "tragic"


@dataclass(frozen=True, kw_only=True)
class Topology(MatrixGame):
    """One of the 144 strictly ordinal two-by-two games.

    Attributes:
        row: type of player_0, by name or by number from 1 to 12; kept as the name.
        col: type of player_1, likewise.
    """

    row: str | int = "prisoners_dilemma"
    col: str | int = "prisoners_dilemma"

    def __post_init__(self) -> None:
        for name in ("row", "col"):
            value = getattr(self, name)
            if type(value) is int and 1 <= value <= len(_NAMES):
                object.__setattr__(self, name, _NAMES[value - 1])
            elif value not in TYPES:
                self.require(False, name, f"should be a number from 1 to {len(_NAMES)} or a type: {', '.join(_NAMES)}")
        super().__post_init__()

    @cached_property
    def ranks(self) -> OrdinalGame:
        """Both players' rankings."""
        return TYPES[str(self.row)], TYPES[str(self.col)]

    @cached_property
    def payoffs(self) -> Payoffs:
        pay = outcomes(self.ranks)
        return tuple(tuple(tuple(float(pay[a, b][seat]) for b in (0, 1)) for a in (0, 1)) for seat in (0, 1))

    @cached_property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        return ("A", "B"), ("A", "B")

    def extra_facts(self, history: Sequence[tuple[int, ...]]) -> dict[str, Any]:
        return {"family": family(self.ranks)}
