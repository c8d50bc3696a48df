"""Meta-solvers: what to play of policies whose payoffs against each other are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...errors import UnknownName
from .alpharank import alpha_rank
from .correlated import correlated
from .dynamics import projected_replicator
from .nash import one_equilibrium, zero_sum
from .profiles import Floats, Payoffs, as_table, slack
from .selection import max_entropy_zero_sum

__all__ = ["META_SOLVERS", "solve_meta"]


def _nash(table: Floats) -> list[Floats]:
    if not _zero_sum(table):
        return list(one_equilibrium(table).profile)
    solved = zero_sum(table)
    return [solved.row, solved.column]


def _max_entropy(table: Floats) -> list[Floats]:
    if not _zero_sum(table):
        return list(one_equilibrium(table).profile)
    solved = max_entropy_zero_sum(table)
    return [solved.row, solved.column]


def _zero_sum(table: Floats) -> bool:
    return len(table) == 2 and bool(np.ptp(table.sum(axis=0)) <= slack(table))


def _uniform(table: Floats) -> list[Floats]:
    return [np.full(size, 1 / size) for size in table.shape[1:]]


def _alpha_rank(table: Floats) -> list[Floats]:
    return alpha_rank(table).marginals()


def _cce(table: Floats) -> list[Floats]:
    joint = correlated(table, "entropy", coarse=True).joint
    axes = range(joint.ndim)
    return [joint.sum(axis=tuple(other for other in axes if other != axis)) for axis in axes]


META_SOLVERS: dict[str, Callable[[Floats], list[Floats]]] = {
    "nash": _nash,
    "max_entropy": _max_entropy,
    "uniform": _uniform,
    "alpha_rank": _alpha_rank,
    "prd": projected_replicator,
    "cce": _cce,
}
"""By name: an equilibrium (in zero-sum games of two by linear programming, else the limit of logit equilibria); the same, but in zero-sum games of two of
largest entropy, so that it is the only one; uniform shares; the marginals of alpha-Rank in the limit; the projected replicator dynamics; the marginals of the
coarse correlated equilibrium of largest entropy."""


def solve_meta(payoffs: Payoffs, solver: str = "nash") -> list[Floats]:
    """Give one mixture of policies a seat.

    Args:
        payoffs: one tensor a seat.
        solver: a name of :data:`META_SOLVERS`.

    Raises:
        UnknownName: there is no such solver.
    """
    if solver not in META_SOLVERS:
        raise UnknownName("meta-solver", solver, META_SOLVERS)
    return META_SOLVERS[solver](as_table(payoffs))
