"""Whether a logistic regression has finite estimates at all: complete and quasi-complete separation, found by linear programming."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from ...analysis.results import Floats

__all__ = ["Separation", "independent", "separation"]

_TINY = 1e-7


class Separation(NamedTuple):
    """What was found: ``none``, ``quasi`` (some direction predicts some answers without error) or ``complete`` (all answers); and columns without bound."""

    kind: Literal["none", "quasi", "complete"]
    columns: tuple[int, ...] = ()


def separation(design: Floats, answers: Floats) -> Separation:
    """Find whether answers of 0 and 1 are separated by the columns of a design.

    Maximise the sum of s_i x_i'b over -1 <= b <= 1 with all s_i x_i'b >= 0, where s is 1 for yes and -1 for no: a positive optimum is a direction in which the
    likelihood grows for ever (Albert and Anderson 1984; the program of Konis 2007).

    Args:
        design: shape [n, k], of full column rank.
        answers: shape [n].
    """
    from scipy.optimize import linprog

    signed = np.unique(np.where(answers[:, None] > 0.5, design, -design), axis=0)
    k = design.shape[1]
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=[(-1, 1)] * k, method="highs")
    if found.x is None or -found.fun < _TINY * len(signed):
        return Separation("none")
    columns = tuple(int(index) for index in np.flatnonzero(np.abs(found.x) > _TINY))
    whole = linprog(np.zeros(k), A_ub=-signed, b_ub=-np.ones(len(signed)), bounds=[(None, None)] * k, method="highs")
    return Separation("complete" if whole.status == 0 else "quasi", columns)


def independent(design: Floats) -> list[int]:
    """Give the columns to keep so that none is a combination of those before it."""
    kept: list[int] = []
    basis = np.zeros((design.shape[0], 0))
    for index in range(design.shape[1]):
        column = design[:, index]
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)  # twice is enough (Kahan; Parlett)
        size = float(np.linalg.norm(rest))
        if size > 1e-9 * max(1.0, float(np.linalg.norm(column))):
            kept.append(index)
            basis = np.column_stack([basis, rest / size])
    return kept
