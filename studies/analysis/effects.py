"""Sizes of the difference between two groups, each with an interval."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ...analysis.resample import percentile_interval, resampled, student_quantile
from ...analysis.results import Floats, Ints
from ...arena.report.summary import Estimate
from .intervals import LEVEL, effective_size, wilson

__all__ = ["cliffs_delta", "hedges_g", "mean_difference", "odds_ratio", "risk_difference"]

_LARGE, _FAR = 500, 25.0
"""Degrees of freedom, and t, beyond which the noncentral t distribution is no longer computed well, and the normal one is as good."""


def risk_difference(high: Floats, low: Floats, clusters: tuple[Ints, Ints] | None = None, level: float = LEVEL) -> Estimate:
    """Estimate the difference of two shares, high less low.

    Independent answers: Newcombe's hybrid score interval (1998, Statistics in Medicine 17:873-890, method 10). Clusters: linearised; where that standard
    error is zero (no cluster disagrees with another) Newcombe's at the effective sizes.

    Args:
        high: answers of 0 and 1.
        low: the same of the other group.
        clusters: the cluster of each answer of either group, by the same numbering; None for independent answers.
        level: coverage aimed at.
    """
    if not len(high) or not len(low):
        return Estimate(math.nan, level=level, method="a group has no answers")
    if clusters is not None:
        found = _linearised(high, low, clusters, level, (-1.0, 1.0))
        if found.has_interval:
            return found
        sizes = [effective_size(values, codes)[0] for values, codes in zip((high, low), clusters, strict=True)]
        method = "Newcombe score at the effective sample sizes of the clusters"
    else:
        sizes, method = [float(len(high)), float(len(low))], "Newcombe hybrid score"
    top, bottom = (wilson(float(values.mean()) * size, size, level) for values, size in zip((high, low), sizes, strict=True))
    value = top.value - bottom.value
    down = math.hypot(top.value - top.low, bottom.high - bottom.value)
    up = math.hypot(top.high - top.value, bottom.value - bottom.low)
    return Estimate(value, value - down, value + up, n=len(high) + len(low), level=level, method=method)


def mean_difference(
    high: Floats, low: Floats, clusters: tuple[Ints, Ints] | None = None, level: float = LEVEL, bounds: tuple[float, float] = (-math.inf, math.inf)
) -> Estimate:
    """Estimate the difference of two means: Welch's interval (1947), or linearised over clusters with Student's quantile at G - 1."""
    if not len(high) or not len(low):
        return Estimate(math.nan, level=level, method="a group has no answers")
    if clusters is not None:
        return _linearised(high, low, clusters, level, bounds)
    value, n = float(high.mean() - low.mean()), len(high) + len(low)
    if min(len(high), len(low)) < 2:
        return Estimate(value, n=n, level=level, method="a group has one answer: no interval")
    parts = [float(values.var(ddof=1)) / len(values) for values in (high, low)]
    if sum(parts) == 0:
        return Estimate(value, n=n, level=level, method="all answers of a group equal: no interval")
    df = sum(parts) ** 2 / sum(part**2 / (len(values) - 1) for part, values in zip(parts, (high, low), strict=True))
    half = student_quantile(level, df) * math.sqrt(sum(parts))
    return Estimate(value, max(bounds[0], value - half), min(bounds[1], value + half), n=n, level=level, method="Welch t")


def _linearised(high: Floats, low: Floats, clusters: tuple[Ints, Ints], level: float, bounds: tuple[float, float]) -> Estimate:
    """Regress on the group with errors clustered: var = G/(G-1) * sum_g (sum_i (y_i - mean of its group) * (+1/n_high or -1/n_low))^2."""
    value = float(high.mean() - low.mean())
    codes = np.unique(np.concatenate(clusters), return_inverse=True)[1]
    sums = np.bincount(codes, weights=np.concatenate([(high - high.mean()) / len(high), -(low - low.mean()) / len(low)]))
    groups = len(sums)
    error = math.sqrt(groups / (groups - 1) * float(sums @ sums)) if groups > 1 else 0.0
    if error == 0:
        return Estimate(value, n=groups, level=level, method="clusters do not differ: no interval")
    half = student_quantile(level, groups - 1) * error
    return Estimate(value, max(bounds[0], value - half), min(bounds[1], value + half), n=groups, level=level, method="Student t, errors clustered")


def odds_ratio(high: Floats, low: Floats, level: float = LEVEL, design: float = 1.0) -> Estimate:
    """Estimate the odds ratio of two shares with Woolf's interval (1955); where a cell is empty a half is added to each (Haldane 1956, Anscombe 1956).

    Args:
        high: answers of 0 and 1.
        low: the same of the other group.
        level: coverage aimed at.
        design: design effect, by which the variance of the logarithm grows; 1 for independent answers.
    """
    if not len(high) or not len(low):
        return Estimate(math.nan, level=level, method="a group has no answers")
    cells = np.array([high.sum(), len(high) - high.sum(), low.sum(), len(low) - low.sum()])
    empty = bool((cells == 0).any())
    cells = cells + 0.5 if empty else cells
    log = math.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    half = student_quantile(level) * math.sqrt(float((1 / cells).sum()) * design)
    method = "Woolf, a half added to each cell, one being empty" if empty else "Woolf"
    if design != 1:
        method += f", variance times the design effect {design:.2f}"
    return Estimate(math.exp(log), math.exp(log - half), math.exp(log + half), n=len(high) + len(low), level=level, method=method)


def hedges_g(high: Floats, low: Floats, clusters: tuple[Ints, Ints] | None = None, *, level: float = LEVEL, resamples: int = 1000, seed: int = 0) -> Estimate:
    """Estimate the difference of two means in pooled standard deviations, corrected for small samples (Hedges 1981).

    The interval inverts the noncentral t distribution (Steiger and Fouladi 1997), in large samples it is the normal one; over clusters it is the percentile
    interval of a bootstrap of whole clusters.
    """
    n = len(high) + len(low)
    if min(len(high), len(low)) < 2:
        return Estimate(math.nan, n=n, level=level, method="a group has fewer than two answers")
    df = n - 2
    pooled = math.sqrt(((len(high) - 1) * float(high.var(ddof=1)) + (len(low) - 1) * float(low.var(ddof=1))) / df)
    if pooled == 0:
        return Estimate(math.nan, n=n, level=level, method="answers do not vary within groups")
    small = math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)
    d = float(high.mean() - low.mean()) / pooled
    if clusters is not None:
        draws = _resample(_weighted_d, high, low, clusters, resamples=resamples, seed=seed) * small
        return percentile_interval(d * small, draws, level=level, n=_count(clusters), method="bootstrap of clusters, percentile")
    scale = math.sqrt(1 / len(high) + 1 / len(low))
    if df > _LARGE or abs(d / scale) > _FAR:
        half = student_quantile(level) * math.sqrt(scale**2 + d * d / (2 * df)) * small
        return Estimate(d * small, d * small - half, d * small + half, n=n, level=level, method="large-sample normal (Hedges and Olkin 1985)")
    ends = [_noncentral(d / scale, df, share) * scale * small for share in ((1 + level) / 2, (1 - level) / 2)]
    return Estimate(d * small, ends[0], ends[1], n=n, level=level, method="noncentral t")


def _noncentral(t: float, df: int, share: float) -> float:
    """Find the noncentrality at which the statistic lies at a quantile."""
    from scipy.optimize import brentq
    from scipy.special import nctdtr

    def over(shift: float) -> float:
        found = float(nctdtr(df, shift, t))
        if math.isnan(found):  # the distribution function has holes far out, where it is all but one or zero
            found = 1.0 if shift < t else 0.0
        return found - share

    reach = 4 * math.sqrt(1 + t * t / (2 * df))  # twice as far as the normal approximation has the ends
    return float(brentq(over, t - reach, t + reach))


def _weighted_d(high: Floats, low: Floats, w_high: Floats, w_low: Floats) -> float:
    means, squares, sizes = [], 0.0, 0.0
    for values, weights in ((high, w_high), (low, w_low)):
        size = weights.sum()
        if size < 2:
            return math.nan
        mean = float(values @ weights / size)
        means.append(mean)
        squares += float(weights @ (values - mean) ** 2)
        sizes += float(size)
    return (means[0] - means[1]) / math.sqrt(squares / (sizes - 2)) if squares > 0 and sizes > 2 else math.nan


def cliffs_delta(
    high: Floats, low: Floats, clusters: tuple[Ints, Ints] | None = None, *, level: float = LEVEL, resamples: int = 1000, seed: int = 0
) -> Estimate:
    """Estimate how much more often an answer of one group exceeds one of the other than the reverse (Cliff 1993).

    The interval is the asymmetric one of Feng and Cliff (2004), with the unbiased variance; over clusters a bootstrap of whole clusters.
    """
    n, m = len(high), len(low)
    if min(n, m) < 2:
        return Estimate(math.nan, n=n + m, level=level, method="a group has fewer than two answers")
    rows, columns, ties = _dominance(high, low)
    d = float(rows.mean())
    if clusters is not None:
        draws = _resample(_weighted_delta, high, low, clusters, resamples=resamples, seed=seed)
        return percentile_interval(d, draws, level=level, n=_count(clusters), method="bootstrap of clusters, percentile")
    cells = n * m - ties - n * m * d * d
    squared = (m * m * float(((rows - d) ** 2).sum()) + n * n * float(((columns - d) ** 2).sum()) - cells) / (n * m * (n - 1) * (m - 1))
    squared = max(squared, (1 - d * d) / (n * m - 1))
    z = student_quantile(level)
    if abs(d) == 1:  # Feng and Cliff: without overlap the score interval of a share stands in
        edge = 2 * wilson(min(n, m), min(n, m), level).low - 1
        return Estimate(d, edge if d > 0 else -1.0, 1.0 if d > 0 else -edge, n=n + m, level=level, method="no overlap: Wilson score at the smaller group")
    half = z * math.sqrt(squared) * math.sqrt((1 - d * d) ** 2 + z * z * squared)
    under = 1 - d * d + z * z * squared
    low_end, high_end = (d - d**3 - half) / under, (d - d**3 + half) / under
    return Estimate(d, max(-1.0, low_end), min(1.0, high_end), n=n + m, level=level, method="Feng and Cliff")


def _weighted_delta(high: Floats, low: Floats, w_high: Floats, w_low: Floats) -> float:
    return float(np.average(_dominance(high, low, w_low)[0], weights=w_high)) if w_high.sum() and w_low.sum() else math.nan


def _dominance(high: Floats, low: Floats, weights: Floats | None = None) -> tuple[Floats, Floats, float]:
    """Give the mean sign of each answer against the other group, for either group (the second weighted), and how many pairs tie."""
    order = np.argsort(low, kind="stable")
    ordered = low[order]
    running = np.concatenate([[0.0], np.cumsum(np.ones(len(low)) if weights is None else weights[order])])
    below, upto = running[np.searchsorted(ordered, high, "left")], running[np.searchsorted(ordered, high, "right")]
    rows = (below - (running[-1] - upto)) / running[-1]
    ranked = np.sort(high)
    left, right = np.searchsorted(ranked, low, "left"), np.searchsorted(ranked, low, "right")
    return rows, ((len(high) - right) - left) / len(high), float((upto - below).sum())


def _resample(statistic: Callable[..., float], high: Floats, low: Floats, clusters: tuple[Ints, Ints], *, resamples: int, seed: int) -> Floats:
    """Draw a statistic under bootstrap weights of whole clusters; clusters that lie in one group only are drawn within that group."""
    codes = np.unique(np.concatenate(clusters), return_inverse=True)[1]
    first, second = codes[: len(high)], codes[len(high) :]
    in_first, in_second = np.isin(np.arange(codes.max() + 1), first), np.isin(np.arange(codes.max() + 1), second)
    stratum = np.where(in_first & in_second, 2, np.where(in_first, 0, 1))
    draws = resampled(np.arange(len(stratum)), stratum, resamples, np.random.default_rng(seed))
    return np.array([statistic(high, low, weights[first], weights[second]) for weights in draws])


def _count(clusters: tuple[Ints, Ints]) -> int:
    return len(np.unique(np.concatenate(clusters)))
