"""How good trained bodies are: against each other, and against the best reply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..preferences import Preference
from .environments import HEADING, MEASURES, Floats
from .judges import headings

__all__ = ["average_sample", "heading_exploitability", "pool_exploitability", "preferred"]


def average_sample(rounds: Floats) -> Floats:
    """Give trajectories of the average policy of the second half of a training, ``(n, 4)``: those that were played in it, ``(rounds, envs, 4)``."""
    return rounds[len(rounds) // 2 :].reshape(-1, rounds.shape[-1])


def preferred(preference: Preference[Any], ours: Floats, theirs: Floats) -> float:
    """Give P(ours > theirs), the mean over all pairs of trajectories ``(n, 4)`` and ``(m, 4)``."""
    return float(preference.table(list(ours), list(theirs)).mean())


def pool_exploitability(preference: Preference[Any], pool: Sequence[Floats]) -> Floats:
    """Give how far above 1/2 the best of a pool does against each of it, ``(len(pool),)``: a lower bound of the exploitability."""
    table = np.array([[preferred(preference, one, other) for other in pool] for one in pool])
    return np.asarray(table.max(0) - 0.5)


def heading_exploitability(voters: int, played: Floats) -> float:
    """Give how far above 1/2 the best heading does against trajectories ``(n, 4)``, exactly, as if a body could take any heading.

    The vote changes only where somebody is headed and where a voter cuts the circle: those places and the middles between them are all there is to try.
    """
    places = np.unique(np.concatenate([played[:, HEADING], np.arange(voters) / voters]))
    middles = (places + np.append(places[1:], places[0] + 1)) / 2 % 1
    tried = np.zeros((len(places) * 2, len(MEASURES)))
    tried[:, HEADING] = np.concatenate([places, middles])
    return float(headings(voters).table(list(tried), list(played)).mean(1).max() - 0.5)
