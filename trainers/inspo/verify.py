"""Whether a new instruction is better than its parent: both on the same deals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

__all__ = ["Verdict", "judged"]


class Verdict(NamedTuple):
    """A comparison on the same deals.

    Attributes:
        ahead: mean difference, child less parent.
        wins, losses: deals on which the child did better, and worse.
        p: of the one-sided sign test.
    """

    ahead: float
    wins: int
    losses: int
    p: float

    def admits(self, most: float) -> bool:
        """Whether the child may come in: it is ahead, and by more than chance explains at this level."""
        return self.ahead > 0 and self.p < most


def judged(child: Sequence[float], parent: Sequence[float]) -> Verdict:
    """Compare rewards deal by deal."""
    from scipy.stats import binomtest

    difference = np.asarray(child, float) - np.asarray(parent, float)
    wins, losses = int((difference > 0).sum()), int((difference < 0).sum())
    p = float(binomtest(wins, wins + losses, 0.5, alternative="greater").pvalue) if wins + losses else 1.0
    return Verdict(float(difference.mean()) if len(difference) else 0.0, wins, losses, p)
