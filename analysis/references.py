"""Reference learners on the sequences that players faced."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..agents.learners import LEARNERS, learner
from ..agents.learners.learning import run
from ..errors import UnknownName

__all__ = ["BANDIT", "FULL", "UNIFORM", "reference"]

Floats = NDArray[np.float64]
UNIFORM = "uniform"
"""Every arm alike, whatever happens: what learning is measured from."""
FULL = (UNIFORM, "hedge", "regret_matching_plus", "follow_the_leader")
"""What stands beside players who see all losses."""
BANDIT = (UNIFORM, "exp3", "ucb1", "thompson")
"""What stands beside players who see their own loss alone."""


def reference(kind: str, losses: Floats, *, low: float, high: float, seed: int = 0) -> Floats:
    """Run a learner on sequences as if they answered nobody.

    Args:
        kind: a learner, or :data:`UNIFORM`.
        losses: of shape (runs, rounds, arms), from ``low`` to ``high``; the learner sees them scaled to [0, 1].
        low: the least loss, as the learner knows it.
        high: the largest.
        seed: of what it draws.

    Returns:
        What it mixes, of the same shape.

    Raises:
        UnknownName: no such learner.
    """
    if kind == UNIFORM:
        return np.full(losses.shape, 1 / losses.shape[2])
    if kind not in LEARNERS:
        raise UnknownName("learner", kind, (UNIFORM, *LEARNERS))
    span = high - low if high > low else 1.0
    return run(learner(kind), (losses - low) / span, np.random.default_rng(seed)).mixed
