"""Bots for the guessing game, price and quantity competition and auctions; the table of styles stands in :mod:`.behavioural`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...games.matrix.behavioural.auctions import FirstPriceAuction
from ...games.matrix.behavioural.beauty_contest import level_k
from ...games.words import number
from .behavioural_base import Decision, RoundBot, mean

if TYPE_CHECKING:
    from ...games.matrix.behavioural.auctions import Auction
    from ...games.matrix.behavioural.beauty_contest import BeautyContest
    from ...games.matrix.behavioural.bertrand import Bertrand
    from ...games.matrix.behavioural.cournot import Cournot

__all__ = ["AuctionBot", "BeautyContestBot", "BertrandBot", "CournotBot"]

RISK = 0.5
"""Relative risk aversion 1 - r of the cautious bidder's equilibrium (Cox, Smith and Walker, 1988)."""


def _cents(value: float, low: float, high: float) -> float:
    """Round to two decimals inside the bounds."""
    return min(max(round(value, 2), low), high)


class BeautyContestBot(RoundBot):
    """Guesses by levels of reasoning."""

    game: BeautyContest

    def decide(self, acts: tuple[str, ...]) -> Decision:
        game = self.game
        guess = _cents(self._guess(), game.low, game.high)
        claimed = _cents((game.low + game.high) / 2, game.low, game.high) if self.style == "deceptive" else guess
        return Decision("guess", {"number": guess}, f"name {number(claimed)}")

    def _guess(self) -> float:
        game = self.game
        far = game.high if game.p <= 1 else game.low
        if self.style == "generous":
            return far
        if self.style == "fair":
            return game.equilibrium if game.equilibrium is not None else (game.low + game.high) / 2
        if not self.past:
            return level_k(game.p, game.low, game.high, {"greedy": 2, "tough": 3, "deceptive": 2, "cautious": 1}[self.style])
        others = self.of_others("guesses")
        # the own guess g is part of the average: g = p (others + g) / n
        best = game.p * sum(others) / (game.seats - game.p)
        return {"greedy": best, "tough": game.p * best, "deceptive": best, "cautious": game.p * mean(others)}[self.style]


class BertrandBot(RoundBot):
    """Sets prices."""

    game: Bertrand

    @classmethod
    def refuses(cls, game: Bertrand) -> str | None:
        return None if game.show_demand else "scripted bots set prices by the demand function, and show_demand=False keeps that from the players"

    def hurt(self) -> bool:
        return any(price < self.past[-1]["prices"][self.seat] - 0.01 * self.game.alpha for price in self.of_others("prices"))

    def decide(self, acts: tuple[str, ...]) -> Decision:
        top = self.game.price_max
        price = _cents(self._price(), 0.0, top)
        claimed = _cents(self.game.market.monopoly_price, 0.0, top) if self.style == "deceptive" else price
        return Decision("price", {"amount": price}, f"set a price of {number(claimed)}")

    def _price(self) -> float:
        market, rivals = self.game.market, self.game.seats - 1
        joint, nash = market.monopoly_price, market.nash_price
        slack = 0.01 * self.game.alpha
        if self.style == "generous" or not rivals:
            return joint
        if self.style == "fair":
            lowest = min(self.of_others("prices")) if self.past else joint
            return joint if lowest >= joint - slack else max(lowest, nash)
        if self.style == "tough":
            undercut = any(price < joint - slack for one in self.past for seat, price in enumerate(one["prices"]) if seat != self.seat)
            return nash if undercut else joint
        if self.style == "deceptive":
            return market.best_response([joint] * rivals) if not self.past else market.best_response(self.of_others("prices"))
        if self.style == "cautious":
            return market.best_response([0.0] * rivals)
        return market.best_response(self.of_others("prices")) if self.past else nash


class CournotBot(RoundBot):
    """Chooses quantities."""

    game: Cournot

    def hurt(self) -> bool:
        return bool(self.others) and mean(self.of_others("quantities")) > self.past[-1]["quantities"][self.seat] + 0.01 * self.game.most

    def decide(self, acts: tuple[str, ...]) -> Decision:
        quantity = _cents(self._quantity(), 0.0, self.game.most)
        claimed = _cents(self.game.joint_quantity, 0.0, self.game.most) if self.style == "deceptive" else quantity
        return Decision("produce", {"quantity": quantity}, f"produce {number(claimed)}")

    def _quantity(self) -> float:
        game, rivals = self.game, self.game.seats - 1
        joint, nash = game.joint_quantity, game.nash_quantity
        if self.style == "generous" or not rivals:
            return joint
        if self.style == "fair":
            seen = mean(self.of_others("quantities")) if self.past else joint
            return joint if seen <= joint + 0.01 * game.most else min(seen, nash)
        if self.style == "tough":
            return game.best_response(0.0)  # what a leader commits to against one follower (Stackelberg)
        if self.style == "deceptive":
            return game.best_response(sum(self.of_others("quantities")) if self.past else rivals * joint)
        if self.style == "cautious":
            return game.best_response(rivals * game.walras_quantity)
        return game.best_response(sum(self.of_others("quantities"))) if self.past else nash


class AuctionBot(RoundBot):
    """Bids on its private value."""

    game: Auction

    def decide(self, acts: tuple[str, ...]) -> Decision:
        top = self.game.value_high
        bid = _cents(self._bid(float(self.now["value"]["value"])), 0.0, top)
        claimed = _cents(bid / 2, 0.0, top) if self.style == "deceptive" else bid
        return Decision("bid", {"amount": bid}, f"bid {number(claimed)}")

    def _bid(self, value: float) -> float:
        game, first = self.game, isinstance(self.game, FirstPriceAuction)
        if self.style == "generous":
            return value / 2
        if self.style == "tough":
            return value if first else 1.1 * value
        if not first:
            return value
        if self.style == "cautious":
            return game.value_low + (game.seats - 1) / (game.seats - 1 + RISK) * (value - game.value_low)
        if self.style == "greedy" and len(self.past) >= 10:
            return self._reply(value)
        return game.equilibrium_bid(value)

    def _reply(self, value: float) -> float:
        """Best response to the others' highest bids so far, each as likely as the next: just above one of them."""
        rivals = sorted(max(bid for seat, bid in enumerate(one["bids"]) if seat != self.seat) for one in self.past)
        bids = [bid + 0.01 for bid in rivals if bid + 0.01 < value]
        if not bids:
            return self.game.equilibrium_bid(value)
        return max(bids, key=lambda bid: (value - bid) * math.fsum(rival < bid for rival in rivals))
