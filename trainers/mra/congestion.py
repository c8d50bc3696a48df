"""Known answers of the congestion game: ``n`` agents choose one of six landmarks at once, and share what it is worth.

Landmark ``k`` has the size 0.05 (k + 1); each of its ``m`` occupants earns 10 size / m. It is a potential game (Rosenthal 1973, "A class of games possessing
pure-strategy Nash equilibria", International Journal of Game Theory 2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .worlds import WORTH

__all__ = ["crowd_shares", "gains", "mixed_equilibrium", "nash_numbers"]

Floats = NDArray[np.float64]

_HALVINGS = 60


def nash_numbers(agents: int) -> list[int]:
    """Count the agents on each landmark in a pure equilibrium: one after the other goes where it then earns most."""
    numbers = np.zeros(len(WORTH), np.int64)
    for _ in range(agents):
        numbers[np.argmax(WORTH / (numbers + 1))] += 1
    found: list[int] = numbers.tolist()
    return found


def mixed_equilibrium(agents: int) -> Floats:
    """Give the probabilities ``(6,)`` of the symmetric equilibrium: all landmarks that are chosen at all earn the same.

    Somebody who goes where each of the ``n - 1`` others goes with probability p earns worth (1 - (1 - p)^n) / (n p) on average, which falls with p.
    """

    def earned(chances: Floats) -> Floats:
        some = np.maximum(chances, 1e-12)
        return np.asarray(WORTH * -np.expm1(agents * np.log1p(-np.minimum(some, 1 - 1e-15))) / (agents * some))

    def chances_at(value: float) -> Floats:
        low, high = np.zeros(len(WORTH)), np.ones(len(WORTH))
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            more = earned(middle) > value
            low, high = np.where(more, middle, low), np.where(more, high, middle)
        return high * (value < WORTH)

    least, most = 0.0, float(WORTH.max())
    for _ in range(_HALVINGS):
        value = (least + most) / 2
        least, most = (value, most) if chances_at(value).sum() > 1 else (least, value)
    chances = chances_at(most)
    return chances / chances.sum()


def crowd_shares(chances: Floats) -> Floats:
    """Give E[1 / (1 + number of others there)] for each agent and landmark, exactly.

    The integral of t^N over [0, 1] is 1 / (1 + N), and E[t^N] is a product over the others: a polynomial that Gauss-Legendre nodes integrate without error.

    Args:
        chances: with which each agent chooses each landmark, independently, ``(..., n, 6)``.

    Returns:
        Of the same shape.
    """
    agents = chances.shape[-2]
    nodes, weights = np.polynomial.legendre.leggauss((agents + 1) // 2)
    points = (nodes + 1) / 2
    factors = 1 - chances[..., None] * (1 - points)
    # nodes lie inside (0, 1), so no factor is 0
    others = factors.prod(axis=-3, keepdims=True) / factors
    return np.asarray((others * weights).sum(-1) / 2)


def gains(chances: Floats) -> Floats:
    """Say what each agent could gain by its best landmark while the others keep to their probabilities: ``(..., n, 6)`` to ``(..., n)``.

    An agent's own return is exact as well; the largest gain is the Nash gap.
    """
    worth = WORTH * crowd_shares(chances)
    return np.asarray(worth.max(-1) - (chances * worth).sum(-1))
