"""Tests of two groups of answers, and corrections of many tests. Arrays in, p-values out: the analysis and the forecast of power call the same ones."""

from __future__ import annotations

import math
import warnings
from typing import Literal, NamedTuple

import numpy as np

from ...analysis.resample import equivalence_p
from ...analysis.results import Floats, Ints
from ..spec import Correction, Direction, Kind
from .flips import cluster_test
from .intervals import clustered

__all__ = ["Exact", "Tested", "compare", "corrected", "equivalence", "fisher", "fisher_many", "mann_whitney", "turned"]

Exact = Literal["fisher", "barnard"]
_BARNARD = 40_000
"""Product of the group sizes up to which Barnard's test is worked out where it is asked for: seconds."""
_BESIDE = 4_000
"""The same where it only stands beside Fisher's; in larger groups the two hardly differ."""
_SIDES = {"greater": "greater", "less": "less", "two_sided": "two-sided"}


class Tested(NamedTuple):
    """A p-value (None where nothing can be tested), the test in words, and other tests of the same question."""

    p: float | None
    test: str
    beside: tuple[tuple[str, float], ...] = ()


def compare(
    high: Floats,
    low: Floats,
    kind: Kind,
    direction: Direction,
    clusters: tuple[Ints, Ints] | None = None,
    *,
    exact: Exact = "fisher",
    beside: bool = True,
    seed: int = 0,
) -> Tested:
    """Test that two groups have the same mean.

    Clusters: whole clusters rearranged. Else yes and no: Fisher's exact test, or Barnard's; ranks: Mann-Whitney; numbers: Welch's t, and Mann-Whitney beside
    it.

    Args:
        high: answers of the one group.
        low: answers of the other.
        kind: of outcome.
        direction: of the alternative: the mean of ``high`` less that of ``low``.
        clusters: of the answers of either group, by the same numbering; None for independent answers.
        exact: test of yes and no.
        beside: give the other tests too.
        seed: of rearrangements, where they are sampled.
    """
    if min(len(high), len(low)) < 1:
        return Tested(None, "a group has no answers")
    if clusters is not None:
        p, how = cluster_test(high, low, clusters, direction, seed)
        if p is None:
            return Tested(None, "too few clusters to rearrange")
        naive = compare(high, low, kind, direction, beside=False)
        rows = (("rows taken as independent: " + naive.test, naive.p),) if naive.p is not None else ()
        return Tested(float(p), f"permutation, {how}", rows if beside else ())
    if kind == "binary":
        counts = int(high.sum()), len(high), int(low.sum()), len(low)
        tests = {"fisher": ("Fisher exact", fisher), "barnard": ("Barnard exact", barnard)}
        if exact == "barnard" and counts[1] * counts[3] > _BARNARD:
            exact = "fisher"
        name, chosen = tests[exact]
        other = "barnard" if exact == "fisher" else "fisher"
        extra = ((tests[other][0], tests[other][1](*counts, direction)),) if beside and counts[1] * counts[3] <= _BESIDE else ()
        return Tested(chosen(*counts, direction), name, extra)
    if kind == "ordinal":
        return Tested(float(mann_whitney(high, low, direction)), "Mann-Whitney")
    if min(len(high), len(low)) < 2:
        return Tested(None, "a group has one answer")
    if float(high.var() + low.var()) == 0:
        top = max(high[0], low[0])
        same = fisher(int((high == top).sum()), len(high), int((low == top).sum()), len(low), direction)
        return Tested(same, "Fisher exact, the answers of each group being equal")
    extra = (("Mann-Whitney", float(mann_whitney(high, low, direction))),) if beside else ()
    return Tested(float(welch(high, low, direction)), "Welch t", extra)


def turned(direction: Direction) -> Direction:
    """Give the opposite direction."""
    return {"greater": "less", "less": "greater", "two_sided": "two_sided"}[direction]  # type: ignore[return-value]


