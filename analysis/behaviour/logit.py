"""Random utility: the chance of an option is proportional to the exponential of its utility (McFadden, Conditional logit analysis, 1974)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ParameterError
from .fit import Floats, Ints, whole_numbers
from .maximum import Parameter

__all__ = ["binary_log_likelihood", "chosen_log_likelihood", "picks", "precision"]

_LARGEST = 1e3
"""Precision, times the spread of utilities, at which choices count as free of error."""


def chosen_log_likelihood(utility: Floats, chosen: Ints) -> Floats:
    """Give the log-likelihood of each choice.

    Args:
        utility: times the precision, of shape ``(choices, options)``; NaN where there is no such option.
        chosen: option taken, of shape ``(choices,)``.
    """
    there = np.where(np.isnan(utility), -np.inf, utility)
    top = there.max(axis=1)
    return np.asarray(there[np.arange(len(chosen)), chosen] - top - np.log(np.exp(there - top[:, None]).sum(axis=1)))


def binary_log_likelihood(difference: Floats, second: Ints) -> Floats:
    """Give the log-likelihood of each choice of two.

    Args:
        difference: utility of the second option minus that of the first, times the precision.
        second: 1 where the second was taken, else 0.
    """
    return np.asarray(-np.logaddexp(0, np.where(second == 1, -difference, difference)))


def picks(what: str, chosen: ArrayLike, options: Floats) -> Ints:
    """Check choices against options whose absence is marked by NaN in ``options`` of shape ``(choices, options)``.

    Raises:
        ParameterError: lengths differ, or an option was chosen that is not there.
    """
    made = whole_numbers(f"{what}: chosen", chosen, options.shape[1])
    if made.shape != options.shape[:1]:
        raise ParameterError(f"{what}: chosen should have shape ({len(options)},), one for each choice")
    if np.isnan(options[np.arange(len(made)), made]).any():
        raise ParameterError(f"{what}: an option was chosen that was not there")
    return made


def precision(spread: float, name: str = "lambda") -> Parameter:
    """Describe the precision of choices, in units of one over utility.

    Args:
        spread: typical difference of utilities; the search goes up to a thousand over it.
        name: of the parameter.

    Raises:
        ParameterError: all options are worth the same.
    """
    if not (math.isfinite(spread) and spread > 0):
        raise ParameterError("all options are worth the same: choices among them tell nothing")
    return Parameter(name, 0.0, _LARGEST / spread, (1 / spread, 10 / spread), scale=1 / spread, natural=(0.0,))
