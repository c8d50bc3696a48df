"""Depth of reasoning in the guessing game (beauty contest): the Poisson cognitive hierarchy and level-k of first guesses.

Camerer, Ho and Chong, Quarterly Journal of Economics 119 (2004), section 3.1: level 0 guesses uniformly, level k guesses ``p`` times the mean that it expects
of the lower levels, its own weight in the average ignored. Nagel, American Economic Review 85 (1995), for level-k. Guesses of level 1 and above scatter
normally around their mean with a deviation that is estimated too, cut at the bounds of the game.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ParameterError
from ...games.matrix.behavioural.beauty_contest import level_k
from .fit import Fit, Floats
from .levels import DEEPEST, poisson
from .maximum import Parameter, maximise
from .mixture import Mixture, mixture

__all__ = ["guessing_hierarchy", "guessing_levels", "hierarchy_guesses", "hierarchy_mean", "tau_of_mean"]

_MOST = 10.0


def hierarchy_guesses(tau: float, p: float, low: float, high: float, deepest: int = DEEPEST) -> Floats:
    """Give the mean guess of each level from 0 to ``deepest``."""
    weight, out = poisson(tau, deepest), np.empty(deepest + 1)
    out[0] = (low + high) / 2
    for level in range(1, deepest + 1):
        lower = weight[:level]
        # tau = 0: there is nobody but level 0
        out[level] = min(max(p * float(lower @ out[:level] / lower.sum()), low), high)
    return out


def hierarchy_mean(tau: float, p: float, low: float, high: float) -> float:
    """Give the mean guess of a population."""
    return float(poisson(tau) @ hierarchy_guesses(tau, p, low, high))


def tau_of_mean(mean: float, p: float, low: float, high: float) -> float | None:
    """Find the ``tau`` whose population has a given mean guess (how the source fits it), or None where there is none up to 10."""
    from scipy.optimize import brentq

    ends = [hierarchy_mean(tau, p, low, high) - mean for tau in (0.0, _MOST)]
    if ends[0] == 0:
        return 0.0
    return float(brentq(lambda tau: hierarchy_mean(tau, p, low, high) - mean, 0.0, _MOST)) if ends[0] * ends[1] < 0 else None


def guessing_hierarchy(guesses: ArrayLike, p: float, low: float, high: float, *, clusters: ArrayLike | None = None, level: float = 0.95) -> Fit:
    """Estimate ``tau`` and the scatter ``sd`` of first guesses.

    Args:
        guesses: of shape ``(guesses,)``.
        p: multiple of the average that is the target.
        low: smallest guess allowed.
        high: largest guess allowed.
        clusters: group of each guess.
        level: coverage of the intervals aimed at.

    Raises:
        ParameterError: there is no guess, or one lies out of bounds.
    """
    given, span = _checked(guesses, low, high), high - low

    def log_likelihood(at: Floats) -> Floats:
        tau, sd = float(at[0]), float(at[1])
        return np.asarray(np.log(_densities(given, hierarchy_guesses(tau, p, low, high), sd, low, high) @ poisson(tau)))

    parameters = [
        Parameter("tau", 0.0, _MOST, (0.5, 1.5, 4.0), natural=(0.0,)),
        Parameter("sd", span * 1e-3, span, (span * 0.03, span * 0.12), scale=span * 0.05),
    ]
    return maximise(log_likelihood, parameters, clusters=clusters, level=level)


def guessing_levels(guesses: ArrayLike, p: float, low: float, high: float, *, deepest: int = 4, level: float = 0.95) -> Mixture:
    """Estimate shares of level-k types in first guesses, and their scatter ``sd``.

    Args:
        guesses: one a unit, of shape ``(guesses,)``.
        p: multiple of the average that is the target.
        low: smallest guess allowed.
        high: largest guess allowed.
        deepest: the last level.
        level: coverage of the intervals aimed at.

    Raises:
        ParameterError: there is no guess, or one lies out of bounds.
    """
    given, span = _checked(guesses, low, high), high - low
    centres = np.array([level_k(p, low, high, number) for number in range(deepest + 1)])
    return mixture(
        [f"level_{number}" for number in range(deepest + 1)],
        lambda sd: np.log(_densities(given, centres, sd, low, high)),
        noise=("sd", span * 1e-3, span * 0.3),
        level=level,
    )


def _checked(guesses: ArrayLike, low: float, high: float) -> Floats:
    given = np.asarray(guesses, float)
    if given.ndim != 1 or not len(given) or not (given.min() >= low and given.max() <= high):
        raise ParameterError(f"guesses should be at least one number, all from {low:g} to {high:g}")
    return given


def _densities(guesses: Floats, centres: Floats, sd: float, low: float, high: float) -> Floats:
    """Give the density of each guess under each level: uniform for level 0, else normal, cut at the bounds."""
    from scipy.special import ndtr

    z = (guesses[:, None] - centres[None, :]) / sd
    inside = ndtr((high - centres) / sd) - ndtr((low - centres) / sd)
    out = np.exp(-(z**2) / 2) / (math.sqrt(2 * math.pi) * sd * inside)
    out[:, 0] = 1 / (high - low)
    return np.maximum(out, 1e-300)
