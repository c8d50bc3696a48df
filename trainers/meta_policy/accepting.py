"""Whether a rubric's scores agree with what was truly earned, and whether a new rubric's agree better."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Agreement", "agreement"]


class Agreement(NamedTuple):
    """Spearman's rank correlations between scores and payoffs; 0 where either is the same everywhere, and nothing can be told.

    Attributes:
        overall: of all episodes.
        within: after the mean of its deal has been taken out of each: of the differences that a policy learns from.
    """

    overall: float
    within: float

    def better_than(self, other: Agreement) -> bool:
        """Whether scores agree with payoffs better: within deals, and where these tell nothing apart, over all episodes; equal is no better."""
        ours, theirs = ((round(one.within, 4), round(one.overall, 4)) for one in (self, other))
        return ours > theirs


def agreement(scores: ArrayLike, payoffs: ArrayLike, deals: Sequence[Hashable]) -> Agreement:
    """Correlate scores with payoffs.

    Args:
        scores: of episodes, ``[E]``.
        payoffs: what they earned, ``[E]``.
        deals: which deal each was of, ``[E]``.
    """
    one, two = np.asarray(scores, float), np.asarray(payoffs, float)
    return Agreement(_spearman(one, two), _spearman(_centred(one, deals), _centred(two, deals)))


def _centred(values: NDArray[np.float64], deals: Sequence[Hashable]) -> NDArray[np.float64]:
    members: dict[Hashable, list[int]] = {}
    for index, deal in enumerate(deals):
        members.setdefault(deal, []).append(index)
    out = values.copy()
    for own in members.values():
        out[own] -= values[own].mean()
    # what is equal but for the last digits of a mean is equal
    return np.asarray(out.round(9))


def _spearman(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    from scipy.stats import spearmanr

    if len(one) < 2 or not np.ptp(one) or not np.ptp(two):
        return 0.0
    return float(spearmanr(one, two).statistic)
