"""Logit quantal response equilibrium of a payoff table, on the branch that starts at uniform play."""

from __future__ import annotations

import string

import numpy as np

from ..core import NotSupported

__all__ = ["logit_equilibrium"]

_STEPS = 40
_TRIES = 60


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
        NotSupported: Newton's method does not converge.
    """
    shares = [np.full(size, 1 / size) for size in table.shape[1:]]
    for step in range(1, _STEPS + 1):
        shares = _solve(table, rationality * step / _STEPS, shares)
    return shares


def _solve(table: np.ndarray, rationality: float, start: list[np.ndarray]) -> list[np.ndarray]:
    sizes = [len(part) for part in start]
    ends = np.cumsum(sizes)[:-1]
    point = np.concatenate(start)
    gap, slope = _gap(table, rationality, np.split(point, ends))
    for _ in range(_TRIES):
        if np.abs(gap).max() < 1e-12:
            return np.split(point, ends)
        step = np.linalg.solve(slope, -gap)
        length = 1.0
        while True:
            there = np.clip(point + length * step, 0, 1)
            new_gap, new_slope = _gap(table, rationality, np.split(there, ends))
            if np.abs(new_gap).max() < np.abs(gap).max() or length < 1e-6:
                break
            length /= 2
        point, gap, slope = there, new_gap, new_slope
    if np.abs(gap).max() < 1e-9:
        return np.split(point, ends)
    raise NotSupported(f"no logit equilibrium was found at rationality {rationality:g}")


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
