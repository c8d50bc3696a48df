"""Logit quantal response equilibria of a payoff table, on the branch that starts at uniform play."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..core import NotSupported
from .mixtures import average

__all__ = ["logit_branch", "logit_equilibrium", "logit_near"]

_EXACT, _NEAR = 1e-13, 1e-8
"""Gaps, in log shares, at which Newton's method stops: at what is given back, and on the way there."""
_CLOSE = 1e-9
"""Gaps that pass where rounding allows no less."""
_TRIES = 12
_LEAST = 1e-300
"""Shares of none are taken for this."""
_LONGEST, _SHORTEST, _FIRST = 1e4, 1e-9, 0.03
_STRAY, _STRAIGHT = 0.1, 0.95
"""How far the corrector may go, in steps, and the least cosine between two tangents."""
_MOST = 20_000
"""Points of a branch that are looked at."""


def logit_equilibrium(table: np.ndarray, rationality: float) -> list[np.ndarray]:
    """Find mixed actions that are each the logit response to the others.

    The share of an action is proportional to ``exp(rationality * its expected payoff)``. Of several such equilibria it is the first that the principal branch
    comes to (:func:`logit_branch`).

    Args:
        table: payoffs of shape ``(seats, actions of seat 0, ...)``.
        rationality: the logit parameter, in units of one over payoff; not negative.

    Returns:
        For each seat the share of each action.

    Raises:
        NotSupported: the branch cannot be followed so far.
    """
    (point,) = logit_branch(table, [rationality])
    return point


def logit_branch(table: np.ndarray, rationalities: Sequence[float]) -> Iterator[list[np.ndarray]]:
    """Follow the principal branch of logit equilibria and give the first one at each rationality.

    The branch is the curve of equilibria that starts at uniform play and rationality 0 (McKelvey and Palfrey, Quantal response equilibria for normal form
    games, 1995). It may turn back; it is followed by its length, with predictor and corrector, in logarithms of the shares, which stay regular as shares vanish
    (Turocy, A dynamic homotopy interpretation of the logistic quantal response equilibrium correspondence, 2005).

    Args:
        table: payoffs of shape ``(seats, actions of seat 0, ...)``.
        rationalities: not negative, in rising order.

    Yields:
        For each rationality the shares of each seat's actions.

    Raises:
        NotSupported: the branch cannot be followed so far.
    """
    span = float(np.ptp(table)) or 1.0
    scaled = (table - table.min()) / span
    sizes = table.shape[1:]
    point = np.concatenate([*(np.full(size, -np.log(size)) for size in sizes), [0.0]])
    tangent = _tangent(_gap(scaled, point)[1], np.append(np.zeros(len(point) - 1), 1.0))
    step, steps = _FIRST, 0
    for wanted in rationalities:
        target = wanted * span
        while point[-1] < target:
            steps += 1
            there = None if steps > _MOST or step < _SHORTEST else _next(scaled, point, tangent, step)
            if steps > _MOST or step < _SHORTEST:
                raise NotSupported(f"the branch of logit equilibria is lost at rationality {point[-1] / span:g}")
            if there is None:
                step /= 2
                continue
            after, new_tangent, tries = there
            if after[-1] >= target:
                share = (target - point[-1]) / (after[-1] - point[-1])
                exact = _at(scaled, point + share * (after - point), target)
                if exact is None:
                    # the branch bends between the two
                    step /= 2
                    continue
                yield _shares(exact, sizes)
                break
            point, tangent = after, new_tangent
            if tries <= 4:
                step = min(step * 1.5, _LONGEST)
        else:
            exact = _at(scaled, point, target)
            if exact is None:
                raise NotSupported(f"no logit equilibrium was found at rationality {wanted:g}")
            yield _shares(exact, sizes)


