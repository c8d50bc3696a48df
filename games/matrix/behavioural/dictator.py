"""Dictator game: one seat divides a pie, the other takes what it is given.

**Rules in words.** The dictator gets a pie and decides how much of it to give to the recipient, who has no say.

**Parameters.** See :class:`Dictator`. With ``alternate`` the roles swap each round. See ``dictator_choice`` for choices between two allocations.

**Actions.** ``amount`` to give, a bare whole number; a message beside it where ``say_chars`` is above 0.

**Observation.** Share of rounds played; one-hot of the stage (talk, give); 1 for the dictator of this round, else 0; the last gift as a
share of the pie, -1 for none.

**Payoffs.** ``pie - gift`` and ``gift``.

**Events.** ``round`` with ``dictator`` (seat), ``gift``, ``payoffs``; ``say``.

**Sources.** Forsythe, Horowitz, Savin and Sefton, Games and Economic Behavior 6 (1994) 347-369; Engel, Experimental Economics 14 (2011)
583-610 (meta-study).

**Versions.** v0: first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from ...actions import Move
from ...core import UNVERIFIED, GameType, Prediction, seat_name
from ...domains import Integer, Record
from .roles import RoleGame, RoleState

__all__ = ["Dictator", "DictatorState"]

ENGEL = "Engel, Experimental Economics 14 (2011) 583-610"


@dataclass(frozen=True, kw_only=True)
class Dictator(RoleGame):
    """Divide a pie.

    Attributes:
        pie: points to divide, a round.
    """

    pie: int = 100

    roles: ClassVar[tuple[str, str]] = ("dictator", "recipient")
    stage_names: ClassVar[tuple[str, ...]] = ("give",)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_whole("pie", 1, 10_000)

    @cached_property
    def type(self) -> GameType:
        return self.role_type(0.0, float(self.pie), horizon=self.rounds, utility="constant_sum")

    def acts(self, seat: int) -> dict[str, Record]:
        # the recipient is never asked; giving both seats one domain keeps the spaces of both alike
        return {"give": Record.of({"amount": Integer(0, self.pie, unit="points")})}

    @property
    def width(self) -> int:
        return 2

    def body(self, seat: int | None) -> list[str]:
        return [
            *self.role_lines(seat),
            f"In each round the dictator gets {self.pie} points and decides how many of them to give to the recipient.",
            "The dictator keeps the rest. The recipient decides nothing.",
        ]

    def predictions(self) -> tuple[Prediction, ...]:
        pie, caveat = self.pie, "mostly windfall money, anonymous strangers, one shot, students; earned money and taking options lower it"
        return (
            Prediction("nash", "mean_gift", 0.0, "dominance for a dictator who cares for own points only", "", 1e-9),
            Prediction("security", "dictator_payoff", float(pie), "maximin: keep everything", "", 1e-9),
            Prediction("security", "recipient_payoff", 0.0, "maximin: the recipient decides nothing", "", 1e-9),
            Prediction("welfare", "total_per_round", float(pie), "constant sum: every division is efficient", "", 1e-9),
            Prediction("human", "mean_gift", 0.2835 * pie, ENGEL, f"{UNVERIFIED}; {caveat}"),
            Prediction("human", "share_zero", 0.36, ENGEL, f"{UNVERIFIED}; {caveat}"),
            Prediction("human", "share_half", 0.17, ENGEL, f"{UNVERIFIED}; about; {caveat}"),
        )

    def new_state(self, seed: int) -> DictatorState:
        return DictatorState(self, seed)


class DictatorState(RoleState):
    """A position; everything is public."""

    game: Dictator

    def movers(self, stage: str) -> tuple[int, ...]:
        return (self.first,)

    def ask(self, seat: int) -> str:
        return f"How many of the {self.game.pie} points do you give to {seat_name(1 - seat)}?"

    def default_move(self, seat: int) -> Move:
        return Move(self.game.choice(seat, "give", amount=0))

    def resolve(self, acts: Mapping[int, tuple[str, dict[str, Any]]]) -> None:
        dictator, pie = self.first, self.game.pie
        gift = acts[dictator][1]["amount"]
        words = f"{seat_name(dictator)} gave {gift} of {pie} points to {seat_name(1 - dictator)}."
        self.close(words, {"dictator": dictator, "gift": gift}, self.by_seat(float(pie - gift), float(gift)))

    def features(self, seat: int) -> list[float]:
        return [float(seat == self.first), self.last["gift"] / self.game.pie if self.last else -1.0]

    @property
    def outcome(self) -> dict[str, Any]:
        """Payoffs by role; ``mean_gift`` (points), ``mean_share`` of the pie, ``share_zero`` and ``share_half`` (of rounds), ``gifts``."""
        gifts, pie = [one["gift"] for one in self.history], self.game.pie
        count = len(gifts)
        return self.role_facts() | {
            "mean_gift": sum(gifts) / count if count else None,
            "mean_share": sum(gifts) / count / pie if count else None,
            "share_zero": sum(gift == 0 for gift in gifts) / count if count else None,
            "share_half": sum(2 * gift == pie for gift in gifts) / count if count else None,
            "gifts": gifts,
        }
