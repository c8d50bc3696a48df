"""The one maximiser behind the estimators that maximise a likelihood.

The estimate is found from several starts within bounds (L-BFGS-B, SciPy), then by Newton steps. Its covariance is the inverse of the observed information, or
the sandwich ``H^-1 (sum over clusters of s s') H^-1`` with the factor ``G / (G - 1)`` where choices come in G clusters (White, Maximum likelihood estimation of
misspecified models, Econometrica 50 (1982); Cameron and Miller, A practitioner's guide to cluster-robust inference, Journal of Human Resources 50 (2015)).

A parameter is *not identified* where the scores of all observations are linearly dependent at the maximum.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ParameterError
from .fit import Fit, Floats, Ints

__all__ = ["LogLikelihood", "Parameter", "maximise"]

LogLikelihood = Callable[[Floats], Floats]
"""From parameters to the log-likelihood of each observation, of shape ``(observations,)``."""

_STEP = 1e-3
"""Steps of derivatives, in scales."""
_FLAT = 1e-9
"""Mean square of the scores, per scale, below which a parameter moves nothing; and of unit scores along a direction that is flat."""
_SHARE = 1e-3
"""Part in a flat direction from which a parameter belongs to it."""
_VAGUE = 1e3
_CONVERGED = 1e-3
"""Log-likelihood that a further Newton step may still promise."""
_ALIKE = 1e-6
_NOWHERE = 1e10
_NEWTON = 8


class Parameter(NamedTuple):
    """What is to be estimated.

    Attributes:
        name: in tables.
        low, high: bounds of the search.
        starts: where the search begins.
        scale: a typical size; steps of derivatives are a thousandth of it.
        natural: bounds that belong to the model, at which an estimate may lie.
    """

    name: str
    low: float
    high: float
    starts: tuple[float, ...]
    scale: float = 1.0
    natural: tuple[float, ...] = ()


@dataclass(frozen=True)
class _Surface:
    """A log-likelihood with what its derivatives need; ``free`` marks the parameters that lie at no bound."""

    log_likelihood: LogLikelihood
    parameters: tuple[Parameter, ...]
    scale: Floats
    bounds: Floats
    free: NDArray[np.bool_]

    def at(self, point: Floats, moves: Floats | float = 0.0) -> Floats:
        return self.log_likelihood(np.clip(point + moves, self.bounds[:, 0], self.bounds[:, 1]))

    def moves(self, point: Floats) -> Floats:
        """Give a step along each free parameter that stays within its bounds on both sides, of shape ``(free, parameters)``."""
        room = np.minimum(point - self.bounds[:, 0], self.bounds[:, 1] - point) / 2
        return np.diag(np.minimum(_STEP * self.scale, room))[self.free]

    def scores(self, point: Floats) -> Floats:
        """Differentiate each observation's log-likelihood by the free parameters, per scale, of shape ``(observations, free)``."""
        moves = self.moves(point)
        columns = [(self.at(point, move) - self.at(point, -move)) / (2 * move.sum()) for move in moves]
        return np.array(columns).T * self.scale[self.free]

    def curvature(self, point: Floats) -> Floats:
        """Give the second derivatives of minus the log-likelihood by the free parameters, per scale."""
        moves = self.moves(point)
        out = np.empty((len(moves), len(moves)))
        for row, one in enumerate(moves):
            for column, two in enumerate(moves[: row + 1]):
                corners = self.at(point, one + two) - self.at(point, one - two) - self.at(point, two - one) + self.at(point, -one - two)
                out[row, column] = out[column, row] = -float(corners.sum()) / (4 * one.sum() * two.sum())
        return out * np.outer(self.scale[self.free], self.scale[self.free])

    def polish(self, point: Floats) -> tuple[Floats, float]:
        """Take Newton steps while they help; give the point and the log-likelihood that a further one would promise (Newton's decrement)."""
        if not self.free.any():
            return point, 0.0
        decrement = math.inf
        for _ in range(_NEWTON):
            slope, curve = self.scores(point).sum(axis=0), self.curvature(point)
            if not (np.isfinite(slope).all() and np.isfinite(curve).all()):
                return point, math.inf
            values, vectors = np.linalg.eigh(curve)
            # directions in which the likelihood is flat have neither a slope nor a step
            solid = values > 1e-8 * max(1.0, float(values.max()))
            along = vectors.T @ slope
            decrement = float((along[solid] ** 2 / values[solid]).sum() / 2)
            if decrement < 1e-9:
                break
            there = point.copy()
            there[self.free] += self.scale[self.free] * (vectors[:, solid] @ (along[solid] / values[solid]))
            there = np.clip(there, self.bounds[:, 0] + 1e-9 * self.scale, self.bounds[:, 1] - 1e-9 * self.scale)
            if not self.at(there).sum() > self.at(point).sum():
                break
            point = there
        return point, decrement

    def covariance(self, point: Floats, group: Ints | None) -> tuple[Floats, list[int]]:
        """Give the covariance, 0 where clusters are all alike and NaN where nothing is known; and the numbers of the parameters that are not identified."""
        covariance = np.full((len(point), len(point)), math.nan)
        places = np.flatnonzero(self.free)
        if not len(places):
            return covariance, []
        size, scores = self.scale[places], self.scores(point)
        lost = _lost(scores)
        kept = np.flatnonzero(~lost)
        inverse = np.linalg.pinv(self.curvature(point)[np.ix_(kept, kept)])
        if group is not None:
            count = int(group.max()) + 1
            sums = np.array([np.bincount(group, weights=scores[:, at], minlength=count) for at in kept]).reshape(len(kept), count)
            sandwich = inverse @ (sums @ sums.T) @ inverse * (count / (count - 1) if count > 1 else math.nan)
            # clusters that all choose alike leave nothing between the bread: that is a rule, not precision
            alike = np.diag(sandwich) < _ALIKE * np.diag(inverse)
            inverse = np.where(alike[:, None] | alike[None, :], 0.0, sandwich)
        inverse[:, np.diag(inverse) < 0] = math.nan
        covariance[np.ix_(places[kept], places[kept])] = inverse * np.outer(size[kept], size[kept])
        return covariance, [int(places[at]) for at in np.flatnonzero(lost)]


