"""How far one player is ahead of another at the same seats, deals and opponents."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Edge", "edge"]


class Edge(NamedTuple):
    """A mean difference with its 95 % interval (Student's t over pairs); without two pairs the interval is the whole line."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:+.3f} ({self.low:+.3f} to {self.high:+.3f})"


def edge(ours: ArrayLike, theirs: ArrayLike) -> Edge:
    """Compare payoffs pair by pair."""
    from scipy.stats import t

    difference = np.asarray(ours, float) - np.asarray(theirs, float)
    mean, count = float(difference.mean()), len(difference)
    half = float(t.ppf(0.975, count - 1) * difference.std(ddof=1) / np.sqrt(count)) if count > 1 else float("inf")
    return Edge(mean, mean - half, mean + half)
