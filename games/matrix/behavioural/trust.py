"""Trust game (investment game): what is sent is multiplied, and the receiver may return some of it.

**Rules in words.** The truster has an endowment and sends some of it to the trustee. What is sent is multiplied on the way. The trustee
then returns any part of what it received. The trustee has an endowment of its own, of which nothing can be sent.

**Parameters.** See :class:`Trust`. With ``alternate`` the roles swap each round.

**Actions.** ``send`` with ``amount``; ``return`` with ``amount``; a seat that is only ever asked one of these answers with the bare number.
A message goes beside the choice where ``say_chars`` is above 0. If nothing is sent the trustee is not asked.

**Observation.** Share of rounds played; one-hot of the stage (talk, send, return); 1 for the truster of this round, else 0; this round's
and the last round's amount sent as shares of the endowment, and the last amount returned as a share of what was received, -1 for none.

**Payoffs.** ``endowment - sent + returned`` and ``trustee_endowment + multiplier * sent - returned``.

**Events.** ``send`` with ``round`` and ``amount``; ``round`` with ``truster`` (seat), ``sent``, ``returned``, ``payoffs``; ``say``.

**Sources.** Berg, Dickhaut and McCabe, Games and Economic Behavior 10 (1995) 122-142; Johnson and Mislin, Journal of Economic Psychology 32
(2011) 865-889 (meta-analysis).

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

__all__ = ["Trust", "TrustState"]

JOHNSON = "Johnson and Mislin, Journal of Economic Psychology 32 (2011) 865-889"
BERG = "Berg, Dickhaut and McCabe, Games and Economic Behavior 10 (1995) 122-142"


@dataclass(frozen=True, kw_only=True)
class Trust(RoleGame):
    """Send, multiply, return.

    Attributes:
        endowment: points of the truster, a round.
        multiplier: points the trustee receives for each point sent.
        trustee_endowment: points of the trustee, a round (10 in the original, as many as the truster's).
    """

    endowment: int = 10
    multiplier: int = 3
    trustee_endowment: int = 10

    roles: ClassVar[tuple[str, str]] = ("truster", "trustee")
    stage_names: ClassVar[tuple[str, ...]] = ("send", "return")

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_whole("endowment", 1, 10_000)
        self.require_whole("multiplier", 2, 100)
        self.require_whole("trustee_endowment", 0, 10_000)

    @cached_property
    def type(self) -> GameType:
        return self.role_type(0.0, float(self.trustee_endowment + self.multiplier * self.endowment), horizon=2 * self.rounds)

    def acts_of(self, role: int) -> dict[str, Record]:
        if role == 0:
            return {"send": Record.of({"amount": Integer(0, self.endowment, unit="points")})}
        return {"return": Record.of({"amount": Integer(0, self.multiplier * self.endowment, unit="points")})}

    @property
    def width(self) -> int:
        return 4

    def body(self, seat: int | None) -> list[str]:
        lines = [
            *self.role_lines(seat),
            f"In each round the truster gets {self.endowment} points and decides how many of them to send to the trustee.",
            f"The trustee receives {self.multiplier} points for each point sent and decides how many of the received points to return to the truster.",
            "The truster earns what it did not send plus what is returned; the trustee earns what it has left.",
        ]
        if self.trustee_endowment:
            lines.insert(-1, f"The trustee has {self.trustee_endowment} points of its own besides, of which nothing can be sent.")
        return lines

    def predictions(self) -> tuple[Prediction, ...]:
        e, m = self.endowment, self.multiplier
        caveat = "162 replications with more than 23,000 participants; designs differ in endowments, anonymity and roles"
        cards = [
            Prediction(
                "subgame_perfect", "mean_sent", 0.0, "backward induction: nothing is returned, so nothing is sent", "also every finite repetition", 1e-9
            ),
            Prediction("subgame_perfect", "return_share", 0.0, "backward induction", "", 1e-9),
            Prediction("welfare", "mean_sent", float(e), f"each point sent makes {m}", "", 1e-9),
            Prediction("welfare", "total_per_round", float(m * e + self.trustee_endowment), "everything is sent", "", 1e-9),
            Prediction("security", "truster_payoff", float(e), "maximin: the truster sends nothing", "", 1e-9),
            Prediction("security", "trustee_payoff", float(self.trustee_endowment), "maximin: nothing may be sent", "", 1e-9),
            Prediction("human", "sent_share", 0.50, JOHNSON, f"{UNVERIFIED}; about; {caveat}"),
            Prediction("human", "return_share", 0.37, JOHNSON, f"{UNVERIFIED}; about, of the available amount; {caveat}"),
        ]
        if (e, m, self.trustee_endowment) == (10, 3, 10):
            cards.append(Prediction("human", "mean_sent", 5.16, BERG, f"{UNVERIFIED}; original study, no history, 32 pairs, double blind"))
            cards.append(Prediction("human", "mean_returned", 4.66, BERG, f"{UNVERIFIED}; original study: about 30 % of the tripled amount"))
        return tuple(cards)

    def new_state(self, seed: int) -> TrustState:
        return TrustState(self, seed)


class TrustState(RoleState):
    """A position: ``sent`` is this round's amount once told, None before."""

    game: Trust

    def deal(self) -> None:
        self.sent: int | None = None

    def movers(self, stage: str) -> tuple[int, ...]:
        return (self.first,) if stage == "send" else (1 - self.first,)

    @property
    def received(self) -> int:
        """What the trustee received this round."""
        return self.game.multiplier * (self.sent or 0)

    def open_acts(self, seat: int) -> dict[str, Record]:
        if self.stage == "send":
            return self.game.acts_of(0)
        return {"return": Record.of({"amount": Integer(0, self.received, unit="points")})}

    def ask(self, seat: int) -> str:
        if self.stage == "send":
            return f"How many of your {self.game.endowment} points do you send to {seat_name(1 - seat)}?"
        return f"You received {self.received} points. How many of them do you return to {seat_name(1 - seat)}?"

    def default_move(self, seat: int) -> Move:
        return Move(self.game.choice(seat, self.stage, amount=0))

    def resolve(self, acts: Mapping[int, tuple[str, dict[str, Any]]]) -> None:
        truster = self.first
        if self.stage == "return":
            self._settle(acts[1 - truster][1]["amount"])
            return
        self.sent = acts[truster][1]["amount"]
        if not self.sent:
            self._settle(0)
            return
        words = f"{seat_name(truster)} sent {self.sent} of {self.game.endowment} points; {seat_name(1 - truster)} received {self.received}."
        self.emit("send", words, seat=truster, data={"round": self.round, "amount": self.sent})
        self.enter("return")

    def _settle(self, returned: int) -> None:
        assert self.sent is not None
        game, truster = self.game, self.first
        payoffs = self.by_seat(float(game.endowment - self.sent + returned), float(game.trustee_endowment + self.received - returned))
        words = f"{seat_name(truster)} sent {self.sent} points, {seat_name(1 - truster)} returned {returned} of {self.received}."
        self.close(words, {"truster": truster, "sent": self.sent, "returned": returned}, payoffs)

    def features(self, seat: int) -> list[float]:
        e, last = self.game.endowment, self.last
        now = self.sent / e if self.stage == "return" and self.sent is not None else -1.0
        if last is None:
            return [float(seat == self.first), now, -1.0, -1.0]
        back = last["returned"] / (self.game.multiplier * last["sent"]) if last["sent"] else 0.0
        return [float(seat == self.first), now, last["sent"] / e, back]

    @property
    def outcome(self) -> dict[str, Any]:
        """Payoffs by role; what was sent and returned: means, shares (``return_share`` of what was received, None if nothing ever was) and both paths."""
        sent, returned = [one["sent"] for one in self.history], [one["returned"] for one in self.history]
        count, total = len(sent), self.game.multiplier * sum(sent)
        mean = sum(sent) / count if count else None
        return self.role_facts() | {
            "mean_sent": mean,
            "sent_share": None if mean is None else mean / self.game.endowment,
            "mean_returned": sum(returned) / count if count else None,
            "return_share": sum(returned) / total if total else None,
            "sent": sent,
            "returned": returned,
        }
