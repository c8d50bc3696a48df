"""What a planner may want, and measures of inequality; all on arrays of shape (..., N), a worker a column."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ParameterError
from .schedule import Floats

__all__ = ["OBJECTIVES", "Objective", "atkinson", "gini", "lorenz", "weights", "welfare"]

Objective = Literal["inverse_income", "utilitarian", "rawlsian", "atkinson", "equality_productivity", "raw_sum"]
OBJECTIVES: tuple[Objective, ...] = get_args(Objective)


def welfare(objective: Objective, utility: ArrayLike, income: ArrayLike, consumption: ArrayLike, aversion: float = 1.0) -> Floats:
    """Work out what a planner maximises: shape (...).

    ``inverse_income`` is the mean utility weighted by ``1 / max(z, 1)``, weights summing to one (Zheng et al. 2022, AI Economist); ``utilitarian`` the mean;
    ``rawlsian`` the minimum; ``atkinson`` the utility that, had by all, would be as good (those below 1 count as 1); ``equality_productivity`` mean income
    times one minus the Gini index of consumption; ``raw_sum`` the sum of ``u / max(z, 1)`` without normalisation, as published by LLM Economist:
    it grows without end as a tax takes all (see :mod:`.presets`).

    Args:
        objective: one of ``OBJECTIVES``.
        utility: shape (..., N).
        income: shape (..., N), before tax.
        consumption: shape (..., N).
        aversion: Atkinson's epsilon, not negative.
    """
    u, z = np.asarray(utility, np.float64), np.maximum(np.asarray(income, np.float64), 1.0)
    if objective == "inverse_income":
        return (u / z).sum(axis=-1) / (1 / z).sum(axis=-1)
    if objective == "utilitarian":
        return u.mean(axis=-1)
    if objective == "rawlsian":
        return u.min(axis=-1)
    if objective == "atkinson":
        return _equal_share(np.maximum(u, 1.0), aversion)
    if objective == "equality_productivity":
        return (1 - gini(consumption)) * np.asarray(income, np.float64).mean(axis=-1)
    if objective == "raw_sum":
        return (u / z).sum(axis=-1)
    raise ParameterError(f"objective={objective!r} should be one of {', '.join(OBJECTIVES)}")


def weights(objective: Objective, utility: ArrayLike, income: ArrayLike, aversion: float = 1.0) -> Floats:
    """Give the welfare weights of quasi-linear workers, scaled to mean one: shape (..., N); what formulas of optimal taxes need.

    Raises:
        ParameterError: the objective has no weights (equality times productivity).
    """
    u, z = np.asarray(utility, np.float64), np.maximum(np.asarray(income, np.float64), 1.0)
    if objective in ("inverse_income", "raw_sum"):
        raw = 1 / z
    elif objective == "utilitarian":
        raw = np.ones_like(z)
    elif objective == "rawlsian":
        raw = (u == u.min(axis=-1, keepdims=True)).astype(np.float64)
    elif objective == "atkinson":
        raw = np.where(u > 1, np.maximum(u, 1.0) ** -aversion, 0.0)
    else:
        raise ParameterError(f"objective={objective!r} has no welfare weights")
    total = raw.mean(axis=-1, keepdims=True)
    return np.divide(raw, total, out=np.ones_like(raw), where=total > 0)


def gini(values: ArrayLike) -> Floats:
    """Give the Gini index of values that are not negative: half the mean absolute difference over the mean, shape (...); 0 where all are 0."""
    ordered = np.sort(np.asarray(values, np.float64), axis=-1)
    n = ordered.shape[-1]
    ranks = 2 * np.arange(1, n + 1) - n - 1
    total = ordered.sum(axis=-1)
    return np.divide((ranks * ordered).sum(axis=-1), n * total, out=np.zeros_like(total), where=total > 0)


def atkinson(values: ArrayLike, aversion: float = 1.0) -> Floats:
    """Give the Atkinson index of positive values: the share of the total that would suffice if it were spread evenly is one minus it."""
    x = np.asarray(values, np.float64)
    return 1 - _equal_share(x, aversion) / x.mean(axis=-1)


def lorenz(values: ArrayLike) -> tuple[Floats, Floats]:
    """Give the Lorenz curve of one vector: shares of people and of the total, both of shape (N + 1,) from 0 to 1, poorest first."""
    ordered = np.sort(np.asarray(values, np.float64))
    shares = np.concatenate([[0.0], np.cumsum(ordered)])
    return np.linspace(0, 1, ordered.size + 1), shares / shares[-1] if shares[-1] else np.linspace(0, 1, ordered.size + 1)


def _equal_share(x: Floats, aversion: float) -> Floats:
    if aversion < 0:
        raise ParameterError(f"aversion={aversion} should not be negative")
    if aversion == 1:
        return np.exp(np.log(x).mean(axis=-1))
    # relative to the largest, so that a high power cannot overflow
    top = x.max(axis=-1, keepdims=True)
    return ((x / top) ** (1 - aversion)).mean(axis=-1) ** (1 / (1 - aversion)) * top[..., 0]
