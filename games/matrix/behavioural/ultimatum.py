"""Ultimatum game: an offer that is taken or leaves both with nothing.

**Rules in words.** The proposer offers the responder a part of a pie. If the responder accepts, the pie is divided so; if it rejects, both
get nothing. With ``strategy_method`` the responder states the smallest offer it would accept, at the same time as the offer is made.

**Parameters.** See :class:`Ultimatum`. With ``alternate`` the roles swap each round.

**Actions.** ``offer`` with ``amount``; ``accept`` or ``reject``; ``demand`` with ``minimum`` (strategy method). A seat that is only ever
asked one of these answers with the bare number or word. A message goes beside the choice where ``say_chars`` is above 0.

**Observation.** Share of rounds played; one-hot of the stage (talk, offer, respond); 1 for the proposer of this round, else 0; the offer on
the table as a share of the pie, -1 for none; the last round's offer and whether it was accepted, -1 for none.

**Payoffs.** ``pie - offer`` and ``offer`` if accepted, else 0 and 0.

**Events.** ``offer`` with ``round`` and ``amount`` (not with the strategy method); ``round`` with ``proposer`` (seat), ``offer``,
``accepted``, ``minimum`` (strategy method), ``payoffs``; ``say``.

**Sources.** Gueth, Schmittberger and Schwarze, Journal of Economic Behavior and Organization 3 (1982) 367-388; Oosterbeek, Sloof and van de Kuilen,
Experimental Economics 7 (2004) 171-188 (meta-analysis).

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

__all__ = ["Ultimatum", "UltimatumState"]

OOSTERBEEK = "Oosterbeek, Sloof and van de Kuilen, Experimental Economics 7 (2004) 171-188"


@dataclass(frozen=True, kw_only=True)
class Ultimatum(RoleGame):
    """Offer, accept or reject.

    Attributes:
        pie: points to divide, a round.
        strategy_method: the responder states its smallest acceptable offer beforehand.
    """

    pie: int = 100
    strategy_method: bool = False

    roles: ClassVar[tuple[str, str]] = ("proposer", "responder")
    stage_names: ClassVar[tuple[str, ...]] = ("offer", "respond")

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_whole("pie", 1, 10_000)
        self.require(type(self.strategy_method) is bool, "strategy_method", "should be true or false")

    @cached_property
    def type(self) -> GameType:
        if self.strategy_method:
            return self.role_type(0.0, float(self.pie), horizon=self.rounds, dynamics="simultaneous", information="imperfect")
        return self.role_type(0.0, float(self.pie), horizon=2 * self.rounds)

    def acts_of(self, role: int) -> dict[str, Record]:
        amount = Integer(0, self.pie, unit="points")
        if role == 0:
            return {"offer": Record.of({"amount": amount})}
        return {"demand": Record.of({"minimum": amount})} if self.strategy_method else {"accept": Record(()), "reject": Record(())}

    @property
    def width(self) -> int:
        return 4

    def body(self, seat: int | None) -> list[str]:
        lines = [*self.role_lines(seat), f"In each round the proposer offers the responder a part of {self.pie} points."]
        if self.strategy_method:
            return [
                *lines,
                "At the same time, without knowing the offer, the responder states the smallest offer it accepts.",
                "If the offer is at least that, the responder gets the offer and the proposer the rest; otherwise both get nothing.",
                "Then both numbers are told.",
            ]
        return [
            *lines,
            "The responder sees the offer and accepts or rejects it.",
            "If it accepts, it gets the offer and the proposer the rest; if it rejects, both get nothing.",
        ]

    def predictions(self) -> tuple[Prediction, ...]:
        pie, caveat = self.pie, "75 results from 37 papers; one shot or strangers, mostly students and small stakes; varies by region"
        return (
            Prediction(
                "subgame_perfect", "mean_offer", 0.0, "backward induction", "played once; a responder who rejects 0 makes it the smallest positive offer", 1.0
            ),
            Prediction("welfare", "total_per_round", float(pie), "every accepted offer is efficient", "", 1e-9),
            Prediction("security", "proposer_payoff", 0.0, "maximin", "the responder can reject every offer", 1e-9),
            Prediction("security", "responder_payoff", 0.0, "maximin", "the proposer can offer nothing", 1e-9),
            Prediction("human", "mean_offer", 0.40 * pie, OOSTERBEEK, f"{UNVERIFIED}; about 40 % of the pie; {caveat}"),
            Prediction("human", "rejection_rate", 0.16, OOSTERBEEK, f"{UNVERIFIED}; about; {caveat}"),
        )

    def new_state(self, seed: int) -> UltimatumState:
        return UltimatumState(self, seed)


class UltimatumState(RoleState):
    """A position: ``offered`` is the offer on the table, None where there is none."""

    game: Ultimatum

    def deal(self) -> None:
        self.offered: int | None = None

    def movers(self, stage: str) -> tuple[int, ...]:
        if self.game.strategy_method:
            return (0, 1)
        return (self.first,) if stage == "offer" else (1 - self.first,)

    def open_acts(self, seat: int) -> dict[str, Record]:
        return self.game.acts_of(self.role(seat))

    def ask(self, seat: int) -> str:
        if self.role(seat) == 0:
            return f"How many of the {self.game.pie} points do you offer to {seat_name(1 - seat)}?"
        if self.game.strategy_method:
            return "What is the smallest offer that you accept?"
        return f"{seat_name(1 - seat)} offers you {self.offered} of {self.game.pie} points. Do you accept or reject?"

    def default_move(self, seat: int) -> Move:
        game = self.game
        if self.role(seat) == 0:
            return Move(game.choice(seat, "offer", amount=0))
        return Move(game.choice(seat, "demand", minimum=0) if game.strategy_method else game.choice(seat, "accept"))

    def resolve(self, acts: Mapping[int, tuple[str, dict[str, Any]]]) -> None:
        proposer = self.first
        if self.game.strategy_method:
            self.offered = acts[proposer][1]["amount"]
            minimum = acts[1 - proposer][1]["minimum"]
            self._settle(self.offered >= minimum, {"minimum": minimum}, f" {seat_name(1 - proposer)} accepts {minimum} or more.")
        elif self.stage == "offer":
            self.offered = acts[proposer][1]["amount"]
            words = f"{seat_name(proposer)} offers {seat_name(1 - proposer)} {self.offered} of {self.game.pie} points."
            self.emit("offer", words, seat=proposer, data={"round": self.round, "amount": self.offered})
            self.enter("respond")
        else:
            self._settle(acts[1 - proposer][0] == "accept", {}, "")

    def _settle(self, accepted: bool, more: dict[str, Any], words: str) -> None:
        assert self.offered is not None
        proposer, offer = self.first, self.offered
        payoffs = self.by_seat(float(self.game.pie - offer), float(offer)) if accepted else [0.0, 0.0]
        told = f"{seat_name(proposer)} offered {offer} of {self.game.pie} points.{words} The offer was {'accepted' if accepted else 'rejected'}."
        self.close(told, {"proposer": proposer, "offer": offer, "accepted": accepted, **more}, payoffs)

    def features(self, seat: int) -> list[float]:
        pie, last = self.game.pie, self.last
        table = self.offered / pie if self.stage == "respond" and self.offered is not None else -1.0
        return [float(seat == self.first), table, last["offer"] / pie if last else -1.0, float(last["accepted"]) if last else -1.0]

    @property
    def outcome(self) -> dict[str, Any]:
        """Payoffs by role; ``mean_offer`` (points), ``mean_share``, ``rejection_rate``, ``offers``, ``accepted``; ``minima`` with the strategy method."""
        offers, accepted = [one["offer"] for one in self.history], [one["accepted"] for one in self.history]
        count = len(offers)
        mean = sum(offers) / count if count else None
        facts = self.role_facts() | {"mean_offer": mean, "mean_share": None if mean is None else mean / self.game.pie}
        facts |= {"rejection_rate": 1 - sum(accepted) / count if count else None, "offers": offers, "accepted": accepted}
        if self.game.strategy_method:
            facts["minima"] = [one["minimum"] for one in self.history]
        return facts
