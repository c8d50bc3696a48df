"""Exact solutions of payoff tables: equilibria, security levels, Pareto set, correlated equilibria, repeated-game thresholds.

A *table* is a float array of shape ``(seats, actions of seat 0, actions of seat 1, ...)``. Everything is worked out for small games by
enumeration or by linear programming (SciPy's HiGHS, imported when first used).
Payoffs that differ by less than :data:`CLOSE` times the largest one count as equal.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from ..core import NotSupported
from .programs import incentive_rows, joint_program, matrix_program

__all__ = [
    "CLOSE",
    "correlated_welfare",
    "deviation_payoffs",
    "extreme_equilibria",
    "grim_trigger_discount",
    "iterated_dominance",
    "maximin",
    "pareto_payoffs",
    "pure_equilibria",
    "pure_minmax",
    "risk_dominant",
    "undominated",
]

CLOSE = 1e-9
MAX_BASES = 50_000
MAX_JOINT = 2048
MAX_PROGRAM = 40_000

Joint = tuple[int, ...]


def _slack(table: np.ndarray) -> float:
    return CLOSE * max(1.0, float(np.abs(table).max()))


def pure_equilibria(table: np.ndarray) -> list[Joint]:
    """List the joint actions from which no seat gains by moving alone."""
    stable = np.ones(table.shape[1:], dtype=bool)
    for seat, own in enumerate(table):
        stable &= own >= own.max(axis=seat, keepdims=True) - _slack(table)
    return [tuple(joint) for joint in np.argwhere(stable).tolist()]


def deviation_payoffs(table: np.ndarray, joint: Joint) -> list[float]:
    """Give each seat's payoff from its best reply to what the others do in ``joint``."""
    return [float(own[(*joint[:seat], slice(None), *joint[seat + 1 :])].max()) for seat, own in enumerate(table)]


def extreme_equilibria(table: np.ndarray) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
    """Find all extreme Nash equilibria of a two-player game by enumerating the vertices of both best-reply polytopes.

    Every equilibrium of a nondegenerate game is extreme; in a degenerate game the others are convex combinations of extreme ones, which are all found
    (Mangasarian, Equilibrium points of bimatrix games, 1964; von Stengel, Computing equilibria for two-person games, 2002, section 2).

    Args:
        table: shape ``(2, m, n)``.

    Returns:
        Pairs of mixed actions, sorted; probabilities rounded to 12 digits.

    Raises:
        NotSupported: not two seats, or more than :data:`MAX_BASES` bases to look at.
    """
    if table.shape[0] != 2:
        raise NotSupported("equilibria in mixed actions are enumerated for two seats only")
    m, n = table.shape[1:]
    if math.comb(m + n, m) > MAX_BASES:
        raise NotSupported(f"a game of {m} x {n} actions is too large to enumerate its equilibria")
    # positive payoffs of the order of 1: adding a constant and scaling change no equilibrium
    row, col = ((own - own.min()) / max(float(np.ptp(own)), 1e-300) + 1.0 for own in table)
    # labels 0..m-1 are the row player's actions, m..m+n-1 the column player's: unplayed, or a best reply
    row_vertices = _vertices(col.T, unplayed=range(m), replies=range(m, m + n))
    col_vertices = _vertices(row, unplayed=range(m, m + n), replies=range(m))
    everything = frozenset(range(m + n))
    found = {(x, y) for x, has in row_vertices for y, other in col_vertices if has | other == everything}
    return sorted(found)


def _vertices(payoff: np.ndarray, unplayed: range, replies: range) -> list[tuple[tuple[float, ...], frozenset[int]]]:
    """Enumerate the vertices other than 0 of ``{z >= 0, payoff @ z <= 1}``, scaled to sum 1, with the labels of their tight constraints."""
    size = payoff.shape[1]
    sides = np.vstack([-np.eye(size), payoff])
    bounds = np.concatenate([np.zeros(size), np.ones(len(payoff))])
    labels = [*unplayed, *replies]
    found: dict[tuple[float, ...], frozenset[int]] = {}
    for tight in itertools.combinations(range(len(sides)), size):
        basis = sides[list(tight)]
        if abs(np.linalg.det(basis)) < 1e-11:
            continue
        z = np.linalg.solve(basis, bounds[list(tight)])
        gap = bounds - sides @ z
        if gap.min() < -CLOSE or z.sum() < CLOSE:
            continue
        mixed = np.round(np.clip(z / z.sum(), 0, None), 12) + 0.0
        found[tuple(mixed.tolist())] = frozenset(labels[index] for index in np.flatnonzero(gap < CLOSE))
    return list(found.items())