def fisher(k_high: int, n_high: int, k_low: int, n_low: int, direction: Direction) -> float:
    """Test equal shares by Fisher's exact test, given the counts of yes and of answers in each group."""
    from scipy.stats import fisher_exact

    return float(fisher_exact([[k_high, n_high - k_high], [k_low, n_low - k_low]], alternative=_SIDES[direction]).pvalue)


def barnard(k_high: int, n_high: int, k_low: int, n_low: int, direction: Direction) -> float:
    """Test equal shares by Barnard's unconditional exact test (1947), pooled statistic."""
    from scipy.stats import barnard_exact

    if k_high + k_low in (0, n_high + n_low):
        return 1.0
    return float(barnard_exact([[k_high, k_low], [n_high - k_high, n_low - k_low]], alternative=_SIDES[direction]).pvalue)


def fisher_many(k_high: Ints, n_high: int, k_low: Ints, n_low: int, direction: Direction) -> Floats:
    """Give Fisher's p-values of many pairs of counts, each pair that occurs worked out once."""
    pairs, inverse = np.unique(np.stack([k_high, k_low], axis=1), axis=0, return_inverse=True)
    return np.array([fisher(int(a), n_high, int(b), n_low, direction) for a, b in pairs])[inverse.reshape(-1)]


def welch(high: Floats, low: Floats, direction: Direction) -> Floats:
    """Give p of Welch's t test along the last axis."""
    from scipy.stats import ttest_ind

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of answers that are nearly equal; their p is NaN, which callers look at
        return np.asarray(ttest_ind(high, low, axis=-1, equal_var=False, alternative=_SIDES[direction]).pvalue)


def mann_whitney(high: Floats, low: Floats, direction: Direction) -> Floats:
    """Give p of the Mann-Whitney test along the last axis: exact without ties in small groups, else normal with tie and continuity corrections."""
    from scipy.stats import mannwhitneyu

    return np.asarray(mannwhitneyu(high, low, axis=-1, alternative=_SIDES[direction]).pvalue)


def corrected(p: Floats, how: Correction) -> Floats:
    """Correct p-values of a family along the last axis.

    ``holm`` (1979) and ``bonferroni`` hold the chance of any false positive, ``bh`` (Benjamini and Hochberg 1995) the expected share of false ones among
    positives.
    """
    p = np.asarray(p, np.float64)
    m = p.shape[-1]
    if how == "none" or m == 0:
        return p
    if how == "bonferroni":
        return np.minimum(1.0, p * m)
    order = np.argsort(p, axis=-1, kind="stable")
    ranked = np.take_along_axis(p, order, -1)
    if how == "holm":
        ranked = np.maximum.accumulate(ranked * (m - np.arange(m)), axis=-1)
    else:
        scaled = ranked * m / np.arange(1, m + 1)
        ranked = np.flip(np.minimum.accumulate(np.flip(scaled, -1), axis=-1), -1)
    out = np.empty_like(p)
    np.put_along_axis(out, order, np.minimum(1.0, ranked), -1)
    return out


def equivalence(values: Floats, against: Floats | float, margin: float, cluster: Ints | None = None) -> tuple[float, float]:
    """Test that a mean equals another, or a fixed value, within a margin: two one-sided t tests (Schuirmann 1987).

    Args:
        values: answers.
        against: answers of another group, or a value such as a human benchmark.
        margin: the largest difference that does not matter, positive.
        cluster: the cluster of each answer, against a fixed value only.

    Returns:
        The difference, and the larger of the two p-values: small means equivalent within the margin.
    """
    if isinstance(against, float | int):
        difference = float(values.mean()) - against
        if cluster is None:
            error, df = float(values.std(ddof=1)) / math.sqrt(len(values)), len(values) - 1.0
        else:
            _, error, groups = clustered(values, cluster)
            df = groups - 1.0
    else:
        difference = float(values.mean() - against.mean())
        parts = [float(one.var(ddof=1)) / len(one) for one in (values, against)]
        error = math.sqrt(sum(parts))
        df = sum(parts) ** 2 / sum(part**2 / (len(one) - 1) for part, one in zip(parts, (values, against), strict=True)) if error > 0 else math.inf
    return difference, equivalence_p(difference, error, df, margin)
