"""Which of several equilibria: by payoffs, by risk, by entropy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...games.matrix.solvers import risk_dominant
from .entropy import entropy, max_entropy
from .nash import Equilibria, Equilibrium, ZeroSum, equilibrium, zero_sum
from .profiles import Floats, Payoffs, as_table, slack

__all__ = ["max_entropy_equilibrium", "max_entropy_zero_sum", "payoff_dominant", "risk_dominance", "risk_dominant_equilibrium"]


def payoff_dominant(found: Sequence[Equilibrium]) -> Equilibrium | None:
    """Give the equilibrium in which every seat earns at least as much as in every other, and one of them more; None where there is none.

    Source: Harsanyi and Selten 1988, "A General Theory of Equilibrium Selection in Games", section 3.6.
    """
    for one in found:
        mine = np.array(one.payoffs)
        others = [np.array(other.payoffs) for other in found if other is not one]
        if all((mine >= other - 1e-9).all() and (mine > other + 1e-9).any() for other in others):
            return one
    return None


def risk_dominance(payoffs: Payoffs, first: Equilibrium, second: Equilibrium) -> Equilibrium | None:
    """Give the one of two strict pure equilibria of a two-player game that has the larger product of deviation losses, among the actions of these two.

    None where they share an action, are not pure and strict, or the products are equal (Harsanyi and Selten 1988).
    """
    table = as_table(payoffs)
    cells = [tuple(int(part.argmax()) for part in one.profile) for one in (first, second)]
    if len(table) != 2 or any(part.max() < 1 - 1e-9 for one in (first, second) for part in one.profile) or any(i == j for i, j in zip(*cells, strict=True)):
        return None
    (a, b), (c, d) = cells
    safe = risk_dominant(table[np.ix_((0, 1), (a, c), (b, d))])
    return None if safe is None else (first, second)[safe[0]]


def risk_dominant_equilibrium(payoffs: Payoffs, found: Sequence[Equilibrium]) -> Equilibrium | None:
    """Give the strict pure equilibrium that risk-dominates every other strict pure one it can be compared with; None where there is none such."""
    pure = [one for one in found if all(part.max() > 1 - 1e-9 for part in one.profile)]
    for one in pure:
        against = [risk_dominance(payoffs, one, other) for other in pure if other is not one]
        if against and all(better is one for better in against):
            return one
    return None


def max_entropy_equilibrium(payoffs: Payoffs, equilibria: Equilibria) -> Equilibrium:
    """Give the equilibrium of a two-player game whose mixed actions have the largest entropy together (Ortiz, Schapire and Kakade 2007, in correlated play).

    In a degenerate game the mixtures within each set of extreme equilibria are searched, too; there each seat's entropy is largest on its own.

    Args:
        payoffs: one matrix a seat.
        equilibria: of :func:`.nash.bimatrix_equilibria`.
    """
    table = as_table(payoffs)
    candidates = list(equilibria.found)
    sides = [list({tuple(np.round(one.profile[seat], 9)): one.profile[seat] for one in equilibria.found}.values()) for seat in (0, 1)]
    for rows, columns in equilibria.sets:
        if len(rows) > 1 or len(columns) > 1:
            x = _within(table[1].T, table[0], [sides[0][i] for i in rows], [sides[1][j] for j in columns])
            y = _within(table[0], table[1].T, [sides[1][j] for j in columns], [sides[0][i] for i in rows])
            candidates.append(equilibrium(table, (x, y)))
    sound = [one for one in candidates if one.regret <= 1e4 * slack(table)]
    return max(sound, key=lambda one: sum(entropy(part) for part in one.profile))


def max_entropy_zero_sum(payoffs: Payoffs) -> ZeroSum:
    """Solve a zero-sum game of two by the optimal mixtures of largest entropy: they are unique, and the same for both in a symmetric game.

    Args:
        payoffs: as of :func:`.nash.zero_sum`.
    """
    matrix = np.asarray(payoffs if np.ndim(payoffs) == 2 else payoffs[0], dtype=np.float64)
    value = zero_sum(payoffs).value
    row, column = max_entropy(value - matrix.T), max_entropy(matrix - value)
    return ZeroSum(value, row, column, float((matrix @ column).max() - (row @ matrix).min()))


def _within(replies: Floats, own: Floats, mixtures: Sequence[Floats], others: Sequence[Floats]) -> Floats:
    """Find the mixture of largest entropy among those that are equilibria with all of ``others``.

    Args:
        replies: what the other seat earns, shape (its actions, own actions).
        own: what this seat earns, shape (own actions, the other's actions).
        mixtures: extreme ones of this seat.
        others: extreme ones of the other seat.
    """
    if len(mixtures) == 1:
        return mixtures[0]
    tolerance = 1e-9 * max(float(np.ptp(own)), float(np.ptp(replies)), 1e-300)
    used = np.zeros(replies.shape[0], dtype=bool)
    for other in others:
        used |= other > 1e-9
    best = np.ones(len(own), dtype=bool)
    for other in others:
        worth = own @ other
        best &= worth >= worth.max() - 10 * tolerance
    # no reply may earn more than any that the others use
    rows = (replies[:, None] - replies[None, used])[:, :, best].reshape(-1, int(best.sum()))
    shares = np.zeros(len(own))
    shares[best] = max_entropy(rows)
    return shares
