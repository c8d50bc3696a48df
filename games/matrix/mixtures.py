"""Payoffs of mixed actions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["average"]


def average(own: np.ndarray, shares: Sequence[np.ndarray], kept: Sequence[int] = ()) -> np.ndarray:
    """Average a seat's payoffs over the mixed actions of all seats but those kept.

    Args:
        own: the payoffs of one seat, shape ``(actions of seat 0, actions of seat 1, ...)``.
        shares: mixed actions, one a seat.
        kept: seats whose actions stay, in the order of the axes given back.
    """
    # the last axes first, so that the numbers of the others hold
    for seat in range(own.ndim - 1, -1, -1):
        if seat not in kept:
            own = (own if seat == own.ndim - 1 else np.moveaxis(own, seat, -1)) @ shares[seat]
    order = sorted(kept)
    return own if list(kept) == order else np.transpose(own, [order.index(seat) for seat in kept])
