"""Clusters of vectors: found anew, or one more beside those that are there."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Clusterer", "extended", "nearest", "numbered_alike", "refitted"]

_RESTARTS = 10
_STEPS = 30


class Clusterer(Protocol):
    """Finds ``count`` centroids of points, knowing those of the iteration before (None at first); fewer where there are not so many different points."""

    def __call__(self, points: NDArray[np.float64], count: int, before: NDArray[np.float64] | None, seed: int) -> NDArray[np.float64]: ...


def refitted(points: NDArray[np.float64], count: int, before: NDArray[np.float64] | None, seed: int) -> NDArray[np.float64]:
    """Find them from nothing: the best of ten runs of k-means++ (Arthur and Vassilvitskii 2007)."""
    from scipy.cluster.vq import kmeans2

    count = min(count, len(np.unique(points.round(9), axis=0)))
    best: tuple[float, NDArray[np.float64]] | None = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of runs that leave a cluster empty, which are not taken
        for run in range(_RESTARTS):
            centroids, labels = kmeans2(points, count, iter=_STEPS, minit="++", seed=np.random.default_rng([seed, run]))
            if len(np.unique(labels)) < count:
                continue
            error = float(np.square(points - centroids[labels]).sum())
            if best is None or error < best[0] - 1e-12:
                best = (error, centroids)
    if best is None:
        # the farthest points from each other: no run found so many clusters with something in each
        return extended(points, count, points[:1], seed)
    return best[1]


def extended(points: NDArray[np.float64], count: int, before: NDArray[np.float64] | None, seed: int) -> NDArray[np.float64]:
    """Keep the ones there are where they are, and put new ones where points are farthest from all: what had a number keeps it.

    Only the new ones are moved to the mean of their points.
    """
    if before is None:
        return refitted(points, count, None, seed)
    centroids, kept = before.copy(), len(before)
    while len(centroids) < count:
        away = np.square(points - centroids[nearest(points, centroids)]).sum(axis=1)
        if away.max() < 1e-12:
            break
        centroids = np.vstack([centroids, points[away.argmax()]])
    for _ in range(_STEPS):
        labels = nearest(points, centroids)
        for number in range(kept, len(centroids)):
            if (labels == number).any():
                centroids[number] = points[labels == number].mean(axis=0)
    return centroids


def nearest(points: NDArray[np.float64], centroids: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the number of the nearest centroid of every point."""
    return np.asarray(np.square(points[:, None, :] - centroids[None]).sum(axis=2).argmin(axis=1), np.int64)


def numbered_alike(several: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Number the centroids of several roles so that equal numbers lie close together: those who hear a number do not know the speaker's role.

    Each role's are matched to those of the role with the most, at the least sum of squared distances.
    """
    from scipy.optimize import linear_sum_assignment

    most = max(several, key=len)
    out = []
    for centroids in several:
        cost = np.square(centroids[:, None, :] - most[None]).sum(axis=2)
        rows, columns = linear_sum_assignment(cost)
        # a role's numbers have no gaps: their order is that of the numbers that they were matched to
        out.append(centroids[rows[np.argsort(columns)]])
    return out
