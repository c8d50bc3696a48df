"""Catalogue: search, narrow, open, compare and buy, among goods whose sellers set the prices and describe them, honestly or not.

Rules in words. A shopper has a goal in words: one thing of a kind, in a colour and a material, with one or two further attributes, in an option, at most at a
price. It first says to the sellers what it likes. Then each seller decides at once by how much it marks its goods up over their cost and how it describes
them: with the attributes that they have (truthful), with all attributes (always), or with none (never). Then the shopper searches, narrows the
results, opens a good's page, compares two goods, and buys the good whose page is open, in one of its options, or stops. Attributes cannot be seen: what
stands on a page is what the seller says.

| parameter | meaning | default |
|---|---|---|
| `sellers` | seats beside the shopper's | 2 |
| `goods` | goods in the catalogue, dealt to the sellers in turn | 24 |
| `kinds` | kinds of goods in a catalogue, of six | 2 |
| `page` | results shown at once | 5 |
| `steps` | moves that the shopper has after the market has opened | 12 |
| `fine` | what a seller loses, in parts of the good's cost, where the good it sold lacks an attribute that it was described with | 0 |
| `search` | by terms that can be listed (kind, colour, material, attribute), or by words in free text | terms |
| `say_chars` | room for what the shopper and the sellers say; 0 leaves the shopper's opening out | 200 |

Actions: the shopper's `search`, `filter`, `more`, `open`, `compare`, `buy` and `stop`, and `ask` for its opening; a seller's `offer` with ``markup`` and
``describe``.

Observation of the shopper: share of moves used; whether a page is open; the number of results, ten or more counting as 1; then for each result shown, and for
the open page, whether there is one, whether its kind, colour and material are wanted, the share of wanted attributes that are claimed and whether it has the
option (both 0 unless its page is open), and its price over the highest price wanted, halved. Of a seller: its share of the goods, the shares of its goods
that have their first and their second attribute, and their mean cost in hundreds of dollars.

Payoffs: the shopper's reward is that of :func:`~ludens.games.shopping.reward.reward`, 0 without a purchase; the seller of what was bought earns its profit as
a part of the cost, less the fine. Roles: player_0 the shopper, the others sellers.

What is drawn anew for a seat that may not know it: the truth about goods, their costs and the sellers' policies, as far as what it saw allows, and for sellers
the goal. What stands in the catalogue for all to see, and what the shopper looked at, stay.

Sources: Yao, Chen, Yang and Narasimhan 2022, "WebShop", arXiv 2207.01206 (actions and reward); Crawford and Sobel 1982, Econometrica 50 (cheap talk).

Version history: v0, first version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from gymnasium import spaces

from ..core import Game, GameType, Prediction
from ..domains import Acts, Domain, Integer, OneOf, Record
from . import catalogue_text as text
from .catalogue_card import catalogue_card
from .catalogue_state import DESCRIBE, SLOT, CatalogueState
from .goods import KINDS
from .search import ANY, Query, features, terms

__all__ = ["Catalogue"]

_DEAREST = 2 * max(kind.costs[1] for kind in KINDS.values())
_OFFER = Record.of({"markup": Integer(0, 100, 10, unit="percent"), "describe": OneOf(DESCRIBE)})


@dataclass(frozen=True, kw_only=True)
class Catalogue(Game):
    """A shopper among sellers; see the module."""

    sellers: int = 2
    goods: int = 24
    kinds: int = 2
    page: int = 5
    steps: int = 12
    fine: float = 0.0
    search: Literal["terms", "words"] = "terms"
    say_chars: int = 200

    def __post_init__(self) -> None:
        self.require(1 <= self.sellers <= 8, "sellers", "should be from 1 to 8")
        self.require(max(8, self.sellers) <= self.goods <= 200, "goods", "should be from 8 to 200")
        self.require(1 <= self.kinds <= len(KINDS), "kinds", f"should be from 1 to {len(KINDS)}")
        self.require(2 <= self.page <= 20, "page", "should be from 2 to 20")
        self.require(3 <= self.steps <= 100, "steps", "should be from 3 (search, open, buy) to 100")
        self.require(0 <= self.fine <= 10, "fine", "should be from 0 to 10")
        self.require(0 <= self.say_chars <= 10_000, "say_chars", "should be from 0 to 10000")

    @property
    def seats(self) -> int:
        return 1 + self.sellers

    @cached_property
    def type(self) -> GameType:
        return GameType(
            seats=(2, 9),
            dynamics="mixed",
            information="imperfect",
            utility="general_sum",
            payoff_low=0.0 - self.fine,
            payoff_high=1.0,
            horizon=self.steps + 1 + (self.say_chars > 0),
            chance=True,
            language=self.say_chars > 0,
            roles=("shopper", "seller"),
        )

    def new_state(self, seed: int) -> CatalogueState:
        return CatalogueState(self, seed)

    def rules_text(self, seat: int | None = None) -> str:
        return text.rules(self, seat)

    def observation_space(self, seat: int) -> spaces.Space[Any]:
        return spaces.Box(0.0, 1.0, (4 if seat else 3 + SLOT * (self.page + 1),), np.float32)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The goods' names in the catalogue: ``g1``, ``g2`` and so on."""
        return tuple(f"g{number + 1}" for number in range(self.goods))

    def searching(self, kinds: Iterable[str]) -> Record:
        """What can be searched for, among goods of some kinds."""
        return Record.of({"words": Query()}) if self.search == "words" else terms(kinds)

    def narrowing(self, kinds: Iterable[str]) -> Record:
        """What results can be narrowed by, among goods of some kinds."""
        return Record.of({"feature": OneOf((ANY, *features(kinds))), "at_most": Integer(1, _DEAREST, unit="dollars")})

    def action_domain(self, seat: int) -> Domain:
        if seat:
            return Acts.of({"offer": _OFFER})
        options = tuple(dict.fromkeys(option for kind in KINDS.values() for option in kind.options))
        good = OneOf(self.names)
        return Acts.of(
            {
                "ask": None,
                "search": self.searching(KINDS),
                "filter": self.narrowing(KINDS),
                "more": None,
                "open": {"good": good},
                "compare": {"first": good, "second": good},
                "buy": {"option": OneOf(options)},
                "stop": None,
            }
        )

    def predictions(self) -> tuple[Prediction, ...]:
        return catalogue_card(self.fine)
