"""Two sides at a table: the protocol that the two-party negotiation games share, with every choice in it a parameter.

Sources differ in whether a rejection ends the game, whether an older offer can still be accepted, whether the last act may only
answer, how time costs and what happens without an agreement; here each of these is a field of :class:`Bargain`. A game adds what
is negotiated: the setting everybody sees, what each side privately knows, the possible deals and what they are worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, ClassVar, cast

import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray

from ..actions import ActionSpec, Acts, Move, Record
from ..core import Event, Game, GameType, IllegalPolicy, State, seat_name
from . import text
from .outcome import appraise

__all__ = ["Bargain", "BargainState", "Deal", "Private", "Setting"]

Deal = tuple[int, ...]
"""An agreement in whole numbers, written the same way whoever proposed it."""
Setting = dict[str, Any]
"""What everybody is told at the start (JSON)."""
Private = dict[str, Any]
"""What one side alone is told at the start (JSON)."""
MAX_DEALS = 20_000


@dataclass(frozen=True, kw_only=True)
class Bargain(Game):
    """Rules of two alternating negotiators; subclasses say what is negotiated.

    Args:
        deadline: acts in all, both sides together.
        breakdown: probability that the talks end after the second act and each later one that does not end them.
        discount: per seat, the factor by which every act from the third on multiplies what it will earn.
        outside: per seat, what it earns without an agreement (discounted too).
        first: the seat that acts first.
        walk: a side may walk away.
        talk: a side may speak without proposing or answering.
        reject_ends: a rejection ends the negotiation.
        offers_lapse: an offer lapses unless the other side's next act accepts it; else it stands until replaced or rejected.
        last_answers_only: the last act before the deadline may not propose.
        counter_only: an offer is answered by accepting it or making another; only the last act, if it cannot propose, may reject.
        one_proposer: only the side that begins may propose.
        disclose_deadline: the rules tell the deadline.
        say_chars: characters a side may speak with each act; 0 for none.
    """

    deadline: int = 10
    breakdown: float = 0.0
    discount: tuple[float, float] = (1.0, 1.0)
    outside: tuple[float, float] = (0.0, 0.0)
    first: int = 0
    walk: bool = True
    talk: bool = False
    reject_ends: bool = False
    offers_lapse: bool = True
    last_answers_only: bool = False
    counter_only: bool = False
    one_proposer: bool = False
    disclose_deadline: bool = True
    say_chars: int = 400

    unit: ClassVar[str] = "points"
    roles: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        self.require(2 <= self.deadline <= 1000, "deadline", "should be from 2 to 1000 acts")
        self.require(0 <= self.breakdown < 1, "breakdown", "should be a probability below 1")
        self.require(len(self.discount) == 2 and all(0 < factor <= 1 for factor in self.discount), "discount", "should be two factors above 0 and at most 1")
        self.require(len(self.outside) == 2 and bool(np.all(np.isfinite(self.outside))), "outside", "should be two payoffs, one a seat")
        self.require(self.first in (0, 1), "first", "should be seat 0 or 1")
        self.require(0 <= self.say_chars <= 4000, "say_chars", "should be from 0 to 4000")
        self.require(self.say_chars > 0 or not self.talk, "talk", "needs say_chars above 0")
        self.require(not (self.counter_only and self.one_proposer), "counter_only", "leaves the other side no answer but yes when one_proposer is set")
        # else a side that may not propose could have nothing at all to do
        self.require(self.offers_lapse or not self.one_proposer, "offers_lapse", "should be true when one_proposer is set")
        self.require(not (self.one_proposer and self.talk), "talk", "should be false when one_proposer is set")

    @property
    def hidden(self) -> bool:
        """Whether a side's private knowledge is hidden from the other."""
        return True

    # -- what a game adds --------------------------------------------------------------------------------------------

    def draw(self, rng: np.random.Generator) -> tuple[Setting, list[Private]]:
        """Draw the public setting and what each side privately knows."""
        raise NotImplementedError

    def redraw(self, setting: Setting, seat: int, known: Private, rng: np.random.Generator) -> Private:
        """Draw what ``seat`` knows, from the generator's distribution given the setting and what the other seat knows."""
        raise NotImplementedError

    def offer_fields(self, setting: Setting | None, seat: int) -> Record:
        """Give the fields of a proposal by ``seat``; with no setting, the widest ones that can occur."""
        raise NotImplementedError

    def to_deal(self, setting: Setting, seat: int, fields: Mapping[str, Any]) -> Deal:
        """Read a proposal by ``seat``."""
        raise NotImplementedError

    def to_fields(self, setting: Setting, seat: int, deal: Deal) -> dict[str, Any]:
        """Write a deal as ``seat`` would propose it; undoes :meth:`to_deal`."""
        raise NotImplementedError

    def deals(self, setting: Setting) -> NDArray[np.int64]:
        """List every possible deal, shape (deals, length of a deal)."""
        raise NotImplementedError

    def worth(self, setting: Setting, seat: int, private: Private, deals: NDArray[np.int64]) -> NDArray[np.float64]:
        """Say what deals are worth to ``seat`` before discounting, in the game's unit, shape (deals,)."""
        raise NotImplementedError

    def deal_bounds(self) -> tuple[float, float]:
        """Bound what any deal can be worth to any seat."""
        raise NotImplementedError

    def scale(self, setting: Setting, deal: Deal) -> list[float]:
        """Write a deal as numbers from -1 to 1 for learners."""
        raise NotImplementedError

    def setting_features(self, setting: Setting) -> list[float]:
        """Write the setting as numbers from -1 to 1 for learners."""
        raise NotImplementedError

    def private_features(self, setting: Setting, private: Private) -> list[float]:
        """Write private knowledge as numbers from -1 to 1 for learners."""
        raise NotImplementedError

    def setting_text(self, setting: Setting) -> str:
        """Tell the setting in one sentence."""
        raise NotImplementedError

    def private_text(self, setting: Setting, seat: int, private: Private) -> str:
        """Tell a side in one sentence what it alone knows."""
        raise NotImplementedError

    def deal_text(self, setting: Setting, deal: Deal) -> str:
        """Write a deal in words that read the same for both sides."""
        raise NotImplementedError

    def topic(self) -> str:
        """Say in words what the negotiation is about and how a proposal is written."""
        raise NotImplementedError

    def more_facts(self, setting: Setting, private: list[Private], deal: Deal | None) -> dict[str, Any]:
        """Add facts of this game to the outcome."""
        return {}

    # -- made from the above -----------------------------------------------------------------------------------------

    @property
    def seats(self) -> int:
        return 2

    @cached_property
    def type(self) -> GameType:
        low, high = self.deal_bounds()
        reach = [low, high, *self.outside, *([0.0] if min(self.discount) < 1 else [])]
        return GameType(
            seats=(2, 2),
            dynamics="sequential",
            information="imperfect" if self.hidden else "perfect",
            utility="general_sum",
            payoff_low=min(reach),
            payoff_high=max(reach),
            horizon=self.deadline,
            unit=self.unit,
            chance=self.hidden or self.breakdown > 0,
            language=self.say_chars > 0,
            roles=self.roles,
            illegal=IllegalPolicy(reask=2, then="default"),
        )

    def new_state(self, seed: int) -> BargainState:
        return BargainState(self, seed)

    def rules_text(self, seat: int | None = None) -> str:
        flags = {item.name: getattr(self, item.name) for item in fields(Bargain)}
        you = "" if seat is None else f" You are {seat_name(seat)}{f', the {self.roles[seat]}' if self.roles else ''}."
        return f"{self.topic()}{you} {text.protocol(unit=self.unit, **flags)}"

    @cached_property
    def _lengths(self) -> tuple[int, int, int]:
        setting, private = self.draw(np.random.default_rng(0))
        deal = tuple(int(item) for item in self.deals(setting)[0])
        return len(self.scale(setting, deal)), len(self.setting_features(setting)), len(self.private_features(setting, private[0]))

    def observation_space(self, seat: int) -> Box:
        deal, setting, private = self._lengths
        return Box(-1.0, 1.0, (4 + 2 * deal + setting + private,), np.float32)

    def action_domain(self, seat: int) -> Acts:
        acts: dict[str, Record | None] = {"propose": self.offer_fields(None, seat)} if seat == self.first or not self.one_proposer else {}
        if self.last_answers_only or not self.counter_only:
            acts["reject"] = None
        return Acts.of({**acts, "accept": None, **({"talk": None} if self.talk else {}), **({"walk": None} if self.walk else {})})


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
        self.emit("setting", game.setting_text(self.setting), data=self.setting)
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

    # -- what acts cause ---------------------------------------------------------------------------------------------

    def _apply(self, moves: Mapping[int, Move]) -> None:
        ((seat, move),) = moves.items()
        act, other = move.choice["act"], 1 - seat
        if move.say:
            self.emit("say", text.quoted(seat, move.say), seat=seat, data={"text": move.say})
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
        return Event("private", None, words, {"seat": seat, **self.private[seat]}, (seat,) if self.game.hidden else None)

    def _result_event(self, seat: int, reward: float) -> Event:
        words = f"This makes {text.number(reward)} {self.game.unit} for {seat_name(seat)}."
        return Event("result", None, words, {"seat": seat, "payoff": reward}, (seat,) if self.game.hidden and self.deal is not None else None)

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> BargainState:
        """Draw anew what the other side knows (given what this one does) and every chance draw still to come."""
        twin = cast(BargainState, self.clone())
        twin._rng = np.random.default_rng(int(rng.integers(2**63)))
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
        facts["opening_demands"] = [self._demand(seat) for seat in (0, 1)]
        return {**facts, **self.game.more_facts(self.setting, self.private, self.deal)}

    def _demand(self, seat: int) -> float | None:
        """What a seat's first offer would have been worth to itself: its anchor."""
        deal = self.opening[seat]
        return None if deal is None else float(self.game.worth(self.setting, seat, self.private[seat], np.array([deal]))[0])
