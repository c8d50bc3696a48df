"""Answering in kind: the slope of what is given in what was received, and the types of conditional cooperation.

The slope is that of least squares with standard errors robust to heteroskedasticity (HC1) or to clusters (CR1; Cameron and Miller, Journal of Human Resources
50 (2015), equations 10 to 12). It is a reaction only where what was received does not itself depend on what the giver did before: in a repeated game it mixes
answering with habit and decay.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ParameterError
from .fit import Fit

__all__ = ["ContributionType", "contribution_type", "reciprocity"]

ContributionType = Literal["conditional cooperator", "free rider", "hump-shaped", "unconditional", "other"]
_SIGNIFICANT = 0.01


def reciprocity(received: ArrayLike, given: ArrayLike, *, clusters: ArrayLike | None = None, level: float = 0.95) -> Fit:
    """Estimate ``intercept`` and ``slope`` of what was given in what was received.

    Args:
        received: of shape ``(answers,)``.
        given: of shape ``(answers,)``.
        clusters: group of each answer.
        level: coverage of the intervals aimed at.

    Returns:
        The fit, with the log-likelihood of normal errors.

    Raises:
        ParameterError: there is no answer, or lengths differ.
    """
    x, y = np.asarray(received, float), np.asarray(given, float)
    if x.ndim != 1 or x.shape != y.shape or not len(x):
        raise ParameterError("received and given should have one entry for each of at least one answer")
    group = np.arange(len(x)) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    if group.shape != x.shape:
        raise ParameterError(f"clusters should have shape ({len(x)},), one for each answer")
    n, count = len(x), int(group.max()) + 1
    names, nothing = ("intercept", "slope"), np.full((2, 2), math.nan)
    given_count = None if clusters is None else count
    if np.ptp(x) == 0:
        flags = ["slope is not identified: the same was received each time", "intercept is not identified: the same was received each time"]
        return Fit.of_covariance(names, np.full(2, math.nan), nothing, log_likelihood=math.nan, n=n, clusters=given_count, level=level, flags=flags)
    design = np.column_stack([np.ones(n), x])
    inverse = np.linalg.inv(design.T @ design)
    estimate = inverse @ design.T @ y
    left = y - design @ estimate
    flags, covariance = [], nothing
    if count <= 2:
        flags.append(f"{count} {'answers' if clusters is None else 'clusters'} are too few for a standard error")
    else:
        sums = np.stack([np.bincount(group, weights=design[:, at] * left, minlength=count) for at in range(2)], axis=1)
        factor = n / (n - 2) if clusters is None else count / (count - 1) * (n - 1) / (n - 2)
        covariance = factor * inverse @ (sums.T @ sums) @ inverse
    if float(left @ left) <= 1e-12 * max(1.0, float(y @ y)):
        flags.append("the line fits exactly: standard errors of 0 mean a rule, not precision")
        covariance = np.zeros((2, 2)) if count > 2 else nothing
    variance = max(float(left @ left) / n, 1e-300)
    log_likelihood = -n / 2 * (math.log(2 * math.pi * variance) + 1)
    return Fit.of_covariance(names, estimate, covariance, log_likelihood=log_likelihood, n=n, clusters=given_count, level=level, flags=flags)


def contribution_type(others: ArrayLike, own: ArrayLike) -> ContributionType:
    """Classify a schedule of contributions: what is given for each average contribution of the others (strategy method).

    Fischbacher, Gaechter and Fehr, Are people conditionally cooperative?, Economics Letters 71 (2001): a free rider gives nothing for any; a conditional
    cooperator's schedule rises, weakly throughout or with a Spearman rank correlation above 0 at the 1 % level; a hump-shaped one rises so up to its highest
    contribution and falls so beyond. A constant positive one is called unconditional.

    Args:
        others: average contributions of the others, of shape ``(entries,)``.
        own: what is given for each.

    Raises:
        ParameterError: fewer than three entries, or lengths differ.
    """
    order = np.argsort(np.asarray(others, float), kind="stable")
    x, y = np.asarray(others, float)[order], np.asarray(own, float)[order]
    if x.ndim != 1 or x.shape != y.shape or len(x) < 3 or np.unique(x).size < 3:
        raise ParameterError("a schedule needs own contributions for at least three average contributions of the others")
    if not y.any():
        return "free rider"
    if np.ptp(y) == 0:
        return "unconditional"
    if _rises(x, y):
        return "conditional cooperator"
    top = int(np.flatnonzero(y == y.max()).mean())
    if 0 < top < len(x) - 1 and _rises(x[: top + 1], y[: top + 1]) and _rises(-x[top:][::-1], y[top:][::-1]):
        return "hump-shaped"
    return "other"


def _rises(x: np.ndarray, y: np.ndarray) -> bool:
    from scipy.stats import spearmanr

    if np.ptp(y) == 0:
        return False
    if (np.diff(y) >= 0).all():
        return True
    if len(x) < 3:
        return False
    found = spearmanr(x, y)
    return bool(found.statistic > 0 and found.pvalue < _SIGNIFICANT)
