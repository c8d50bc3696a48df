"""Consistency of choices from budgets with any utility: GARP, Afriat's critical cost efficiency index, Bronars' power.

Varian, The nonparametric approach to demand analysis, Econometrica 50 (1982): bundle i is directly revealed preferred to j where it was bought while j cost
no more, ``p_i q_i >= p_i q_j``; GARP forbids that i is revealed preferred to j through any chain while j was bought with i strictly cheaper. Afriat, On a
system of inequalities in demand analysis, International Economic Review 14 (1973): the largest e for which ``e p_i q_i >= p_i q_j`` keeps GARP. Bronars, The
power of nonparametric tests of preference maximization, Econometrica 55 (1987): how often uniformly drawn spending on the same budgets violates it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ParameterError
from .fit import Floats

__all__ = ["Consistency", "bronars_power", "consistency", "efficiency_index", "garp_violations"]

_SLACK = 1e-9


class Consistency(NamedTuple):
    """Whether choices could come from one utility.

    Attributes:
        violations: ordered pairs (i, j): i revealed preferred to j, and j bought where i was strictly cheaper.
        efficiency: Afriat's critical cost efficiency, 1 where there is no violation.
        power: share of uniformly drawn choices from the same budgets that violate GARP; a low one makes consistency mean little.
        power_se: standard error of ``power`` over the draws.
        n: budgets.
    """

    violations: int
    efficiency: float
    power: float
    power_se: float
    n: int


def garp_violations(prices: ArrayLike, amounts: ArrayLike, efficiency: float = 1.0) -> list[tuple[int, int]]:
    """List pairs (i, j) that violate GARP at an efficiency.

    Args:
        prices: of shape ``(budgets, goods)``.
        amounts: bought, of shape ``(budgets, goods)``.
        efficiency: share of what was spent that counts, from 0 to 1.

    Raises:
        ParameterError: shapes differ, a price is not positive, or an amount is negative.
    """
    ratio = _ratios(prices, amounts)
    return [(int(i), int(j)) for i, j in np.argwhere(_violated(ratio, efficiency))]


def efficiency_index(prices: ArrayLike, amounts: ArrayLike) -> float:
    """Give Afriat's index: the supremum of the efficiencies without a violation. It is exact.

    Raises:
        ParameterError: as :func:`garp_violations`.
    """
    ratio = _ratios(prices, amounts)
    if not _violated(ratio, 1.0).any():
        return 1.0
    # relations change only where the efficiency passes a ratio, so GARP holds or fails on whole stretches between two of them
    edges = np.unique(np.append(ratio[ratio < 1 - _SLACK], [0.0, 1.0]))
    low, high = 0, len(edges) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if _violated(ratio, (edges[middle - 1] + edges[middle]) / 2).any():
            high = middle
        else:
            low = middle
    return float(edges[low])


def bronars_power(prices: ArrayLike, incomes: ArrayLike, *, draws: int = 1000, seed: int = 0) -> tuple[float, float]:
    """Give the share of uniformly drawn choices that violate GARP, with its standard error over the draws.

    Args:
        prices: of shape ``(budgets, goods)``.
        incomes: spent on each budget.
        draws: how many sets of choices.
        seed: of the draws.

    Raises:
        ParameterError: shapes differ, or a price or an income is not positive.
    """
    cost, income = np.asarray(prices, float), np.asarray(incomes, float)
    if cost.ndim != 2 or income.shape != cost.shape[:1] or not ((cost > 0).all() and (income > 0).all()):
        raise ParameterError("prices should have shape (budgets, goods) and incomes (budgets,), all positive")
    rng = np.random.default_rng(seed)
    broken = 0
    for _ in range(draws):
        bought = rng.dirichlet(np.ones(cost.shape[1]), size=len(cost)) * income[:, None] / cost
        broken += bool(_violated(_ratios(cost, bought), 1.0).any())
    share = broken / draws
    return share, float(np.sqrt(share * (1 - share) / draws))


def consistency(prices: ArrayLike, amounts: ArrayLike, *, draws: int = 1000, seed: int = 0) -> Consistency:
    """Test choices for consistency, with the power of the test.

    Args:
        prices: of shape ``(budgets, goods)``.
        amounts: bought, of shape ``(budgets, goods)``.
        draws: how many sets of choices the power rests on.
        seed: of those draws.

    Raises:
        ParameterError: as :func:`garp_violations`.
    """
    spent = (np.asarray(prices, float) * np.asarray(amounts, float)).sum(axis=1)
    found = garp_violations(prices, amounts)
    power, se = bronars_power(prices, spent, draws=draws, seed=seed)
    return Consistency(len(found), efficiency_index(prices, amounts), power, se, len(spent))


def _ratios(prices: ArrayLike, amounts: ArrayLike) -> Floats:
    """Give what bundle j would have cost on budget i, as a share of what was spent there: ``p_i q_j / p_i q_i``."""
    cost, got = np.asarray(prices, float), np.asarray(amounts, float)
    if cost.ndim != 2 or cost.shape != got.shape or not len(cost):
        raise ParameterError("prices and amounts should both have shape (budgets, goods)")
    if not ((cost > 0).all() and (got >= 0).all() and (got.sum(axis=1) > 0).all()):
        raise ParameterError("prices should be positive, and amounts not negative nor all zero on a budget")
    each = cost @ got.T
    return np.asarray(each / np.diag(each)[:, None])


def _violated(ratio: Floats, efficiency: float) -> NDArray[np.bool_]:
    reached = ratio <= efficiency + _SLACK
    for middle in range(len(ratio)):
        reached |= reached[:, middle : middle + 1] & reached[middle : middle + 1, :]
    strict = ratio < efficiency - _SLACK
    return np.asarray(reached & strict.T)
