"""Sequences of losses that are drawn before anybody plays (oblivious): iid, trends, sines, means that wander or jump, the alternating one.

All have the shape (rounds, arms) and lie between 0 and ``high``. :data:`SEQUENCES` lists them; each is drawn from the generator it is handed alone.

Sources: Park, Liu, Ozdaglar and Zhang 2024, "Do LLM agents have regret?", arXiv 2403.16843, for the kinds and the alternating counter-example; Besbes, Gur
and Zeevi 2014, "Stochastic multi-armed bandit problem with non-stationary rewards", NeurIPS, for the variation budget.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["DRIFTING", "SEQUENCES", "Shape", "better_chances", "draw", "iid"]

Floats = NDArray[np.float64]


class Shape(NamedTuple):
    """What a sequence is drawn by.

    Attributes:
        rounds, arms: its size.
        high: the largest loss.
        gap: by how much the better arm's mean lies below the others' (iid only).
        noise: largest distance of a loss from its mean, where means move.
        variation: sum over rounds of the largest change of any mean (gradual and abrupt only).
        period: rounds of one swing (sine only).
    """

    rounds: int
    arms: int
    high: float = 10.0
    gap: float = 0.0
    noise: float = 1.0
    variation: float = 20.0
    period: float = 20.0


def iid(shape: Shape, better: int, rng: np.random.Generator) -> Floats:
    """Draw every loss uniformly from 0 to ``high``; those of arm ``better`` from 0 to ``high - 2 gap``."""
    top = np.full(shape.arms, shape.high)
    top[better] -= 2 * shape.gap
    return rng.random((shape.rounds, shape.arms)) * top


def better_chances(shape: Shape, seen: Floats) -> Floats:
    """Give the probability of each arm to be the better one of :func:`iid`, given what was seen, by Bayes' rule.

    Args:
        shape: the sequence's.
        seen: losses of shape (rounds, arms), NaN where not seen.

    Returns:
        Of shape (arms,).
    """
    low = shape.high - 2 * shape.gap
    counts = np.isfinite(seen).sum(axis=0)
    # each loss of the better arm is as many times as likely as if it came from the wider range, or impossible
    odds = counts * np.log(shape.high / low)
    odds[np.nanmax(np.where(np.isfinite(seen), seen, -1.0), axis=0, initial=-1.0) > low] = -np.inf
    weights = np.exp(odds - odds.max())
    return np.asarray(weights / weights.sum())


def _iid(shape: Shape, rng: np.random.Generator) -> Floats:
    return iid(shape, int(rng.integers(shape.arms)), rng)


def _noisy(means: Floats, shape: Shape, rng: np.random.Generator) -> Floats:
    return np.clip(means + rng.uniform(-shape.noise, shape.noise, means.shape), 0, shape.high)


def _trend(shape: Shape, rng: np.random.Generator) -> Floats:
    """Move each arm's mean along a line between two points that are drawn."""
    begin, end = rng.random((2, shape.arms)) * shape.high
    return _noisy(np.linspace(begin, end, shape.rounds), shape, rng)


def _sine(shape: Shape, rng: np.random.Generator) -> Floats:
    """Swing each arm's mean over the whole range, from a phase that is drawn."""
    phase = rng.random(shape.arms)
    angle = 2 * np.pi * (np.arange(shape.rounds)[:, None] / shape.period + phase)
    return _noisy(shape.high / 2 * (1 + np.sin(angle)), shape, rng)


def _gradual(shape: Shape, rng: np.random.Generator) -> Floats:
    """Let every mean take a step of the same size, up or down, after each round; steps out of the range turn back."""
    step = min(shape.variation / max(shape.rounds - 1, 1), shape.high)
    means = np.empty((shape.rounds, shape.arms))
    means[0] = rng.random(shape.arms) * shape.high
    for number in range(1, shape.rounds):
        means[number] = _moved(means[number - 1], np.where(rng.random(shape.arms) < 0.5, -step, step), shape.high)
    return _noisy(means, shape, rng)


def _abrupt(shape: Shape, rng: np.random.Generator) -> Floats:
    """Let all means jump after as few rounds, drawn, as can use the budget up, with jumps of at most half the range."""
    jumps = min(int(np.ceil(2 * shape.variation / shape.high)), shape.rounds - 1)
    step = min(shape.variation / max(jumps, 1), shape.high)
    means = np.empty((shape.rounds, shape.arms))
    means[0] = rng.random(shape.arms) * shape.high
    when = set((1 + rng.choice(shape.rounds - 1, size=jumps, replace=False)).tolist()) if jumps else set()
    for number in range(1, shape.rounds):
        before = means[number - 1]
        means[number] = _moved(before, np.where(rng.random(shape.arms) < 0.5, -step, step), shape.high) if number in when else before
    return _noisy(means, shape, rng)


def _moved(means: Floats, steps: Floats, high: float) -> Floats:
    """Move means, the other way where a step leads out of the range; one that leads out both ways goes as far as it can."""
    there = means + steps
    there = np.where((there < 0) | (there > high), means - steps, there)
    return np.clip(there, 0, high)


def _alternating(shape: Shape, rng: np.random.Generator) -> Floats:
    """In round t give arm ``t mod arms`` a loss of ``min(2.5 / t, 1) high``, the others nearly all: whoever follows the leader is led astray."""
    number = np.arange(1, shape.rounds + 1)
    losses = shape.high * rng.uniform(0.9, 1.0, (shape.rounds, shape.arms))
    losses[number - 1, number % shape.arms] = shape.high * np.minimum(2.5 / number, 1.0)
    return losses


SEQUENCES: dict[str, Callable[[Shape, np.random.Generator], Floats]] = {
    "iid": _iid,
    "trend": _trend,
    "sine": _sine,
    "gradual": _gradual,
    "abrupt": _abrupt,
    "alternating": _alternating,
}
"""How each kind is drawn."""

DRIFTING = ("trend", "sine", "gradual", "abrupt")
"""Kinds with hidden means that move."""


def draw(kind: str, shape: Shape, rng: np.random.Generator) -> Floats:
    """Draw a sequence of a kind, rounded as the games tell losses: to two decimals, or to four where ``high`` is below 10.

    Args:
        kind: a key of :data:`SEQUENCES`.
        shape: size and parameters.
        rng: all chance comes from it.

    Returns:
        Losses of shape (rounds, arms).
    """
    return np.round(SEQUENCES[kind](shape, rng), 2 if shape.high >= 10 else 4)
