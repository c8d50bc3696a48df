"""Learners that follow the leader: plainly, regularised, perturbed, and fictitious play with its stochastic form."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from .learning import Floats, Ints, Learner, one_hot, tuned_rate
from .weights import softmin

__all__ = ["FTPL", "FTRL", "FollowTheLeader", "StochasticFictitiousPlay", "onto_simplex"]


def onto_simplex(points: Floats) -> Floats:
    """Give the nearest distribution to each row, by Euclid (sorting; Duchi et al. 2008)."""
    ordered = -np.sort(-points, axis=-1)
    excess = (np.cumsum(ordered, axis=-1) - 1) / np.arange(1, points.shape[-1] + 1)
    count = (ordered > excess).sum(axis=-1, keepdims=True)
    return np.maximum(points - np.take_along_axis(excess, count - 1, axis=-1), 0)


class _Total(Learner):
    """A learner that remembers the cumulative losses alone."""

    def start(self, runs: int, arms: int, rounds: int, rng: np.random.Generator) -> None:
        super().start(runs, arms, rounds, rng)
        self.total = np.zeros((runs, arms))

    def update(self, losses: Floats, mixed: Floats, taken: Ints) -> None:
        self.total += losses


class FollowTheLeader(_Total):
    """Takes an arm of least cumulative loss, of several each alike.

    Against one other seat it is fictitious play (Brown 1951); against more it is fictitious play with beliefs about their joint choice.
    """

    def mix(self) -> Floats:
        best = self.total <= self.total.min(axis=1, keepdims=True) + 1e-12 * max(1, self.round)
        return np.asarray(best / best.sum(axis=1, keepdims=True))


class StochasticFictitiousPlay(_Total):
    """Answers the mean losses so far by a quantal response, ``p ~ exp(-mean / temperature)`` (Fudenberg and Kreps 1993).

    Args:
        temperature: of the response, in units of the range of losses.
    """

    def __init__(self, temperature: float = 0.1) -> None:
        self.temperature = temperature
        self.require(0 < temperature < math.inf, "temperature", "should be positive")

    def mix(self) -> Floats:
        return softmin(self.total / max(self.round, 1) / self.temperature)


class FTRL(_Total):
    """Follows the regularised leader by Euclid: the nearest distribution to ``-eta L`` (Zinkevich 2003, lazily). With entropy it would be Hedge.

    Args:
        rate: eta; None for sqrt(2 / (T d)), which suits a horizon.
    """

    def __init__(self, rate: float | None = None) -> None:
        self.rate = rate
        self.require(rate is None or 0 < rate < math.inf, "rate", "should be positive, or null")
        self.needs_rounds = rate is None

    def mix(self) -> Floats:
        rate = math.sqrt(2 / (max(self.rounds, 1) * self.arms)) if self.rate is None else self.rate
        return onto_simplex(-rate * self.total)


class FTPL(_Total):
    """Follows the perturbed leader: the least of ``L - noise / eta``, drawn anew each round (Hannan 1957; Kalai and Vempala 2005).

    Its distribution is that of one draw, so it is always sure of an arm. With Gumbel noise its choices are Hedge's in distribution.

    Args:
        noise: ``"exponential"`` or ``"gumbel"``.
        rate: eta; None for sqrt((1 + ln d) / T), with Gumbel noise for Hedge's.
    """

    def __init__(self, noise: Literal["exponential", "gumbel"] = "exponential", rate: float | None = None) -> None:
        self.noise, self.rate = noise, rate
        self.require(noise in ("exponential", "gumbel"), "noise", "should be 'exponential' or 'gumbel'")
        self.require(rate is None or 0 < rate < math.inf, "rate", "should be positive, or null")
        self.needs_rounds = rate is None

    def mix(self) -> Floats:
        shape = (self.runs, self.arms)
        if self.noise == "gumbel":
            noise, rate = self.rng.gumbel(size=shape), tuned_rate(self.arms, self.rounds)
        else:
            noise, rate = self.rng.exponential(size=shape), math.sqrt((1 + math.log(self.arms)) / max(self.rounds, 1))
        return one_hot((self.total - noise / (rate if self.rate is None else self.rate)).argmin(axis=1), self.arms)
