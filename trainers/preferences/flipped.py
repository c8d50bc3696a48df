"""Labels that are sometimes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import ParameterError
from .oracle import Floats, Preference

__all__ = ["Flipped"]


class Flipped(Preference[Any]):
    """Another preference whose every label is turned round with some chance: P' = w + (1 - 2 w) P.

    Args:
        of: the preference.
        wrong: w, from 0 to 1/2, at which nothing is left to learn from.

    Raises:
        ParameterError: the chance is out of range.
    """

    def __init__(self, of: Preference[Any], wrong: float) -> None:
        if not 0 <= wrong <= 0.5:
            raise ParameterError(f"flipped preference: wrong={wrong!r} should be from 0 to 0.5")
        self.of, self.wrong = of, wrong

    def compare(self, first: Sequence[Any], second: Sequence[Any], context: Any) -> Floats:
        return self.wrong + (1 - 2 * self.wrong) * self.of.compare(first, second, context)
