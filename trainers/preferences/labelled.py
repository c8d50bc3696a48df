"""Preferences that somebody has said: answers about pairs of recorded episodes, and what they imply for pairs that nobody was asked about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...arena.labels import Label, Side
from ...errors import LudensError
from .oracle import Floats, Preference

__all__ = ["LabelPreference"]


class LabelPreference(Preference[Side]):
    """Answers are recorded episodes; P(a > b) is the mean of what raters said of the pair, in either order.

    A pair that nobody was asked about gets Bradley and Terry's probability, sigmoid(s_a - s_b), with scores fitted to all answers by penalised maximum
    likelihood. Answers may go round in circles; scores cannot.

    Args:
        labels: the answers (``ludens.arena.labels.read_labels``).
        seat: keep those about this seat's play; None keeps those about everybody's.
        ridge: penalty on squared scores, which keeps them finite where an episode always won.

    Raises:
        LudensError: there is no answer of that kind.
    """

    def __init__(self, labels: Sequence[Label], *, seat: int | None = None, ridge: float = 0.1) -> None:
        kept = [label for label in labels if label.seat == seat]
        if not kept:
            raise LudensError(f"there are no answers about {'everybody' if seat is None else f'seat {seat}'}")
        self._place = {side: place for place, side in enumerate(dict.fromkeys(side for label in kept for side in (label.first, label.second)))}
        size = len(self._place)
        self._won, self._asked = np.zeros((size, size)), np.zeros((size, size))
        for label in kept:
            one, two = self._place[label.first], self._place[label.second]
            self._won[one, two] += label.preference
            self._won[two, one] += 1 - label.preference
            self._asked[one, two] += 1
            self._asked[two, one] += 1
        self.scores = _fitted(self._won, self._asked, ridge)

    @property
    def episodes(self) -> tuple[Side, ...]:
        """The episodes that answers are about, in the order of ``scores``."""
        return tuple(self._place)

    def compare(self, first: Sequence[Side], second: Sequence[Side], context: Any = None) -> Floats:
        """Give P(first[i] > second[j]).

        Raises:
            LudensError: no answer is about one of the episodes.
        """
        for side in (*first, *second):
            if side not in self._place:
                raise LudensError(f"no answer is about episode {side.episode!r} of run {side.run!r}")
        one, two = ([self._place[side] for side in sides] for sides in (first, second))
        grid = np.ix_(one, two)
        implied = 1 / (1 + np.exp(self.scores[two][None] - self.scores[one][:, None]))
        asked = self._asked[grid]
        return np.asarray(np.where(asked > 0, self._won[grid] / np.maximum(asked, 1), implied))


def _fitted(won: Floats, asked: Floats, ridge: float) -> Floats:
    """Maximise sum won log sigmoid(s_i - s_j) - ridge |s|^2 / 2 by Newton's method; the penalty makes it strictly concave."""
    scores = np.zeros(len(won))
    for _ in range(50):
        likely = 1 / (1 + np.exp(scores[None] - scores[:, None]))
        gradient = (won - asked * likely).sum(1) - ridge * scores
        weight = asked * likely * (1 - likely)
        curvature = np.diag(weight.sum(1) + ridge) - weight
        move = np.linalg.solve(curvature, gradient)
        scores = scores + move / max(1.0, float(np.abs(move).max()))
        if np.abs(move).max() < 1e-9:
            break
    return scores
