"""Kitchens as a ``gymnasium.vector.VectorEnv``: one environment is one team, its action one number a cook, its reward what the team earned.

    envs = OvercookedVectorEnv(make("overcooked", old_dynamics=True), num_envs=256)
    observations, infos = envs.reset(seed=0)
    observations, rewards, terminations, truncations, infos = envs.step(envs.action_space.sample())

The arrays are fresh in every step. ``infos["shaped"]`` holds the shaped rewards, shape (num_envs, cooks).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.spaces import Box, MultiDiscrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from .game import ACTIONS, Overcooked
from .kernel import OvercookedBatch

__all__ = ["OvercookedVectorEnv"]


class OvercookedVectorEnv(VectorEnv):
    """Many games of one kitchen. A game that is over begins anew in the next step (``NEXT_STEP``).

    Args:
        game: the rules; ``encoding`` says whether observations are planes or features.
        num_envs: how many games.

    Raises:
        ParameterError: ``num_envs`` is not positive.
        MissingExtra: numba is not installed.
    """

    metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012  # as gymnasium has it

    def __init__(self, game: Overcooked, num_envs: int) -> None:
        self.game, self.num_envs = game, num_envs
        self._batch = OvercookedBatch(game, num_envs, auto_reset=True)
        one = game.observation_space(0)
        low, high = (np.broadcast_to(bound, (game.seats, *one.shape)) for bound in (one.low, one.high))
        self.single_observation_space = Box(low, high, dtype=one.dtype.type)
        self.single_action_space = MultiDiscrete([len(ACTIONS)] * game.seats)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

    def reset(self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None) -> tuple[NDArray[Any], dict[str, Any]]:
        """Begin all games anew; ``options={"reset_mask": mask}`` only some. The rules draw nothing, so a seed changes nothing."""
        mask = None if not options else options.get("reset_mask")
        self._batch.reset(mask)
        self._batch.shaped[... if mask is None else mask] = 0
        return self._seen(), {"shaped": self._batch.shaped.copy()}

    def step(self, actions: ArrayLike) -> tuple[NDArray[Any], NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Play a step of every game; kitchens close by truncation."""
        self._batch.step(actions)
        over = self._batch.over
        return self._seen(), self._batch.rewards.copy(), np.zeros_like(over), over, {"shaped": self._batch.shaped.copy()}

    def _seen(self) -> NDArray[Any]:
        return (self._batch.features() if self.game.encoding == "features" else self._batch.observations()).copy()
