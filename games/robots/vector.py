"""Tasks as a ``gymnasium.vector.VectorEnv``: one environment is one team, its action one action number a robot, its reward what the team earned.

    envs = make("sort_cubes").vector_env(256)
    observations, infos = envs.reset(seed=0)
    observations, rewards, terminations, truncations, infos = envs.step(envs.action_space.sample())

Steps are worked out by the pure rules once and kept. An action number means the same for all
robots; actions that the readable state does not offer (another robot's, or to pick with a full gripper) fail.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.spaces import Box, MultiDiscrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from ...errors import ParameterError
from .game import RobotsGame
from .task import Joint, Position

__all__ = ["RobotsVectorEnv"]

_KEPT = 200_000
"""So many steps and positions are kept at most; then all are forgotten."""


class RobotsVectorEnv(VectorEnv):
    """Many games of one task. A game that is over begins anew in the next step (``NEXT_STEP``).

    Args:
        game: the rules.
        num_envs: how many games.

    Raises:
        ParameterError: ``num_envs`` is not positive.
    """

    metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012  # as gymnasium has it

    def __init__(self, game: RobotsGame, num_envs: int) -> None:
        if num_envs < 1:
            raise ParameterError(f"{game.made_as}: num_envs={num_envs} should be positive")
        self.game, self.task, self.num_envs = game, game.task, num_envs
        shape = game.observation_space(0).shape
        self.single_observation_space = Box(0, 1, (game.seats, *shape))
        self.single_action_space = MultiDiscrete([len(self.task.actions)] * game.seats)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._positions: list[Position] = [self.task.starts[0]] * num_envs
        self._turns = np.zeros(num_envs, np.int64)
        self._over = np.zeros(num_envs, np.bool_)
        self._steps: dict[tuple[Position, Joint], tuple[Position, float, bool]] = {}
        self._rows: dict[Position, NDArray[np.float32]] = {}

    def reset(self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Begin all games anew, each with a start drawn by the environment's generator; ``options={"reset_mask": mask}`` only some."""
        super().reset(seed=seed if isinstance(seed, int | None) else seed[0])
        mask = np.ones(self.num_envs, np.bool_) if not options or options.get("reset_mask") is None else options["reset_mask"]
        self._begin(mask)
        return self._seen(), {}

    def step(self, actions: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Play a step of every game; completion terminates, the horizon truncates."""
        again = self._over.copy()
        rewards, done = np.zeros(self.num_envs, np.float32), np.zeros(self.num_envs, np.bool_)
        for env, joint in enumerate(np.asarray(actions).tolist()):
            if not again[env]:
                self._positions[env], rewards[env], done[env] = self._step(self._positions[env], tuple(joint))
        self._turns += 1
        self._begin(again)
        cut = (self._turns >= self.game.horizon) & ~done
        self._over = done | cut
        return self._seen(), rewards, done, cut, {}

    def _begin(self, mask: NDArray[np.bool_]) -> None:
        for env in np.flatnonzero(mask):
            self._positions[env] = self.task.starts[int(self.np_random.integers(len(self.task.starts)))]
        self._turns[mask] = 0
        self._over[mask] = False

    def _step(self, position: Position, joint: Joint) -> tuple[Position, float, bool]:
        found = self._steps.get((position, joint))
        if found is None:
            after, reward, _ = self.task.step(position, joint)
            if len(self._steps) >= _KEPT:
                self._steps.clear()
            found = self._steps[position, joint] = (after, reward, self.task.done(after))
        return found

    def _seen(self) -> NDArray[np.float32]:
        seats = self.game.seats
        seen = np.empty(self.observation_space.shape or (), np.float32)
        seen[:, :, :seats] = np.eye(seats)
        seen[:, :, seats:-1] = np.stack([self._row(position) for position in self._positions])[:, None]
        seen[:, :, -1] = (1 - self._turns / self.game.horizon)[:, None]
        return seen

    def _row(self, position: Position) -> NDArray[np.float32]:
        found = self._rows.get(position)
        if found is None:
            if len(self._rows) >= _KEPT:
                self._rows.clear()
            found = self._rows[position] = self.task.one_hot(position)
        return found
