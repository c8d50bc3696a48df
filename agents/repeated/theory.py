"""Exact payoffs of memory-one strategies against each other.

A strategy is its four probabilities of cooperation after CC, CD, DC, DD (own action first). Payoffs are (R, S, T, P), those of the first
player in the same order of outcomes. Everything here is a four-state Markov chain over the outcomes as the first player sees them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...errors import LudensError, ParameterError

__all__ = [
    "AXELROD_PAYOFFS",
    "MemoryOneVector",
    "discounted_payoffs",
    "generosity",
    "long_run_payoffs",
    "press_dyson",
    "stationary",
    "transition_matrix",
    "trembling",
    "zero_determinant",
]

MemoryOneVector = tuple[float, float, float, float]
Floats = NDArray[np.float64]

AXELROD_PAYOFFS = (3.0, 0.0, 5.0, 1.0)
"""R, S, T, P of Axelrod's tournaments."""

_SWAP = [0, 2, 1, 3]  # the outcomes as the other player sees them


def trembling(p: MemoryOneVector, noise: float) -> MemoryOneVector:
    """Give the probabilities of *played* cooperation when each intended action is swapped with probability ``noise``."""
    if not 0 <= noise <= 1:
        raise ParameterError(f"noise={noise} should be a probability")
    a, b, c, d = (chance * (1 - noise) + (1 - chance) * noise for chance in p)
    return a, b, c, d


def transition_matrix(p: MemoryOneVector, q: MemoryOneVector) -> Floats:
    """Return the 4x4 matrix of outcome to next outcome, rows summing to 1 (Press and Dyson 2012, figure 1).

    Raises:
        ParameterError: a probability lies outside [0, 1].
    """
    mine, theirs = np.asarray(p, float), np.asarray(q, float)[_SWAP]
    if not ((mine >= 0) & (mine <= 1) & (theirs >= 0) & (theirs <= 1)).all():
        raise ParameterError("memory-one strategies should be four probabilities each")
    return np.stack([mine * theirs, mine * (1 - theirs), (1 - mine) * theirs, (1 - mine) * (1 - theirs)], axis=1)


def stationary(matrix: Floats) -> Floats:
    """Return the one long-run distribution of a chain.

    Raises:
        LudensError: it depends on the start (more than one closed class); use :func:`discounted_payoffs` or add noise.
    """
    size = len(matrix)
    equations = np.vstack([matrix.T - np.eye(size), np.ones(size)])
    solution, _, rank, _ = np.linalg.lstsq(equations, np.append(np.zeros(size), 1.0), rcond=1e-12)
    if rank < size:
        raise LudensError("the long run of this pair depends on how it starts: add noise, or ask for discounted payoffs")
    clipped: Floats = np.clip(solution, 0, None)
    return clipped / clipped.sum()


def long_run_payoffs(p: MemoryOneVector, q: MemoryOneVector, payoffs: tuple[float, ...] = AXELROD_PAYOFFS) -> tuple[float, float]:
    """Return the average payoffs a round of both players in an endless game, in the game's unit.

    Raises:
        LudensError: the average depends on the first round.
    """
    share = stationary(transition_matrix(p, q))
    return float(share @ np.asarray(payoffs)), float(share @ np.asarray(payoffs)[_SWAP])


def discounted_payoffs(
    p: MemoryOneVector, q: MemoryOneVector, delta: float, first: tuple[float, float] = (1.0, 1.0), payoffs: tuple[float, ...] = AXELROD_PAYOFFS
) -> tuple[float, float]:
    """Return the normalised discounted payoffs (1 - delta) v0 (I - delta M)^-1 u of both players (Hilbe, Traulsen and Sigmund 2015, equation 3).

    Args:
        p: first player.
        q: second player.
        delta: discount factor, or the probability that another round follows; 0 <= delta < 1.
        first: each player's probability of cooperation in the first round.
        payoffs: R, S, T, P.
    """
    if not 0 <= delta < 1:
        raise ParameterError(f"delta={delta} should be at least 0 and below 1")
    x, y = first
    start = np.array([x * y, x * (1 - y), (1 - x) * y, (1 - x) * (1 - y)])
    share = (1 - delta) * np.linalg.solve((np.eye(4) - delta * transition_matrix(p, q)).T, start)
    return float(share @ np.asarray(payoffs)), float(share @ np.asarray(payoffs)[_SWAP])


def press_dyson(p: MemoryOneVector, q: MemoryOneVector, score: Floats | tuple[float, ...]) -> float:
    """Return the long-run average of any linear score of outcomes as a ratio of two determinants (Press and Dyson 2012, equations 2 and 5).

    Raises:
        LudensError: the chain has more than one long run, so the lower determinant vanishes.
    """

    def determinant(last: Floats) -> float:
        (p1, p2, p3, p4), (q1, q2, q3, q4) = p, q
        return float(
            np.linalg.det(
                np.array(
                    [
                        [-1 + p1 * q1, -1 + p1, -1 + q1, last[0]],
                        [p2 * q3, -1 + p2, q3, last[1]],
                        [p3 * q2, p3, -1 + q2, last[2]],
                        [p4 * q4, p4, q4, last[3]],
                    ]
                )
            )
        )

    scale = determinant(np.ones(4))
    if abs(scale) < 1e-14:
        raise LudensError("the long run of this pair depends on how it starts: its determinant vanishes")
    return determinant(np.asarray(score, float)) / scale


def zero_determinant(phi: float, s: float, l: float, payoffs: tuple[float, ...] = AXELROD_PAYOFFS) -> MemoryOneVector:  # noqa: E741  # the letter of the papers
    """Return the memory-one strategy that enforces (other - l) = s (own - l) on the long-run payoffs (Hilbe, Nowak and Traulsen 2013, equation 4).

    Args:
        phi: strength, not 0.
        s: slope.
        l: baseline payoff.
        payoffs: R, S, T, P.

    Raises:
        ParameterError: a probability would leave [0, 1], so no such strategy exists.
    """
    r, sucker, t, punish = payoffs
    raw = (
        1 - phi * (1 - s) * (r - l),
        1 - phi * (s * (l - sucker) + (t - l)),
        phi * ((l - sucker) + s * (t - l)),
        phi * (1 - s) * (l - punish),
    )
    if phi == 0 or min(raw) < -1e-12 or max(raw) > 1 + 1e-12:
        shown = ", ".join(f"{chance:.4g}" for chance in raw)
        raise ParameterError(f"no zero-determinant strategy has phi={phi:g}, s={s:g}, l={l:g} here: its probabilities would be {shown}")
    a, b, c, d = (min(max(chance, 0.0), 1.0) for chance in raw)
    return a, b, c, d


def generosity(reward: float, sucker: float, temptation: float, punishment: float) -> float:
    """Return the forgiveness of generous tit for tat, min(1 - (T-R)/(R-S), (R-P)/(T-P)), cut to [0, 1] (Molander 1985).

    Raises:
        ParameterError: the game has R <= S or T <= P.
    """
    if reward <= sucker or temptation <= punishment:
        raise ParameterError("generous tit for tat needs R > S and T > P")
    return min(max(min(1 - (temptation - reward) / (reward - sucker), (reward - punishment) / (temptation - punishment)), 0.0), 1.0)
