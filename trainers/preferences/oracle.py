"""What a preference oracle is, and the one place in which P(a > b) + P(b > a) = 1 is held."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...errors import LudensError, ParameterError

__all__ = ["Floats", "NotComplementary", "Preference", "complementary", "labels"]

Floats = NDArray[np.float64]
Answer = TypeVar("Answer")

_CLOSE = 1e-9


class NotComplementary(LudensError):
    """Two answers compared in both orders do not share one probability between them."""


def complementary(table: Floats, swapped: Floats) -> Floats:
    """Check that a table holds probabilities and that the two orders of each pair add up to 1.

    Args:
        table: P(a > b), ``(..., a, b)``.
        swapped: P(b > a), of the same shape.

    Returns:
        The table.

    Raises:
        ParameterError: an entry is not from 0 to 1.
        NotComplementary: two entries do not add up.
    """
    if not (np.isfinite(table).all() and table.min(initial=0.0) >= -_CLOSE and table.max(initial=1.0) <= 1 + _CLOSE):
        raise ParameterError("a preference should be a probability from 0 to 1")
    worst = np.abs(table + swapped - 1)
    if worst.size and worst.max() > _CLOSE:
        where = tuple(int(index) for index in np.unravel_index(worst.argmax(), worst.shape))
        raise NotComplementary(f"P(a > b) + P(b > a) should be 1; at {where} it is {float(table[where] + swapped[where]):.6g}")
    return table


class Preference(ABC, Generic[Answer]):
    """Tells how likely one answer is preferred to another: ``P(a > b | context)``.

    What an answer and a context are is up to the oracle: numbers of actions, sequences of tokens, texts, trajectories, players.

    Attributes:
        queries: pairs that were asked about so far, in either order.
    """

    queries: int = 0

    @abstractmethod
    def compare(self, first: Sequence[Answer], second: Sequence[Answer], context: Any) -> Floats:
        """Give P(first[i] > second[j]), ``(len(first), len(second))``; subclasses write this, users call :meth:`table`."""

    def table(self, first: Sequence[Answer], second: Sequence[Answer] | None = None, context: Any = None) -> Floats:
        """Compare every answer with every other.

        Args:
            first: answers.
            second: their opponents; by default the answers themselves.
            context: what they answer.

        Returns:
            P(first[i] > second[j]), ``(len(first), len(second))``.

        Raises:
            NotComplementary: the two orders of a pair do not add up to 1.
        """
        found = np.asarray(self.compare(first, first if second is None else second, context), float)
        if second is None:
            self.queries += len(first) * (len(first) - 1) // 2
            return complementary(found, found.T)
        self.queries += found.size
        return complementary(found, np.asarray(self.compare(second, first, context), float).T)

    def __call__(self, a: Answer, b: Answer, context: Any = None) -> float:
        """Give P(a > b | context)."""
        return float(self.table([a], [b], context)[0, 0])


def labels(table: Floats, rng: np.random.Generator) -> Floats:
    """Draw hard labels from a square table, 1 or 0 for each pair and 1/2 on the diagonal; the two orders of a pair get one draw."""
    upper = np.triu(rng.random(table.shape) < table, 1)
    return np.asarray(upper + np.tril(~upper.T, -1) + 0.5 * np.eye(len(table)), float)
