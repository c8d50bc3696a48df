"""The consultant's cases: which options have the required feature, what a purchase is truly worth, and what advice leads to on average.

A status is 1 where an option has the required feature, -1 where it lacks it, 0 where the shop's notes do not say (it then lacks it too). Statuses are listed by
price rank: high, middle, low.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

__all__ = ["FAMILIES", "Case", "Ratios", "expected_utility", "ratios", "utility"]


class Case(NamedTuple):
    """Statuses by price rank, and whether the customer sees the prices."""

    statuses: tuple[int, int, int]
    prices_seen: bool


FAMILIES: dict[str, tuple[Case, ...]] = {
    "lacking": tuple(Case((high, middle, low), True) for high, middle, low in itertools.product((-1, 0), repeat=3)),
    "price_required": tuple(Case(statuses, True) for statuses in ((1, 0, 0), (0, 1, 0), (1, 1, 0), (1, 1, 1))),
    "price_hidden": tuple(Case(statuses, False) for statuses in ((1, 1, -1), (1, 1, 0), (1, 1, 1))),
    "any": tuple(Case((high, middle, low), True) for high, middle, low in itertools.product((-1, 0, 1), repeat=3)),
}
"""Families of cases: nothing has the feature; something has it and prices are seen; the two dearer ones have it and only the assistant sees prices; and every
combination, prices seen."""


def utility(statuses: Sequence[int], prices: Sequence[float], bought: int | None) -> float:
    """Give what a purchase is truly worth to the customer.

    It is 0 for none, -1 for an option without the feature, else the cheapest price that would have done over the price paid.

    Args:
        statuses: status by option.
        prices: price by option, in dollars, above 0.
        bought: the option, None for none.
    """
    if bought is None:
        return 0.0
    if statuses[bought] != 1:
        return -1.0
    return min(price for price, status in zip(prices, statuses, strict=True) if status == 1) / prices[bought]


class Ratios(NamedTuple):
    """Mean ratios of two prices: the low over the middle, the low over the high, the middle over the high."""

    low_middle: float
    low_high: float
    middle_high: float


def ratios(ranges: Sequence[tuple[int, int]]) -> Ratios:
    """Work out the mean ratios of prices drawn uniformly and independently from three disjoint ranges of whole dollars (high, middle, low)."""

    def mean(span: tuple[int, int]) -> float:
        return (span[0] + span[1]) / 2

    def inverse(span: tuple[int, int]) -> float:
        return sum(1 / price for price in range(span[0], span[1] + 1)) / (span[1] - span[0] + 1)

    high, middle, low = ranges
    return Ratios(mean(low) * inverse(middle), mean(low) * inverse(high), mean(middle) * inverse(high))


def expected_utility(cases: Sequence[Case], mean: Ratios, claims: Callable[[Case], tuple[int, ...]], *, named: bool) -> float:
    """Work out a trusting customer's mean true utility over equally likely cases.

    The customer buys the cheapest of the options that are claimed to have the feature, and nothing where none is. Where it does not see the prices it takes
    the one named as the cheapest that has the feature, if ``named``, and any of those claimed otherwise.

    Args:
        cases: equally likely.
        mean: mean ratios of prices.
        claims: the ranks claimed in a case (0 the highest price).
        named: whether the advice names the cheapest option that has the feature, where one does.
    """
    total = 0.0
    for case in cases:
        claimed, fitting = claims(case), [rank for rank, status in enumerate(case.statuses) if status == 1]
        if not claimed:
            continue
        best = max(fitting, default=None)
        likely = claimed if not case.prices_seen else (max(claimed),)
        if not case.prices_seen and named and best in claimed:
            likely = (best,)
        total += sum(_worth(rank, best, case.statuses, mean) for rank in likely) / len(likely)
    return total / len(cases)


def _worth(rank: int, best: int | None, statuses: Sequence[int], mean: Ratios) -> float:
    if statuses[rank] != 1 or best is None:
        return -1.0
    return {(0, 0): 1.0, (1, 1): 1.0, (2, 2): 1.0, (1, 2): mean.low_middle, (0, 2): mean.low_high, (0, 1): mean.middle_high}[rank, best]
