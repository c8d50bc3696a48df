"""Populations of voters, whose majority may go round in circles."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from ...errors import ParameterError
from .oracle import Floats, Preference
from .scores import Score, link

__all__ = ["Voters", "ranking"]


class Voters(Preference[Any]):
    """A population: the share that prefers a is P(a > b); who finds both equal counts half for each.

    Args:
        criteria: each kind of voter's score of an answer, ``score(answer, context)``; the larger is preferred.
        shares: how many voters are of each kind, summing to 1; equal by default.

    Raises:
        ParameterError: shares are negative, do not sum to 1, or are not one a criterion.
    """

    def __init__(self, criteria: Sequence[Score], shares: Sequence[float] | None = None) -> None:
        self.criteria = tuple(criteria)
        self.shares = np.full(len(self.criteria), 1 / max(len(self.criteria), 1)) if shares is None else np.asarray(shares, float)
        if not self.criteria or self.shares.shape != (len(self.criteria),) or (self.shares < 0).any() or abs(self.shares.sum() - 1) > 1e-9:
            raise ParameterError(f"voters: shares={shares!r} should be one number a criterion, 0 or more, and sum to 1")

    def compare(self, first: Sequence[Any], second: Sequence[Any], context: Any) -> Floats:
        out = np.zeros((len(first), len(second)))
        for share, criterion in zip(self.shares, self.criteria, strict=True):
            ours, theirs = (np.array([criterion(answer, context) for answer in part]) for part in (first, second))
            out += share * link(ours[:, None] - theirs[None, :], "sign", 1.0)
        return out


def ranking(best_first: Sequence[Hashable]) -> Score:
    """Make a criterion of a ranking of answers; voters who rank ``abc``, ``bca`` and ``cab``, a third each, vote in a circle."""
    place = {answer: -index for index, answer in enumerate(best_first)}
    return lambda answer, context: place[answer]