def logit_near(table: np.ndarray, rationality: float, start: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Find the logit equilibrium at a rationality that Newton's method comes to from given shares, on whatever branch that lies.

    Args:
        table: payoffs of shape ``(seats, actions of seat 0, ...)``.
        rationality: the logit parameter, in units of one over payoff; not negative.
        start: for each seat the share of each action.

    Raises:
        NotSupported: it comes to none.
    """
    span = float(np.ptp(table)) or 1.0
    point = np.append(np.log(np.maximum(np.concatenate(list(start)), _LEAST)), rationality * span)
    found = _newton((table - table.min()) / span, point, np.append(np.zeros(len(point) - 1), 1.0), rationality * span, _EXACT)
    if found is None:
        raise NotSupported(f"no logit equilibrium was found at rationality {rationality:g} from there")
    return _shares(found[0], table.shape[1:])


def _shares(point: np.ndarray, sizes: Sequence[int]) -> list[np.ndarray]:
    parts = [np.exp(part) for part in np.split(point[:-1], np.cumsum(sizes)[:-1])]
    return [part / part.sum() for part in parts]


def _next(table: np.ndarray, point: np.ndarray, tangent: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray, int] | None:
    """Step along the tangent and back to the branch; None where that leads astray."""
    start = point + step * tangent
    found = _newton(table, start, tangent, float(tangent @ start), _NEAR)
    if found is None:
        return None
    there, slope, tries = found
    # a corrector that goes far for its step may have changed branches, and so may one that comes out at an angle
    if np.linalg.norm(there - start) > _STRAY * step + _CLOSE:
        return None
    after = _tangent(slope, tangent)
    if after @ tangent < _STRAIGHT:
        return None
    return there, after, tries


def _at(table: np.ndarray, start: np.ndarray, rationality: float) -> np.ndarray | None:
    found = _newton(table, start, np.append(np.zeros(len(start) - 1), 1.0), rationality, _EXACT)
    return None if found is None or np.abs(found[0] - start).max() > 1.0 else found[0]


def _newton(table: np.ndarray, point: np.ndarray, normal: np.ndarray, offset: float, enough: float) -> tuple[np.ndarray, np.ndarray, int] | None:
    """Solve for an equilibrium on a plane; None where it does not converge."""
    point = point.copy()
    gap, slope = _gap(table, point)
    for tries in range(_TRIES):
        size = np.abs(gap).max()
        if size < enough * max(1.0, float(point[-1])):
            return point, slope, tries
        try:
            step = np.linalg.solve(np.vstack([slope, normal]), np.append(-gap, offset - normal @ point))
        except np.linalg.LinAlgError:
            return None
        # shares above e^2 are no shares: no step may leap there
        longest = np.abs(step[:-1]).max()
        if not np.isfinite(longest) or longest > 200 + np.abs(point).max():
            return None
        point += step
        point[:-1] = np.minimum(point[:-1], 2.0)
        gap, slope = _gap(table, point)
    return (point, slope, _TRIES) if np.abs(gap).max() < max(enough, _CLOSE) * max(1.0, float(point[-1])) else None


def _tangent(slope: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Give the unit vector along the branch that goes on as before."""
    try:
        along = np.linalg.solve(np.vstack([slope, before]), np.append(np.zeros(len(slope)), 1.0))
    except np.linalg.LinAlgError:
        along = np.linalg.svd(slope)[2][-1]
        along = along if along @ before >= 0 else -along
    return along / np.linalg.norm(along)


def _gap(table: np.ndarray, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give how far logarithms of shares (and the rationality, last) are from an equilibrium, and the derivatives of that: one column more than rows.

    A seat's first row asks its shares to add up to one, the others ask log shares to differ from the first as rationality times payoffs do.
    """
    sizes, rationality = table.shape[1:], point[-1]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    logs = [point[starts[seat] : starts[seat + 1]] for seat in range(len(sizes))]
    shares = [np.exp(part) for part in logs]
    gap, slope = np.empty(starts[-1]), np.zeros((starts[-1], starts[-1] + 1))
    for seat, own in enumerate(table):
        here = slice(starts[seat], starts[seat + 1])
        worth = average(own, shares, (seat,))
        gap[here] = logs[seat] - logs[seat][0] - rationality * (worth - worth[0])
        slope[here, here] = np.eye(sizes[seat])
        slope[here, starts[seat]] -= 1.0
        slope[here, -1] = worth[0] - worth
        for other in range(len(sizes)):
            if other != seat:
                rise = average(own, shares, (seat, other)) * shares[other]
                slope[here, starts[other] : starts[other + 1]] = -rationality * (rise - rise[0])
        gap[starts[seat]] = shares[seat].sum() - 1.0
        slope[starts[seat]] = 0.0
        slope[starts[seat], here] = shares[seat]
    return gap, slope
