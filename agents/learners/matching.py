"""Regret matching and regret matching plus."""

from __future__ import annotations

import numpy as np

from .learning import Floats, Ints, Learner

__all__ = ["RegretMatching"]


class RegretMatching(Learner):
    """Takes arms in proportion to their positive cumulative regret, all alike where none is (Hart and Mas-Colell 2000).

    Args:
        plus: regrets below zero are forgotten at once (regret matching plus, Tammelin 2014).
    """

    def __init__(self, plus: bool = False) -> None:
        self.plus = plus

    def start(self, runs: int, arms: int, rounds: int, rng: np.random.Generator) -> None:
        super().start(runs, arms, rounds, rng)
        self.regret = np.zeros((runs, arms))

    def mix(self) -> Floats:
        positive = np.maximum(self.regret, 0)
        total = positive.sum(axis=1, keepdims=True)
        return np.where(total > 0, positive / np.where(total > 0, total, 1), 1 / self.arms)

    def update(self, losses: Floats, mixed: Floats, taken: Ints) -> None:
        self.regret += (losses * mixed).sum(axis=1, keepdims=True) - losses
        if self.plus:
            np.maximum(self.regret, 0, out=self.regret)
