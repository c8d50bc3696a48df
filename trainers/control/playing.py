"""Rounds of trajectories, all environments in step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from gymnasium.spaces import Box

from .environments import Environment, Floats, ended_too_soon, measure
from .sight import sight

if TYPE_CHECKING:
    from gymnasium.vector import SyncVectorEnv
    from torch import Tensor

__all__ = ["Round", "play"]


class Round(NamedTuple):
    """Trajectories of a round: N of them, H steps each.

    Attributes:
        raw: observations as the environment gave them, those after the last step too, ``(N, H + 1, O)``.
        chosen: actions as they were drawn, ``(N, H, A)``; the body gets them cut to -1 and 1.
        rewards: hidden ones of the environment, ``(N, H)``.
        measures: ``(N, 4)``.
    """

    raw: Tensor
    chosen: Tensor
    rewards: Floats
    measures: Floats


def play(draw: Callable[[Tensor], Tensor], scale: Any, environment: Environment, envs: SyncVectorEnv, seeds: Sequence[int]) -> Round:
    """Play one trajectory in each environment.

    Args:
        draw: actions ``(N, A)`` of what the policy sees, ``(N, O + 1)``.
        scale: of the observations.
        environment: what is played.
        envs: N of it.
        seeds: theirs.

    Raises:
        LudensError: one ended too soon.
    """
    import torch

    box = envs.single_action_space
    assert isinstance(box, Box)
    middle, half = (box.high + box.low) / 2, (box.high - box.low) / 2
    observations, _ = envs.reset(seed=[*seeds])
    raw, chosen, earned = [torch.from_numpy(np.array(observations, np.float32))], [], []
    with torch.no_grad():
        for step in range(environment.horizon):
            action = draw(sight(scale, raw[-1], torch.tensor(step), environment.horizon))
            observations, rewards, ended, cut, _ = envs.step((middle + half * action.clamp(-1, 1).numpy()).astype(box.dtype))
            if (ended | cut).any() and step + 1 < environment.horizon:
                raise ended_too_soon(environment)
            raw.append(torch.from_numpy(np.array(observations, np.float32)))
            chosen.append(action)
            earned.append(rewards)
    every, actions, rewards = torch.stack(raw, 1), torch.stack(chosen, 1), np.stack(earned, 1)
    return Round(every, actions, rewards, measure(environment, rewards, every[:, 1:].double().numpy(), actions.clamp(-1, 1).numpy()))
