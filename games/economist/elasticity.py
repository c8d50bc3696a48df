"""Estimates of the elasticity of earnings with respect to the share that is kept: by regression, by perturbation, and the true one to compare with."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ParameterError
from .economy import Economy
from .schedule import Floats

__all__ = ["by_perturbation", "by_regression"]


def by_regression(incomes: ArrayLike, marginal_rates: ArrayLike) -> float:
    """Regress log incomes on the logarithm of the share kept, with an intercept; not below 0 (the AI Economist's estimate).

    It is biased under one progressive schedule, where high earners face high rates because they earn much: vary flat or randomised rates.

    Args:
        incomes: pairs' incomes, any shape; those that are 0 are left out.
        marginal_rates: of the same shape, below 1.

    Raises:
        ParameterError: the rates do not vary.
    """
    z, kept = np.asarray(incomes, np.float64).ravel(), 1 - np.asarray(marginal_rates, np.float64).ravel()
    usable = (z > 0) & (kept > 0)
    x, y = np.log(kept[usable]), np.log(z[usable])
    if x.size < 2 or np.ptp(x) < 1e-12:
        raise ParameterError("the marginal rates do not vary: no elasticity can be estimated")
    centred = x - x.mean()
    return max(float((centred * (y - y.mean())).sum() / (centred**2).sum()), 0.0)


def by_perturbation(economy: Economy, edges: ArrayLike, rates: ArrayLike, change: float = 0.05) -> Floats:
    """Move each rate up and down and see how earnings of those inside the bracket answer: shape (K,); NaN for a bracket where nobody is.

    The mean, over workers who end in the bracket in all three, of the change of log earnings over the change of the log of the share kept.

    Args:
        economy: who answers.
        edges: shape (K,).
        rates: shape (K,), the schedule to start from.
        change: by how much; rates stay from 0 to 0.99.
    """
    base, lower = np.asarray(rates, np.float64), np.asarray(edges, np.float64)
    found = np.full(lower.size, np.nan)
    for number in range(lower.size):
        up, down = base.copy(), base.copy()
        up[number], down[number] = min(base[number] + change, 0.99), max(base[number] - change, 0.0)
        incomes = economy.under(lower, np.stack([down, base, up])).income
        # who is at a kink does not answer; who changes bracket answers to another rate
        upper = np.append(lower[1:], np.inf)[number]
        inside = ((incomes > lower[number] * (1 + 1e-9)) & (incomes < upper * (1 - 1e-9))).all(axis=0)
        if inside.any():
            moved = np.log(incomes[2, inside]) - np.log(incomes[0, inside])
            found[number] = float(moved.mean() / (np.log(1 - up[number]) - np.log(1 - down[number])))
    return found
