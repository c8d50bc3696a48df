"""Many players and two choices: the minority game and the El Farol bar.

**Rules in words.**

- ``minority``: an odd number of players chooses between two sides; those on the side that fewer chose earn 1, the others nothing.
- ``el_farol``: each player goes to the bar or stays at home. Staying pays ``stay``; going pays ``enjoy`` when at most ``capacity`` players go, and
  ``crowded`` when more do.

**Parameters.** ``seats`` (3 to 15), ``capacity``, ``enjoy``, ``stay``, ``crowded``, and those of every matrix game
(:mod:`ludens.games.matrix.rules`), which also tells actions, observation and events. Both are played for 10 rounds unless told otherwise.

**Sources.** Arthur, Inductive reasoning and bounded rationality, American Economic Review 84 (1994); Challet and Zhang, Emergence of cooperation and
organization in an evolutionary game, Physica A 246 (1997).

**Versions.** v0: first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .rules import MatrixGame, Payoffs, nested
from .text import number, scaled_text

__all__ = ["ElFarol", "Minority"]


@dataclass(frozen=True, kw_only=True)
class Minority(MatrixGame):
    """The side that fewer choose wins.

    Attributes:
        seats: number of players, odd.
    """

    seats: int = 5
    rounds: int = 10

    def __post_init__(self) -> None:
        self.require(type(self.seats) is int and 3 <= self.seats <= 15 and self.seats % 2 == 1, "seats", "should be an odd number from 3 to 15")
        super().__post_init__()

    @cached_property
    def payoffs(self) -> Payoffs:
        chosen, others = _crowd(self.seats)
        # a seat is in the minority when fewer than half of the seats, itself among them, made its choice
        same = np.where(chosen == 1, others + 1, self.seats - others)
        return nested((2 * same < self.seats).astype(float))

    @cached_property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        return (("A", "B"),) * self.seats

    def payoff_text(self, seat: int | None) -> str:
        if seat is not None and self.show_payoffs != "all":
            return super().payoff_text(seat)
        one, none = number(self.scale + self.shift), number(self.shift)
        return f"The players whose side was chosen by fewer players than the other side earn {one} {self.unit} each, all others {none}."


@dataclass(frozen=True, kw_only=True)
class ElFarol(MatrixGame):
    """Going out is worth it unless too many do.

    Attributes:
        seats: number of players.
        capacity: how many can enjoy the bar at once.
        enjoy, stay, crowded: what a good evening out, an evening at home and a bad evening out are worth, in falling order.
    """

    seats: int = 5
    capacity: int = 3
    enjoy: float = 2
    stay: float = 1
    crowded: float = 0
    rounds: int = 10

    def __post_init__(self) -> None:
        self.require(type(self.seats) is int and 2 <= self.seats <= 15, "seats", "should be a whole number from 2 to 15")
        self.require(type(self.capacity) is int and 1 <= self.capacity < self.seats, "capacity", f"should be a whole number from 1 to {self.seats - 1}")
        self.require(self.enjoy > self.stay > self.crowded, "enjoy", "breaks the order enjoy > stay > crowded of this game")
        super().__post_init__()

    @cached_property
    def payoffs(self) -> Payoffs:
        went, others = _crowd(self.seats)
        return nested(np.where(went == 0, self.stay, np.where(others + 1 <= self.capacity, self.enjoy, self.crowded)))

    @cached_property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        return (("home", "bar"),) * self.seats

    def payoff_text(self, seat: int | None) -> str:
        if self.labels != "plain" or (seat is not None and self.show_payoffs != "all"):
            return super().payoff_text(seat)
        return (
            f"Staying at home earns {number(self.stay)} {self.unit}. "
            f"Going to the bar earns {number(self.enjoy)} {self.unit} if at most {self.capacity} players go, "
            f"and {number(self.crowded)} if more go.{scaled_text(self)}"
        )


def _crowd(seats: int) -> tuple[np.ndarray, np.ndarray]:
    """For each seat and joint action, its own choice (0 or 1) and how many others chose 1: two arrays of shape ``(seats, 2, ..., 2)``."""
    own = np.indices((2,) * seats)
    return own, own.sum(axis=0) - own
