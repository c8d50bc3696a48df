"""The distribution of largest entropy in a cone of distributions: what equilibrium selection by maximum entropy comes down to."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...games.core import NotSupported
from .profiles import Floats

__all__ = ["entropy", "max_entropy"]

_TRIES = 100
_NOISE, _CLOSE = 1e-12, 1e-7


def entropy(shares: Floats) -> float:
    """Give Shannon's entropy in nats."""
    some = shares[shares > 0]
    return float(-(some * np.log(some)).sum())


def max_entropy(rows: Any) -> Floats:
    """Find the distribution of largest entropy with ``rows @ p <= 0``.

    It is unique. One linear program finds who can have a share at all and which inequalities always hold with equality; what is left has an interior, so the
    dual (a smooth convex function of one multiplier a row; Berger, Della Pietra and Della Pietra 1996, "A maximum entropy approach to natural language
    processing", section 3) has an optimum, to which Newton's method on the active rows goes.

    Args:
        rows: shape (inequalities, n), dense or sparse.

    Returns:
        Shape (n,).

    Raises:
        NotSupported: no distribution satisfies the inequalities, or the solver gives up.
    """
    dense = np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows, dtype=np.float64)
    size = dense.shape[1]
    scale = np.abs(dense).max(axis=1, initial=0.0)
    dense = dense[scale > 0] / scale[scale > 0, None]
    # noise of rounding would be taken for preferences
    dense[np.abs(dense) < _NOISE] = 0.0
    if not len(dense):
        return np.full(size, 1 / size)
    for method in ("highs", "highs-ipm"):
        # large degenerate programs fail with one algorithm or another; what comes out is checked
        found = _interior(dense, method)
        if found is None:
            continue
        kept, slack = found
        shares = np.zeros(size)
        shares[kept] = _dual(dense[:, kept], slack)
        if (dense @ shares).max() <= _CLOSE:
            return shares
    raise NotSupported("no distribution of largest entropy was found; either none satisfies the inequalities, or the program is too degenerate to be solved")


def _interior(rows: Floats, method: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """Tell who can have a share, and which inequalities can be strict; None where the solver gives up or nobody can."""
    from scipy.optimize import linprog
    from scipy.sparse import block_array, csr_array, eye_array

    count, size = rows.shape
    # the inequalities are homogeneous, so a point can be scaled until every positive share and slack is 1 or more
    above = block_array([[csr_array(rows), None, eye_array(count)], [-eye_array(size), eye_array(size), None]], format="csr")
    cost = np.concatenate([np.zeros(size), -np.ones(size + count)])
    bounds = [*[(0, None)] * size, *[(0, 1)] * (size + count)]
    solved = linprog(cost, A_ub=above, b_ub=np.zeros(count + size), bounds=bounds, method=method)
    if not solved.success:
        return None
    kept, slack = solved.x[size : 2 * size] > 0.5, solved.x[2 * size :] > 0.5
    return (kept, slack) if kept.any() else None


def _dual(rows: Floats, slack: NDArray[np.bool_]) -> Floats:
    """Minimise the dual: free multipliers where inequalities are always tight, else not negative ones."""
    from scipy.optimize import minimize

    def value(multipliers: Floats) -> tuple[float, Floats]:
        logits = -multipliers @ rows
        top = logits.max()
        weights = np.exp(logits - top)
        total = weights.sum()
        return float(top + np.log(total)), -rows @ (weights / total)

    def at(multipliers: Floats) -> Floats:
        logits = -multipliers @ rows
        weights = np.exp(logits - logits.max())
        return np.asarray(weights / weights.sum())

    bounds = [(0, None) if some else (None, None) for some in slack]
    start = minimize(value, np.zeros(len(rows)), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 5000, "ftol": 1e-15, "gtol": 1e-10}).x
    multipliers = np.asarray(start, dtype=np.float64)
    active = ~slack | (multipliers > 1e-6)
    for _ in range(_TRIES):
        multipliers[~active] = 0.0
        multipliers = _newton(rows, multipliers, active, value)
        shares = at(multipliers)
        slackening, breaking = active & slack & (multipliers < 0), ~active & (rows @ shares > 1e-11)
        if not slackening.any() and not breaking.any():
            break
        active = (active & ~slackening) | breaking
    return at(multipliers)


def _newton(rows: Floats, multipliers: Floats, active: NDArray[np.bool_], value: Any) -> Floats:
    """Make the active rows tight."""
    on = rows[active]
    for _ in range(_TRIES):
        now, gradient = value(multipliers)
        gap = gradient[active]
        if np.abs(gap).max(initial=0.0) < 1e-14:
            break
        logits = -multipliers @ rows
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        mean = on @ shares
        curvature = (on * shares) @ on.T - np.outer(mean, mean)
        step = np.linalg.lstsq(curvature, -gap, rcond=1e-12)[0]
        length = 1.0
        while length > 1e-8:
            after = multipliers.copy()
            after[active] += length * step
            if value(after)[0] <= now + 1e-15 * abs(now) + 1e-4 * length * float(gap @ step):
                break
            length /= 2
        else:
            break
        multipliers = after
    return multipliers