def _lost(scores: Floats) -> NDArray[np.bool_]:
    """Mark the parameters that are not identified: they move nothing, or others undo what they move."""
    square = (scores**2).mean(axis=0)
    lost = square < _FLAT
    moving = np.flatnonzero(~lost)
    if len(moving):
        unit = scores[:, moving] / np.sqrt(square[moving])
        values, vectors = np.linalg.eigh(unit.T @ unit / len(unit))
        lost[moving] = (np.abs(vectors[:, values < _FLAT]) > _SHARE).any(axis=1)
    return np.asarray(lost)


def maximise(log_likelihood: LogLikelihood, parameters: Sequence[Parameter], *, clusters: ArrayLike | None = None, level: float = 0.95) -> Fit:
    """Find the parameters that make what was observed likeliest.

    Args:
        log_likelihood: of each observation.
        parameters: what to estimate.
        clusters: group of each observation, of shape ``(observations,)``; None where each stands for itself.
        level: coverage of the intervals aimed at.

    Raises:
        ParameterError: there is no observation, or the clusters are of another length.
    """
    n = len(log_likelihood(np.array([one.starts[0] for one in parameters])))
    if n == 0:
        raise ParameterError("there is no observation to estimate from")
    group = None if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1].astype(np.int64)
    if group is not None and group.shape != (n,):
        raise ParameterError(f"clusters should have shape ({n},), one for each observation")
    surface, point = _climbed(log_likelihood, tuple(parameters), n)
    point, decrement = surface.polish(point)
    estimate, flags = point.copy(), [] if decrement <= _CONVERGED else ["the search did not converge"]
    for at in np.flatnonzero(~surface.free).tolist():
        one = parameters[at]
        low = point[at] - one.low <= one.high - point[at]
        edge = one.low if low else one.high
        if edge in one.natural:
            flags.append(f"{one.name} is at its bound {edge:g}: no standard error")
        else:
            estimate[at] = math.nan
            flags.append(f"{one.name} runs to its end of the search, {edge:g}: the choices set no bound there")
    covariance, unknown = surface.covariance(point, group)
    for at in unknown:
        estimate[at] = math.nan
        flags.append(f"{parameters[at].name} is not identified: the likelihood is flat")
    count = None if group is None else int(group.max()) + 1
    flags += _without_error(surface, covariance, count)
    return Fit.of_covariance(
        [one.name for one in parameters],
        estimate,
        covariance,
        log_likelihood=float(log_likelihood(point).sum()),
        n=n,
        clusters=count,
        level=level,
        bounds=[(one.low, one.high) for one in parameters],
        converged=decrement <= _CONVERGED,
        flags=flags,
    )


def _climbed(log_likelihood: LogLikelihood, parameters: tuple[Parameter, ...], n: int) -> tuple[_Surface, Floats]:
    """Search from all starts; give the surface around the best point, and the point."""
    from scipy.optimize import minimize

    scale = np.array([one.scale for one in parameters])
    bounds = np.array([(one.low, one.high) for one in parameters])

    def loss(scaled: Floats) -> float:
        total = float(log_likelihood(scaled * scale).sum())
        return -total / n if math.isfinite(total) else _NOWHERE

    starts = [np.array(start) / scale for start in itertools.product(*(one.starts for one in parameters))]
    best = min((minimize(loss, start, method="L-BFGS-B", bounds=bounds / scale[:, None]) for start in starts), key=lambda found: float(found.fun))
    point = np.clip(best.x * scale, bounds[:, 0], bounds[:, 1])
    free = np.minimum(point - bounds[:, 0], bounds[:, 1] - point) > 1e-6 * scale
    return _Surface(log_likelihood, parameters, scale, bounds, free), point


def _without_error(surface: _Surface, covariance: Floats, clusters: int | None) -> list[str]:
    """Take out of the covariance, in place, what cannot be trusted; say what."""
    flags, names, free = [], [one.name for one in surface.parameters], np.flatnonzero(surface.free).tolist()
    if clusters is not None and clusters <= len(free):
        flags.append(f"{clusters} clusters are too few for a standard error")
        covariance[:] = math.nan
    if alike := [names[at] for at in free if covariance[at, at] == 0]:
        flags.append(f"{', '.join(alike)}: all clusters chose alike, so there is no standard error")
        gone = np.diag(covariance) == 0
        covariance[gone] = math.nan
        covariance[:, gone] = math.nan
    vague = [names[at] for at in free if covariance[at, at] > (_VAGUE * surface.scale[at]) ** 2]
    return flags + [f"{name} is hardly identified: its standard error is a thousand times its usual size" for name in vague]
