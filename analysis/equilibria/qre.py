"""Logit quantal response equilibria by homotopy, for any number of seats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...errors import ParameterError
from ...games.matrix.quantal import logit_branch
from .profiles import Floats, as_table

__all__ = ["logit_qre", "logit_qres"]


def logit_qre(payoffs: Sequence[NDArray[np.float64]], lam: float) -> list[Floats]:
    """Find the logit quantal response equilibrium at a rationality, on the branch that starts at uniform play (McKelvey and Palfrey 1995).

    Args:
        payoffs: one tensor a seat.
        lam: the logit parameter, in units of one over payoff; not negative.

    Returns:
        One mixed action a seat. Where the branch passes ``lam`` more than once, the first of them.

    Raises:
        ParameterError: ``lam`` is negative or not finite.
        NotSupported: the branch cannot be followed so far.
    """
    return logit_qres(payoffs, [lam])[0]


def logit_qres(payoffs: Sequence[NDArray[np.float64]], lams: Sequence[float]) -> list[list[Floats]]:
    """Find :func:`logit_qre` at many rationalities on one way along the branch.

    Args:
        payoffs: one tensor a seat.
        lams: in any order.

    Returns:
        One profile for each of ``lams``.
    """
    for lam in lams:
        if not np.isfinite(lam) or lam < 0:
            raise ParameterError(f"lam={lam!r} should be a number of 0 or more")
    order = np.argsort(lams, kind="stable")
    found: list[list[Floats]] = [[]] * len(lams)
    for index, point in zip(order.tolist(), logit_branch(as_table(payoffs), [lams[index] for index in order.tolist()]), strict=True):
        found[index] = point
    return found
