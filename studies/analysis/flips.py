"""Tests for few clusters: signs of whole clusters flipped, their labels dealt anew. All rearrangements where they are few, else a sample of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations

import numpy as np

from ...analysis.results import Floats, Ints
from ..spec import Direction

__all__ = ["FEW", "cluster_test", "sign_flips", "wild_score"]

FEW = 30
"""Clusters below which sandwich errors are not trusted (Cameron, Gelbach and Miller 2008)."""
_EXACT = 12
"""Clusters up to which all patterns of signs are tried."""
_DRAWS = 4999
_CHUNK = 500
"""Studies whose rearrangements are held at a time."""


def sign_flips(parts: Floats, direction: Direction, seed: int = 0) -> Floats:
    """Test that sums of independent parts, a cluster each, are symmetric about zero.

    Args:
        parts: shape [..., clusters].
        direction: of the alternative.
        seed: of the sample of patterns, where there are too many to try.

    Returns:
        p-values, shape [...]; the pattern observed counts among those tried.
    """
    n = parts.shape[-1]
    exact = n <= _EXACT
    signs = 1.0 - 2.0 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1) if exact else np.random.default_rng(seed).choice([-1.0, 1.0], size=(_DRAWS, n))
    return _tails(parts, lambda some: np.asarray(some @ signs.T), parts.sum(axis=-1), direction=direction, itself=0 if exact else 1)


def _tails(parts: Floats, draw: Callable[[Floats], Floats], seen: Floats, *, direction: Direction, itself: int) -> Floats:
    """Give the share of draws as extreme as what was seen, a few studies at a time."""
    flat, observed = parts.reshape(-1, parts.shape[-1]), np.reshape(seen, -1)
    out = np.empty(len(flat))
    for start in range(0, len(flat), _CHUNK):
        draws, here = draw(flat[start : start + _CHUNK]), observed[start : start + _CHUNK, None]
        slack = 1e-9 * np.maximum(1e-300, np.maximum(np.abs(here), np.abs(draws).max(axis=-1, keepdims=True)))
        extreme = {"greater": draws >= here - slack, "less": draws <= here + slack, "two_sided": np.abs(draws) >= np.abs(here) - slack}[direction]
        out[start : start + _CHUNK] = (extreme.sum(axis=-1) + itself) / (draws.shape[-1] + itself)
    return out.reshape(np.shape(seen))


def cluster_test(high: Floats, low: Floats, clusters: tuple[Ints, Ints], direction: Direction, seed: int = 0) -> tuple[Floats | None, str]:
    """Test differences of means with clusters as units.

    Where clusters lie in one group each, their labels are dealt anew. Where clusters have answers of both groups, the signs of their own differences are
    flipped, weighted by n_high n_low / (n_high + n_low): clusters may then differ in level and in effect.

    Args:
        high: answers, shape [..., n].
        low: answers of the other group, shape [..., m].
        clusters: of the n and of the m, by the same numbering.
        direction: of the alternative.
        seed: of rearrangements, where they are sampled.

    Returns:
        p-values, shape [...] (None where there is nothing to rearrange), and what was done, in words.
    """
    codes = np.unique(np.concatenate(clusters), return_inverse=True)[1]
    member = np.eye(int(codes.max()) + 1)[codes]
    first, second = member[: high.shape[-1]], member[high.shape[-1] :]
    n_high, n_low, s_high, s_low = first.sum(axis=0), second.sum(axis=0), high @ first, low @ second
    both = (n_high > 0) & (n_low > 0)
    if both.any():
        a, b = n_high[both], n_low[both]
        parts = (s_high[..., both] / a - s_low[..., both] / b) * a * b / (a + b)
        aside = f", {int((~both).sum())} clusters with one group only left out" if not both.all() else ""
        return sign_flips(parts, direction, seed), f"sign flips of {len(a)} clusters' differences{aside}"
    return _relabelled(n_high + n_low, s_high + s_low, n_high > 0, direction, seed), f"labels of {len(n_high)} clusters dealt anew"


def _relabelled(sizes: Floats, sums: Floats, high: Ints, direction: Direction, seed: int) -> Floats | None:
    groups, top = len(sizes), int(high.sum())
    if not 0 < top < groups:
        return None
    exact = math.comb(groups, top) <= _DRAWS
    if exact:
        labels = np.zeros((math.comb(groups, top), groups))
        for index, chosen in enumerate(combinations(range(groups), top)):
            labels[index, list(chosen)] = 1
    else:
        labels = np.random.default_rng(seed).permuted(np.tile(high.astype(float), (_DRAWS, 1)), axis=1)

    def differences(some: Floats, dealt: Floats) -> Floats:
        return np.asarray(some @ (dealt / (dealt @ sizes)[:, None]).T - some @ ((1 - dealt) / ((1 - dealt) @ sizes)[:, None]).T)

    seen = differences(sums, high[None].astype(float))[..., 0]
    return _tails(sums, lambda some: differences(some, labels), seen, direction=direction, itself=0 if exact else 1)


def wild_score(
    design: Floats, answers: Floats, cluster: Ints, column: int, restricted: Callable[[Floats, Floats], tuple[Floats, Floats]], *, seed: int = 0
) -> float:
    """Test that a coefficient is zero by the wild bootstrap of cluster scores with Rademacher signs (Kline and Santos 2012, J. Econometric Methods 1:23-41).

    Args:
        design: shape [n, k].
        answers: shape [n].
        cluster: of each row.
        column: of the coefficient.
        restricted: from a design without the column and the answers, gives fitted means and the variance weights of the score's derivative, each [n].
        seed: of the signs.

    Returns:
        The two-sided p-value.
    """
    mean, weight = restricted(np.delete(design, column, axis=1), answers)
    information = (design.T * weight) @ design
    direction = np.linalg.solve(information, np.eye(design.shape[1])[column])
    rows = (design @ direction) * (answers - mean)
    return float(sign_flips(np.asarray(np.bincount(np.unique(cluster, return_inverse=True)[1], weights=rows), np.float64), "two_sided", seed))
