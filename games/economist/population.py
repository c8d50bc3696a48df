"""Who works: distributions of incomes and skills, and samples of them.

Incomes follow a generalised beta distribution of the second kind, fitted to the American Community Survey of 2023 by the authors of LLM Economist
(arXiv 2507.15815); its quantiles are tested against a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from .schedule import Floats

__all__ = ["GB2", "PARETO_BATCHES", "TOP", "US_INCOMES", "ranked_pareto", "stratified"]

TOP = 0.9999
"""Incomes above this quantile count as it, as surveys code them; so utilities have bounds."""
PARETO_BATCHES = 1000
"""Samples whose ranks are averaged by the AI Economist's one-step economy."""


@dataclass(frozen=True)
class GB2:
    """A generalised beta distribution of the second kind (the parametrisation of GAMLSS).

    With ``r = (x / mu)^sigma`` its distribution function is that of a beta(nu, tau) at ``r / (1 + r)``.
    """

    mu: float
    sigma: float
    nu: float
    tau: float

    def quantile(self, share: ArrayLike) -> Floats:
        """Give the income below which a share lies: same shape."""
        from scipy.special import betaincinv

        part = betaincinv(self.nu, self.tau, np.asarray(share, np.float64))
        return self.mu * (part / (1 - part)) ** (1 / self.sigma)

    def share_below(self, income: ArrayLike) -> Floats:
        """Give the share below an income: same shape."""
        from scipy.special import betainc

        ratio = (np.asarray(income, np.float64) / self.mu) ** self.sigma
        return betainc(self.nu, self.tau, ratio / (1 + ratio))

    @property
    def mean(self) -> float:
        """``mu B(nu + 1/sigma, tau - 1/sigma) / B(nu, tau)``."""
        from scipy.special import beta

        return float(self.mu * beta(self.nu + 1 / self.sigma, self.tau - 1 / self.sigma) / beta(self.nu, self.tau))


US_INCOMES = GB2(mu=72_402.77917817618, sigma=2.0721070746154746, nu=0.48651871959386955, tau=1.1410398548220329)
"""Yearly incomes in the United States, dollars."""


def stratified(count: int, rng: np.random.Generator | None = None) -> Floats:
    """Draw ``count`` shares in (0, 1), one in each of ``count`` equal parts, lowest first; without a generator, their middles."""
    return (np.arange(count) + (0.5 if rng is None else rng.random(count))) / count


def ranked_pareto(count: int) -> Floats:
    """Give the skills of the AI Economist's one-step economy: mean ranks of ``PARETO_BATCHES`` samples of Pareto(4), ``1 + 2 x`` of each draw, at most 3.

    The samples are the same for every seed, as there: they stand for the population.
    """
    return np.array(_ranked(count))


@lru_cache(maxsize=16)
def _ranked(count: int) -> tuple[float, ...]:
    drawn = np.random.default_rng(0).pareto(4.0, (PARETO_BATCHES, count))
    return tuple(np.sort(np.minimum(1 + 2 * drawn, 3.0), axis=1).mean(axis=0).tolist())
