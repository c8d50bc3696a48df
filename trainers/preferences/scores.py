"""Preferences that follow from one number an answer: transitive by construction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

import numpy as np

from ...errors import ParameterError
from .oracle import Floats, Preference

__all__ = ["Score", "ScorePreference", "bradley_terry", "link"]

Answer = TypeVar("Answer")
Score = Callable[[Any, Any], float]
"""``score(answer, context)``: a payoff, a hidden return, a reward model's number, minus a regret."""

Link = Literal["logistic", "sign"]


def link(difference: Floats, kind: Link, scale: float) -> Floats:
    """Turn differences of scores into probabilities: sigmoid(difference / scale), or 1, 1/2 and 0 by the sign."""
    if kind == "sign":
        return np.asarray((1 + np.sign(difference)) / 2)
    return np.asarray(0.5 * (1 + np.tanh(difference / (2 * scale))))


class ScorePreference(Preference[Any]):
    """The answer with the larger score is preferred: always, or more likely the larger the difference.

    With payoffs it is the outcome of a game; with a reward model the Bradley-Terry preference; with minus the regret of a segment of play the regret
    preference (Knox et al. 2022, arXiv:2206.02231), where the value function that defines the regret is the caller's.

    Args:
        score: ``score(answer, context)``.
        kind: ``"logistic"`` for sigmoid(difference / scale), ``"sign"`` for 1, 1/2 or 0.
        scale: in the score's unit.

    Raises:
        ParameterError: the scale is not positive, or the kind unknown.
    """

    def __init__(self, score: Score, kind: Link = "logistic", scale: float = 1.0) -> None:
        if kind not in ("logistic", "sign"):
            raise ParameterError(f"score preference: kind={kind!r} should be 'logistic' or 'sign'")
        if not scale > 0:
            raise ParameterError(f"score preference: scale={scale!r} should be above 0")
        self.score, self.kind, self.scale = score, kind, scale

    def compare(self, first: Sequence[Any], second: Sequence[Any], context: Any) -> Floats:
        ours, theirs = (np.array([self.score(answer, context) for answer in part]) for part in (first, second))
        return link(ours[:, None] - theirs[None, :], self.kind, self.scale)


def bradley_terry(reward: Score) -> ScorePreference:
    """Prefer by a reward: P(a > b) = sigmoid(r(a) - r(b)) (Bradley and Terry 1952)."""
    return ScorePreference(reward, "logistic")
