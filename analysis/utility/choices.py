"""Choices between two options, each shown first in some of the questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ParameterError

__all__ = ["PairChoices", "ask_both_ways"]


class PairChoices(NamedTuple):
    """What was answered.

    Attributes:
        first: option shown first, of shape ``(answers,)``.
        second: option shown second.
        took_first: 1 where the first was chosen, 0 where the second was, NaN where no answer could be read.
        options: how many options there are.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    took_first: NDArray[np.float64]
    options: int

    @classmethod
    def of(cls, first: ArrayLike, second: ArrayLike, took_first: ArrayLike, options: int) -> Self:
        """Check and make choices.

        Raises:
            ParameterError: lengths differ, an option is not there, is compared with itself, or an answer is neither 0, 1 nor NaN.
        """
        one, two, took = np.asarray(first, np.int64), np.asarray(second, np.int64), np.asarray(took_first, float)
        if not (one.ndim == 1 and one.shape == two.shape == took.shape):
            raise ParameterError("first, second and took_first should have one entry for each answer")
        if len(one) and (min(one.min(), two.min()) < 0 or max(one.max(), two.max()) >= options or (one == two).any()):
            raise ParameterError(f"answers should compare two different options out of 0 to {options - 1}")
        if not set(np.unique(took[~np.isnan(took)])) <= {0.0, 1.0}:
            raise ParameterError("took_first should be 1, 0 or NaN")
        return cls(one, two, took, options)

    def joined(self, other: PairChoices) -> PairChoices:
        """Put further choices among the same options behind these.

        Raises:
            ParameterError: the options are not as many.
        """
        if other.options != self.options:
            raise ParameterError("choices can be joined with choices among the same options only")
        first, second, took = (np.concatenate([mine, theirs]) for mine, theirs in zip(self[:3], other[:3], strict=True))
        return PairChoices(first, second, took, self.options)

    def wins(self) -> NDArray[np.float64]:
        """Count how often each option was chosen over each other: ``wins[i, j]`` of i over j; unread answers are left out."""
        read = ~np.isnan(self.took_first)
        took = self.took_first[read] == 1
        winner, loser = np.where(took, self.first[read], self.second[read]), np.where(took, self.second[read], self.first[read])
        return np.bincount(winner * self.options + loser, minlength=self.options**2).reshape(self.options, self.options).astype(float)


def ask_both_ways(pairs: Iterable[tuple[int, int]], answer: Callable[[int, int], float], options: int, *, times: int = 1) -> PairChoices:
    """Put every pair in both orders, several times each.

    Args:
        pairs: of options.
        answer: from the option shown first and the one shown second to 1 (the first), 0 (the second) or NaN.
        options: how many there are.
        times: questions in each order.
    """
    asked = [order for one, two in pairs for order in ((one, two), (two, one)) for _ in range(times)]
    first, second = (np.array([order[at] for order in asked], np.int64) for at in (0, 1))
    return PairChoices.of(first, second, [answer(*order) for order in asked], options)
