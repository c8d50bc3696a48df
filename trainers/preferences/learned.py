"""Preferences that a model has learned from pairs, which need not be transitive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .oracle import Floats, Preference

__all__ = ["ModelPreference"]

Logit = Callable[[Sequence[tuple[Any, Any]], Any], Floats]
"""``logit(pairs, context)``: how much the first answer of each pair is preferred, in log-odds, ``(pairs,)``."""


class ModelPreference(Preference[Any]):
    """A model that reads two answers at once: P(a > b) = sigmoid((f(a, b) - f(b, a)) / 2), free of the order in which it read them.

    Unlike a reward, which gives each answer a number, it can prefer in circles.

    Args:
        logit: the model; it is asked for all pairs of a table in one call.
    """

    def __init__(self, logit: Logit) -> None:
        self.logit = logit

    def compare(self, first: Sequence[Any], second: Sequence[Any], context: Any) -> Floats:
        pairs = [(one, two) for one in first for two in second]
        found = np.asarray(self.logit([*pairs, *((two, one) for one, two in pairs)], context), float)
        one, two = found[: len(pairs)], found[len(pairs) :]
        return np.asarray(0.5 * (1 + np.tanh((one - two) / 4))).reshape(len(first), len(second))
