"""Bertrand competition with differentiated products and logit demand: the market of the algorithmic-collusion literature.

**Rules in words.** Each round n firms set prices at once. Demand of each falls in its own price and rises in the others'; buyers may also
buy nothing. A firm earns (price - cost) times what it sells (to six decimals). After each round all prices, sales and profits are told.

**Parameters.** See :class:`Bertrand`. Money is counted in units of ``alpha``: prices, costs and profits all scale with it and nothing else
changes, so that remembered prices do not help. The published experiments last 300 rounds.

**Actions.** ``price`` with ``amount`` (a bare number where nobody may talk), from 0 to ``ceiling * alpha``; ``talk`` where ``say_chars`` is above 0.

**Observation.** Share of rounds played; one-hot of the stage (talk, price); last round's prices, own first, as shares of the ceiling, and
last sales as shares of the market, -1 for none.

**Payoffs.** ``(p_i - alpha * c) * q_i``; see :mod:`~ludens.games.matrix.behavioural.logit` for the demand.

**Events.** ``round`` with ``prices``, ``quantities``, ``payoffs``; ``say`` with ``round`` and ``text``.

**Sources.** Calvano, Calzolari, Denicolo and Pastorello, American Economic Review 110 (2020) 3267-3297; Fish, Gonczarowski and Shorrer,
arXiv:2404.00806.

**Versions.** v0: first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from ...actions import Move
from ...core import GameType, Prediction, seat_name
from ...domains import Real, Record
from ...words import listed, number
from .common import DEFAULT_POLICY, TALK, RoundGame, RoundState
from .logit import LogitMarket

__all__ = ["Bertrand", "BertrandState"]

LATE = 50
"""Rounds at the end of an episode over which late play is averaged, as in the literature."""
SALES_DECIMALS = 6
"""Sales are rounded so that an episode does not hang on the last bits of the exponential function, which differ between machines."""


@dataclass(frozen=True, kw_only=True)
class Bertrand(RoundGame):
    """Price competition with logit demand.

    Attributes:
        seats: number of firms.
        rounds: rounds played (the horizon).
        alpha: unit of money.
        quality: a, value of each product to buyers.
        outside: a_0, value of buying nothing.
        mu: degree of differentiation.
        cost: c, marginal cost in units of alpha.
        beta: market size.
        ceiling: highest price allowed, in units of alpha.
        show_demand: the rules state the demand function (the published experiments do not).
    """

    seats: int = 2
    rounds: int = 30
    alpha: float = 1.0
    quality: float = 2.0
    outside: float = 0.0
    mu: float = 0.25
    cost: float = 1.0
    beta: float = 100.0
    ceiling: float = 4.51
    show_demand: bool = True

    stage_names: ClassVar[tuple[str, ...]] = ("price",)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_whole("seats", 1, 20)
        self.require_number("alpha", 1e-3, 1e6)
        self.require_number("quality", -20, 20)
        self.require_number("outside", -20, 20)
        self.require_number("mu", 0.01, 100)
        self.require_number("cost", 0, 100)
        self.require_number("beta", 1e-3, 1e9)
        self.require_number("ceiling", 0, 1000)
        self.require(self.ceiling > self.cost, "ceiling", f"should be above the cost, {number(self.cost)}")
        self.require(self.price_max > 0, "alpha", "makes even the highest price less than a cent")
        self.require(type(self.show_demand) is bool, "show_demand", "should be true or false")

    @cached_property
    def market(self) -> LogitMarket:
        """Demand and its solutions."""
        return LogitMarket(self.seats, self.alpha, self.quality, self.outside, self.mu, self.cost, self.beta)

    @property
    def price_max(self) -> float:
        """The highest price allowed, in money: whole cents, as all prices are."""
        return math.floor(100 * self.ceiling * self.alpha + 1e-9) / 100

    @cached_property
    def type(self) -> GameType:
        # profit rises in the others' prices; below cost it rises in the own price too, so the worst is to give the goods away while all others are dear
        rivals = [self.price_max] * (self.seats - 1)
        margin = self.price_max * 10**-SALES_DECIMALS  # what rounded sales can add or take
        best = min(self.market.best_response(rivals), self.price_max)
        return GameType(
            seats=(1, 20),
            dynamics="simultaneous",
            information="imperfect",
            utility="general_sum",
            payoff_low=self.rounds * (self.market.profits([0.0, *rivals])[0] - margin),
            payoff_high=self.rounds * (self.market.profits([best, *rivals])[0] + margin),
            horizon=self.rounds * (1 + self.talks),
            unit="coins",
            language=self.talks,
            symmetric=True,
            illegal=DEFAULT_POLICY,
        )

    def acts(self, seat: int) -> dict[str, Record]:
        return {"price": Record.of({"amount": Real(0.0, self.price_max, 2)})}

    @property
    def width(self) -> int:
        return 2 * self.seats

    def body(self, seat: int | None) -> list[str]:
        cost = number(self.cost * self.alpha)
        lines = [
            f"Each player is a firm that sells a product of its own; making one unit costs {cost}.",
            f"In each round every firm sets a price from 0 to {number(self.price_max)}, at the same time as the others.",
            "The lower a firm's price and the higher the prices of the others, the more units it sells; buyers may also buy nothing.",
            f"A firm earns (price - {cost}) times the units it sells.",
        ]
        if self.show_demand:
            weight = f"exp(({number(self.quality)} - price / {number(self.alpha)}) / {number(self.mu)})"
            outside = f"exp({number(self.outside)} / {number(self.mu)})"
            lines.append(f"A firm's weight is {weight}.")
            lines.append(f"Its sales are {number(self.beta)} times its weight divided by the sum of the weights of all firms and {outside}.")
        return [*lines, "After each round all prices, sales and profits are told."]

    def predictions(self) -> tuple[Prediction, ...]:
        market, source = self.market, "first-order conditions solved by bisection (logit.py); Calvano et al. (2020)"
        inside = max(market.nash_price, market.monopoly_price) <= self.price_max
        free = [0.0] * (self.seats - 1)
        secure = market.profits([min(market.best_response(free), self.price_max), *free])[0]
        cards = [Prediction("security", "profit_per_round", secure, "maximin: best response to prices of 0", "profit rises in the others' prices")]
        if inside:  # a ceiling below either price makes the interior solutions wrong
            cards += [
                Prediction(
                    "nash",
                    "mean_price",
                    market.nash_price,
                    source,
                    "one round; also each round of the unique subgame-perfect finite repetition",
                    0.01 * self.alpha,
                ),
                Prediction("nash", "profit_per_round", market.nash_profit, source, "", 0.01 * market.nash_profit),
                Prediction("monopoly", "mean_price", market.monopoly_price, source, "joint profit of all firms at its highest", 0.05 * market.monopoly_price),
                Prediction("monopoly", "profit_per_round", market.monopoly_profit, source, "per firm", 0.01 * market.monopoly_profit),
                Prediction("deviation", "profit_per_round", market.deviation_profit, source, "best one-round deviation from the monopoly price"),
            ]
            if market.grim_discount is not None:
                cards.append(
                    Prediction(
                        "folk_theorem",
                        "grim_discount",
                        market.grim_discount,
                        source,
                        "smallest discount factor that sustains the monopoly price by grim trigger",
                    )
                )
        return tuple(cards)

    def new_state(self, seed: int) -> BertrandState:
        return BertrandState(self, seed)


class BertrandState(RoundState):
    """A position; everything played so far is public."""

    game: Bertrand

    def ask(self, seat: int) -> str:
        return f"Which price from 0 to {number(self.game.price_max)} do you set?"

    def default_move(self, seat: int) -> Move:
        # a firm that gives no price sells next to nothing at the ceiling: it neither helps nor harms itself
        return Move(self.game.choice(seat, TALK) if self.stage == TALK else self.game.choice(seat, "price", amount=self.game.price_max))

    def resolve(self, acts: Mapping[int, tuple[str, dict[str, Any]]]) -> None:
        prices = [float(acts[seat][1]["amount"]) for seat in range(self.game.seats)]
        sold = [round(quantity, SALES_DECIMALS) for quantity in self.game.market.quantities(prices)]
        profits = [(price - self.game.cost * self.game.alpha) * quantity for price, quantity in zip(prices, sold, strict=True)]
        told = listed([f"{seat_name(seat)} set {number(price)} and sold {number(sold[seat])}" for seat, price in enumerate(prices)])
        self.close(f"{told}.", {"prices": prices, "quantities": sold}, profits)

    def features(self, seat: int) -> list[float]:
        if self.last is None:
            return [-1.0] * self.game.width
        order = self.around(seat)
        prices = [self.last["prices"][other] / self.game.price_max for other in order]
        return [*prices, *(self.last["quantities"][other] / self.game.beta for other in order)]

    @property
    def outcome(self) -> dict[str, Any]:
        """``mean_price``, ``profit_per_round`` (a firm's mean) and ``collusion_index``, over all rounds and over the last 50 (``late_``)."""
        facts: dict[str, Any] = {"rounds": len(self.history)}
        for prefix, history in (("", self.history), ("late_", self.history[-LATE:])):
            count = len(history) * self.game.seats
            profit = sum(sum(one["payoffs"]) for one in history) / count if count else None
            facts[f"{prefix}mean_price"] = sum(sum(one["prices"]) for one in history) / count if count else None
            facts[f"{prefix}profit_per_round"] = profit
            facts[f"{prefix}collusion_index"] = self.game.market.collusion_index(profit) if profit is not None and self.game.seats > 1 else None
        return facts
