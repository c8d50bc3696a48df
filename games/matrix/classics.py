"""Coordination and conflict: battle of the sexes, coordination, matching pennies, rock-paper-scissors, Shapley's game, travellers' dilemma.

**Rules in words.**

- ``battle_of_the_sexes``: both want to meet, each at its own favourite place: the meeting pays ``favourite`` to the one and ``other`` to the other;
  missing each other pays ``miss``.
- ``coordination``: all who choose the same option earn that option's value, ``values[option]``; else nobody earns anything. Equal values make pure
  coordination, unequal ones Hi-Lo.
- ``matching_pennies``: the first player wins ``heads`` or ``tails`` from the second when both show the same side, and loses 1 to it when they do not.
- ``rock_paper_scissors``: zero-sum; winning with rock, paper or scissors takes ``stakes[0]``, ``stakes[1]`` or ``stakes[2]`` from the loser, so
  unequal stakes bias the game.
- ``shapley``: three options; the first player earns 1 where both choose alike, the second where its choice follows the first's in the cycle.
  Fictitious play runs in ever longer circles.
- ``travellers_dilemma``: both claim a whole number from ``low`` to ``high``; both are paid the lower claim, and ``bonus`` goes from the higher
  claimant to the lower one.

**Parameters.** The numbers named above, ``seats`` in coordination, and those of every matrix game (:mod:`ludens.games.matrix.rules`), which also
tells actions, observation and events. Rock-paper-scissors is played for 10 rounds unless told otherwise, the others once.

**Sources.** Luce and Raiffa, Games and Decisions (1957); Shapley, Some topics in two-person games (1964); Basu, The traveler's dilemma, American
Economic Review 84 (1994); Schelling, The Strategy of Conflict (1960); the scale 10/7/0 of battle of the sexes as in Akata et al., Playing repeated
games with large language models, Nature Human Behaviour (2025).

**Versions.** v0: first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..core import Prediction
from . import laboratory
from .rules import MAX_ENTRIES, MatrixGame, Payoffs, nested
from .text import number, scaled_text

__all__ = ["BattleOfTheSexes", "Coordination", "MatchingPennies", "RockPaperScissors", "Shapley", "TravellersDilemma"]


@dataclass(frozen=True, kw_only=True)
class BattleOfTheSexes(MatrixGame):
    """Two want to meet, and differ about where.

    Attributes:
        favourite: what meeting at one's own favourite place is worth.
        other: what meeting at the other's favourite place is worth.
        miss: what not meeting is worth.
    """

    favourite: float = 10
    other: float = 7
    miss: float = 0

    def __post_init__(self) -> None:
        self.require(self.favourite > self.other > self.miss, "favourite", "breaks the order favourite > other > miss of this game")
        super().__post_init__()

    @cached_property
    def payoffs(self) -> Payoffs:
        return ((self.favourite, self.miss), (self.miss, self.other)), ((self.other, self.miss), (self.miss, self.favourite))

    @cached_property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        return ("ballet", "football"), ("ballet", "football")

    def extra_predictions(self) -> tuple[Prediction, ...]:
        return laboratory.battle_of_the_sexes(self.rounds > 1)


@dataclass(frozen=True, kw_only=True)
class Coordination(MatrixGame):
    """All should choose the same option.

    Attributes:
        seats: number of players.
        values: what agreeing on each option is worth to everybody.
    """

    seats: int = 2
    values: tuple[float, ...] = (2, 1)

    def __post_init__(self) -> None:
        self.require(type(self.seats) is int and 2 <= self.seats <= 10, "seats", "should be a whole number from 2 to 10")
        self.require(2 <= len(self.values) <= 26 and min(self.values) > 0, "values", "should be 2 to 26 positive numbers")
        self.require(self.seats * len(self.values) ** self.seats <= MAX_ENTRIES, "values", f"are too many for {self.seats} seats")
        super().__post_init__()

    @cached_property
    def payoffs(self) -> Payoffs:
        table = np.zeros((self.seats,) + (len(self.values),) * self.seats)
        for option, value in enumerate(self.values):
            np.moveaxis(table, 0, -1)[(option,) * self.seats] = value
        return nested(table)

    @cached_property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        names = tuple(chr(ord("A") + option) for option in range(len(self.values)))
        return (names,) * self.seats


@dataclass(frozen=True, kw_only=True)
class MatchingPennies(MatrixGame):
    """One wants to match, the other to mismatch.

    Attributes:
        heads, tails: what matching on that side wins.
    """

    heads: float = 1
    tails: float = 1

    def __post_init__(self) -> None:
        self.require(self.heads > 0, "heads", "should be positive")
        self.require(self.tails > 0, "tails", "should be positive")
        super().__post_init__()

    @cached_property
    def payoffs(self) -> Payoffs:
        return ((self.heads, -1.0), (-1.0, self.tails)), ((-self.heads, 1.0), (1.0, -self.tails))

    @cached_property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        return ("heads", "tails"), ("heads", "tails")


@dataclass(frozen=True, kw_only=True)
class RockPaperScissors(MatrixGame):
    """Rock beats scissors, scissors beat paper, paper beats rock.

    Attributes:
        stakes: what winning with rock, with paper and with scissors takes from the loser.
    """

    rounds: int = 10
    stakes: tuple[float, float, float] = (1, 1, 1)

    def __post_init__(self) -> None:
        self.require(len(self.stakes) == 3 and min(self.stakes) > 0, "stakes", "should be three positive numbers")
        super().__post_init__()

    @cached_property
    def payoffs(self) -> Payoffs:
        rock, paper, scissors = (float(stake) for stake in self.stakes)
        own = ((0.0, -paper, rock), (paper, 0.0, -scissors), (-rock, scissors, 0.0))
        return own, tuple(tuple(-value for value in row) for row in own)

    @cached_property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        return ("rock", "paper", "scissors"), ("rock", "paper", "scissors")


@dataclass(frozen=True, kw_only=True)
class Shapley(MatrixGame):
    """Shapley's three-by-three game, in which fictitious play does not converge."""

    @cached_property
    def payoffs(self) -> Payoffs:
        return nested(np.stack([np.eye(3), np.roll(np.eye(3), 1, axis=1)]))

    @cached_property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        return ("A", "B", "C"), ("A", "B", "C")


