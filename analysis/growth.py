"""How regret grows: tests of the literature on curves of regret, with what they cannot tell, and the rate over several horizons.

All take curves of shape (runs, rounds), regret after each round, and judge every run at once.

The trend and the regression test are those of Park, Liu, Ozdaglar and Zhang 2024, "Do LLM agents have regret?", arXiv 2403.16843; Mann-Kendall on the
same ratio stands beside them. **They judge the shape of one curve, not whether play is good.** Under the null of the trend test every step of regret / t
goes up or down like a fair coin, independently; in truth steps depend on one another, and every rule of play on unbiased independent losses has regret that
grows like a square root. Read a verdict beside :mod:`ludens.analysis.growth_calibration`, mean regret with its interval, and reference learners on the same
sequences; :func:`rate` over horizons is what "no regret" means.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arena.report.summary import Estimate
from .resample import percentile_interval

__all__ = ["Rate", "Regression", "Trend", "mann_kendall", "rate", "regression_test", "trend_test"]

Floats = NDArray[np.float64]
_MOST = 1000
_TINY = 1e-9
"""What ties: regret per round that changes by less, relative to its largest value, stands still."""


class Trend(NamedTuple):
    """A test of a downward trend in regret / t.

    Attributes:
        statistic: per run: falls counted (trend test), or S (Mann-Kendall).
        p: per run, one-sided: how likely so much of a fall is under the null.
    """

    statistic: Floats
    p: Floats


class Regression(NamedTuple):
    """The fit ``log regret(t) = slope log t + constant``.

    Attributes:
        slope: per run; NaN where fewer than three rounds have positive regret.
        p: per run: of the slope against 1, one-sided (below); the errors of a curve are no independent draws, so it is too small.
        p_zero: per run: of the slope against 0, two-sided, as the paper reports it.
        used: per run, how many rounds had positive regret; the others are left out.
    """

    slope: Floats
    p: Floats
    p_zero: Floats
    used: NDArray[np.int64]


class Rate(NamedTuple):
    """The exponent of mean regret over horizons.

    Attributes:
        exponent: the slope of log mean regret on log horizon, with its interval; 1 is linear, a half the rate of no-regret learners.
        means: mean regret at each horizon.
    """

    exponent: Estimate
    means: Floats


def _per_round(curves: Floats) -> Floats:
    return curves / np.arange(1, curves.shape[1] + 1)


def trend_test(curves: Floats) -> Trend:
    """Count the rounds after which regret / t falls, against a fair coin: ``p = 2^-(T-1) sum_{k >= s} C(T-1, k)``; standing still is no fall."""
    from scipy.special import bdtrc

    ratio = _per_round(curves)
    still = _TINY * np.maximum(np.abs(ratio).max(axis=1, keepdims=True), 1e-300)
    falls = (np.diff(ratio, axis=1) < -still).sum(axis=1)
    # bdtrc(k, n, p) is P(X > k)
    p = np.where(falls == 0, 1.0, bdtrc(np.maximum(falls - 1.0, 0.0), max(curves.shape[1] - 1, 1), 0.5))
    return Trend(falls.astype(float), p)


def mann_kendall(curves: Floats) -> Trend:
    """Test regret / t for a monotone fall (Mann 1945; Kendall 1975), corrected for ties and for continuity; one-sided, by the normal approximation.

    Every round is compared with every other; of more than a thousand, a thousand are, evenly spread.
    """
    from scipy.special import ndtr

    ratio = _per_round(curves)
    if ratio.shape[1] > _MOST:
        ratio = ratio[:, np.linspace(0, ratio.shape[1] - 1, _MOST).astype(int)]
    runs, rounds = ratio.shape
    still = _TINY * np.maximum(np.abs(ratio).max(axis=1, keepdims=True), 1e-300)
    statistic = np.zeros(runs)
    for lag in range(1, rounds):
        steps = ratio[:, lag:] - ratio[:, :-lag]
        statistic += (steps > still).sum(axis=1) - (steps < -still).sum(axis=1)
    ordered = np.sort(ratio, axis=1)
    variance = rounds * (rounds - 1) * (2 * rounds + 5) - _ties(ordered, still)
    sigma = np.sqrt(np.maximum(variance / 18.0, 0))
    z = np.where(sigma > 0, (statistic - np.sign(statistic)) / np.where(sigma > 0, sigma, 1), 0.0)
    return Trend(statistic, np.asarray(ndtr(z)))


def _ties(ordered: Floats, still: Floats) -> Floats:
    """Sum ``t (t - 1) (2 t + 5)`` over groups of equal values of each sorted row."""
    runs, rounds = ordered.shape
    new = np.concatenate([np.ones((runs, 1), bool), np.diff(ordered, axis=1) > still], axis=1)
    group = np.cumsum(new, axis=1) - 1 + rounds * np.arange(runs)[:, None]
    sizes = np.bincount(group.ravel(), minlength=runs * rounds).reshape(runs, rounds)
    return np.asarray((sizes * (sizes - 1) * (2 * sizes + 5)).sum(axis=1), dtype=np.float64)


def regression_test(curves: Floats) -> Regression:
    """Fit ``log regret(t)`` on ``log t`` by least squares; rounds without positive regret are left out and counted."""
    from scipy.special import stdtr

    positive = curves > 0
    used = positive.sum(axis=1)
    x = np.broadcast_to(np.log(np.arange(1, curves.shape[1] + 1)), curves.shape)
    y = np.log(np.where(positive, curves, 1.0))
    count = np.maximum(used, 1)
    mean_x, mean_y = (positive * x).sum(axis=1) / count, (positive * y).sum(axis=1) / count
    dx, dy = positive * (x - mean_x[:, None]), positive * (y - mean_y[:, None])
    sxx, sxy, syy = (dx * dx).sum(axis=1), (dx * dy).sum(axis=1), (dy * dy).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(used >= 3, sxy / sxx, np.nan)
        free = np.maximum(used - 2, 1)
        error = np.sqrt(np.maximum(syy - slope * sxy, 0) / free / sxx)
        below, nonzero = (slope - 1) / error, -np.abs(slope / error)
    p = np.where(np.isfinite(below), stdtr(free, below), np.where(slope < 1, 0.0, 1.0))
    p_zero = np.where(np.isfinite(nonzero), 2 * stdtr(free, nonzero), 0.0)
    unknown = used < 3
    return Regression(slope, np.where(unknown, np.nan, p), np.where(unknown, np.nan, p_zero), used)


def rate(
    horizons: Sequence[int], regrets: Sequence[Floats], *, cluster: NDArray[np.int64] | None = None, resamples: int = 1000, level: float = 0.95, seed: int = 0
) -> Rate:
    """Fit the growth of mean regret over horizons.

    Args:
        horizons: two or more numbers of rounds.
        regrets: for each, final regrets of its runs. Runs are drawn with replacement, apart for each horizon.
        cluster: where points of the same runs stand for horizons, the cluster of each run: the same clusters are then drawn at all horizons.
        resamples: bootstrap draws.
        level: of the interval.
        seed: of the draws.
    """
    rng = np.random.default_rng(seed)
    means = np.array([np.mean(part) for part in regrets])
    x = np.log(np.asarray(horizons, dtype=float))
    centred = (x - x.mean()) / max(float(((x - x.mean()) ** 2).sum()), 1e-300)
    if len(means) < 2 or not (means > 0).all():
        return Rate(Estimate(np.nan, n=len(regrets[0]), level=level, method="no mean regret above zero at two horizons"), means)
    value = float(np.log(means) @ centred)
    if cluster is not None:
        distinct, inverse = np.unique(cluster, return_inverse=True)
        drawn = _draws(rng, resamples, len(distinct))
        sizes = drawn @ np.bincount(inverse)
        draws = np.stack([drawn @ np.bincount(inverse, weights=part) / sizes for part in regrets], axis=1)
        units = len(distinct)
    else:
        draws = np.stack([_draws(rng, resamples, len(part)) @ part / len(part) for part in regrets], axis=1)
        units = min(len(part) for part in regrets)
    if (draws <= 0).any():
        # a resample whose mean is not positive has no logarithm, and leaving it out would make the interval too narrow
        return Rate(Estimate(value, n=units, level=level, method="regret too close to zero for an interval"), means)
    method = "percentile bootstrap over episodes"
    return Rate(percentile_interval(value, np.log(draws) @ centred, level=level, n=units, method=method), means)


def _draws(rng: np.random.Generator, resamples: int, size: int) -> Floats:
    """Draw how often each of ``size`` units counts in each resample: of shape (resamples, size)."""
    return np.stack([np.bincount(rng.integers(size, size=size), minlength=size) for _ in range(resamples)]).astype(np.float64)
