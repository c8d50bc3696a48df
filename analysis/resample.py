"""Intervals: cluster bootstrap and Student intervals of cluster means, with level and method stated in each."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ..arena.report.summary import Estimate
from .results import Floats, Ints, Results

__all__ = ["cluster_weights", "percentile_interval", "resampled", "student_intervals"]


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
    from scipy.special import stdtrit  # a tenth of scipy.stats' import time

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
            half = float(stdtrit(n - 1, (1 + level) / 2) * np.sqrt(spread[index] / (n - 1) / n))
            low, high = max(bounds[0], float(mean[index]) - half), min(bounds[1], float(mean[index]) + half)
            out.append(Estimate(float(mean[index]), low, high, n=n, level=level, method="Student t over match means"))
    return out
