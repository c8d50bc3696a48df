"""Learned policies as players: a network that sees what a player sees, and not which seat it is, is taught to act alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ....agents.neural import new_policy, save_policy
from .fitting import fit_rows
from .worlds import Play, Policy, World, drawn

__all__ = ["keep_policy"]


def keep_policy(world: World, play: Play, policy: Policy, place: Path, rng: np.random.Generator, *, hidden: tuple[int, ...], steps: int) -> Path:
    """Clone a policy, where the data were, into a player's folder (``{kind: neural, path: ...}``).

    Args:
        world: the game.
        play: the data, of which only what was seen is used.
        policy: of all learning seats.
        place: the folder.
        rng: of the weights, of the rows of each step and of what the policy does there.
        hidden: widths of the layers.
        steps: of the optimizer.
    """
    player = new_policy(world.game, "mlp", seed=int(rng.integers(2**31)), hidden=list(hidden))
    rows = play.seen[:, :-1].reshape(-1, world.width)
    rows = rows[rng.choice(len(rows), size=min(len(rows), 50_000), replace=False)]
    fit_rows(player.module, rows[:, : world.plain], drawn(policy(rows), rng), rng, steps=steps)
    return save_policy(place, player)
