"""How the compiled workers of :mod:`.kernel` choose their hours; importing this module needs numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..jit import njit
from ..splitmix import GAMMA, drawn, mix

__all__ = ["LOOSE", "begin_climb", "climb", "fitted", "fix", "learn"]

Floats = NDArray[np.float64]
Small = NDArray[np.int8]

LOOSE = {"reassoc", "nnan", "nsz", "contract"}
"""Sums may be taken in any order, so that several workers are added at once; there is no NaN."""
_STRIDE = 10.0
"""Hours by which a climber first moves, and between the arms of a table."""
_32, _HALF = np.uint64(32), np.uint64(0xFFFFFFFF)


@njit(cache=True, inline="always")
def fitted(wanted: float, step: float, longest: float) -> float:
    """Fit hours to what is allowed, as the scripted workers do."""
    inside = min(max(wanted, 0.0), longest)
    if step > 0:
        return min(np.rint(inside / step), np.floor(longest / step)) * step
    return np.rint(inside * 100) / 100


@njit(cache=True, fastmath=LOOSE)
def climb(hours: Floats, stride: Floats, before: Floats, utility: Floats, common: float, step: float, longest: float, least: float) -> None:  # noqa: PLR0917
    """Move the hours of one economy's climbers; ``common`` is the part of their utilities that all got alike."""
    top = np.floor(longest / step) * step if step > 0 else longest
    grain = step if step > 0 else 0.01
    for worker in range(len(hours)):
        earned, move = utility[worker] - common, stride[worker]
        turned = -np.copysign(max(abs(move) * 0.5, least), move)
        move = turned if earned < before[worker] else move
        stride[worker], before[worker] = move, earned
        hours[worker] = min(max(hours[worker] + move, 0.0), longest)
    if grain == 1:
        for worker in range(len(hours)):
            hours[worker] = min(np.rint(hours[worker]), top)
    else:
        for worker in range(len(hours)):
            hours[worker] = min(np.rint(hours[worker] / grain) * grain, top)


@njit(cache=True)
def fix(hours: Floats, options: Floats, seed: np.uint64, draws: np.uint64) -> None:
    """Draw fixed workers' hours out of ``options``, all alike likely; two workers a draw, after so many draws of the economy's."""
    workers, many = len(hours), np.uint64(len(options))
    for pair in range((workers + 1) // 2):
        # the draws of splitmix64, each worked out by its number, so that none waits for another
        bits = mix(seed + GAMMA * (draws + np.uint64(pair + 1)))
        hours[2 * pair] = options[((bits >> _32) * many) >> _32]
        if 2 * pair + 1 < workers:
            hours[2 * pair + 1] = options[((bits & _HALF) * many) >> _32]


@njit(cache=True)
def begin_climb(hours: Floats, stride: Floats, before: Floats, first: bool, step: float, longest: float, full: float) -> None:  # noqa: PLR0917
    """Take the first step under a law: what was earned under another one says little."""
    for worker in range(len(hours)):
        before[worker] = -np.inf
        if first:
            hours[worker] = full
        else:
            stride[worker] = _STRIDE if stride[worker] > 0 else -_STRIDE
            hours[worker] = fitted(hours[worker] + stride[worker], step, longest)


@njit(cache=True)
def learn(  # noqa: PLR0917
    i: int, new: bool, hours: Floats, counts: NDArray[np.int32], means: Floats, tried: Small, utility: Floats, common: float, epsilon: float,
    seeds: NDArray[np.uint64], step: float, longest: float,
) -> None:  # fmt: skip
    """Let one economy's workers fill their tables and choose: any that is untried, now and then any, else the best."""
    arms = counts.shape[1]
    for worker in range(len(hours)):
        if new:
            counts[worker] = 0
            means[worker] = 0.0
        else:
            arm = tried[worker]
            counts[worker, arm] += 1
            means[worker, arm] += (utility[worker] - common - means[worker, arm]) / counts[worker, arm]
        fresh, chosen = 0, 0
        for arm in range(arms):
            fresh += counts[worker, arm] == 0
            if means[worker, arm] > means[worker, chosen]:
                chosen = arm
        if fresh:
            left = int(drawn(seeds, i) * fresh)
            for arm in range(arms):
                if counts[worker, arm] == 0:
                    if left == 0:
                        chosen = arm
                        break
                    left -= 1
        elif drawn(seeds, i) < epsilon:
            chosen = int(drawn(seeds, i) * arms)
        tried[worker] = chosen
        hours[worker] = fitted(_STRIDE * chosen, step, longest)
