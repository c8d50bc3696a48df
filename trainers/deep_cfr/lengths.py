"""How many decisions seats make in a game: by that walks of a limited depth choose where they begin to try things out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Lengths"]

_MOST = 256


class Lengths:
    """Counts of games by the decisions that a member of each group made in them.

    A walk begins anywhere, uniformly, within the length of some *other* game: were it this one's, what follows a place would change how often it is begun at.

    Args:
        groups: their names.

    Attributes:
        counts: by group, how many games had so many decisions, shape (most + 1,); longer ones count as the longest.
    """

    def __init__(self, groups: list[str]) -> None:
        self.counts: dict[str, NDArray[np.int64]] = {group: np.zeros(_MOST + 1, np.int64) for group in groups}

    def note(self, group: str, made: ArrayLike) -> None:
        """Count games that ended."""
        np.add.at(self.counts[group], np.minimum(made, _MOST), 1)

    def draw(self, group: str, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw decisions to begin with, counted from 0: 0 while no game has ended."""
        counts = self.counts[group].copy()
        counts[1] += counts[0]
        counts[0] = 0
        total = counts.sum()
        if not total:
            return np.zeros(count, np.int64)
        lengths = rng.choice(len(counts), size=count, p=counts / total)
        return rng.integers(lengths)
