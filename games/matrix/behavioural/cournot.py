"""Cournot competition: firms choose quantities, the market price falls linearly in the total.

**Rules in words.** Each round n firms choose quantities at once. All units sell at the price ``max(0, intercept - slope * total)``; a firm
earns (price - cost) times its quantity.

**Parameters.** See :class:`Cournot`. ``cost < intercept``.

**Actions.** ``produce`` with ``quantity`` (a bare number where nobody may talk), from 0 to the capacity; ``talk`` where ``say_chars`` is above 0.

**Observation.** Share of rounds played; one-hot of the stage (talk, produce); last round's quantities, own first, as shares of the capacity, and
the last price as a share of the intercept, -1 for none.

**Payoffs.** ``(price - cost) * q_i``.

**Events.** ``round`` with ``quantities``, ``price``, ``payoffs``; ``say`` with ``round`` and ``text``.

**Sources.** Cournot, Recherches sur les principes mathematiques de la theorie des richesses (1838); Huck, Normann and Oechssler, Journal of
Economic Behavior and Organization 53 (2004) 435-446, for how play changes with the number of firms.

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

__all__ = ["Cournot", "CournotState"]


@dataclass(frozen=True, kw_only=True)
class Cournot(RoundGame):
    """Quantity competition with linear demand.

    Attributes:
        seats: number of firms n.
        rounds: rounds played.
        intercept: A, the price at which nobody buys.
        slope: b, how much the price falls for each unit.
        cost: c, marginal cost.
        capacity: highest quantity of a firm; None for the quantity at which the price is 0.
    """

    seats: int = 2
    rounds: int = 20
    intercept: float = 100.0
    slope: float = 1.0
    cost: float = 10.0
    capacity: float | None = None

    stage_names: ClassVar[tuple[str, ...]] = ("produce",)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_whole("seats", 1, 20)
        self.require_number("intercept", 1e-3, 1e6)
        self.require_number("slope", 1e-3, 1e6)
        self.require_number("cost", 0, 1e6)
        self.require(self.cost < self.intercept, "cost", f"should be below the intercept, {number(self.intercept)}")
        if self.capacity is not None:
            self.require_number("capacity", 0.01, 1e9)

    @property
    def most(self) -> float:
        """The highest quantity of a firm, in hundredths as all quantities are."""
        return math.floor(100 * self.capacity + 1e-9) / 100 if self.capacity is not None else math.ceil(100 * self.intercept / self.slope) / 100

    def price(self, total: float) -> float:
        """Give the market price for a total quantity."""
        return max(0.0, self.intercept - self.slope * total)

    def best_response(self, others: float) -> float:
        """Give the quantity that maximises one firm's profit when the others together produce ``others``."""
        return min(max((self.intercept - self.cost - self.slope * others) / (2 * self.slope), 0.0), self.most)

    @property
    def nash_quantity(self) -> float:
        """Quantity of each firm in the one-shot equilibrium: ``(A - c) / (b (n + 1))``, or the capacity if that is less."""
        return min((self.intercept - self.cost) / (self.slope * (self.seats + 1)), self.most)

    @property
    def joint_quantity(self) -> float:
        """Quantity of each firm that maximises joint profit: ``(A - c) / (2 b n)``, or the capacity if that is less."""
        return min((self.intercept - self.cost) / (2 * self.slope * self.seats), self.most)

    @property
    def walras_quantity(self) -> float:
        """Quantity of each firm at which the price equals the cost: ``(A - c) / (b n)``, or the capacity if that is less."""
        return min((self.intercept - self.cost) / (self.slope * self.seats), self.most)

    def profit(self, own: float, others: float) -> float:
        """Give one firm's profit."""
        return (self.price(own + others) - self.cost) * own

    @cached_property
    def type(self) -> GameType:
        # in the own quantity profit is concave while the price is positive and falls after: its least value lies at an end
        worst = min(0.0, self.profit(self.most, self.most * (self.seats - 1)))
        return GameType(
            seats=(1, 20),
            dynamics="simultaneous",
            information="imperfect",
            utility="general_sum",
            payoff_low=self.rounds * worst,
            payoff_high=self.rounds * self.profit(self.best_response(0.0), 0.0),
            horizon=self.rounds * (1 + self.talks),
            unit="coins",
            language=self.talks,
            symmetric=True,
            illegal=DEFAULT_POLICY,
        )

    def acts(self, seat: int) -> dict[str, Record]:
        return {"produce": Record.of({"quantity": Real(0.0, self.most, 2)})}

    @property
    def width(self) -> int:
        return self.seats + 1

    def body(self, seat: int | None) -> list[str]:
        a, b, c = number(self.intercept), number(self.slope), number(self.cost)
        return [
            f"Each player is a firm. All make the same product; one unit costs {c} to make.",
            f"In each round every firm chooses how much to produce, from 0 to {number(self.most)}, at the same time as the others.",
            f"Everything is sold at the same price: {a} - {b} x (total quantity), but not below 0. A firm earns (price - {c}) times its quantity.",
            "After each round all quantities, the price and the profits are told.",
        ]

    def predictions(self) -> tuple[Prediction, ...]:
        cards = [Prediction("security", "profit_per_round", 0.0, "maximin: produce nothing", "the others can push the price below cost", 1e-9)]
        kinds = (
            ("nash", self.nash_quantity, "one round"),
            ("monopoly", self.joint_quantity, "joint profit"),
            ("walras", self.walras_quantity, "price equals cost"),
        )
        for concept, each, note in kinds:
            profit = self.profit(each, each * (self.seats - 1))
            cards.append(Prediction(concept, "mean_quantity", each, "closed form, first-order conditions", note, 0.01 * each))
            cards.append(Prediction(concept, "profit_per_round", profit, "closed form", note, 0.01 * max(abs(profit), 1.0)))
        return tuple(cards)

    def new_state(self, seed: int) -> CournotState:
        return CournotState(self, seed)


