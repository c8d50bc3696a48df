"""Beauty contest (guessing game): whose number comes nearest to p times the average?

**Rules in words.** All seats name a number from ``low`` to ``high`` at once. The target is p times the average of all numbers. The seat nearest to
the target wins the prize; seats that are equally near share it.

**Parameters.** See :class:`BeautyContest`.

**Actions.** ``guess`` with ``number`` (a bare number where nobody may talk), ``talk`` where ``say_chars`` is above 0.

**Observation.** Share of rounds played; one-hot of the stage (talk, guess); last round's numbers, own first, and its target, on a scale
from 0 (``low``) to 1 (``high``), -1 for none.

**Payoffs.** ``prize`` a round, shared among the winners.

**Events.** ``round`` with ``guesses``, ``target``, ``winners``, ``payoffs``; ``say`` with ``round`` and ``text``.

**Predictions.** Iterated dominance leads to ``low`` for p < 1 (with ``low`` >= 0) and to ``high`` for p > 1. A level-k player guesses
``p**k`` times the midpoint. The depth of a guess g in the standard game is ``log(g / 50) / log(2 / 3)``.

**Sources.** Nagel, American Economic Review 85 (1995) 1313-1326; Ho, Camerer and Weigelt, American Economic Review 88 (1998) 947-969;
Camerer, Ho and Chong, Quarterly Journal of Economics 119 (2004) 861-898 (cognitive hierarchy).

**Versions.** v0: first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from ...actions import Move
from ...core import UNVERIFIED, GameType, Prediction, seat_name
from ...domains import Real, Record
from ...words import listed, number
from .common import DEFAULT_POLICY, MAX_SEATS, TALK, RoundGame, RoundState

__all__ = ["BeautyContest", "BeautyContestState", "level_k"]

NEAR = 1e-9
"""Distances that differ by less count as equal (rounding of decimal numbers)."""


def level_k(p: float, low: float, high: float, level: int) -> float:
    """Give the guess of a level-k player whose level-0 is uniform: ``p**k`` times the midpoint, kept within bounds (Nagel 1995)."""
    return min(max(p**level * (low + high) / 2, low), high)


@dataclass(frozen=True, kw_only=True)
class BeautyContest(RoundGame):
    """Guess p times the average.

    Attributes:
        seats: number of players.
        p: the multiple of the average that is the target, from 0.01 to 2.
        low, high: range of the numbers.
        prize: points that the nearest guess wins, a round.
    """

    seats: int = 4
    p: float = 2 / 3
    low: float = 0.0
    high: float = 100.0
    prize: float = 100.0

    stage_names: ClassVar[tuple[str, ...]] = ("guess",)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_whole("seats", 2, MAX_SEATS)
        self.require_number("p", 0.01, 2)
        self.require_number("low", 0, 1e6)
        self.require_number("high", 0, 1e6)
        for name in ("low", "high"):
            self.require(round(getattr(self, name), 2) == getattr(self, name), name, "should have at most two decimals, as guesses do")
        self.require(self.high > self.low, "high", "should be above low")
        self.require_number("prize", 0, 1e6)

    @cached_property
    def type(self) -> GameType:
        return GameType(
            seats=(2, MAX_SEATS),
            dynamics="simultaneous",
            information="imperfect",
            utility="constant_sum",
            payoff_low=0.0,
            payoff_high=self.rounds * self.prize,
            horizon=self.rounds * (1 + self.talks),
            language=self.talks,
            symmetric=True,
            illegal=DEFAULT_POLICY,
        )

    def acts(self, seat: int) -> dict[str, Record]:
        return {"guess": Record.of({"number": Real(self.low, self.high, 2)})}

    @property
    def width(self) -> int:
        return self.seats + 1

    def body(self, seat: int | None) -> list[str]:
        multiple = "two thirds of" if math.isclose(self.p, 2 / 3) else "half" if self.p == 0.5 else f"{number(self.p)} times"
        return [
            f"In each round every player names a number from {number(self.low)} to {number(self.high)}, at the same time as the others.",
            f"The target is {multiple} the average of all numbers.",
            f"Who is nearest to the target wins {number(self.prize)} points; players equally near share them.",
            "After each round all numbers and the target are told.",
        ]

    @property
    def equilibrium(self) -> float | None:
        """The number left by iterated dominance; None for p = 1, where any common number is an equilibrium."""
        return None if self.p == 1 else self.low if self.p < 1 else self.high

    def predictions(self) -> tuple[Prediction, ...]:
        cards = []
        if self.equilibrium is not None:
            cards.append(
                Prediction(
                    "nash", "mean_guess", self.equilibrium, "iterated elimination of dominated guesses, Nagel (1995)", "with whole numbers others remain", 1e-6
                )
            )
        for level in range(4):
            guess = level_k(self.p, self.low, self.high, level)
            cards.append(Prediction(f"level_{level}", "guess", guess, "Nagel (1995); level 0 is uniform", "first round; ignores the own weight in the average"))
        cards.append(
            Prediction("security", "payoff_per_round", 0.0, "maximin", "another seat can always be nearer, except with p < 1, two seats and a guess of low")
        )
        if math.isclose(self.p, 2 / 3) and (self.low, self.high) == (0, 100):
            cards.append(
                Prediction(
                    "human",
                    "first_mean_guess",
                    35.0,
                    "Nagel, American Economic Review 85 (1995) 1313-1326",
                    f"{UNVERIFIED}; first round, student groups of 15 to 18, one prize; later rounds fall towards 0; newspaper contests differ",
                )
            )
        return tuple(cards)

    def new_state(self, seed: int) -> BeautyContestState:
        return BeautyContestState(self, seed)


class BeautyContestState(RoundState):
    """A position; everything played so far is public."""

    game: BeautyContest

    def ask(self, seat: int) -> str:
        return f"Which number from {number(self.game.low)} to {number(self.game.high)} do you name?"

    def default_move(self, seat: int) -> Move:
        # the midpoint is what a guess without any thought averages (level 0)
        middle = round((self.game.low + self.game.high) / 2, 2)
        return Move(self.game.choice(seat, TALK) if self.stage == TALK else self.game.choice(seat, "guess", number=middle))

    def resolve(self, acts: Mapping[int, tuple[str, dict[str, Any]]]) -> None:
        game = self.game
        guesses = [float(acts[seat][1]["number"]) for seat in range(game.seats)]
        target = game.p * math.fsum(guesses) / game.seats
        distances = [abs(guess - target) for guess in guesses]
        winners = [seat for seat, distance in enumerate(distances) if distance <= min(distances) + NEAR * max(1.0, game.high)]
        payoffs = [game.prize / len(winners) if seat in winners else 0.0 for seat in range(game.seats)]
        told = listed([f"{seat_name(seat)} {number(guess)}" for seat, guess in enumerate(guesses)])
        words = f"the numbers were {told}; the target was {number(target)}; nearest: {listed([seat_name(seat) for seat in winners])}."
        self.close(words, {"guesses": guesses, "target": target, "winners": winners}, payoffs)

    def features(self, seat: int) -> list[float]:
        game = self.game
        if self.last is None:
            return [-1.0] * game.width
        values = [*(self.last["guesses"][other] for other in self.around(seat)), self.last["target"]]
        return [(value - game.low) / (game.high - game.low) for value in values]

    @property
    def outcome(self) -> dict[str, Any]:
        """``mean_guess`` and its path ``by_round``, ``first_mean_guess``, and each seat's wins (shared ones in part)."""
        rounds = len(self.history)
        by_round = [math.fsum(facts["guesses"]) / self.game.seats for facts in self.history]
        wins = [sum((seat in facts["winners"]) / len(facts["winners"]) for facts in self.history) for seat in range(self.game.seats)]
        mean = sum(by_round) / rounds if rounds else None
        return {"rounds": rounds, "mean_guess": mean, "first_mean_guess": by_round[0] if rounds else None, "by_round": by_round, "wins": wins}