def maximin(table: np.ndarray, seat: int) -> tuple[float, tuple[float, ...]]:
    """Find what a seat can secure by a mixed action whatever the others do, by linear programming.

    By duality it is also the lowest payoff to which the others can hold the seat down when they may correlate; with two seats that is the
    minmax payoff in mixed actions.

    Returns:
        The security level and a mixed action that secures it.

    Raises:
        NotSupported: no pure action will do and the program would have more than :data:`MAX_PROGRAM` entries.
    """
    own = np.unique(np.moveaxis(table[seat], seat, 0).reshape(table.shape[1 + seat], -1), axis=1)
    size = len(own)
    safest = int(own.min(axis=1).argmax())
    if own[safest].min() >= own.max(axis=0).min() - _slack(table):
        # a saddle point: no mixture secures more
        return float(own[safest].min()), tuple(float(action == safest) for action in range(size))
    if own.size > MAX_PROGRAM:
        raise NotSupported(f"a linear program of {own.size} entries is too large for a security level")
    solved = matrix_program(own)
    return solved.value, tuple(solved.row.tolist())


def pure_minmax(table: np.ndarray, seat: int) -> float:
    """Give the lowest payoff to which the others can hold a seat down by pure actions."""
    return float(table[seat].max(axis=seat).min())


def pareto_payoffs(table: np.ndarray) -> list[tuple[float, ...]]:
    """List the payoff vectors of the Pareto-efficient joint actions, sorted downwards.

    Efficient means: no joint action is better for one seat without being worse for another.

    Raises:
        NotSupported: more than twice :data:`MAX_JOINT` different payoff vectors.
    """
    points = np.unique(table.reshape(table.shape[0], -1).T, axis=0)
    if len(points) > 2 * MAX_JOINT:
        raise NotSupported("too many different payoff vectors for a Pareto set")
    slack = _slack(table)
    kept = [point for point in points if not ((points >= point - slack).all(axis=1) & (points > point + slack).any(axis=1)).any()]
    return sorted((tuple(point.tolist()) for point in kept), reverse=True)


def iterated_dominance(table: np.ndarray) -> list[list[int]]:
    """List each seat's actions that survive iterated elimination of actions strictly dominated by another pure action."""
    kept = [list(range(size)) for size in table.shape[1:]]
    while (fewer := undominated(table, kept)) != kept:
        kept = fewer
    return kept


def undominated(table: np.ndarray, kept: Sequence[Sequence[int]]) -> list[list[int]]:
    """List, of the actions that each seat has kept, those that no other pure one of them strictly dominates: one round of elimination, all seats at once."""
    slack = _slack(table)
    left = []
    for seat, actions in enumerate(kept):
        own = np.moveaxis(table[seat][np.ix_(*kept)], seat, 0).reshape(len(actions), -1)
        left.append([action for action, row in zip(actions, own, strict=True) if not (own > row + slack).all(axis=1).any()])
    return left


def correlated_welfare(table: np.ndarray) -> tuple[float, float]:
    """Find the smallest and largest expected sum of payoffs in a correlated equilibrium (Aumann, 1974), by linear programming.

    One constraint for each seat, action told and action taken instead: obeying must not earn less.

    Raises:
        NotSupported: more than :data:`MAX_JOINT` joint actions.
    """
    joint = math.prod(table.shape[1:])
    if joint > MAX_JOINT:
        raise NotSupported(f"{joint} joint actions are too many for the correlated equilibria")
    total, rows = table.sum(axis=0).ravel(), incentive_rows(table)
    low, high = (float(total @ joint_program(rows, objective)) for objective in (-total, total))
    return low, high


def grim_trigger_discount(table: np.ndarray, target: Joint, punishment: Sequence[float]) -> float | None:
    """Find the smallest discount factor at which grim trigger sustains a joint action for ever.

    For each seat that gains by deviating it is ``(deviation - target) / (deviation - punishment)`` (Friedman, 1971); the largest of them counts.

    Args:
        table: the stage game.
        target: the joint action to be sustained.
        punishment: each seat's payoff in the stage equilibrium that follows a deviation.

    Returns:
        The threshold; 0 where nobody gains by deviating, None where no discount factor below 1 is enough.
    """
    worst = 0.0
    for seat, deviation in enumerate(deviation_payoffs(table, target)):
        kept = float(table[(seat, *target)])
        if deviation <= kept + _slack(table):
            continue
        if punishment[seat] >= kept - _slack(table):
            return None
        worst = max(worst, (deviation - kept) / (deviation - punishment[seat]))
    return worst


def risk_dominant(table: np.ndarray) -> Joint | None:
    """Find the risk-dominant one of two strict pure equilibria of a two-by-two game: the one whose deviation losses have the larger product.

    Source: Harsanyi and Selten, A General Theory of Equilibrium Selection in Games (1988). None where there are not two of them or the products are equal.
    """
    if table.shape != (2, 2, 2):
        return None
    pure = pure_equilibria(table)
    if len(pure) != 2 or any(pure[0][seat] == pure[1][seat] for seat in (0, 1)):
        return None
    products = []
    for a, b in pure:
        products.append((table[0, a, b] - table[0, 1 - a, b]) * (table[1, a, b] - table[1, a, 1 - b]))
    if min(products) <= 0 or math.isclose(products[0], products[1], rel_tol=CLOSE):
        return None
    return pure[0] if products[0] > products[1] else pure[1]