class CournotState(RoundState):
    """A position; everything played so far is public."""

    game: Cournot

    def ask(self, seat: int) -> str:
        return f"How much do you produce, from 0 to {number(self.game.most)}?"

    def default_move(self, seat: int) -> Move:
        return Move(self.game.choice(seat, TALK) if self.stage == TALK else self.game.choice(seat, "produce", quantity=0.0))

    def resolve(self, acts: Mapping[int, tuple[str, dict[str, Any]]]) -> None:
        game = self.game
        quantities = [float(acts[seat][1]["quantity"]) for seat in range(game.seats)]
        price = game.price(math.fsum(quantities))
        told = listed([f"{seat_name(seat)} {number(quantity)}" for seat, quantity in enumerate(quantities)])
        profits = [(price - game.cost) * quantity for quantity in quantities]
        self.close(f"quantities were {told}; the price was {number(price)}.", {"quantities": quantities, "price": price}, profits)

    def features(self, seat: int) -> list[float]:
        if self.last is None:
            return [-1.0] * self.game.width
        return [*(self.last["quantities"][other] / self.game.most for other in self.around(seat)), self.last["price"] / self.game.intercept]

    @property
    def outcome(self) -> dict[str, Any]:
        """``mean_quantity`` and ``profit_per_round`` of a firm, ``mean_price``."""
        rounds, n = len(self.history), self.game.seats
        if not rounds:
            return {"rounds": 0, "mean_quantity": None, "mean_price": None, "profit_per_round": None}
        return {
            "rounds": rounds,
            "mean_quantity": sum(sum(one["quantities"]) for one in self.history) / rounds / n,
            "mean_price": sum(one["price"] for one in self.history) / rounds,
            "profit_per_round": sum(sum(one["payoffs"]) for one in self.history) / rounds / n,
        }
