"""Running a method and writing down how far it is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .game import Floats, PreferenceGame
from .methods import Method, Setting, begin
from .solutions import divergence, exploitability, regularised_exploitability

__all__ = ["Point", "Trace", "run"]


class Point(NamedTuple):
    """Where a run stood after some iterations; the mean is that of all iterates before the last one, answer by answer.

    Attributes:
        iteration: updates made.
        queries: expected preferences asked for so far.
        exploitability, mean_exploitability: of the last iterate and of the mean, in the original game.
        regularised, mean_regularised: in the regularised game.
        divergence, mean_divergence: KL of the method's own target to them.
    """

    iteration: int
    queries: int
    exploitability: float
    mean_exploitability: float
    regularised: float
    mean_regularised: float
    divergence: float
    mean_divergence: float


class Trace(NamedTuple):
    """One run.

    Attributes:
        points: at iteration 0 and on a logarithmic scale, the last iteration among them.
        policy: the last iterate, ``(C, n)``.
        mean: the mean of the iterates 1 to T (the first is the start), ``(C, n)``.
        population: means of stretches of iterates, ``(K, C, n)``; weighted by ``weights`` they make up the mean.
        weights: share of the iterates in each stretch, ``(K,)``.
        target: what the method should come to, ``(C, n)``.
    """

    points: list[Point]
    policy: Floats
    mean: Floats
    population: Floats
    weights: Floats
    target: Floats


def run(method: Method, game: PreferenceGame, setting: Setting, *, start: Floats | None = None, points: int = 60, population: int = 16) -> Trace:
    """Run a method for ``setting.iterations`` iterations.

    Args:
        method: what updates the policy.
        game: what is played.
        setting: its numbers.
        start: the first policy; the reference by default.
        points: about how many points are written down.
        population: into how many stretches of iterates the average policy is divided, at most.
    """
    count, target = setting.iterations, method.solution(game, setting)
    setting = method.settled(game, setting)
    wanted = {0, count, *(round(float(value)) for value in np.geomspace(1, count, points))}
    edges = np.unique(np.linspace(0, count, min(population, count) + 1).round().astype(int))
    sums = np.zeros((len(edges) - 1, *game.reference.shape))
    state, total, out, stretch = begin(method, game, start), np.zeros(game.reference.shape), [], 0
    for iteration in range(count + 1):
        policy = state.policy
        if iteration in wanted:
            mean = total / iteration if iteration else policy
            out.append(Point(iteration, method.queries * iteration, *_point(game, target, policy, mean, setting.temperature)))
        if iteration == count:
            break
        if iteration == edges[stretch + 1]:
            stretch += 1
        sums[stretch] += policy
        total += policy
        state = method.update(game, state, setting)
    sizes = np.diff(edges)
    return Trace(out, state.policy, total / count, sums / sizes[:, None, None], sizes / count, target)


def _point(game: PreferenceGame, target: Floats, policy: Floats, mean: Floats, temperature: float) -> tuple[float, ...]:
    both = (policy, mean)
    return (
        *(exploitability(game, item) for item in both),
        *(regularised_exploitability(game, item, temperature) for item in both),
        *(divergence(game, target, item) for item in both),
    )
