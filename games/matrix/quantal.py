"""Logit quantal response equilibrium of a payoff table, on the branch that starts at uniform play."""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence

import numpy as np

from ..core import NotSupported

__all__ = ["logit_branch", "logit_equilibrium"]

_STEPS = 40
_TRIES = 60
_EXACT, _CLOSE = 1e-12, 1e-9
"""Gaps at which Newton's method stops, and that still pass for an equilibrium."""
_ADAPTING, _PACE = 2000, 0.1


def logit_equilibrium(table: np.ndarray, rationality: float) -> list[np.ndarray]:
    """Find mixed actions that are each the logit response to the others.

    The share of an action is proportional to ``exp(rationality * its expected payoff)``. The equilibrium is followed from uniform play at rationality 0
    by Newton's method, in equal steps: the principal branch of McKelvey and Palfrey, Quantal response equilibria for normal form games (1995), unless it
    turns back on the way; then the next branch reached is followed.

    Args:
        table: payoffs of shape ``(seats, actions of seat 0, ...)``.
        rationality: the logit parameter, in units of one over payoff; not negative.

    Returns:
        For each seat the share of each action.

    Raises:
        NotSupported: neither Newton's method nor slow adaptation finds one.
    """
    return logit_branch(table, (rationality * step / _STEPS for step in range(1, _STEPS + 1)))[-1]


def logit_branch(table: np.ndarray, rationalities: Iterable[float], start: Sequence[np.ndarray] | None = None) -> list[list[np.ndarray]]:
    """Follow logit equilibria from one rationality to the next; the nearer they lie, the surer the branch is kept.

    Args:
        table: payoffs of shape ``(seats, actions of seat 0, ...)``.
        rationalities: the logit parameters, in the order in which they are visited.
        start: an equilibrium near the first one; by default uniform play, which is the one at rationality 0.

    Returns:
        For each rationality, for each seat the share of each action.

    Raises:
        NotSupported: neither Newton's method nor slow adaptation finds one.
    """
    shares = [np.full(size, 1 / size) for size in table.shape[1:]] if start is None else list(start)
    found = []
    for rationality in rationalities:
        shares = _solve(table, rationality, shares)
        found.append(shares)
    return found


def _solve(table: np.ndarray, rationality: float, start: list[np.ndarray]) -> list[np.ndarray]:
    point, gap = _newton(table, rationality, np.concatenate(start))
    if gap > _CLOSE:
        # the branch has turned back: adapt slowly, and go on from where that settles
        for _ in range(_ADAPTING):
            point = point - _PACE * _gap(table, rationality, _split(table, point))[0]
        point, gap = _newton(table, rationality, point)
    if gap > _CLOSE:
        raise NotSupported(f"no logit equilibrium was found at rationality {rationality:g}")
    return _split(table, point)


def _newton(table: np.ndarray, rationality: float, point: np.ndarray) -> tuple[np.ndarray, float]:
    """Take Newton steps, shortened where they lead away; give the point and its largest gap."""
    gap, slope = _gap(table, rationality, _split(table, point))
    for _ in range(_TRIES):
        if np.abs(gap).max() < _EXACT:
            break
        try:
            step = np.linalg.solve(slope, -gap)
        except np.linalg.LinAlgError:
            break  # the branch turns here: whoever called adapts slowly, or says that it found none
        length = 1.0
        while True:
            there = np.clip(point + length * step, 0, 1)
            new_gap, new_slope = _gap(table, rationality, _split(table, there))
            if np.abs(new_gap).max() < np.abs(gap).max() or length < 1e-6:
                break
            length /= 2
        point, gap, slope = there, new_gap, new_slope
    return point, float(np.abs(gap).max())


def _split(table: np.ndarray, point: np.ndarray) -> list[np.ndarray]:
    return np.split(point, np.cumsum(table.shape[1:])[:-1])


def _gap(table: np.ndarray, rationality: float, shares: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Give shares minus logit responses, and the derivative of that by the shares."""
    sizes = [len(part) for part in shares]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    gap, slope = np.empty(starts[-1]), np.eye(int(starts[-1]))
    for seat, own in enumerate(table):
        here = slice(int(starts[seat]), int(starts[seat + 1]))
        utility = rationality * _expected(own, shares, (seat,))
        response = np.exp(utility - utility.max())
        response /= response.sum()
        gap[here] = shares[seat] - response
        for other in range(len(sizes)):
            if other != seat:
                # derivative of the logit response by the utilities, times that of the utilities by the other's shares
                rise = rationality * _expected(own, shares, (seat, other))
                slope[here, int(starts[other]) : int(starts[other + 1])] = -response[:, None] * (rise - response @ rise)
    return gap, slope


def _expected(own: np.ndarray, shares: list[np.ndarray], kept: tuple[int, ...]) -> np.ndarray:
    """Average a seat's payoffs over all seats' mixed actions but those kept, whose indices stay, in the order given."""
    axes = string.ascii_letters[: own.ndim]
    others = [seat for seat in range(own.ndim) if seat not in kept]
    terms = ",".join([axes, *(axes[seat] for seat in others)])
    return np.einsum(f"{terms}->{''.join(axes[seat] for seat in kept)}", own, *(shares[seat] for seat in others))
