"""Patience from choices between dated amounts: exponential, quasi-hyperbolic and hyperbolic discounting, by logit random utility.

An amount x after a delay t is worth ``D(t) x``: ``exp(-r t)`` (Samuelson, Review of Economic Studies 4 (1937)); ``beta exp(-r t)`` for t > 0 and 1 now
(Laibson, Quarterly Journal of Economics 112 (1997)); ``1 / (1 + k t)`` (Mazur 1987). Amounts enter as they are: curvature of utility, where there is any, is
taken for impatience. ``beta`` is identified only where some pairs hold an immediate amount and delays differ besides.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ParameterError, UnknownName
from .fit import Fit, Floats
from .logit import binary_log_likelihood, picks, precision
from .maximum import Parameter, maximise

__all__ = ["DISCOUNTING", "Discounting", "discount_factor", "discounting"]

Discounting = Literal["exponential", "quasi_hyperbolic", "hyperbolic"]
_WORTH: dict[str, Callable[[Floats, Floats], Floats]] = {
    "exponential": lambda at, delay: np.exp(-at[0] * delay),
    "quasi_hyperbolic": lambda at, delay: np.where(delay > 0, at[1], 1.0) * np.exp(-at[0] * delay),
    "hyperbolic": lambda at, delay: 1 / (1 + at[0] * delay),
}
DISCOUNTING = tuple(_WORTH)
"""Kinds of discounting that are estimated."""


def discount_factor(kind: Discounting, delay: ArrayLike, rate: float, beta: float = 1.0) -> Floats:
    """Give what one unit after a delay is worth now.

    Args:
        kind: one of :data:`DISCOUNTING`.
        delay: not negative.
        rate: ``r`` or ``k``, in units of one over delay.
        beta: weight of all that is not immediate (quasi-hyperbolic only).
    """
    return np.asarray(_WORTH[kind](np.array([rate, beta]), np.asarray(delay, float)))


def discounting(
    amounts: ArrayLike, delays: ArrayLike, second: ArrayLike, *, kind: Discounting = "exponential", clusters: ArrayLike | None = None, level: float = 0.95
) -> Fit:
    """Estimate ``rate`` (and ``beta``) and ``lambda``.

    Args:
        amounts: of the two options, of shape ``(choices, 2)``.
        delays: of the two options, of shape ``(choices, 2)``.
        second: 1 where the second option was taken, of shape ``(choices,)``.
        kind: one of :data:`DISCOUNTING`.
        clusters: group of each choice.
        level: coverage of the intervals aimed at.

    Raises:
        ParameterError: shapes are wrong, a delay is negative, or nothing is ever delayed.
        UnknownName: no such kind.
    """
    if kind not in _WORTH:
        raise UnknownName("kind of discounting", kind, _WORTH)
    worth, amount, delay = _WORTH[kind], np.asarray(amounts, float), np.asarray(delays, float)
    if amount.ndim != 2 or amount.shape[1] != 2 or amount.shape != delay.shape:
        raise ParameterError("amounts and delays should both have shape (choices, 2)")
    made = picks("discounting", second, amount)
    if not (delay.min(initial=0) >= 0 and delay.max(initial=0) > 0):
        raise ParameterError("delays should not be negative, and some should be positive")
    usual = float(delay[delay > 0].mean())

    def log_likelihood(at: Floats) -> Floats:
        value = amount * worth(at, delay)
        return binary_log_likelihood(at[-1] * (value[:, 1] - value[:, 0]), made)

    parameters = [Parameter("rate", -3 / usual, 30 / usual, (0.1 / usual, 1 / usual), scale=0.3 / usual)]
    if kind == "quasi_hyperbolic":
        parameters.append(Parameter("beta", 0.01, 5.0, (0.9,), scale=0.3))
    return maximise(log_likelihood, [*parameters, precision(float(np.abs(amount[:, 1] - amount[:, 0]).mean()))], clusters=clusters, level=level)
