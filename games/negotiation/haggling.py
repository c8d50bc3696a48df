"""Price haggling: a seller and a buyer of one thing, each with a private price that it must not cross to gain.

Rules in words. A thing is on sale at a list price that both see. What it would cost the seller to part with it (its cost) and what it
is worth to the buyer are private. They propose prices in turn, accept, reject or walk away, and may speak with every act. At a price p
the seller earns p minus its cost and the buyer its value minus p; without a deal each earns its outside option. A deal below cost or above
value is allowed and loses money.

The listings are synthetic: a category and a thing in it, a list price L drawn log-uniformly from the category's range, the seller's cost drawn
uniformly from 0.5 L to 0.9 L and the buyer's value from 0.6 L to 1.1 L, each rounded to the category's price step. So the zone of agreement
is empty at times; ``always_zone`` keeps only settings in which value exceeds cost.

| parameter | meaning | default |
|---|---|---|
| `categories` | what may be on sale | furniture, phone, bike, electronics |
| `cost_range` | seller's cost as parts of the list price | 0.5, 0.9 |
| `value_range` | buyer's value as parts of the list price | 0.6, 1.1 |
| `ceiling` | highest price that can be named, as a part of the list price | 1.2 |
| `always_zone` | value exceeds cost for certain | no |
| `first` | who begins: 0 the seller, 1 the buyer | 1 |

and the other parameters of the protocol, see :class:`~ludens.games.negotiation.table.Bargain`.

Actions: `propose` with a price, `accept`, `reject`, `walk`. Observation: time gone, whose turn, which offers are open, both latest
prices as parts of the ceiling, the list price and one's own private price. Payoffs: money. Roles: player_0 sells, player_1 buys.

No mechanism is efficient in all such settings (Myerson and Satterthwaite 1983): agents that trade exactly when value
exceeds cost, always, know more than they should.

Sources: He, Chen, Balakrishnan and Liang 2018, "Decoupling Strategy and Generation in Negotiation Dialogues", arXiv 1808.09637 (setting and
categories); Chatterjee and Samuelson 1983, Operations Research 31; Myerson and Satterthwaite 1983, Journal of Economic Theory 29.

Version history: v0, first version.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core import Prediction
from ..domains import Integer, Record
from ..words import number
from .predictions import haggling_card
from .table import Bargain, Deal, Private, Setting

__all__ = ["CATEGORIES", "Category", "Haggling"]


class Category(NamedTuple):
    """Things on sale, the range of their list prices and the step of all prices, in money."""

    things: tuple[str, ...]
    low: int
    high: int
    step: int


CATEGORIES = {
    "furniture": Category(("oak desk", "leather armchair", "bookshelf", "dining table"), 40, 800, 1),
    "phone": Category(("used smartphone", "phone with a cracked corner", "refurbished phone"), 60, 600, 1),
    "bike": Category(("road bike", "city bike", "mountain bike"), 60, 900, 1),
    "electronics": Category(("record player", "game console", "camera", "pair of loudspeakers"), 30, 700, 1),
    "housing": Category(("room in a shared flat", "one-bedroom flat"), 700, 3500, 10),
    "car": Category(("small hatchback", "estate car", "pickup truck"), 1500, 15000, 50),
}
"""Synthetic listings by category."""
SELLER, BUYER = 0, 1


@dataclass(frozen=True, kw_only=True)
class Haggling(Bargain):
    """Seller and buyer look for a price; see the module."""

    categories: tuple[str, ...] = ("furniture", "phone", "bike", "electronics")
    cost_range: tuple[float, float] = (0.5, 0.9)
    value_range: tuple[float, float] = (0.6, 1.1)
    ceiling: float = 1.2
    always_zone: bool = False
    first: int = BUYER

    unit: ClassVar[str] = "dollars"
    roles: ClassVar[tuple[str, ...]] = ("seller", "buyer")

    def __post_init__(self) -> None:
        super().__post_init__()
        known = ", ".join(CATEGORIES)
        self.require(bool(self.categories) and all(name in CATEGORIES for name in self.categories), "categories", f"should be some of: {known}")
        for name in ("cost_range", "value_range"):
            low, high = getattr(self, name)
            self.require(0 <= low <= high <= 3, name, "should be two parts of the list price from 0 to 3, the smaller first")
        top = max(self.cost_range[1], self.value_range[1])
        self.require(max(1.0, top) <= self.ceiling <= 5, "ceiling", f"should be from {max(1.0, top):g} (no private price lies above it) to 5")
        self.require(not self.always_zone or self.value_range[1] > self.cost_range[0] + 0.1, "always_zone", "needs values that clearly reach above costs")

    def varies(self, seat: int) -> bool:
        low, high = self.cost_range if seat == SELLER else self.value_range
        return low < high

    # -- the setting -------------------------------------------------------------------------------------------------

    def draw(self, rng: np.random.Generator) -> tuple[Setting, list[Private]]:
        name = self.categories[int(rng.integers(len(self.categories)))]
        kind = CATEGORIES[name]
        thing = kind.things[int(rng.integers(len(kind.things)))]
        price = _snap(math.exp(rng.uniform(math.log(kind.low), math.log(kind.high))), kind.step)
        setting = {"category": name, "thing": thing, "list_price": price, "step": kind.step, "ceiling": self._ceiling(price, kind.step)}
        while True:
            drawn = [self._limit(setting, seat, rng) for seat in (SELLER, BUYER)]
            if self._allowed(drawn[SELLER], drawn[BUYER]):
                return setting, [{"limit": limit} for limit in drawn]

    def _limit(self, setting: Setting, seat: int, rng: np.random.Generator) -> int:
        part = rng.uniform(*(self.cost_range if seat == SELLER else self.value_range))
        return min(_snap(part * setting["list_price"], setting["step"]), setting["ceiling"])

    def _allowed(self, cost: int, value: int) -> bool:
        return value > cost or not self.always_zone

    def redraw(self, setting: Setting, seat: int, known: Private, rng: np.random.Generator) -> Private:
        while True:
            limit = self._limit(setting, seat, rng)
            if self._allowed(*((limit, known["limit"]) if seat == SELLER else (known["limit"], limit))):
                return {"limit": limit}

    def _ceiling(self, price: int, step: int) -> int:
        return step * math.floor(self.ceiling * price / step + 1e-9)

    @cached_property
    def _highest(self) -> int:
        return max(self._ceiling(CATEGORIES[name].high, CATEGORIES[name].step) for name in self.categories)

    def setting_text(self, setting: Setting) -> str:
        steps = f" in steps of {setting['step']}" if setting["step"] != 1 else ""
        return f"For sale: a {setting['thing']}, listed at {setting['list_price']} dollars. Prices from 0 to {setting['ceiling']}{steps} can be named."

    def private_text(self, setting: Setting, seat: int, private: Private) -> str:
        limit = private["limit"]
        return f"To the seller the thing is worth {limit} dollars." if seat == SELLER else f"To the buyer the thing is worth {limit} dollars."

    # -- deals: the price in steps -----------------------------------------------------------------------------------

    def offer_fields(self, setting: Setting | None, seat: int) -> Record:
        if setting is None:
            return Record.of({"price": Integer(0, self._highest, min(CATEGORIES[name].step for name in self.categories))})
        return Record.of({"price": Integer(0, setting["ceiling"], setting["step"])})

    def to_deal(self, setting: Setting, seat: int, fields: Mapping[str, Any]) -> Deal:
        return (int(fields["price"]),)

    def to_fields(self, setting: Setting, seat: int, deal: Deal) -> dict[str, Any]:
        return {"price": deal[0]}

    def deals(self, setting: Setting) -> NDArray[np.int64]:
        return np.arange(0, setting["ceiling"] + 1, setting["step"], dtype=np.int64)[:, None]

    def worth(self, setting: Setting, seat: int, private: Private, deals: NDArray[np.int64]) -> NDArray[np.float64]:
        gain = deals[:, 0] - private["limit"]
        return np.asarray(gain if seat == SELLER else -gain, dtype=np.float64)

    def deal_bounds(self) -> tuple[float, float]:
        # the dearest category has the widest span, so its list price bounds them all; a step covers the rounding
        price, step = max((CATEGORIES[name].high, CATEGORIES[name].step) for name in self.categories)
        top = self._ceiling(price, step)
        low = min(-self.cost_range[1] * price, self.value_range[0] * price - top)
        return low - step, max(top - self.cost_range[0] * price, self.value_range[1] * price) + step

    def deal_text(self, setting: Setting, deal: Deal) -> str:
        return f"the {setting['thing']} for {deal[0]} dollars"

    # -- in words and numbers ----------------------------------------------------------------------------------------

    def topic(self) -> str:
        low, high = (f"{number(100 * part)} %" for part in self.cost_range)
        least, most = (f"{number(100 * part)} %" for part in self.value_range)
        return (
            "A seller (player_0) and a buyer (player_1) haggle over the price of one thing. What it is worth to each is private: to the seller anything from "
            f"{low} to {high} of the list price, to the buyer from {least} to {most}. At a price the seller earns the price minus what "
            "the thing is worth to it; the buyer earns what it is worth to it minus the price."
        )

    def scale(self, setting: Setting, deal: Deal) -> list[float]:
        return [deal[0] / setting["ceiling"]]

    def setting_features(self, setting: Setting) -> list[float]:
        return [setting["list_price"] / self._highest]

    def private_features(self, setting: Setting, private: Private) -> list[float]:
        return [private["limit"] / setting["ceiling"]]

    def more_facts(self, setting: Setting, private: list[Private], deal: Deal | None) -> dict[str, Any]:
        cost, value = private[SELLER]["limit"], private[BUYER]["limit"]
        price = None if deal is None else deal[0]
        return {
            "price": price,
            "price_of_list": None if price is None else price / setting["list_price"],
            "zone": value - cost,
            "efficient_trade": (deal is not None) == (value > cost) or value == cost,
        }

    def predictions(self) -> tuple[Prediction, ...]:
        return haggling_card(self)


def _snap(amount: float, step: int) -> int:
    return step * round(amount / step)
