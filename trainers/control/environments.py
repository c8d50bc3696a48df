"""Environments of continuous control, and what is measured of a trajectory: all that oracles look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from gymnasium.vector import SyncVectorEnv
from numpy.typing import NDArray

from ...errors import LudensError, MissingExtra

__all__ = ["EFFORT", "ENVIRONMENTS", "HEADING", "MEASURES", "RETURN", "STRAIN", "Environment", "measure"]

Floats = NDArray[np.float64]

MEASURES = ("return", "effort", "strain", "heading")
RETURN, EFFORT, STRAIN, HEADING = range(4)


@dataclass(frozen=True)
class Environment:
    """An environment of Gymnasium in which all trajectories have the same length.

    Attributes:
        id: of the registry of Gymnasium.
        horizon: steps of a trajectory; the environment must not end sooner.
        compass: where a trajectory is headed: ``compass(observations, actions)`` gives two numbers a step, ``(N, H, 2)``, from the observations after each
            step ``(N, H, O)`` and the actions as shares of what the body can do ``(N, H, A)``. Their means over a trajectory are a point in a plane.
        strong: a step is strained where the mean square of its actions is above it.
        options: of the environment.
    """

    id: str
    horizon: int
    compass: Callable[[Floats, Floats], Floats]
    strong: float = 0.3
    options: Mapping[str, Any] = field(default_factory=dict)

    def make(self, count: int) -> SyncVectorEnv:
        """Make so many side by side, in this process.

        Raises:
            MissingExtra: MuJoCo is not installed.
        """
        import gymnasium

        try:
            # without the checker, which looks at every number of every step
            made = partial(gymnasium.make, self.id, max_episode_steps=self.horizon, disable_env_checker=True, **self.options)
            with _without_warnings():
                return SyncVectorEnv([made] * count)
        except gymnasium.error.DependencyNotInstalled as problem:
            raise MissingExtra(f"the environment {self.id}", "control") from problem


def measure(environment: Environment, rewards: Floats, after: Floats, actions: Floats) -> Floats:
    """Measure trajectories.

    Args:
        environment: in which they were played.
        rewards: ``(N, H)``, which no learner from preferences sees.
        after: observations after each step, ``(N, H, O)``.
        actions: as shares of what the body can do, -1 to 1, ``(N, H, A)``.

    Returns:
        ``(N, 4)``: the return, the mean square of the actions, the share of strained steps, and the heading as an angle, 0 to 1 for a whole turn.
    """
    squares = np.square(actions, dtype=np.float64).mean(-1)
    east, north = np.moveaxis(environment.compass(after, actions).mean(1, dtype=np.float64), -1, 0)
    heading = np.arctan2(north, east) / (2 * np.pi) % 1
    return np.stack([rewards.sum(1, dtype=np.float64), squares.mean(1), (squares > environment.strong).mean(1), heading], 1)


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Keep MuJoCo from writing warnings about Gymnasium's own models to a file in the working directory, one for each body that is made."""
    try:
        import mujoco
    except ModuleNotFoundError:  # environments without it are made all the same
        yield
        return
    mujoco.set_mju_user_warning(lambda text: None)
    try:
        yield
    finally:
        mujoco.set_mju_user_warning(None)


def _thighs(after: Floats, actions: Floats) -> Floats:
    """HalfCheetah: where the thighs of the hind leg and of the fore leg are."""
    return after[..., [2, 5]]


def _bends(after: Floats, actions: Floats) -> Floats:
    """Swimmer: how both joints are bent. In so short a time it cannot turn."""
    return after[..., 1:3]


def _fingertip(after: Floats, actions: Floats) -> Floats:
    """Reacher: position of the fingertip around the shoulder."""
    return after[..., 4:6] + after[..., 8:10]


def _velocity(after: Floats, actions: Floats) -> Floats:
    """Ant: velocity of the torso in the plane."""
    return after[..., 13:15]


ENVIRONMENTS: dict[str, Environment] = {
    "ant": Environment("Ant-v5", 50, _velocity, options={"terminate_when_unhealthy": False, "include_cfrc_ext_in_observation": False}),
    "half_cheetah": Environment("HalfCheetah-v5", 50, _thighs),
    "reacher": Environment("Reacher-v5", 50, _fingertip),
    "swimmer": Environment("Swimmer-v5", 50, _bends),
}
"""By the names that a configuration uses."""


def ended_too_soon(environment: Environment) -> LudensError:
    """Say that trajectories of one length were asked for."""
    return LudensError(f"{environment.id} ended before its horizon of {environment.horizon} steps; trajectories of one length are compared")
