"""The linear programs of a payoff table: optimal mixtures of zero-sum games, and joint distributions that nobody gains by leaving (SciPy's HiGHS)."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..core import NotSupported

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["MatrixSolution", "incentive_rows", "joint_program", "matrix_program"]


class MatrixSolution(NamedTuple):
    """Optimal play of a zero-sum game of two.

    Attributes:
        value: what the row player earns.
        row, column: mixed actions that secure it from either side.
    """

    value: float
    row: np.ndarray
    column: np.ndarray


def matrix_program(matrix: np.ndarray) -> MatrixSolution:
    """Solve a zero-sum game: the row player's program, whose dual variables are the column player's mixture (von Neumann 1928; Dantzig 1951).

    Args:
        matrix: the row player's payoffs, shape ``(m, n)``.

    Raises:
        NotSupported: the solver gives up.
    """
    from scipy.optimize import linprog

    m, n = matrix.shape
    low, span = float(matrix.min()), float(np.ptp(matrix)) or 1.0
    # payoffs from 1 to 2 keep the level positive; with x / level as variables the program has no equation and no free variable
    scaled = (matrix - low) / span + 1.0
    solved = linprog(np.ones(m), A_ub=-scaled.T, b_ub=-np.ones(n), method="highs")
    if not solved.success:
        raise NotSupported(f"the linear program of a zero-sum game failed: {solved.message}")
    row, column = (np.clip(part, 0.0, None) for part in (solved.x, -solved.ineqlin.marginals))
    row, column = row / row.sum(), column / column.sum()
    return MatrixSolution(float(row @ matrix @ column), row, column)


def incentive_rows(table: np.ndarray, *, coarse: bool = False) -> csr_array:
    """Write what deviations gain as linear forms of a joint distribution.

    A distribution ``m`` over joint actions (in C order) is a correlated equilibrium (Aumann 1974) where ``rows @ m <= 0``: one row for each seat, action told
    and action taken instead. With ``coarse`` a seat commits itself before it is told: one row for each seat and action (Moulin and Vial 1978).

    Args:
        table: shape ``(seats, actions of seat 0, ...)``.
        coarse: for coarse correlated equilibria.

    Returns:
        Sparse, shape ``(deviations, joint actions)``.
    """
    from scipy.sparse import csr_array

    shape = table.shape[1:]
    numbers = np.arange(math.prod(shape)).reshape(shape)
    data, columns, ends = [], [], [0]
    for seat, size in enumerate(shape):
        own, at = np.moveaxis(table[seat], seat, 0), np.moveaxis(numbers, seat, 0)
        if coarse:
            parts = [(own[instead] - own, at) for instead in range(size)]
        else:
            parts = [(own[instead] - own[told], at[told]) for told, instead in itertools.permutations(range(size), 2)]
        for gain, where in parts:
            data.append(gain.ravel())
            columns.append(where.ravel())
            ends.append(ends[-1] + where.size)
    if not data:
        return csr_array((0, numbers.size))
    return csr_array((np.concatenate(data), np.concatenate(columns), np.array(ends)), shape=(len(ends) - 1, numbers.size))


def joint_program(rows: csr_array, objective: np.ndarray) -> np.ndarray:
    """Find the joint distribution with the largest expected ``objective`` among those with ``rows @ m <= 0``.

    Args:
        rows: of :func:`incentive_rows`.
        objective: shape ``(joint actions,)``, or ``(joint actions, k)``: then the smallest of ``k`` expectations is made as large as may be.

    Raises:
        NotSupported: the solver gives up.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, hstack, vstack

    size = rows.shape[1]
    if objective.ndim == 1:
        solved = linprog(-objective, A_ub=rows, b_ub=np.zeros(rows.shape[0]), A_eq=np.ones((1, size)), b_eq=[1.0], bounds=(0, 1))
    else:
        # one more variable, the smallest expectation
        least = hstack([csr_array(-objective.T), csr_array(np.ones((objective.shape[1], 1)))])
        above = vstack([hstack([rows, csr_array((rows.shape[0], 1))]), least])
        bounds = [*[(0, 1)] * size, (None, None)]
        cost = np.append(np.zeros(size), -1.0)
        solved = linprog(cost, A_ub=above, b_ub=np.zeros(above.shape[0]), A_eq=np.append(np.ones(size), 0.0)[None, :], b_eq=[1.0], bounds=bounds)
    if not solved.success:
        raise NotSupported(f"the linear program of the correlated equilibria failed: {solved.message}")
    found = np.clip(solved.x[:size], 0.0, None)
    return found / found.sum()
