"""Logit demand with differentiated products: shares, Nash, joint-monopoly and best-response prices.

Firm i sells ``q_i = beta * exp((a - p_i / alpha) / mu) / (sum_j exp((a - p_j / alpha) / mu) + exp(a_0 / mu))`` and earns ``(p_i - alpha *
c) * q_i``; ``alpha`` is a pure unit of money. First-order conditions (Anderson, de Palma and Thisse, Discrete Choice Theory of Product
Differentiation, 1992; Calvano, Calzolari, Denicolo and Pastorello, American Economic Review 110 (2020) 3267-3297), in units of alpha:

- symmetric Nash: ``p - c = mu / (1 - s_i)``; symmetric joint monopoly: ``p - c = mu / s_0``;
- best response to given prices: ``p_i - c = mu / (1 - s_i(p))``.

In each, the left side rises and the right side falls (Nash, best response: s_i falls; monopoly: s_0 rises) in the unknown price, so that
bisection finds the only root.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

__all__ = ["LogitMarket"]


@dataclass(frozen=True)
class LogitMarket:
    """A market of n symmetric firms. Prices and profits are in money units (``alpha`` times those of the standard market).

    Attributes:
        n: number of firms.
        alpha: unit of money.
        quality: a, value of each product.
        outside: a_0, value of buying nothing.
        mu: degree of differentiation, above 0.
        cost: c, marginal cost, in units of alpha.
        beta: market size.
    """

    n: int
    alpha: float = 1.0
    quality: float = 2.0
    outside: float = 0.0
    mu: float = 0.25
    cost: float = 1.0
    beta: float = 100.0

    def quantities(self, prices: Sequence[float]) -> list[float]:
        """Give each firm's sales."""
        values = [(self.quality - price / self.alpha) / self.mu for price in prices]
        outside = self.outside / self.mu
        top = max(outside, *values)  # taken out of the exponent so that nothing overflows
        weights = [math.exp(value - top) for value in values]
        total = math.fsum([*weights, math.exp(outside - top)])
        return [self.beta * weight / total for weight in weights]

    def profits(self, prices: Sequence[float]) -> list[float]:
        """Give each firm's profit."""
        return [(price - self.alpha * self.cost) * sold for price, sold in zip(prices, self.quantities(prices), strict=True)]

    @cached_property
    def nash_price(self) -> float:
        """The price that all firms set in the one-shot equilibrium."""
        return self._root(lambda price: 1 - self._share([price] * self.n))

    @cached_property
    def monopoly_price(self) -> float:
        """The common price that maximises joint profit."""
        return self._root(lambda price: 1 - self.n * self._share([price] * self.n))

    def best_response(self, others: Sequence[float]) -> float:
        """Give the price that maximises one firm's profit against the others' prices."""
        scaled = [price / self.alpha for price in others]
        return self._root(lambda price: 1 - self._share([price, *scaled]))

    @cached_property
    def nash_profit(self) -> float:
        """Profit of each firm at Nash prices."""
        return self.profits([self.nash_price] * self.n)[0]

    @cached_property
    def monopoly_profit(self) -> float:
        """Profit of each firm at joint-monopoly prices."""
        return self.profits([self.monopoly_price] * self.n)[0]

    @cached_property
    def deviation_profit(self) -> float:
        """Profit of the best one-shot deviation while the others set the monopoly price."""
        others = [self.monopoly_price] * (self.n - 1)
        return self.profits([self.best_response(others), *others])[0]

    @cached_property
    def grim_discount(self) -> float | None:
        """Smallest discount factor at which grim trigger keeps the monopoly price; None for a single firm."""
        if self.n == 1:
            return None
        return (self.deviation_profit - self.monopoly_profit) / (self.deviation_profit - self.nash_profit)

    def collusion_index(self, profit: float) -> float:
        """Place a profit on the scale from Nash (0) to joint monopoly (1). Raises ZeroDivisionError for a single firm."""
        return (profit - self.nash_profit) / (self.monopoly_profit - self.nash_profit)

    def _share(self, prices: Sequence[float]) -> float:
        return self.quantities([price * self.alpha for price in prices])[0] / self.beta

    def _root(self, rest: Callable[[float], float]) -> float:
        """Solve ``(p - c) * rest(p) = mu`` for p in units of alpha, the left side rising; return it in money."""
        low, high = self.cost + self.mu, self.cost + 2 * self.mu
        while (high - self.cost) * rest(high) < self.mu:
            high = self.cost + 2 * (high - self.cost)
        while high - low > 1e-13 * high:
            middle = (low + high) / 2
            if middle in (low, high):
                break
            low, high = (middle, high) if (middle - self.cost) * rest(middle) < self.mu else (low, middle)
        return self.alpha * (low + high) / 2
