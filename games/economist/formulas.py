"""Optimal taxes in closed form, for quasi-linear workers with a constant elasticity ``e`` who neither hit the longest hours nor count on their own rebate.

Welfare weights ``g`` have mean one. Sources: Saez 2001, "Using Elasticities to Derive Optimal Income Tax Rates"; Diamond 1998; Piketty and Saez 2013,
"Optimal Labor Income Taxation".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ParameterError
from .economy import Aim, Economy
from .schedule import Floats, paid_in_brackets
from .welfare import weights

__all__ = ["bracket_rates", "flat_rate", "inverse_income_rate", "majority_rate", "revenue_rate", "saez_schedule", "top_rate"]


def flat_rate(incomes: ArrayLike, g: ArrayLike, elasticity: float) -> float:
    """Give the best flat rate for fixed weights: ``(1 - gbar) / (1 - gbar + e)``, ``gbar`` the mean weight of a unit of income; not below 0."""
    z = np.asarray(incomes, np.float64)
    spared = 1 - float((np.asarray(g) * z).sum() / z.sum())
    return max(spared / (spared + elasticity), 0.0) if spared + elasticity > 0 else 0.0


def inverse_income_rate(incomes: ArrayLike, elasticity: float) -> float:
    """Give the best flat rate for normalised inverse-income welfare: ``(1 - H/A) / (1 - H/A + e)``.

    ``A`` is the arithmetic and ``H`` the harmonic mean of incomes; their ratio is the same at every flat rate.
    """
    z = np.asarray(incomes, np.float64)
    return flat_rate(z, 1 / z / (1 / z).mean(), elasticity)


def revenue_rate(elasticity: float) -> float:
    """Give the flat rate that takes the most, which is also the best for who earns nothing: ``1 / (1 + e)``."""
    return 1 / (1 + elasticity)


def majority_rate(incomes: ArrayLike, elasticity: float) -> float:
    """Give the flat rate that beats every other by majority: the best of the worker with median income (Meltzer and Richard 1981)."""
    z = np.asarray(incomes, np.float64)
    spared = 1 - float(np.median(z) / z.mean())
    return max(spared / (spared + elasticity), 0.0)


def top_rate(incomes: ArrayLike, g: ArrayLike, elasticity: float, edge: float) -> float:
    """Give the best rate above an edge: ``(1 - gb) / (1 - gb + a e)`` with ``a = zm / (zm - b)``, ``zm`` the mean income above the edge ``b``.

    ``gb`` is the mean weight above the edge, weighted by what is earned above it: those are the units that a higher rate takes.

    Raises:
        ParameterError: nobody earns more than ``edge``.
    """
    z = np.asarray(incomes, np.float64)
    above = z > edge
    if not above.any():
        raise ParameterError(f"nobody earns more than {edge}")
    excess = z[above] - edge
    spared = 1 - float((np.asarray(g, np.float64)[above] * excess).sum() / excess.sum())
    a = float(z[above].mean() / excess.mean())
    return max(spared / (spared + a * elasticity), 0.0)


def bracket_rates(incomes: ArrayLike, g: ArrayLike, elasticity: float | ArrayLike, edges: ArrayLike) -> Floats:
    """Give the rates that the first-order condition of each bracket asks for, at given incomes: shape (K,).

    ``tau_j / (1 - tau_j) = sum_i (1 - g_i) y_ij / (e_j sum_{i in j} z_i)``, ``y_ij`` the income of ``i`` within bracket ``j``. It is Saez's formula summed
    over a bracket. It is exact under rates that rise; where they fall, workers jump across the kink, which it does not count. A bracket in which nobody
    ends, but that somebody crosses, takes the rate of the next lower one that has somebody (of the next higher one where there is none).

    Args:
        incomes: shape (N,).
        g: shape (N,), weights with mean one.
        elasticity: a number, or shape (K,).
        edges: shape (K,).
    """
    z, weight, lower = np.asarray(incomes, np.float64), np.asarray(g, np.float64), np.asarray(edges, np.float64)
    taken = ((1 - weight)[:, None] * paid_in_brackets(z, lower)).sum(axis=0)
    held = np.bincount(np.searchsorted(lower, z, side="right") - 1, weights=z, minlength=lower.size)
    response = np.broadcast_to(np.asarray(elasticity, np.float64), lower.shape) * held
    filled = held > 0
    odds = np.maximum(taken, 0.0) / np.where(filled, np.maximum(response, 1e-12), 1.0)
    known = np.flatnonzero(filled)
    if not known.size:
        return np.zeros(lower.size)
    nearest = known[np.maximum(np.searchsorted(known, np.arange(lower.size), side="right") - 1, 0)]
    return (odds / (1 + odds))[nearest]


def saez_schedule(economy: Economy, aim: Aim, edges: ArrayLike, *, elasticity: float | None = None, rounds: int = 200, damping: float = 0.2) -> Floats:
    """Find the schedule that satisfies the first-order condition of every bracket at the incomes it brings about: shape (K,).

    Damped iteration of :func:`bracket_rates` from no tax; after ``rounds`` the last rates stand, converged or not.

    Args:
        economy: who answers.
        aim: gives the weights.
        edges: shape (K,).
        elasticity: None for the structural one.
        rounds: of the iteration.
        damping: share of each correction that is made.
    """
    e = economy.tastes.elasticity if elasticity is None else elasticity
    rates = np.zeros(np.asarray(edges).size)
    for _ in range(rounds):
        year = economy.under(edges, rates)
        wanted = bracket_rates(year.income, weights(aim.objective, year.utility, year.income, aim.aversion), e, edges)
        if np.abs(wanted - rates).max() < 1e-9:
            break
        rates = rates + damping * (wanted - rates)
    return rates
