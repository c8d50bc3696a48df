"""Mixtures of types: how much of a population plays like each of several given models (finite mixture, by EM)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ...errors import ParameterError
from .fit import Fit, Floats

__all__ = ["Mixture", "mixture"]

_TOLERANCE = 1e-7
_MOST = 20_000
_GRID = 12
_CLOSE = 1e-6
_GONE = 1e-4
"""A share below it counts as none: at the edge of the simplex there is no standard error."""
_FLAT = 1e-8


class Mixture(NamedTuple):
    """Shares of types.

    Attributes:
        fit: shares by type, then the noise where it was estimated.
        posterior: chance of each type for each unit, of shape ``(units, types)``.
    """

    fit: Fit
    posterior: Floats


def mixture(
    names: Sequence[str],
    likelihood: Callable[[float], Floats],
    *,
    noise: tuple[str, float, float] | None = None,
    n: int | None = None,
    level: float = 0.95,
) -> Mixture:
    """Estimate shares of types, and one number that all types share.

    Given the noise, the log-likelihood is concave in the shares: EM (Dempster, Laird and Rubin, Journal of the Royal Statistical Society B 39 (1977)) weighs
    the types by their posterior until none is likelier than the mixture on average, which proves the maximum. The noise is found on a grid, then by Brent's
    method. Standard errors are those of the outer product of the units' scores, with the shares' sum held at 1; units are taken as independent.

    Args:
        names: of the types.
        likelihood: from the noise to the log-likelihood of each unit under each type, of shape ``(units, types)``.
        noise: name and bounds of the noise; None where there is none.
        n: observations behind the units; by default their number.
        level: coverage of the intervals aimed at.

    Raises:
        ParameterError: there is no unit, or some unit is impossible under all types.
    """
    from scipy.optimize import minimize_scalar

    now = math.nan
    if noise is not None:
        _, low, high = noise
        grid = np.linspace(low, high, _GRID + 2)[1:-1]
        best = int(np.argmax([_shares(likelihood(value))[1] for value in grid]))
        around = (low if best == 0 else grid[best - 1], high if best == _GRID - 1 else grid[best + 1])
        # as close to a bound as the edge of the search: that is at the bound
        found = minimize_scalar(lambda value: -_shares(likelihood(value))[1], bounds=around, method="bounded", options={"xatol": _CLOSE * (high - low)})
        now = max((float(found.x), low, high), key=lambda value: _shares(likelihood(value))[1])
    shares, log_likelihood, posterior, converged = _shares(likelihood(now))
    fit = _fit(
        names,
        shares,
        noise=noise,
        now=now,
        likelihood=likelihood,
        posterior=posterior,
        log_likelihood=log_likelihood,
        converged=converged,
        n=n,
        level=level,
    )
    return Mixture(fit, posterior)


def _shares(table: Floats) -> tuple[Floats, float, Floats, bool]:
    """Give the shares that make units likeliest, the log-likelihood, the posterior, and whether the maximum is proved."""
    if not len(table):
        raise ParameterError("there is no observation to estimate from")
    top = table.max(axis=1, keepdims=True)
    if np.isneginf(top).any():
        raise ParameterError("some observation is impossible under all types; add a type that can do anything")
    ratio = np.exp(table - top)
    shares, converged = np.full(table.shape[1], 1 / table.shape[1]), False
    for _ in range(_MOST):
        gain = (ratio / (ratio @ shares)[:, None]).mean(axis=0)
        if gain.max() <= 1 + _TOLERANCE:
            converged = True
            break
        shares = shares * gain
    mixed = ratio @ shares
    return shares, float(np.log(mixed).sum() + top.sum()), ratio * shares / mixed[:, None], converged


def _fit(
    names: Sequence[str],
    shares: Floats,
    *,
    noise: tuple[str, float, float] | None,
    now: float,
    likelihood: Callable[[float], Floats],
    posterior: Floats,
    log_likelihood: float,
    converged: bool,
    n: int | None,
    level: float,
) -> Fit:
    """Write the estimates with standard errors: those of shares off the edge, given that the others are at it."""
    units, inside = len(posterior), np.flatnonzero(shares > _GONE)
    flags = [] if converged else ["the search did not converge"]
    shares = np.where(shares > _GONE, shares, 0.0)
    labels, bounds, estimate = [*names], [(0.0, 1.0)] * len(names), shares / shares.sum()
    # free numbers: the shares inside but the last, which is 1 minus the others
    weight = posterior[:, inside] / shares[inside]
    scores = weight[:, :-1] - weight[:, -1:]
    spread = np.zeros((len(names) + (noise is not None), len(inside) - 1))
    spread[inside[:-1], np.arange(len(inside) - 1)] = 1
    spread[inside[-1]] = -1
    if noise is not None:
        name, low, high = noise
        labels, bounds, estimate = [*labels, name], [*bounds, (low, high)], np.append(estimate, now)
        step = 1e-4 * (high - low)
        if min(now - low, high - now) > 2 * step:
            slope = (posterior * (np.maximum(likelihood(now + step), -1e300) - np.maximum(likelihood(now - step), -1e300))).sum(axis=1) / (2 * step)
            scores = np.column_stack([scores, slope])
            spread = np.column_stack([spread, np.eye(len(labels))[-1]])
        else:
            flags.append(f"{name} is at its bound {low if now - low < high - now else high:.3g}: no standard error")
    if gone := [name for at, name in enumerate(names) if at not in inside]:
        flags.append(f"no share of {', '.join(gone)}: at the bound, no standard error")
    if len(inside) == 1:
        flags.append(f"all are {names[inside[0]]}: at the bound, no standard error")
    covariance = np.full((len(labels), len(labels)), math.nan)
    if scores.shape[1]:
        values, vectors = np.linalg.eigh(scores.T @ scores)
        solid = values > _FLAT * max(1.0, float(values.max()))
        lost = (np.abs(spread @ vectors[:, ~solid]) > 0.05).any(axis=1)
        estimate[lost] = math.nan
        if lost.any():
            flags.append(f"{', '.join(labels[at] for at in np.flatnonzero(lost))} act alike in what was seen: their shares are not identified")
        if units <= scores.shape[1]:
            flags.append(f"{units} units are too few for standard errors")
        else:
            known = np.flatnonzero((spread != 0).any(axis=1) & ~lost)
            within = spread @ (vectors[:, solid] / values[solid]) @ vectors[:, solid].T @ spread.T
            covariance[np.ix_(known, known)] = within[np.ix_(known, known)]
    return Fit.of_covariance(
        labels,
        estimate,
        covariance,
        log_likelihood=log_likelihood,
        n=units if n is None else n,
        clusters=None if n is None else units,
        level=level,
        bounds=bounds,
        converged=converged,
        flags=flags,
    )
