"""Exponential weights: Hedge with its tunings, its optimistic form, and fixed share."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from .learning import Floats, Ints, Learner, tuned_rate

__all__ = ["FixedShare", "Hedge", "softmin"]


def softmin(values: Floats) -> Floats:
    """Give ``exp(-values)``, scaled to probabilities along the last axis."""
    weights = np.exp(values.min(axis=-1, keepdims=True) - values)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


class Hedge(Learner):
    """Exponential weights: ``p ~ exp(-eta L)`` with the cumulative losses L (Littlestone and Warmuth 1994; Freund and Schapire 1997).

    Args:
        tuning: ``"tuned"`` to the number of rounds T, eta = sqrt(8 ln d / T), regret at most sqrt(T ln(d) / 2); ``"anytime"``,
            eta_t = sqrt(8 ln d / t), at most sqrt(2 T ln d) + sqrt(ln(d) / 8); ``"doubling"``, begun anew after 1, 2, 4, 8...
            rounds, at most sqrt(T ln(d) / 2) sqrt(2) / (sqrt(2) - 1) (Cesa-Bianchi and Lugosi 2006, theorems 2.2 and 2.3, section 2.3).
        rate: a fixed eta instead.
        optimistic: count the last loss twice, as a guess at the next (Rakhlin and Sridharan 2013; Syrgkanis et al. 2015).
    """

    def __init__(self, tuning: Literal["tuned", "anytime", "doubling"] = "tuned", rate: float | None = None, optimistic: bool = False) -> None:
        self.tuning, self.rate, self.optimistic = tuning, rate, optimistic
        self.require(tuning in ("tuned", "anytime", "doubling"), "tuning", "should be 'tuned', 'anytime' or 'doubling'")
        self.require(rate is None or (isinstance(rate, int | float) and 0 < rate < math.inf), "rate", "should be positive, or null")
        self.needs_rounds = rate is None and tuning == "tuned"

    def start(self, runs: int, arms: int, rounds: int, rng: np.random.Generator) -> None:
        super().start(runs, arms, rounds, rng)
        self.total = np.zeros((runs, arms))
        self.guess = np.zeros((runs, arms))

    def eta(self) -> float:
        """Give the rate of this round."""
        if self.rate is not None:
            return float(self.rate)
        if self.tuning == "tuned":
            return tuned_rate(self.arms, self.rounds)
        return tuned_rate(self.arms, self.round + 1 if self.tuning == "anytime" else 1 << int(math.log2(self.round + 1)))

    def mix(self) -> Floats:
        if self.rate is None and self.tuning == "doubling" and (self.round + 1) & self.round == 0:
            self.total[:] = 0
        return softmin(self.eta() * (self.total + self.guess))

    def update(self, losses: Floats, mixed: Floats, taken: Ints) -> None:
        self.total += losses
        if self.optimistic:
            self.guess = losses.copy()


class FixedShare(Learner):
    """Exponential weights that give a share of all weight to every arm alike after each round, for means that move (Herbster and Warmuth 1998).

    Args:
        share: what is shared out; None for 1 / T.
        rate: of the weights; None for sqrt(8 ln d / T).
    """

    def __init__(self, share: float | None = None, rate: float | None = None) -> None:
        self.share, self.rate = share, rate
        self.require(share is None or 0 <= share <= 1, "share", "should be from 0 to 1, or null")
        self.require(rate is None or 0 < rate < math.inf, "rate", "should be positive, or null")
        self.needs_rounds = share is None or rate is None

    def start(self, runs: int, arms: int, rounds: int, rng: np.random.Generator) -> None:
        super().start(runs, arms, rounds, rng)
        self.weights = np.full((runs, arms), 1 / arms)

    def mix(self) -> Floats:
        return self.weights

    def update(self, losses: Floats, mixed: Floats, taken: Ints) -> None:
        share = 1 / max(self.rounds, 1) if self.share is None else self.share
        rate = tuned_rate(self.arms, self.rounds) if self.rate is None else self.rate
        weights = self.weights * np.exp(-rate * losses)
        self.weights = (1 - share) * weights / weights.sum(axis=1, keepdims=True) + share / self.arms
