"""Logistic regression by penalised likelihood, which has finite estimates where a cell is empty.

Firth (1993, Biometrika 80:27-38) maximises l(b) + log|I(b)| / 2; tests and intervals by the penalised likelihood ratio (Heinze and Schemper 2002, Statistics in
Medicine 21:2409-2419).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...analysis.results import Floats
from ...errors import LudensError

__all__ = ["FirthFit", "NotConverged", "firth", "ratio_test"]


class NotConverged(LudensError):
    """A likelihood could not be maximised."""


class FirthFit(NamedTuple):
    """Estimates [k], their covariance [k, k] (inverse information), ends of profile intervals [k], p of each [k], and the penalised log-likelihood."""

    coefficients: Floats
    covariance: Floats
    low: Floats
    high: Floats
    p: Floats
    loglik: float


class _Grouped(NamedTuple):
    design: Floats
    yes: Floats
    total: Floats


def firth(design: Floats, answers: Floats, level: float = 0.95, *, profile: bool = True) -> FirthFit:
    """Fit a logistic regression by Firth's penalised likelihood.

    Args:
        design: shape [n, k], of full column rank.
        answers: 0 and 1, shape [n].
        level: coverage of the profile intervals.
        profile: work out intervals and p-values; else they are NaN.

    Raises:
        NotConverged: the maximum was not found.
    """
    data = _grouped(design, answers)
    k = design.shape[1]
    every = tuple(range(k))
    best, top = _maximise(data, np.zeros(k), every)
    covariance = np.asarray(np.linalg.inv(_information(data, best)), np.float64)
    error = np.sqrt(np.diag(covariance))
    low, high, p = (np.full(k, math.nan, np.float64) for _ in range(3))
    for index in range(k if profile else 0):
        drop = _chi2(level)
        low[index] = _end(data, best, index, -error[index], top=top, drop=drop)
        high[index] = _end(data, best, index, error[index], top=top, drop=drop)
        p[index] = ratio_p(2 * (top - _held(data, best, index, 0.0)[1]), 1)
    return FirthFit(best, covariance, low, high, p, top)


def ratio_test(design: Floats, answers: Floats, columns: Sequence[int]) -> float:
    """Test that all coefficients of some columns are zero, by the penalised likelihood ratio.

    Returns:
        The p-value.
    """
    data = _grouped(design, answers)
    start = np.zeros(design.shape[1])
    _, top = _maximise(data, start, tuple(range(design.shape[1])))
    _, less = _maximise(data, start, tuple(index for index in range(design.shape[1]) if index not in set(columns)))
    return ratio_p(2 * (top - less), len(columns))


def ratio_p(statistic: float, df: int) -> float:
    """Give the chance of a likelihood ratio statistic as large."""
    from scipy.special import chdtrc

    return float(chdtrc(df, max(0.0, statistic)))


def _chi2(level: float) -> float:
    from scipy.special import chdtri

    return float(chdtri(1, 1 - level))


def _grouped(design: Floats, answers: Floats) -> _Grouped:
    """Count rows of the same design together: designs of experiments have few distinct ones."""
    rows, inverse = np.unique(design, axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    return _Grouped(rows, np.asarray(np.bincount(inverse, weights=answers), np.float64), np.bincount(inverse).astype(np.float64))


def _chances(data: _Grouped, coefficients: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(data.design @ coefficients))


def _information(data: _Grouped, coefficients: Floats) -> Floats:
    p = _chances(data, coefficients)
    return np.asarray((data.design.T * (data.total * p * (1 - p))) @ data.design)


def _loglik(data: _Grouped, coefficients: Floats) -> float:
    line = data.design @ coefficients
    sign, log = np.linalg.slogdet(_information(data, coefficients))
    plain = float(data.yes @ line - data.total @ np.logaddexp(0.0, line))
    return plain + 0.5 * float(log) if sign > 0 else -math.inf


def _maximise(data: _Grouped, start: Floats, free: tuple[int, ...]) -> tuple[Floats, float]:
    """Climb by Newton steps on the modified score over some coefficients, the others held; the penalty is always that of the whole model."""
    at = start.copy()
    value = _loglik(data, at)
    if not free:
        return at, value
    chosen = list(free)
    for _ in range(200):
        p = _chances(data, at)
        weight = data.total * p * (1 - p)
        information = (data.design.T * weight) @ data.design
        hat = weight * np.einsum("ij,ji->i", data.design, np.linalg.solve(information, data.design.T))
        score = data.design.T @ (data.yes - data.total * p + hat * (0.5 - p))
        # the penalty adds hat / 2 answers of either kind to each row: with them the step is Newton's where the model is saturated, and never twice too long
        bend = (data.design.T * (weight * (1 + hat / data.total))) @ data.design
        step = np.zeros(len(at))
        step[chosen] = np.linalg.solve(bend[np.ix_(chosen, chosen)], score[chosen])
        step *= min(1.0, 5.0 / max(1e-300, float(np.abs(step).max())))
        for _ in range(40):
            better = _loglik(data, at + step)
            if better >= value - 1e-12 * (1 + abs(value)):
                break
            step *= 0.5
        at, value = at + step, better
        if float(np.abs(score[chosen]).max()) < 1e-7 * (1 + float(data.total.sum()) ** 0.5) or float(np.abs(step).max()) < 1e-10:
            return at, value
    raise NotConverged("Firth's likelihood did not converge in 200 steps; look at the model's formula for terms that the design cannot tell apart")


def _held(data: _Grouped, best: Floats, index: int, value: float) -> tuple[Floats, float]:
    start = best.copy()
    start[index] = value
    return _maximise(data, start, tuple(other for other in range(len(best)) if other != index))


def _end(data: _Grouped, best: Floats, index: int, step: float, *, top: float, drop: float) -> float:
    """Find where the profile has fallen by the quantile, going out in steps until it is passed; infinite where it never falls that far."""
    from scipy.optimize import brentq

    near, at = best[index], best.copy()

    def fallen(value: float) -> float:
        start = at.copy()
        return 2 * (top - _held(data, start, index, value)[1]) - drop

    for _ in range(60):
        far = near + step
        at = _held(data, at, index, far)[0]
        if 2 * (top - _loglik(data, at)) - drop > 0:
            return float(brentq(fallen, near, far, xtol=1e-8))
        near, step = far, step * 1.5
    return math.copysign(math.inf, step)
