"""Intervals of shares and means, for independent rows and for rows in clusters."""

from __future__ import annotations

import math

import numpy as np

from ...analysis.resample import student_quantile, wilson_interval
from ...analysis.results import Floats, Ints
from ...arena.report.summary import Estimate

__all__ = ["LEVEL", "average", "clustered", "effective_size", "share", "wilson"]

LEVEL = 0.95
_LARGE = 2000
"""Answers from which the mean is as good as normal and resampling tells nothing more."""


def wilson(count: float, n: float, level: float = LEVEL, *, units: int | None = None, method: str = "Wilson score") -> Estimate:
    """Estimate a share (Wilson 1927; recommended by Brown, Cai and DasGupta 2001, Statistical Science 16(2)).

    Args:
        count: of successes; may be fractional where ``n`` is an effective size.
        n: of trials; none give an estimate of NaN without interval.
        level: coverage aimed at.
        units: independent units told in the estimate; the trials where not given.
        method: told in the estimate.
    """
    if n <= 0:
        return Estimate(math.nan, n=0, level=level, method="no answers")
    low, high = wilson_interval(count / n, n, level)
    return Estimate(count / n, low, high, n=int(n) if units is None else units, level=level, method=method)


def clustered(values: Floats, cluster: Ints) -> tuple[float, float, int]:
    """Estimate a mean and its standard error by linearisation over clusters.

    var = G/(G-1) * sum_g (sum_{i in g} (y_i - mean))^2 / n^2 (Cochran 1977, equation 11.2 for ratios of cluster totals).

    Returns:
        The mean, its standard error (NaN for one cluster), and the number of clusters G.
    """
    mean = float(values.mean())
    codes = np.unique(cluster, return_inverse=True)[1]
    sums = np.bincount(codes, weights=values - mean)
    groups = len(sums)
    if groups < 2:
        return mean, math.nan, groups
    return mean, math.sqrt(groups / (groups - 1) * float(sums @ sums)) / len(values), groups


def effective_size(values: Floats, cluster: Ints, level: float = LEVEL) -> tuple[float, int]:
    """Give how many independent answers clustered yes-no answers are worth, and the number of clusters.

    n / design effect, times the squared ratio of Student quantiles (Korn and Graubard 1998, Survey Methodology 24), never more than the answers. Where all
    answers agree the design effect is unknown: clusters are then counted, which is the cautious end.
    """
    n = len(values)
    mean, error, groups = clustered(values, cluster)
    if groups < 2 or not 0 < mean < 1 or error == 0:
        return float(groups), groups
    worth = mean * (1 - mean) / error**2 * (student_quantile(level, n - 1) / student_quantile(level, groups - 1)) ** 2
    return float(min(n, worth)), groups


def share(values: Floats, cluster: Ints | None = None, level: float = LEVEL) -> Estimate:
    """Estimate the share of ones among answers of 0 and 1: Wilson's interval, at the effective size where answers are clustered."""
    if cluster is None or not len(values):
        return wilson(float(values.sum()), len(values), level)
    size, groups = effective_size(values, cluster, level)
    return wilson(float(values.mean()) * size, size, level, units=groups, method="Wilson score at the effective sample size of the clusters")


def average(
    values: Floats,
    cluster: Ints | None = None,
    *,
    level: float = LEVEL,
    resamples: int = 2000,
    seed: int = 0,
    bounds: tuple[float, float] = (-math.inf, math.inf),
) -> Estimate:
    """Estimate a mean.

    Independent answers: bias-corrected and accelerated bootstrap (Efron 1987), Student's interval for many or very few. Clusters: linearised standard error
    with Student's quantile at G - 1.

    Args:
        values: answers.
        cluster: the cluster of each; None for independent ones.
        level: coverage aimed at.
        resamples: of the bootstrap.
        seed: of the bootstrap.
        bounds: intervals are cut at these.
    """
    n = len(values)
    if not n:
        return Estimate(math.nan, n=0, level=level, method="no answers")
    mean = float(values.mean())
    if cluster is not None:
        mean, error, units = clustered(values, cluster)
        method = "Student t, errors clustered"
    else:
        units, error, method = n, float(values.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan, "Student t"
        if 5 <= n <= _LARGE and error > 0:
            low, high = _bca(values, level, resamples, seed)
            if math.isfinite(low) and math.isfinite(high):
                return Estimate(mean, low, high, n=n, level=level, method="bootstrap, bias-corrected and accelerated")
    if units < 2 or not error > 0:
        return Estimate(mean, n=units, level=level, method="one unit only: no interval" if units < 2 else "all answers equal: no interval")
    half = student_quantile(level, units - 1) * error
    return Estimate(mean, max(bounds[0], mean - half), min(bounds[1], mean + half), n=units, level=level, method=method)


def _bca(values: Floats, level: float, resamples: int, seed: int) -> tuple[float, float]:
    from scipy.stats import bootstrap

    batch = max(1, 4_000_000 // len(values))
    found = bootstrap((values,), np.mean, vectorized=True, n_resamples=resamples, batch=batch, confidence_level=level, random_state=np.random.default_rng(seed))
    return float(found.confidence_interval.low), float(found.confidence_interval.high)
