"""Regression of an outcome that is cut off at one or both ends (Tobin 1958), by maximum likelihood.

Estimated in Olsen's parameters (1978, Econometrica 46:1211-1215), b / sigma and 1 / sigma, in which the log-likelihood is concave.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...analysis.results import Floats, Ints
from .firth import NotConverged

__all__ = ["TobitFit", "expected", "tobit"]


class TobitFit(NamedTuple):
    """Coefficients of the uncut outcome, then log sigma [k + 1]; their covariance [k + 1, k + 1]; the log-likelihood; answers at the lower and upper limit."""

    coefficients: Floats
    covariance: Floats
    loglik: float
    at_low: int
    at_high: int


class _Cut(NamedTuple):
    """The data: a design, answers, the limits, and which rows lie at the lower one, at the upper one, and between them."""

    design: Floats
    answers: Floats
    low: float
    high: float
    at_low: Any
    at_high: Any
    inside: Any


def tobit(design: Floats, answers: Floats, low: float, high: float, cluster: Ints | None = None) -> TobitFit:
    """Fit y* = x'b + sigma e with e normal, where y = min(high, max(low, y*)) is seen.

    Args:
        design: shape [n, k], of full column rank.
        answers: shape [n].
        low: the lower limit; minus infinity for none.
        high: the upper limit; infinity for none.
        cluster: the cluster of each row, for the sandwich of clustered scores; None for inverse information.

    Raises:
        NotConverged: the likelihood has no maximum (all answers at the limits), or it was not found.
    """
    from scipy.optimize import minimize

    at_low, at_high = answers <= low, answers >= high
    data = _Cut(design, answers, low, high, at_low, at_high, ~(at_low | at_high))
    k = design.shape[1]
    if data.inside.sum() <= 1:
        raise NotConverged("Tobit has no estimates: hardly an answer lies between the limits; ask for a logit of reaching them")
    begin, *_ = np.linalg.lstsq(design, answers, rcond=None)
    spread = float((answers - design @ begin).std()) or 1.0
    start = np.append(begin / spread, np.log(1 / spread))
    found = minimize(lambda at: _negative(at, data), start, jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 500})
    scores = _scores(found.x, data)
    if not np.all(np.isfinite(found.x)) or float(np.abs(scores.sum(axis=0)).max()) > 1e-3 * max(1.0, len(answers) ** 0.5):
        raise NotConverged("Tobit's likelihood did not converge; look for terms that the design cannot tell apart, or cells with all answers at a limit")
    gamma, log_theta = found.x[:k], found.x[k]
    inverse = np.asarray(np.linalg.inv(_hessian(found.x, data)), np.float64)
    if cluster is not None:
        sums = np.zeros((int(cluster.max()) + 1, k + 1))
        np.add.at(sums, cluster, scores)
        inverse = inverse @ (sums.T @ sums) @ inverse * (len(sums) / max(1, len(sums) - 1))
    theta = np.exp(log_theta)
    change = np.zeros((k + 1, k + 1))  # of (b, log sigma) by (gamma, log theta): b = gamma / theta
    change[:k, :k] = np.eye(k) / theta
    change[:k, k] = -gamma / theta
    change[k, k] = -1.0
    return TobitFit(np.append(gamma / theta, -log_theta), change @ inverse @ change.T, -float(found.fun), int(at_low.sum()), int(at_high.sum()))


def expected(coefficients: Floats, design: Floats, low: float, high: float) -> Floats:
    """Give the mean of the outcome that is seen (McDonald and Moffitt 1980, both limits).

    Args:
        coefficients: as fitted, log sigma last.
        design: shape [n, k].
        low: the lower limit.
        high: the upper limit.
    """
    from scipy.special import ndtr

    sigma, line = np.exp(coefficients[-1]), design @ coefficients[:-1]
    a, b = (low - line) / sigma, (high - line) / sigma
    middle = (ndtr(b) - ndtr(a)) * line + sigma * (_density(a) - _density(b))
    bottom = low * ndtr(a) if np.isfinite(low) else 0.0
    top = high * ndtr(-b) if np.isfinite(high) else 0.0
    return np.asarray(middle + bottom + top)


def _density(value: Floats) -> Floats:
    return np.exp(-0.5 * np.minimum(value * value, 1400.0)) / np.sqrt(2 * np.pi)


def _negative(at: Floats, data: _Cut) -> tuple[float, Floats]:
    """Give minus the log-likelihood and its gradient by gamma and log theta."""
    from scipy.special import log_ndtr

    theta, line = np.exp(at[-1]), data.design @ at[:-1]
    rest = theta * data.answers[data.inside] - line[data.inside]
    total = float((at[-1] - 0.5 * np.log(2 * np.pi) - 0.5 * rest * rest).sum())
    total += float(log_ndtr(theta * data.low - line[data.at_low]).sum()) if data.at_low.any() else 0.0
    total += float(log_ndtr(line[data.at_high] - theta * data.high).sum()) if data.at_high.any() else 0.0
    return -total, -_scores(at, data).sum(axis=0)


def _scores(at: Floats, data: _Cut) -> Floats:
    """Give each row's derivative of the log-likelihood by gamma and log theta, shape [n, k + 1]."""
    from scipy.special import log_ndtr

    theta, line, inside = np.exp(at[-1]), data.design @ at[:-1], data.inside
    by_line, by_log = np.zeros(len(line)), np.zeros(len(line))
    rest = theta * data.answers[inside] - line[inside]
    by_line[inside], by_log[inside] = rest, 1 - rest * theta * data.answers[inside]
    for where, limit, sign in ((data.at_low, data.low, 1.0), (data.at_high, data.high, -1.0)):
        if where.any():
            z = sign * (theta * limit - line[where])
            mills = np.exp(-0.5 * z * z - 0.5 * np.log(2 * np.pi) - log_ndtr(z))
            by_line[where], by_log[where] = -sign * mills, sign * mills * theta * limit
    return np.column_stack([data.design * by_line[:, None], by_log])


def _hessian(at: Floats, data: _Cut) -> Floats:
    """Give minus the second derivatives of the log-likelihood, by central differences of its exact gradient."""
    k = len(at)
    out = np.zeros((k, k))
    for index in range(k):
        step = np.zeros(k)
        step[index] = 1e-5 * max(1.0, abs(at[index]))
        out[index] = -(_scores(at + step, data).sum(axis=0) - _scores(at - step, data).sum(axis=0)) / (2 * step[index])
    return np.asarray((out + out.T) / 2, np.float64)
