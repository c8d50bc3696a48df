"""Tax schedules: marginal rates by bracket, on arrays of any leading shape, and the presets.

A schedule has lower edges ``b_0 = 0 < b_1 < ... < b_{K-1}`` and a marginal rate for the income between each edge and the next; the last bracket is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ParameterError

__all__ = ["EDGES", "QUANTILES", "US_FEDERAL_2024", "Floats", "Schedule", "paid_in_brackets", "round_edge", "taxes"]

Floats = NDArray[np.float64]

US_FEDERAL_2024 = (0.10, 0.12, 0.22, 0.24, 0.32, 0.35, 0.37)
"""Marginal rates of the US federal income tax, single filer, 2024; the edges are ``EDGES["us_federal"]``."""

EDGES: dict[str, tuple[float, ...]] = {
    "flat": (0.0,),
    "us_federal": (0.0, 11_600.0, 47_150.0, 100_525.0, 191_950.0, 243_725.0, 609_350.0),
    "published_three": (0.0, 90_000.0, 159_100.0),
    "us_one_step": (0.0, 9.7, 39.475, 84.2, 160.725, 204.1, 510.3),
}
"""Brackets with fixed edges: one; US federal 2024; the published three; the AI Economist's (US 2019, in thousands)."""

QUANTILES: dict[str, tuple[float, ...]] = {"three": (0.5, 0.9), "seven": (0.1, 0.25, 0.5, 0.75, 0.9, 0.97)}
"""Brackets that begin at quantiles of untaxed income, so that none is empty."""


def paid_in_brackets(income: ArrayLike, edges: ArrayLike) -> Floats:
    """Split incomes of shape (...) by bracket: shape (..., K); they sum to the income."""
    lower = np.asarray(edges, np.float64)
    widths = np.append(np.diff(lower), np.inf)
    return np.clip(np.asarray(income, np.float64)[..., None] - lower, 0.0, widths)


def taxes(income: ArrayLike, edges: ArrayLike, rates: ArrayLike) -> Floats:
    """Work out taxes.

    Args:
        income: shape (..., N), not negative.
        edges: shape (K,), lower edges, the first 0.
        rates: shape (..., K), marginal rates from 0 to 1; leading shapes broadcast against those of ``income``.

    Returns:
        Shape (..., N).
    """
    return (paid_in_brackets(income, edges) * np.asarray(rates, np.float64)[..., None, :]).sum(axis=-1)


def round_edge(income: float) -> float:
    """Round an edge to three digits, as a law would write it."""
    return float(f"{income:.3g}")


@dataclass(frozen=True)
class Schedule:
    """One schedule.

    Attributes:
        edges: lower edges of the brackets, the first 0, rising.
        rates: marginal rates from 0 to 1, one a bracket.

    Raises:
        ParameterError: edges that do not rise from 0, or rates that do not fit.
    """

    edges: tuple[float, ...]
    rates: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.edges or self.edges[0] != 0 or any(high <= low for low, high in zip(self.edges, self.edges[1:], strict=False)):
            raise ParameterError(f"edges={self.edges} should rise from 0")
        if len(self.rates) != len(self.edges) or not all(0 <= rate <= 1 for rate in self.rates):
            raise ParameterError(f"rates={self.rates} should be {len(self.edges)} numbers from 0 to 1")

    @classmethod
    def of(cls, edges: Iterable[float], rates: Iterable[float]) -> Schedule:
        """Make a schedule of any iterables, arrays among them."""
        return cls(tuple(map(float, edges)), tuple(map(float, rates)))

    @classmethod
    def flat(cls, rate: float) -> Schedule:
        """One rate for all income."""
        return cls((0.0,), (rate,))

    @classmethod
    def us_federal(cls) -> Schedule:
        """The US federal income tax of 2024, single filer."""
        return cls(EDGES["us_federal"], US_FEDERAL_2024)

    @classmethod
    def us_federal_on(cls, edges: tuple[float, ...]) -> Schedule:
        """The same law on other edges: each bracket has the mean of the federal rates over it (the last one, which is open, from its edge to double of it)."""
        law = cls.us_federal()
        upper = (*edges[1:], 2 * max(edges[-1], law.edges[-1]))
        paid = law.tax(np.array([edges, upper]))
        return cls.of(edges, (paid[1] - paid[0]) / (np.array(upper) - np.array(edges)))

    def tax(self, income: ArrayLike) -> Floats:
        """Give the tax on incomes: same shape."""
        return (paid_in_brackets(income, self.edges) * np.asarray(self.rates)).sum(axis=-1)

    def marginal(self, income: ArrayLike) -> Floats:
        """Give the rate on the next unit earned at incomes: same shape."""
        return np.asarray(self.rates)[self.bracket(income)]

    def bracket(self, income: ArrayLike) -> NDArray[np.int64]:
        """Number the bracket that incomes fall into, from 0; an income at an edge belongs to the bracket above."""
        return np.searchsorted(self.edges, np.asarray(income, np.float64), side="right").astype(np.int64) - 1

    @property
    def progressive(self) -> bool:
        """Whether no rate is lower than the one before it."""
        return all(high >= low for low, high in zip(self.rates, self.rates[1:], strict=False))
