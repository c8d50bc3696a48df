"""How good an agreement is, judged against everything that could have been agreed.

All measures take a table of payoffs with one row a possible outcome and one column a seat, in the game's own unit, and the
payoffs ``base`` that the seats get without an agreement. Definitions follow the textbook ones: Nash (1950) for the product of
gains, Kalai and Smorodinsky (1975) for equal shares of ideal gains, Foley (1967) for envy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["appraise", "envy_count", "pareto_frontier", "pick", "slack"]

Payoffs = NDArray[np.float64]
_TINY = 1e-9
_BLOCK = 1_000_000
"""Comparisons made at once: a bound on memory."""


def pareto_frontier(options: Payoffs) -> NDArray[np.bool_]:
    """Mark the rows that no other row dominates (as good for all, better for one).

    Args:
        options: payoffs, shape (outcomes, seats).

    Returns:
        One truth value a row; equal rows are marked alike.
    """
    block = max(1, _BLOCK // options.size)
    dominated = []
    for start in range(0, len(options), block):
        rows = options[start : start + block, None, :]
        dominated.append((np.all(options >= rows - _TINY, axis=2) & np.any(options > rows + _TINY, axis=2)).any(axis=1))
    return ~np.concatenate(dominated)


def slack(payoffs: Sequence[float], options: Payoffs) -> float:
    """Measure how far an outcome is from the Pareto frontier: the largest joint gain that would hurt nobody; 0 on the frontier."""
    point = np.asarray(payoffs, dtype=float)
    no_worse = np.all(options >= point - _TINY, axis=1)
    if not no_worse.any():
        return 0.0
    gain = float(options[no_worse].sum(axis=1).max() - point.sum())
    return gain if gain > _TINY else 0.0


def pick(concept: str, options: Payoffs, base: Sequence[float]) -> int:
    """Find the outcome that a solution concept selects among those that leave nobody below ``base``.

    Args:
        concept: ``"nash"`` (largest product of gains), ``"egalitarian"`` (largest smallest gain), ``"kalai_smorodinsky"``
            (largest smallest fraction of the ideal gain) or ``"utilitarian"`` (largest sum).
        options: payoffs, shape (outcomes, seats).
        base: payoffs without an agreement.

    Returns:
        The row; among equals the one with the largest sum, then the first. -1 when every outcome hurts somebody.
    """
    gains = options - np.asarray(base, dtype=float)
    rational = np.all(gains >= -_TINY, axis=1)
    if not rational.any():
        return -1
    ideal = np.maximum(gains[rational].max(axis=0), _TINY)
    score = {
        "nash": lambda: np.prod(np.maximum(gains, 0.0), axis=1),
        "egalitarian": lambda: gains.min(axis=1),
        "kalai_smorodinsky": lambda: (gains / ideal).min(axis=1),
        "utilitarian": lambda: gains.sum(axis=1),
    }[concept]()
    score = np.where(rational, score, -np.inf)
    best = np.flatnonzero(score >= score.max() - _TINY)
    return int(best[np.argmax(options[best].sum(axis=1))])


def envy_count(bundles: Payoffs) -> int:
    """Count the seats that would rather have another's share.

    Args:
        bundles: ``bundles[i, j]`` is what seat ``i`` thinks the share of seat ``j`` is worth.
    """
    return int(np.sum(bundles.max(axis=1) > np.diag(bundles) + _TINY))


def appraise(payoffs: Sequence[float], options: Payoffs, base: Sequence[float]) -> dict[str, Any]:
    """Judge one outcome; for no agreement pass ``base`` itself as ``payoffs``.

    Args:
        payoffs: what each seat got, before discounting.
        options: payoffs of all possible agreements, shape (outcomes, seats).
        base: payoffs without an agreement.

    Returns:
        JSON facts: ``joint`` and ``joint_of_max`` (share of the largest sum, the disagreement included), ``surplus_shares`` (of
        the gains over ``base``; None when they do not add up to more than nothing), ``pareto`` and ``pareto_slack`` (see
        :func:`slack`), ``nash_product`` and ``nash_of_max``, ``rational`` (nobody below ``base``), ``egalitarian_ratio``
        (smallest gain over the largest possible smallest gain), ``ks_gap`` (spread of the fractions of ideal gains).
        Ratios are None where there is nothing to gain.
    """
    point, floor = np.asarray(payoffs, dtype=float), np.asarray(base, dtype=float)
    everything = np.vstack([options, floor])
    gains, all_gains = point - floor, everything - floor
    rational = np.all(all_gains >= -_TINY, axis=1)
    ideal = all_gains[rational].max(axis=0)
    nash, best_nash = float(np.prod(np.maximum(gains, 0.0))), float(np.prod(np.maximum(all_gains[rational], 0.0), axis=1).max())
    best_least = float(all_gains[rational].min(axis=1).max())
    best_joint, total = float(everything.sum(axis=1).max()), float(gains.sum())
    gap = slack(payoffs, everything)
    fractions = gains / ideal if np.all(ideal > _TINY) else None
    return {
        "joint": float(point.sum()),
        "joint_of_max": _ratio(float(point.sum()), best_joint),
        "surplus_shares": [float(gain / total) for gain in gains] if total > _TINY else None,
        "pareto": gap == 0.0,
        "pareto_slack": gap,
        "nash_product": nash,
        "nash_of_max": _ratio(nash, best_nash),
        "rational": bool(np.all(gains >= -_TINY)),
        "egalitarian_ratio": _ratio(float(gains.min()), best_least),
        "ks_gap": float(fractions.max() - fractions.min()) if fractions is not None else None,
    }


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > _TINY else None
