"""Positions of two-party negotiations: who may do what, what acts cause, who knows what; the rules are :class:`.table.Bargain`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..actions import ActionSpec, Move
from ..core import Event, State, seat_name
from ..domains import Acts
from ..serial import copy_plain
from . import text
from .outcome import appraise
from .table import Bargain, Deal

__all__ = ["BargainState"]


class BargainState(State):
    """A position of :class:`Bargain`.

    Attributes:
        setting: what everybody was told.
        private: per seat, what it alone was told.
        open: per seat, its offer that the other may accept now.
        last: per seat, its latest offer.
        opening: per seat, its first offer.
        offers: how many offers were made.
        deal: what was agreed.
        ended: how it ended: agreement, reject, walk, breakdown or deadline.
        ended_by: the seat whose act ended it.
        raw: per seat, what it earned before discounting.
    """

    game: Bargain

    def __init__(self, game: Bargain, seed: int) -> None:
        super().__init__(game, seed)
        self.setting, self.private = game.draw(self.rng)
        self.open: list[Deal | None] = [None, None]
        self.last: list[Deal | None] = [None, None]
        self.opening: list[Deal | None] = [None, None]
        self.offers = 0
        self.deal: Deal | None = None
        self.ended: str | None = None
        self.ended_by: int | None = None
        self.raw: list[float] = [0.0, 0.0]
        self.to_move = (game.first,)
        # copies: what players are handed must not be the position itself
        self.emit("setting", game.setting_text(self.setting), data=copy_plain(self.setting))
        for seat in (0, 1):
            self._record(self._private_event(seat))

    # -- what may be done --------------------------------------------------------------------------------------------

    def _open_acts(self, seat: int) -> list[str]:
        game = self.game
        final = game.last_answers_only and self.turn == game.deadline - 1
        acts = [] if final or (game.one_proposer and seat != game.first) else ["propose"]
        if self.open[1 - seat] is not None:
            acts += ["accept"] if game.counter_only and not final else ["accept", "reject"]
        return [*acts, *(["talk"] if game.talk and not final else []), *(["walk"] if game.walk else [])]

    def action_spec(self, seat: int) -> ActionSpec:
        acts = {act: self.game.offer_fields(self.setting, seat) if act == "propose" else None for act in self._open_acts(seat)}
        return ActionSpec(Acts.of(acts), say_chars=self.game.say_chars)

    def request(self, seat: int) -> str:
        offer = self.open[1 - seat]
        lead = f"The offer before you: {self.game.deal_text(self.setting, offer)}." if offer is not None else "There is no offer before you."
        left = self.game.deadline - self.turn
        clock = f" Acts left, this one included: {left}." if self.game.disclose_deadline else ""
        return f"{lead}{clock} It is your turn, {seat_name(seat)}."

    def default_move(self, seat: int) -> Move:
        """Give nothing away: reject what is offered, else demand the best deal, else the last act that is open."""
        acts = self._open_acts(seat)
        if "reject" in acts:
            return Move({"act": "reject"})
        if "propose" not in acts:
            return Move({"act": acts[-1]})
        deals = self.game.deals(self.setting)
        best = deals[int(np.argmax(self.game.worth(self.setting, seat, self.private[seat], deals)))]
        return Move({"act": "propose", **self.game.to_fields(self.setting, seat, tuple(best.tolist()))})

    def yields(self, seat: int, move: Move) -> bool | None:
        return None if self.open[1 - seat] is None else move.choice["act"] == "accept"

    # -- what acts cause ---------------------------------------------------------------------------------------------

    def _apply(self, moves: Mapping[int, Move]) -> None:
        ((seat, move),) = moves.items()
        act, other = move.choice["act"], 1 - seat
        self.emit_speech(seat, move.say)
        offer = self.open[other]
        if act == "accept" and offer is not None:
            self.emit("accept", f"{seat_name(seat)} accepts.", seat=seat)
            self._finish("agreement", seat, offer)
            return
        if self.game.offers_lapse or act == "reject":
            self.open[other] = None
        if act == "propose":
            self._offer(seat, self.game.to_deal(self.setting, seat, move.choice))
        elif act == "reject":
            self.emit("reject", f"{seat_name(seat)} rejects the offer.", seat=seat)
            if self.game.reject_ends:
                self._finish("reject", seat)
                return
        elif act == "talk":
            self.emit("talk", f"{seat_name(seat)} leaves it at words.", seat=seat)
        elif act == "walk":
            self.emit("walk", f"{seat_name(seat)} walks away.", seat=seat)
            self._finish("walk", seat)
            return
        self._pass_on(other)

    def _offer(self, seat: int, deal: Deal) -> None:
        self.open[seat] = self.last[seat] = deal
        self.opening[seat] = self.opening[seat] if self.opening[seat] is not None else deal
        self.offers += 1
        words = f"{seat_name(seat)} proposes: {self.game.deal_text(self.setting, deal)}."
        self.emit("offer", words, seat=seat, data={"deal": list(deal), "fields": self.game.to_fields(self.setting, seat, deal)})

    def _pass_on(self, other: int) -> None:
        game, nobody_left = self.game, self.turn + 1 >= self.game.deadline
        # a last act that may only answer has nothing to do when no offer is open
        idle = game.last_answers_only and self.turn + 2 == game.deadline and self.open[1 - other] is None
        if nobody_left or idle:
            self.emit("deadline", "Time is up: there is no agreement.")
            self._finish("deadline", None)
        elif self.turn >= 1 and game.breakdown and self.rng.random() < game.breakdown:
            self.emit("breakdown", "The talks break down: there is no agreement.")
            self._finish("breakdown", None)
        else:
            self.to_move = (other,)

    def _finish(self, how: str, by: int | None, deal: Deal | None = None) -> None:
        self.ended, self.ended_by, self.deal, self.to_move, self.open = how, by, deal, (), [None, None]
        if deal is not None:
            self.emit("agreement", f"Agreed: {self.game.deal_text(self.setting, deal)}.", data={"deal": list(deal)})
        self.raw = self._earned()
        for seat in (0, 1):
            self.rewards[seat] += self._discounted(seat, self.turn)
            self._record(self._result_event(seat, self.rewards[seat]))

    def _earned(self) -> list[float]:
        if self.deal is None:
            return [float(item) for item in self.game.outside]
        agreed = np.array([self.deal])
        return [float(self.game.worth(self.setting, seat, self.private[seat], agreed)[0]) for seat in (0, 1)]

    def _discounted(self, seat: int, turn: int) -> float:
        return self.raw[seat] * self.game.discount[seat] ** max(0, turn - 1)

    def _on_forfeit(self, seat: int) -> None:
        self._finish("forfeit", seat)

    # -- who knows what ----------------------------------------------------------------------------------------------

    def _record(self, event: Event) -> None:
        self.emit(event.kind, event.text, data=event.data, to=event.visible_to)

    def _private_event(self, seat: int) -> Event:
        words = self.game.private_text(self.setting, seat, self.private[seat])
        return Event("private", None, words, {"seat": seat, **copy_plain(self.private[seat])}, (seat,) if self.game.hidden else None)

    def _result_event(self, seat: int, reward: float) -> Event:
        words = f"This makes {text.measure(reward, self.game.unit)} for {seat_name(seat)}."
        return Event("result", None, words, {"seat": seat, "payoff": reward}, (seat,) if self.game.hidden and self.deal is not None else None)

    def hides(self, seat: int) -> bool:
        return self.game.varies(1 - seat)

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        """Draw anew what the other side knows (given what this one does) and every chance draw still to come."""
        twin = self.with_fresh_chance(rng)
        if not self.game.hidden:
            return twin
        other = 1 - seat
        twin.private[other] = self.game.redraw(self.setting, other, self.private[seat], rng)
        reward = 0.0
        if self.ended is not None:
            twin.raw = twin._earned()
            reward = twin._discounted(other, self.turn - 1)
            twin.rewards[other] = twin.returns[other] = reward
        fresh = {"private": twin._private_event(other), "result": twin._result_event(other, reward)}
        twin.events = [fresh[event.kind] if event.visible_to == (other,) else event for event in self.events]
        twin._seen[other] = [event for event in twin.events if event.visible_to is None or other in event.visible_to]
        twin._keys[other] = None
        return twin

    # -- in numbers --------------------------------------------------------------------------------------------------

    def data(self, seat: int) -> dict[str, NDArray[np.float32]]:
        game, blank = self.game, [0.0] * self.game._lengths[0]
        offers = []
        for deal in (self.last[seat], self.last[1 - seat]):
            offers += blank if deal is None else game.scale(self.setting, deal)
        clock = [self.turn / game.deadline if game.disclose_deadline else 0.0, float(seat in self.to_move)]
        status = [float(self.open[seat] is not None), float(self.open[1 - seat] is not None)]
        own = game.private_features(self.setting, self.private[seat])
        return {"observation": np.array([*clock, *status, *offers, *game.setting_features(self.setting), *own], dtype=np.float32)}

    @property
    def outcome(self) -> dict[str, Any]:
        """Facts for the record; see :func:`~ludens.games.negotiation.outcome.appraise` for the measures of the deal (before discounting)."""
        facts: dict[str, Any] = {"agreement": self.deal is not None, "ended": self.ended, "turns": self.turn, "offers": self.offers}
        facts["walked"] = seat_name(self.ended_by) if self.ended == "walk" and self.ended_by is not None else None
        if self.ended is None:
            return facts
        facts["deal"] = None if self.deal is None else self.game.deal_text(self.setting, self.deal)
        facts["values"] = self.raw
        deals = self.game.deals(self.setting)
        options = np.stack([self.game.worth(self.setting, seat, self.private[seat], deals) for seat in (0, 1)], axis=1)
        facts.update(appraise(self.raw, options, self.game.outside))
        facts["opening_demands"] = [self._demand(seat, self.opening[seat]) for seat in (0, 1)]
        facts["closing_demands"] = [self._demand(seat, self.last[seat]) for seat in (0, 1)]
        return {**facts, **self.game.more_facts(self.setting, self.private, self.deal)}

    def _demand(self, seat: int, deal: Deal | None) -> float | None:
        """What an offer of a seat would have been worth to itself: its anchor at first, then how far it came down."""
        return None if deal is None else float(self.game.worth(self.setting, seat, self.private[seat], np.array([deal]))[0])
