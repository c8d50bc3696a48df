"""What a payoff table is like: zero-sum, cooperative, symmetric."""

from __future__ import annotations

from typing import Literal

import numpy as np

__all__ = ["symmetric", "utility"]


def utility(table: np.ndarray, fixed_length: bool) -> Literal["zero_sum", "constant_sum", "cooperative", "general_sum"]:
    """Say what the returns of an episode add up to.

    Args:
        table: payoffs of shape ``(seats, actions of seat 0, ...)``.
        fixed_length: every episode has the same number of rounds; else a constant sum of a round is none of an episode, unless it is zero.
    """
    total, close = table.sum(axis=0), 1e-9 * max(1.0, float(np.abs(table).max()))
    if len(table) > 1 and np.ptp(total) <= close:
        if abs(float(total.flat[0])) <= close:
            return "zero_sum"
        if fixed_length:
            return "constant_sum"
    return "cooperative" if np.ptp(table, axis=0).max() <= close else "general_sum"


def symmetric(table: np.ndarray) -> bool:
    """Tell whether permuting the seats permutes the payoffs; swaps of neighbours are enough to look at."""
    seats = len(table)
    if len(set(table.shape[1:])) > 1:
        return False
    for seat in range(seats - 1):
        order = [*range(seat), seat + 1, seat, *range(seat + 2, seats)]
        if not np.array_equal(table[order].transpose(0, *(1 + other for other in order)), table):
            return False
    return True
