"""Distributional preferences from choices among allocations: Fehr-Schmidt and Charness-Rabin, by logit random utility.

Charness and Rabin, Understanding social preferences with simple tests, Quarterly Journal of Economics 117 (2002), equation 1: utility is
``(1 - w) own + w other`` with ``w = rho [own > other] + sigma [own < other] + theta q``; ``q`` is -1 where the other has misbehaved, else 0.
Fehr and Schmidt, A theory of fairness, competition, and cooperation, Quarterly Journal of Economics 114 (1999), equation 2:
``own - alpha max(other - own, 0) - beta max(own - other, 0)``, which is the same with ``beta = rho``, ``alpha = -sigma`` and without ``theta``.

Divisions of one fixed sum do not identify them: the slope of utility in the gift is ``2 beta - 1`` up to a half and ``-1 - 2 alpha`` beyond, times lambda, so
that two slopes stand for three parameters. Options whose totals differ, on both sides of equality, do. Ultimatum offers below a half, taken or rejected,
identify alpha and lambda; offers above a half beta.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ParameterError
from .fit import Fit, Floats
from .logit import chosen_log_likelihood, picks, precision
from .maximum import Parameter, maximise

__all__ = ["charness_rabin", "fehr_schmidt", "social_utility"]

_MOST = 20.0


def social_utility(allocations: Floats, rho: float, sigma: float, pull: Floats | float = 0.0) -> Floats:
    """Give utilities of Charness and Rabin.

    Args:
        allocations: own and other's amounts, of shape ``(choices, options, 2)``.
        rho: weight of the other where it has less.
        sigma: weight of the other where it has more.
        pull: ``theta q``, of shape ``(choices, 1)``.

    Returns:
        Of shape ``(choices, options)``.
    """
    own, other = allocations[..., 0], allocations[..., 1]
    weight = np.where(own > other, rho, np.where(own < other, sigma, 0.0)) + pull
    return np.asarray((1 - weight) * own + weight * other)


def charness_rabin(
    allocations: ArrayLike, chosen: ArrayLike, *, misbehaved: ArrayLike | None = None, clusters: ArrayLike | None = None, level: float = 0.95
) -> Fit:
    """Estimate ``rho``, ``sigma``, ``lambda`` and, where somebody may have misbehaved, ``theta``.

    Args:
        allocations: own and other's amounts, of shape ``(choices, options, 2)``; NaN where there is no such option.
        chosen: option taken, of shape ``(choices,)``.
        misbehaved: 1 where the other had misbehaved before the choice, of shape ``(choices,)``.
        clusters: group of each choice.
        level: coverage of the intervals aimed at.

    Raises:
        ParameterError: shapes are wrong, or all options are worth the same.
    """
    table = _checked(allocations)
    made = picks("charness_rabin", chosen, table.sum(axis=2))
    weights = [Parameter("rho", -_MOST, _MOST, (0.3,)), Parameter("sigma", -_MOST, _MOST, (-0.2,))]
    scale = precision(_spread(table))
    if misbehaved is None:
        return maximise(lambda at: chosen_log_likelihood(at[2] * social_utility(table, at[0], at[1]), made), [*weights, scale], clusters=clusters, level=level)
    wronged = -np.asarray(misbehaved, float)[:, None]
    return maximise(
        lambda at: chosen_log_likelihood(at[3] * social_utility(table, at[0], at[1], at[2] * wronged), made),
        [*weights, Parameter("theta", -_MOST, _MOST, (0.0,)), scale],
        clusters=clusters,
        level=level,
    )


def fehr_schmidt(allocations: ArrayLike, chosen: ArrayLike, *, clusters: ArrayLike | None = None, level: float = 0.95) -> Fit:
    """Estimate ``alpha`` (envy), ``beta`` (guilt) and ``lambda``, without the constraints ``beta <= alpha`` and ``0 <= beta < 1``.

    Args:
        allocations: own and other's amounts, of shape ``(choices, options, 2)``; NaN where there is no such option.
        chosen: option taken, of shape ``(choices,)``.
        clusters: group of each choice.
        level: coverage of the intervals aimed at.

    Raises:
        ParameterError: shapes are wrong, or all options are worth the same.
    """
    table = _checked(allocations)
    made = picks("fehr_schmidt", chosen, table.sum(axis=2))
    return maximise(
        lambda at: chosen_log_likelihood(at[2] * social_utility(table, at[1], -at[0]), made),
        [Parameter("alpha", -_MOST, _MOST, (0.2,)), Parameter("beta", -_MOST, _MOST, (0.3,)), precision(_spread(table))],
        clusters=clusters,
        level=level,
    )


def _checked(allocations: ArrayLike) -> Floats:
    table = np.asarray(allocations, float)
    if table.ndim != 3 or table.shape[2] != 2:
        raise ParameterError("allocations should have shape (choices, options, 2): own and other's amounts")
    return table


def _spread(table: Floats) -> float:
    """Give the mean spread of own and other's amounts among the options of a choice."""
    return float(np.nanmean(np.nanstd(table, axis=1))) if table.size else 0.0
