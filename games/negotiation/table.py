"""Two sides at a table: the protocol that the two-party negotiation games share, with every choice in it a parameter.

Sources differ in whether a rejection ends the game, whether an older offer can still be accepted, whether the last act may only
answer, how time costs and what happens without an agreement; here each of these is a field of :class:`Bargain`. A game adds what
is negotiated: the setting everybody sees, what each side privately knows, the possible deals and what they are worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray

from ..core import Game, GameType, IllegalPolicy, seat_name
from ..domains import Acts, Record
from . import text

if TYPE_CHECKING:
    from .talks import BargainState

__all__ = ["MAX_DEALS", "Bargain", "Deal", "Private", "Setting"]

Deal = tuple[int, ...]
"""An agreement in whole numbers, written the same way whoever proposed it."""
Setting = dict[str, Any]
"""What everybody is told at the start (JSON)."""
Private = dict[str, Any]
"""What one side alone is told at the start (JSON)."""
MAX_DEALS = 20_000
"""All deals are listed to judge an outcome, so there may not be more."""


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

    def varies(self, seat: int) -> bool:
        """Tell whether these parameters leave open what ``seat`` privately knows."""
        return self.hidden

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
        from .talks import BargainState

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
