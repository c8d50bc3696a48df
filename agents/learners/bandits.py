"""Learners that see the loss of the arm they took alone: EXP3, UCB1, Thompson sampling, Q-learning and the policy gradient."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import numpy as np

from .learning import Floats, Ints, Learner, one_hot
from .weights import softmin

__all__ = ["EXP3", "UCB1", "PolicyGradient", "QLearning", "Thompson"]


class _Bandit(Learner):
    feedback: ClassVar[Literal["full", "bandit"]] = "bandit"

    def start(self, runs: int, arms: int, rounds: int, rng: np.random.Generator) -> None:
        super().start(runs, arms, rounds, rng)
        self.rows = np.arange(runs)


class EXP3(_Bandit):
    """Exponential weights on estimated losses ``l / p`` of the arm taken (Auer et al. 2002, in the form of Bubeck and Cesa-Bianchi 2012, section 3.1).

    Args:
        tuning: ``"tuned"`` to the number of rounds, eta = sqrt(2 ln d / (T d)), expected regret at most sqrt(2 T d ln d); ``"anytime"``,
            eta_t = sqrt(ln d / (t d)).
        implicit: explore implicitly (EXP3-IX, Neu 2015): estimates ``l / (p + eta / 2)``, which hold with high probability too.
    """

    def __init__(self, tuning: Literal["tuned", "anytime"] = "tuned", implicit: bool = False) -> None:
        self.tuning, self.implicit = tuning, implicit
        self.require(tuning in ("tuned", "anytime"), "tuning", "should be 'tuned' or 'anytime'")
        self.needs_rounds = tuning == "tuned"

    def start(self, runs: int, arms: int, rounds: int, rng: np.random.Generator) -> None:
        super().start(runs, arms, rounds, rng)
        self.total = np.zeros((runs, arms))

    def eta(self) -> float:
        """Give the rate of this round."""
        if self.tuning == "tuned":
            return math.sqrt(2 * math.log(self.arms) / (max(self.rounds, 1) * self.arms))
        return math.sqrt(math.log(self.arms) / ((self.round + 1) * self.arms))

    def mix(self) -> Floats:
        return softmin(self.eta() * self.total)

    def update(self, losses: Floats, mixed: Floats, taken: Ints) -> None:
        chances = mixed[self.rows, taken] + (self.eta() / 2 if self.implicit else 0)
        self.total[self.rows, taken] += losses[self.rows, taken] / chances


class UCB1(_Bandit):
    """Takes the arm whose gain could be largest: ``mean + sqrt(2 ln t / n)``, every arm once at first (Auer, Cesa-Bianchi and Fischer 2002)."""

    def start(self, runs: int, arms: int, rounds: int, rng: np.random.Generator) -> None:
        super().start(runs, arms, rounds, rng)
        self.count, self.gain = np.zeros((runs, arms)), np.zeros((runs, arms))

    def mix(self) -> Floats:
        some = np.maximum(self.count, 1)
        hope = self.gain / some + np.sqrt(2 * math.log(max(self.round, 1)) / some)
        return one_hot(np.where(self.count == 0, np.inf, hope).argmax(axis=1), self.arms)

    def update(self, losses: Floats, mixed: Floats, taken: Ints) -> None:
        self.count[self.rows, taken] += 1
        self.gain[self.rows, taken] += 1 - losses[self.rows, taken]


class Thompson(_Bandit):
    """Draws each arm's mean from what is believed of it and takes the best: Beta beliefs, fed by a coin of the gain (Agrawal and Goyal 2012).

    Its distribution is that of one draw, so it is always sure of an arm.
    """

    def start(self, runs: int, arms: int, rounds: int, rng: np.random.Generator) -> None:
        super().start(runs, arms, rounds, rng)
        self.won, self.lost = np.ones((runs, arms)), np.ones((runs, arms))

    def mix(self) -> Floats:
        return one_hot(self.rng.beta(self.won, self.lost).argmax(axis=1), self.arms)

    def update(self, losses: Floats, mixed: Floats, taken: Ints) -> None:
        won = self.rng.random(self.runs) >= losses[self.rows, taken]
        self.won[self.rows, taken] += won
        self.lost[self.rows, taken] += ~won


class QLearning(_Bandit):
    """Q-learning without states: ``Q += alpha (gain - Q)`` of the arm taken (Watkins 1989; Sutton and Barto 2018, section 2.5).

    Args:
        alpha: the step.
        epsilon: chance to take an arm at random instead of the best.
        temperature: take arms by ``exp(Q / temperature)`` instead; None for epsilon.
    """

    def __init__(self, alpha: float = 0.1, epsilon: float = 0.1, temperature: float | None = None) -> None:
        self.alpha, self.epsilon, self.temperature = alpha, epsilon, temperature
        self.require(0 < alpha <= 1, "alpha", "should be above 0 and at most 1")
        self.require(0 <= epsilon <= 1, "epsilon", "should be a probability")
        self.require(temperature is None or 0 < temperature < math.inf, "temperature", "should be positive, or null")

    def start(self, runs: int, arms: int, rounds: int, rng: np.random.Generator) -> None:
        super().start(runs, arms, rounds, rng)
        self.value = np.zeros((runs, arms))

    def mix(self) -> Floats:
        if self.temperature is not None:
            return softmin(-self.value / self.temperature)
        best = self.value >= self.value.max(axis=1, keepdims=True)
        return np.asarray((1 - self.epsilon) * best / best.sum(axis=1, keepdims=True) + self.epsilon / self.arms)

    def update(self, losses: Floats, mixed: Floats, taken: Ints) -> None:
        self.value[self.rows, taken] += self.alpha * (1 - losses[self.rows, taken] - self.value[self.rows, taken])


class PolicyGradient(_Bandit):
    """The gradient bandit: softmax preferences moved by ``alpha (gain - mean gain) (1[taken] - p)`` (Williams 1992; Sutton and Barto 2018, section 2.8).

    Args:
        alpha: the step.
    """

    def __init__(self, alpha: float = 0.4) -> None:
        self.alpha = alpha
        self.require(0 < alpha < math.inf, "alpha", "should be positive")

    def start(self, runs: int, arms: int, rounds: int, rng: np.random.Generator) -> None:
        super().start(runs, arms, rounds, rng)
        self.preference, self.baseline = np.zeros((runs, arms)), np.zeros(runs)

    def mix(self) -> Floats:
        return softmin(-self.preference)

    def update(self, losses: Floats, mixed: Floats, taken: Ints) -> None:
        gain = 1 - losses[self.rows, taken]
        # the first gain is its own baseline: nothing is known yet to compare it with
        self.baseline += (gain - self.baseline) / (self.round + 1)
        step = self.alpha * (gain - self.baseline)[:, None]
        self.preference += step * (one_hot(taken, self.arms) - mixed)
