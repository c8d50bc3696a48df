"""Particle worlds as a ``gymnasium.vector.VectorEnv``: one environment is one game, its action one number a seat, its reward what the team earned.

    envs = make("simple_spread").vector_env(256)
    observations, infos = envs.reset(seed=0)
    observations, rewards, terminations, truncations, infos = envs.step(envs.action_space.sample())

The team's reward is the mean of its agents'; in Tag the team is the adversaries. ``infos["rewards"]`` holds every seat's, shape (num_envs, seats). The
arrays are fresh in every step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.spaces import Box, MultiDiscrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from .kernel import ParticleBatch
from .tag import Tag
from .world import ParticleGame

__all__ = ["ParticleVectorEnv"]


class ParticleVectorEnv(VectorEnv):
    """Many games of one world. A game that is over begins anew in the next step (``NEXT_STEP``).

    Args:
        game: the rules.
        num_envs: how many games.

    Raises:
        ParameterError: ``num_envs`` is not positive.
        MissingExtra: numba is not installed.
    """

    metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012  # as gymnasium has it

    def __init__(self, game: ParticleGame, num_envs: int) -> None:
        self.game, self.num_envs = game, num_envs
        self._batch = ParticleBatch(game, num_envs, auto_reset=True)
        self._team = game.adversaries if isinstance(game, Tag) else game.seats
        numbers = self._batch.observations().shape[-1]
        self.single_observation_space = Box(-np.inf, np.inf, (game.seats, numbers), np.float32)
        self.single_action_space = MultiDiscrete([game.options] * game.seats)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

    def reset(self, *, seed: int | list[int] | None = None, options: dict[str, Any] | None = None) -> tuple[NDArray[Any], dict[str, Any]]:
        """Begin all games anew; ``options={"reset_mask": mask}`` only some. A list of seeds counts as one seed of all games."""
        if seed is not None:
            self._batch.seed(seed)
        self._batch.reset(None if not options or options.get("reset_mask") is None else options["reset_mask"])
        self._batch.rewards[:] = 0
        return self._batch.observations().copy(), {"rewards": self._batch.rewards.copy()}

    def step(self, actions: ArrayLike) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Play a step of every game; the time being up is a truncation."""
        self._batch.step(actions)
        rewards, done = self._batch.rewards.copy(), self._batch.done.copy()
        return self._batch.observations().copy(), rewards[:, : self._team].mean(axis=1), done, self._batch.over & ~done, {"rewards": rewards}
