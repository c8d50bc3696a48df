"""Intervals: cluster bootstrap, Student intervals of means and of cluster means, Wilson's of shares."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from ..arena.report.summary import Estimate
from .results import Floats, Ints, Results

__all__ = [
    "cluster_weights",
    "equivalence_p",
    "percentile_interval",
    "resampled",
    "student_interval",
    "student_intervals",
    "student_quantile",
    "wilson_interval",
]


def cluster_weights(results: Results, resamples: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Draw bootstrap weights: how often each cluster counts, clusters drawn with replacement within their game.

    Args:
        results: what was played; a cluster belongs to the game of its first row.
        resamples: how many to draw.
        rng: source of chance.

    Yields:
        Weights of shape [largest cluster index + 1].
    """
    if resamples < 1:
        return
    clusters, first = np.unique(results.cluster, return_index=True)
    yield from resampled(clusters, results.game[first], resamples, rng)


def resampled(clusters: Ints, stratum: Ints, resamples: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Draw bootstrap weights of clusters, drawn with replacement within their stratum.

    Args:
        clusters: distinct indices in ascending order.
        stratum: of each.
        resamples: how many to draw.
        rng: source of chance.

    Yields:
        Weights of shape [largest cluster index + 1].
    """
    groups = [clusters[stratum == one] for one in np.unique(stratum)]
    size = int(clusters[-1]) + 1
    for _ in range(resamples):
        drawn = np.concatenate([group[rng.integers(len(group), size=len(group))] for group in groups])
        yield np.bincount(drawn, minlength=size).astype(np.float64)


def percentile_interval(value: float, draws: Floats, *, level: float, n: int, method: str) -> Estimate:
    """Make an estimate with the percentile interval of bootstrap draws; resamples without data (NaN) are left out.

    Fewer than two independent units give no interval.
    """
    draws = draws[np.isfinite(draws)]
    if not len(draws):
        return Estimate(value, n=n, level=level, method="no resampling: no interval")
    if n < 2 or len(draws) < 2:
        return Estimate(value, n=n, level=level, method="too few independent matches for an interval")
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(value, float(low), float(high), n=n, level=level, method=method)


def student_intervals(
    values: Floats, group: Ints, cluster: Ints, groups: int, *, level: float, bounds: tuple[float, float] = (-math.inf, math.inf)
) -> list[Estimate | None]:
    """Estimate a mean in each group with a Student interval over cluster means.

    Args:
        values: observations, shape [n].
        group: the group of each, 0 to ``groups`` - 1.
        cluster: the cluster of each; observations of one cluster are first averaged, so each cluster counts once.
        groups: how many groups there are.
        level: coverage aimed at.
        bounds: intervals are cut at these (0 and 1 for shares).

    Returns:
        An estimate a group: without an interval when only one cluster is there, None when the group is empty.
    """
    if not len(values):
        return [None] * groups
    span = int(cluster.max()) + 1
    keys, inverse = np.unique(group * span + cluster, return_inverse=True)
    means = np.bincount(inverse, weights=values) / np.bincount(inverse)
    owner = keys // span
    count = np.bincount(owner, minlength=groups)
    some = np.maximum(count, 1)
    mean = np.bincount(owner, weights=means, minlength=groups) / some
    spread = np.bincount(owner, weights=(means - mean[owner]) ** 2, minlength=groups)
    out: list[Estimate | None] = []
    for index in range(groups):
        n = int(count[index])
        if n == 0:
            out.append(None)
        elif n == 1:
            out.append(Estimate(float(mean[index]), n=1, level=level, method="one match only: no interval"))
        else:
            half = student_quantile(level, n - 1) * float(np.sqrt(spread[index] / (n - 1) / n))
            low, high = max(bounds[0], float(mean[index]) - half), min(bounds[1], float(mean[index]) + half)
            out.append(Estimate(float(mean[index]), low, high, n=n, level=level, method="Student t over match means"))
    return out


def student_interval(values: Sequence[float] | Floats, *, level: float = 0.95) -> Estimate:
    """Estimate a mean of independent values, such as paired differences, with its Student interval; one value alone has none.

    Args:
        values: at least one.
        level: coverage aimed at.
    """
    given = np.asarray(values, np.float64)
    (found,) = student_intervals(given, np.zeros(len(given), np.int64), np.arange(len(given)), 1, level=level)
    assert found is not None
    return found


def student_quantile(level: float, degrees: float = math.inf) -> float:
    """Give the half-width of an interval in standard errors: Student's, normal where the degrees of freedom are infinite."""
    from scipy.special import ndtri, stdtrit  # a tenth of scipy.stats' import time

    return float(ndtri((1 + level) / 2) if math.isinf(degrees) else stdtrit(degrees, (1 + level) / 2))


def wilson_interval(share: float, trials: float, level: float) -> tuple[float, float]:
    """Give the score interval of a share (Wilson 1927, Journal of the American Statistical Association 22).

    Args:
        share: of successes.
        trials: independent ones behind it, more than none; may be an effective size.
        level: coverage aimed at.
    """
    z = student_quantile(level)
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return 0.0 if share == 0 else max(0.0, middle - half), 1.0 if share == 1 else min(1.0, middle + half)


def equivalence_p(difference: float, error: float, degrees: float, margin: float) -> float:
    """Give p of two one-sided t tests that a difference lies within a margin (Schuirmann 1987): small means equivalent.

    Args:
        difference: that was measured.
        error: its standard error; 0 where it is known for sure.
        degrees: of freedom.
        margin: the largest difference that does not matter, positive.
    """
    from scipy.special import stdtr

    if not error > 0:
        return 0.0 if abs(difference) < margin else 1.0
    return float(max(stdtr(degrees, (difference - margin) / error), stdtr(degrees, -(difference + margin) / error)))
