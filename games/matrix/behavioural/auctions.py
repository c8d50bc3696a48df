"""Sealed-bid auctions with independent private values: first price and second price (Vickrey).

**Rules in words.** Each round every seat is told its own value of the good, drawn uniformly from ``value_low`` to ``value_high`` (two
decimals), independently of the others. All bid at once. The highest bid wins (ties by lot) and pays its own bid (first price) or the
second-highest bid (second price). After each round all bids and the price are told, values never.

**Parameters.** See :class:`Auction`; ``first_price_auction`` and ``second_price_auction`` differ in the price only.

**Actions.** ``bid`` with ``amount`` (a bare number where nobody may talk), from 0 to ``value_high``; ``talk`` where ``say_chars`` is above 0.

**Observation.** Share of rounds played; one-hot of the stage (talk, bid); the own value; last round's bids, own first, and price, as shares of
``value_high``; whether the seat won; -1 for none.

**Payoffs.** ``value - price`` for the winner, 0 for the others.

**Events.** ``value`` (to one seat) with ``round`` and ``value``; ``round`` with ``bids``, ``winner``, ``price``; ``result`` (to one seat)
with ``round`` and ``payoff``; ``say``.

**Predictions.** With uniform values on [l, h]: first price, ``b(v) = l + (n - 1) / n * (v - l)`` is the symmetric equilibrium; second
price, ``b(v) = v`` is dominant; both raise ``l + (n - 1) / (n + 1) * (h - l)`` on average (revenue equivalence).

**Sources.** Vickrey, Journal of Finance 16 (1961) 8-37; Krishna, Auction Theory (2nd ed. 2010), chapters 2 and 3; Kagel, Auctions: A Survey
of Experimental Research, in Kagel and Roth (eds), Handbook of Experimental Economics (1995) 501-585.

**Versions.** v0: first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from ...actions import Move
from ...core import GameType, Prediction, seat_name
from ...domains import Real, Record
from ...words import listed, number
from . import auction_values
from .common import DEFAULT_POLICY, MAX_SEATS, TALK, RoundGame, RoundState, amount

__all__ = ["Auction", "AuctionState", "FirstPriceAuction", "SecondPriceAuction"]


@dataclass(frozen=True, kw_only=True)
class Auction(RoundGame):
    """What both auctions share.

    Attributes:
        seats: number of bidders n.
        rounds: goods sold one after another, with new values each time.
        value_low, value_high: range of the values.
    """

    seats: int = 3
    rounds: int = 5
    value_low: float = 0.0
    value_high: float = 100.0

    stage_names: ClassVar[tuple[str, ...]] = ("bid",)
    pays: ClassVar[str]

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_whole("seats", 2, MAX_SEATS)
        self.require_number("value_low", 0, 1e6)
        self.require_number("value_high", 0.01, 1e6)
        for name in ("value_low", "value_high"):
            self.require(round(getattr(self, name), 2) == getattr(self, name), name, "should have at most two decimals, as values do")
        self.require(self.value_low < self.value_high, "value_low", f"should be below value_high, {number(self.value_high)}")

    def price(self, bids: Sequence[float]) -> float:
        """Give what the winner pays."""
        raise NotImplementedError

    def equilibrium_bid(self, value: float) -> float:
        """Give the symmetric equilibrium bid for a value (uniform values, risk-neutral bidders)."""
        raise NotImplementedError

    @property
    def equilibrium_revenue(self) -> float:
        """Expected price in the symmetric equilibrium: the mean of the second-highest of n uniform values."""
        return self.value_low + (self.seats - 1) / (self.seats + 1) * (self.value_high - self.value_low)

    @cached_property
    def type(self) -> GameType:
        return GameType(
            seats=(2, MAX_SEATS),
            dynamics="simultaneous",
            information="imperfect",
            utility="general_sum",
            payoff_low=self.rounds * (self.value_low - self.value_high),
            payoff_high=self.rounds * self.value_high,
            horizon=self.rounds * (1 + self.talks),
            unit="coins",
            chance=True,
            language=self.talks,
            symmetric=True,
            illegal=DEFAULT_POLICY,
        )

    def acts(self, seat: int) -> dict[str, Record]:
        return {"bid": Record.of({"amount": Real(0.0, self.value_high, 2)})}

    @property
    def width(self) -> int:
        return self.seats + 3

    def body(self, seat: int | None) -> list[str]:
        who, its = ("Each player is", "its") if seat is None else ("You are", "your")
        return [
            f"In each round a good is sold. {who} told {its} own value of the good, which no other player is told.",
            f"Values are drawn separately for each player; all numbers from {number(self.value_low)} to {number(self.value_high)} are equally likely.",
            f"All players bid at the same time, from 0 to {number(self.value_high)}. The highest bid wins; equal bids are decided by lot.",
            f"The winner pays {self.pays} and earns its value minus that price; the others earn nothing.",
            "After each round all bids and the price are told; values are not.",
        ]

    def predictions(self) -> tuple[Prediction, ...]:
        spread, n = self.value_high - self.value_low, self.seats
        return (
            Prediction(
                "nash",
                "mean_price",
                self.equilibrium_revenue,
                "Vickrey (1961); Krishna (2010) ch. 2",
                "expected revenue; equal in both auctions",
                0.05 * self.value_high,
            ),
            Prediction("nash", "payoff_per_round", spread / (n * (n + 1)), "Krishna (2010) ch. 2", "expected payoff of a bidder"),
            Prediction("welfare", "efficiency", 1.0, "the highest value wins in the symmetric equilibrium", "", 0.02),
            Prediction("security", "payoff_per_round", 0.0, "maximin: bid no more than the value", "another seat can always bid value_high", 1e-9),
        )

    def new_state(self, seed: int) -> AuctionState:
        return AuctionState(self, seed)


@dataclass(frozen=True, kw_only=True)
class FirstPriceAuction(Auction):
    """The highest bid wins and is paid."""

    pays: ClassVar[str] = "its own bid"

    def price(self, bids: Sequence[float]) -> float:
        return max(bids)

    def equilibrium_bid(self, value: float) -> float:
        return self.value_low + (self.seats - 1) / self.seats * (value - self.value_low)

    def predictions(self) -> tuple[Prediction, ...]:
        theory = Prediction(
            "nash", "bid_to_value", (self.seats - 1) / self.seats, "Vickrey (1961): risk-neutral symmetric equilibrium", "for value_low = 0", 0.05
        )
        human = Prediction(
            "human",
            "bid_to_value",
            "above equilibrium",
            "Kagel (1995), survey of laboratory auctions",
            "overbidding against risk-neutral equilibrium with n >= 3; no single figure",
        )
        return (*super().predictions(), *((theory, human) if self.value_low == 0 else ()))


@dataclass(frozen=True, kw_only=True)
class SecondPriceAuction(Auction):
    """The highest bid wins and pays the second-highest."""

    pays: ClassVar[str] = "the second-highest bid"

    def price(self, bids: Sequence[float]) -> float:
        return sorted(bids)[-2]

    def equilibrium_bid(self, value: float) -> float:
        return value

    def predictions(self) -> tuple[Prediction, ...]:
        theory = Prediction("dominant", "bid_to_value", 1.0, "Vickrey (1961): truthful bids are weakly dominant", "", 0.02)
        human = Prediction(
            "human", "bid_to_value", "above equilibrium", "Kagel (1995), survey of laboratory auctions", "persistent bids above value; no single figure"
        )
        return (*super().predictions(), theory, human)


class AuctionState(RoundState):
    """A position. ``values`` are this round's, one for each seat; each is hidden from the other seats for good."""

    game: Auction

    def deal(self) -> None:
        self.values = [auction_values.draw(self.game, self.rng) for _ in range(self.game.seats)]
        for seat, value in enumerate(self.values):
            self.emit("value", auction_values.value_words(self.round, value), data={"round": self.round, "value": value}, to=(seat,))

    def ask(self, seat: int) -> str:
        return f"Your value is {number(self.values[seat])}. How much do you bid?"

    def default_move(self, seat: int) -> Move:
        return Move(self.game.choice(seat, TALK) if self.stage == TALK else self.game.choice(seat, "bid", amount=0.0))

    def resolve(self, acts: Mapping[int, tuple[str, dict[str, Any]]]) -> None:
        bids = [float(acts[seat][1]["amount"]) for seat in range(self.game.seats)]
        top = [seat for seat, bid in enumerate(bids) if bid == max(bids)]
        winner = top[0] if len(top) == 1 else top[int(self.rng.integers(len(top)))]
        price = self.game.price(bids)
        told = listed([f"{seat_name(seat)} bid {number(bid)}" for seat, bid in enumerate(bids)])
        facts = {"round": self.round, "bids": bids, "winner": winner, "price": price}
        self.emit("round", f"Round {self.round}: {told}; {seat_name(winner)} won and paid {number(price)}.", data=facts)
        payoffs = [amount(self.values[seat] - price) if seat == winner else 0.0 for seat in range(self.game.seats)]
        for seat, payoff in enumerate(payoffs):
            self.emit("result", auction_values.result_words(self.round, payoff), data={"round": self.round, "payoff": payoff}, to=(seat,))
        self.finish({**facts, "bids": [*bids], "values": self.values, "payoffs": payoffs}, payoffs)

    def features(self, seat: int) -> list[float]:
        top, value = self.game.value_high, self.values[seat] if not self.over else -self.game.value_high
        if self.last is None:
            return [value / top, *[-1.0] * (self.game.seats + 2)]
        bids = [self.last["bids"][other] / top for other in self.around(seat)]
        return [value / top, *bids, self.last["price"] / top, float(self.last["winner"] == seat)]

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        twin = self.with_fresh_chance(rng)
        auction_values.redraw(twin, seat, rng)
        return twin

    @property
    def outcome(self) -> dict[str, Any]:
        """Mean price and payoff, bids and efficiency.

        ``bid_to_value`` is the mean bid over the mean value, ``efficiency`` the winners' values over the highest ones; ``sales`` lists every good.
        """
        rounds, n = len(self.history), self.game.seats
        if not rounds:
            return {"rounds": 0, "mean_price": None, "payoff_per_round": None, "bid_to_value": None, "efficiency": None, "sales": []}
        total = sum(sum(one["values"]) for one in self.history)
        best = sum(max(one["values"]) for one in self.history)
        return {
            "rounds": rounds,
            "mean_price": sum(one["price"] for one in self.history) / rounds,
            "payoff_per_round": sum(sum(one["payoffs"]) for one in self.history) / rounds / n,
            "bid_to_value": sum(sum(one["bids"]) for one in self.history) / total if total else None,
            "efficiency": sum(one["values"][one["winner"]] for one in self.history) / best if best else None,
            "sales": [{name: one[name] for name in ("values", "bids", "winner", "price")} for one in self.history],
        }