@dataclass(frozen=True, kw_only=True)
class TravellersDilemma(MatrixGame):
    """The lower claim is paid, and the lower claimant gets a bonus from the higher one.

    Attributes:
        low, high: smallest and largest claim.
        bonus: what the higher claimant loses to the lower one; above 1, so that undercutting pays.
    """

    low: int = 2
    high: int = 100
    bonus: float = 2

    def __post_init__(self) -> None:
        self.require(type(self.low) is int and self.low >= 0, "low", "should be a whole number from 0 on")
        self.require(
            type(self.high) is int and self.low < self.high <= self.low + 500, "high", f"should be a whole number from {self.low + 1} to {self.low + 500}"
        )
        self.require(math.isfinite(self.bonus) and self.bonus > 1, "bonus", "should be above 1")
        super().__post_init__()

    @cached_property
    def payoffs(self) -> Payoffs:
        claims = np.arange(self.low, self.high + 1, dtype=float)
        own = np.minimum.outer(claims, claims) + self.bonus * np.sign(claims[None, :] - claims[:, None])
        return nested(np.stack([own, own.T]))

    @cached_property
    def actions(self) -> tuple[tuple[str, ...], ...]:
        names = tuple(str(claim) for claim in range(self.low, self.high + 1))
        return names, names

    def extra_predictions(self) -> tuple[Prediction, ...]:
        return laboratory.travellers_dilemma(self.low, self.high, self.bonus)

    def payoff_text(self, seat: int | None) -> str:
        # the formula speaks of claims, so it can stand for the table only where claims are shown as such and told in full
        if self.labels != "plain" or (seat is not None and self.show_payoffs != "all"):
            return super().payoff_text(seat)
        unit, bonus = self.unit, number(self.bonus)
        return (
            f"Each option is a claim in {unit}. If both claims are the same, each player earns that many {unit}. If they differ, both are paid the lower "
            f"claim; the player with the lower claim earns {bonus} {unit} more, the player with the higher claim {bonus} {unit} less.{scaled_text(self)}"
        )
