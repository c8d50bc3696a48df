"""Preferences that stand in a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .oracle import Floats, Preference, complementary

__all__ = ["TablePreference"]


class TablePreference(Preference[int]):
    """Answers are numbers of rows; a context is the number of a table, None for the first.

    Args:
        tables: P(i > j), ``(n, n)`` or ``(contexts, n, n)``.

    Raises:
        ParameterError, NotComplementary: a table holds no preference.
    """

    def __init__(self, tables: Floats) -> None:
        found = np.asarray(tables, float)
        self.tables = found[None] if found.ndim == 2 else found
        complementary(self.tables, self.tables.swapaxes(1, 2))

    def compare(self, first: Sequence[int], second: Sequence[int], context: Any = None) -> Floats:
        return np.asarray(self.tables[0 if context is None else context][np.ix_(list(first), list(second))])
