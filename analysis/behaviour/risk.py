"""Attitudes to risk from choices between two lotteries: constant relative risk aversion, by logit random utility.

Utility is ``x^(1 - r) / (1 - r)``, and ``log x`` at r = 1. Differences of expected utility are divided by the range of utilities in the pair (contextual
utility: Wilcox, 'Stochastically more risk averse', Journal of Econometrics 162 (2011)), without which a higher r need not make the safer lottery likelier.
Holt and Laury, Risk aversion and incentive effects, American Economic Review 92 (2002), for the usual list of pairs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ParameterError
from .fit import Fit, Floats
from .logit import binary_log_likelihood, picks, precision
from .maximum import Parameter, maximise

__all__ = ["contextual_difference", "crra", "crra_utility", "indifference"]

_LEAST, _MOST = -8.0, 8.0
_LOG = 1e-6


def crra_utility(amounts: ArrayLike, r: float) -> Floats:
    """Give ``x^(1 - r) / (1 - r)``, or ``log x`` at r = 1."""
    x = np.asarray(amounts, float)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(x) if abs(1 - r) < _LOG else x ** (1 - r) / (1 - r))


def contextual_difference(outcomes: Floats, chances: Floats, r: float) -> Floats:
    """Give the second lottery's expected utility minus the first's, over the range of utilities in the pair.

    Args:
        outcomes: amounts, of shape ``(choices, 2, outcomes)``.
        chances: of them, of the same shape.
        r: relative risk aversion.
    """
    # in units of the pair's best amount: CRRA does not mind, and powers stay within reach
    best = outcomes.max(axis=(1, 2), keepdims=True, where=chances > 0, initial=0.0)
    utility = crra_utility(np.where(chances > 0, outcomes / best, 1.0), r)
    worth = (chances * utility).sum(axis=2)
    span = utility.max(axis=(1, 2)) - utility.min(axis=(1, 2))
    return np.asarray((worth[:, 1] - worth[:, 0]) / span)


def crra(outcomes: ArrayLike, chances: ArrayLike, second: ArrayLike, *, clusters: ArrayLike | None = None, level: float = 0.95) -> Fit:
    """Estimate ``r`` and ``lambda`` (per range of utility in a pair).

    Args:
        outcomes: amounts, of shape ``(choices, 2, outcomes)``; not negative.
        chances: of them, of the same shape; 0 for an outcome that is not there.
        second: 1 where the second lottery was taken, of shape ``(choices,)``.
        clusters: group of each choice.
        level: coverage of the intervals aimed at.

    Raises:
        ParameterError: shapes are wrong, chances do not sum to 1, an amount is negative, or all amounts of a pair are equal.
    """
    amount, chance = _checked(outcomes, chances)
    made = picks("crra", second, amount[:, :, 0])
    # a zero is worth minus infinity from r = 1 on
    most = 0.99 if bool((amount[chance > 0] == 0).any()) else _MOST
    return maximise(
        lambda at: binary_log_likelihood(at[1] * contextual_difference(amount, chance, float(at[0])), made),
        [Parameter("r", _LEAST, most, (0.0, 0.6), scale=0.3), precision(0.1)],
        clusters=clusters,
        level=level,
    )


def indifference(outcomes: ArrayLike, chances: ArrayLike) -> float | None:
    """Find the r at which the two lotteries of one pair are worth the same, or None where there is none from -8 to 8.

    Args:
        outcomes: of shape ``(2, outcomes)``.
        chances: of the same shape.
    """
    from scipy.optimize import brentq

    amount, chance = _checked(np.asarray(outcomes, float)[None], np.asarray(chances, float)[None])
    most = 0.99 if bool((amount[chance > 0] == 0).any()) else _MOST
    ends = [float(contextual_difference(amount, chance, r)[0]) for r in (_LEAST, most)]
    return float(brentq(lambda r: float(contextual_difference(amount, chance, r)[0]), _LEAST, most)) if ends[0] * ends[1] < 0 else None


def _checked(outcomes: ArrayLike, chances: ArrayLike) -> tuple[Floats, Floats]:
    amount, chance = np.asarray(outcomes, float), np.asarray(chances, float)
    if amount.ndim != 3 or amount.shape[1] != 2 or amount.shape != chance.shape or not len(amount):
        raise ParameterError("outcomes and chances should both have shape (choices, 2, outcomes)")
    if not (chance.min() >= 0 and np.allclose(chance.sum(axis=2), 1) and amount[chance > 0].min() >= 0):
        raise ParameterError("chances should sum to 1 in each lottery, and no amount may be negative")
    there = np.where(chance > 0, amount, np.nan)
    if (np.nanmax(there, axis=(1, 2)) == np.nanmin(there, axis=(1, 2))).any():
        raise ParameterError("all amounts of a pair are equal: the choice tells nothing")
    return amount, chance
