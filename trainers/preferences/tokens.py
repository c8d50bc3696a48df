"""Judges of sequences of tokens, place by place, whose solutions are known exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import ParameterError
from .oracle import Floats, Preference, complementary

__all__ = ["AdditiveJudge", "MajorityJudge", "Tokens"]

Tokens = tuple[int, ...]


def _places(first: Sequence[Tokens], second: Sequence[Tokens]) -> tuple[np.ndarray, np.ndarray]:
    if len({len(answer) for answer in (*first, *second)}) > 1:
        raise ParameterError("a judge of places compares sequences of one length")
    return np.asarray(first)[:, None, :], np.asarray(second)[None, :, :]


class AdditiveJudge(Preference[Tokens]):
    """P(y > y') is the mean over the places of P(token > token').

    With a product reference the regularised Nash policy is a product too: at each place that of the table at ``length`` times the temperature.

    Args:
        table: P(i > j) of two tokens, ``(vocabulary, vocabulary)``.
    """

    def __init__(self, table: Floats) -> None:
        self.pairs = complementary(np.asarray(table, float), np.asarray(table, float).T)

    def compare(self, first: Sequence[Tokens], second: Sequence[Tokens], context: Any = None) -> Floats:
        one, two = _places(first, second)
        return np.asarray(self.pairs[one, two].mean(-1))


class MajorityJudge(Preference[Tokens]):
    """The sequence that wins more places is preferred; places with probability above 1/2 are won.

    Args:
        table: P(i > j) of two tokens, ``(vocabulary, vocabulary)``; a cycle makes the preference intransitive.
        sure: P(y > y') where y wins more places.
    """

    def __init__(self, table: Floats, sure: float = 0.9) -> None:
        if not 0.5 <= sure <= 1:
            raise ParameterError(f"majority judge: sure={sure!r} should be from 0.5 to 1")
        self.won = np.sign(complementary(np.asarray(table, float), np.asarray(table, float).T) - 0.5)
        self.sure = sure

    def compare(self, first: Sequence[Tokens], second: Sequence[Tokens], context: Any = None) -> Floats:
        one, two = _places(first, second)
        return np.asarray(0.5 + (self.sure - 0.5) * np.sign(self.won[one, two].sum(-1)))
