"""What every estimator here returns: estimates with their uncertainty, and what the data do not tell, said plainly.

What the data cannot tell is flagged and is no number: a parameter that is not identified, or that runs off to infinity, has NaN for an estimate. A bound of the
model itself (a precision of 0) is an estimate, without a standard error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...arena.report.summary import Estimate
from ...errors import ParameterError
from ..resample import student_quantile

__all__ = ["Fit", "Floats", "Ints", "critical", "whole_numbers"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Fit(NamedTuple):
    """Estimates with their uncertainty.

    Attributes:
        names: of the parameters.
        estimate: of shape ``(parameters,)``; NaN where the data do not tell (``flags`` says why).
        se: standard errors; NaN where there are none.
        low, high: ends of the intervals; NaN where there are none.
        log_likelihood: at the estimate.
        n: observations.
        clusters: independent groups of observations; None where each stands for itself.
        level: coverage of the intervals aimed at.
        converged: the maximum was found.
        flags: what is wrong, a sentence each; empty where nothing is.
        covariance: of shape ``(parameters, parameters)``.
    """

    names: tuple[str, ...]
    estimate: Floats
    se: Floats
    low: Floats
    high: Floats
    log_likelihood: float
    n: int
    clusters: int | None
    level: float
    converged: bool
    flags: tuple[str, ...]
    covariance: Floats

    @property
    def units(self) -> int:
        """Independent units: clusters, or observations where each stands for itself."""
        return self.n if self.clusters is None else self.clusters

    def value(self, name: str) -> float:
        """Give an estimate by its name."""
        return float(self.estimate[self.names.index(name)])

    def of(self, name: str) -> Estimate:
        """Give an estimate with its interval by its name."""
        at = self.names.index(name)
        method = "maximum likelihood, " + ("observed information" if self.clusters is None else "cluster-robust")
        return Estimate(float(self.estimate[at]), float(self.low[at]), float(self.high[at]), self.units, self.level, method)

    @classmethod
    def of_covariance(
        cls,
        names: Sequence[str],
        estimate: Floats,
        covariance: Floats,
        *,
        log_likelihood: float,
        n: int,
        clusters: int | None = None,
        level: float = 0.95,
        bounds: Sequence[tuple[float, float]] | None = None,
        converged: bool = True,
        flags: Sequence[str] = (),
    ) -> Fit:
        """Make the intervals out of a covariance: normal, or Student's with one less degree of freedom than there are clusters.

        Args:
            names: of the parameters.
            estimate: of shape ``(parameters,)``.
            covariance: of shape ``(parameters, parameters)``, NaN where it is not known.
            log_likelihood: at the estimate.
            n: observations.
            clusters: how many there are; None where each observation stands for itself.
            level: coverage aimed at.
            bounds: at which intervals are cut.
            converged: whether the maximum was found.
            flags: what is wrong.
        """
        se = np.sqrt(np.diag(covariance))
        half = critical(level, clusters) * se
        edges = np.array([(-math.inf, math.inf)] * len(se) if bounds is None else bounds)
        low, high = np.maximum(estimate - half, edges[:, 0]), np.minimum(estimate + half, edges[:, 1])
        return cls(tuple(names), estimate, se, low, high, log_likelihood, n, clusters, level, converged, tuple(flags), covariance)


def critical(level: float, clusters: int | None = None) -> float:
    """Give the half-width of an interval in standard errors: normal, or Student's with ``clusters - 1`` degrees of freedom."""
    return student_quantile(level) if clusters is None else student_quantile(level, max(clusters - 1, 1))


def whole_numbers(what: str, values: ArrayLike, below: int) -> Ints:
    """Check that values are whole numbers from 0 to ``below - 1``.

    Raises:
        ParameterError: they are not.
    """
    given = np.asarray(values)
    if given.size and (not np.issubdtype(given.dtype, np.integer) or given.min() < 0 or given.max() >= below):
        raise ParameterError(f"{what} should be whole numbers from 0 to {below - 1}")
    return given.astype(np.int64)
