"""Giving out of budgets: constant elasticity of substitution between own and other's amounts.

Andreoni and Miller, Giving according to GARP, Econometrica 70 (2002): utility ``(a own^rho + (1 - a) other^rho)^(1 / rho)`` out of the budget ``price_own own
+ price_other other = income``. The share of income spent on oneself is ``A / (A + p^(1 - s))`` with ``p = price_other / price_own``, ``s = 1 / (1 - rho)``
and ``A = (a / (1 - a))^s``; what is observed scatters normally around it and is cut at 0 and 1 (Tobit). One price identifies a combination of ``a`` and
``rho`` only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ParameterError
from .fit import Fit, Floats
from .maximum import Parameter, maximise

__all__ = ["ces_altruism", "ces_share"]

_LEAST, _MOST = -30.0, 0.99


def ces_share(a: float, rho: float, relative_price: ArrayLike) -> Floats:
    """Give the share of income spent on oneself.

    Args:
        a: weight of the own amount, between 0 and 1.
        rho: below 1; 0 is Cobb-Douglas, minus infinity equal amounts, 1 the larger total of weighted amounts.
        relative_price: price of the other's amount over that of the own.
    """
    from scipy.special import expit

    s = 1 / (1 - rho)
    log_odds = s * np.log(a / (1 - a)) - (1 - s) * np.log(np.asarray(relative_price, float))
    return np.asarray(expit(log_odds))


def ces_altruism(prices: ArrayLike, amounts: ArrayLike, *, clusters: ArrayLike | None = None, level: float = 0.95) -> Fit:
    """Estimate ``a``, ``rho`` and the scatter ``sd`` of budget shares.

    Args:
        prices: of own and other's amounts, of shape ``(choices, 2)``.
        amounts: own and other's, all of the budget spent, of shape ``(choices, 2)``.
        clusters: group of each choice.
        level: coverage of the intervals aimed at.

    Raises:
        ParameterError: shapes are wrong, a price is not positive, or an amount is negative.
    """
    from scipy.special import log_ndtr

    cost, got = np.asarray(prices, float), np.asarray(amounts, float)
    if cost.ndim != 2 or cost.shape[1] != 2 or cost.shape != got.shape:
        raise ParameterError("prices and amounts should both have shape (choices, 2): own and other's")
    if not ((cost > 0).all() and (got >= 0).all() and (got.sum(axis=1) > 0).all()):
        raise ParameterError("prices should be positive, and amounts not negative nor both zero")
    spent = cost * got
    share, relative = spent[:, 0] / spent.sum(axis=1), cost[:, 1] / cost[:, 0]

    def log_likelihood(at: Floats) -> Floats:
        a, rho, sd = (float(value) for value in at)
        mean = ces_share(a, rho, relative)
        inner = -(((share - mean) / sd) ** 2) / 2 - np.log(sd * np.sqrt(2 * np.pi))
        return np.where(share <= 0, log_ndtr(-mean / sd), np.where(share >= 1, log_ndtr((mean - 1) / sd), inner))

    parameters = [
        Parameter("a", 1e-4, 1 - 1e-4, (0.5, 0.8), scale=0.1),
        Parameter("rho", _LEAST, _MOST, (-1.0, 0.3)),
        Parameter("sd", 1e-3, 5.0, (0.1, 0.4), scale=0.1),
    ]
    return maximise(log_likelihood, parameters, clusters=clusters, level=level)
