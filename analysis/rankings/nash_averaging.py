"""Nash averaging: rate players by what they earn against the equilibrium of the game of choosing a player.

Source: Balduzzi, Tuyls, Perolat and Graepel 2018, "Re-evaluating evaluation", arXiv 1806.02643. Copies of a player change nobody's score.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...errors import ParameterError
from ..equilibria.entropy import max_entropy
from ..equilibria.selection import max_entropy_zero_sum
from ..results import Floats

__all__ = ["NashAverage", "TaskAverage", "nash_average", "nash_average_tasks"]


class NashAverage(NamedTuple):
    """Players by players.

    Attributes:
        shares: the equilibrium of largest entropy: shape (players,).
        scores: what each player earns against it: 0 for whoever has a share, less for the others.
    """

    shares: Floats
    scores: Floats


class TaskAverage(NamedTuple):
    """Players by tasks.

    Attributes:
        players, tasks: the equilibrium of largest entropy of those who choose players against those who choose tasks.
        scores: what each player earns on the equilibrium's tasks: shape (players,).
        hardness: what the equilibrium's players fail to earn on each task: shape (tasks,).
    """

    players: Floats
    tasks: Floats
    scores: Floats
    hardness: Floats


def nash_average(matrix: Floats) -> NashAverage:
    """Average players by players.

    Args:
        matrix: antisymmetric: how much better the row player does than the column player (log-odds, or differences of payoffs).

    Raises:
        ParameterError: the matrix is not antisymmetric.
    """
    matrix = np.asarray(matrix, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or np.abs(matrix + matrix.T).max() > 1e-9 * max(1.0, float(np.abs(matrix).max())):
        raise ParameterError("Nash averaging needs an antisymmetric square matrix: what one gains the other loses")
    # the value is 0 by symmetry: an equilibrium leaves nobody a gain
    shares = max_entropy((matrix - matrix.T) / 2)
    return NashAverage(shares, matrix @ shares)


def nash_average_tasks(scores: Floats) -> TaskAverage:
    """Average players by tasks (appendix D of the source).

    Args:
        scores: what each player earns on each task, shape (players, tasks), on one scale.
    """
    scores = np.asarray(scores, dtype=np.float64)
    solved = max_entropy_zero_sum(scores)
    return TaskAverage(solved.row, solved.column, scores @ solved.column, -solved.row @ scores)
