"""Rounds of trajectories, all environments in step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from gymnasium.spaces import Box

from .actor import log_density, normalised
from .environments import Environment, Floats, ended_too_soon, measure

if TYPE_CHECKING:
    from gymnasium.vector import SyncVectorEnv
    from torch import Tensor

__all__ = ["Round", "play"]


class Round(NamedTuple):
    """Trajectories of a round: N of them, H steps each.

    Attributes:
        raw: observations as the environment gave them, ``(N, H, O)``.
        seen: what the policy saw: observations in standard deviations, and the clock from -1 to 1, ``(N, H, O + 1)``.
        chosen: actions as they were drawn, ``(N, H, A)``; the body gets them cut to -1 and 1.
        logs: their log-densities, ``(N, H)``.
        values: what the critic expected, and 0 after the last step, ``(N, H + 1)``.
        rewards: hidden ones of the environment, ``(N, H)``.
        measures: ``(N, 4)``.
    """

    raw: Tensor
    seen: Tensor
    chosen: Tensor
    logs: Tensor
    values: Floats
    rewards: Floats
    measures: Floats


def play(weights: Any, environment: Environment, envs: SyncVectorEnv, seeds: Sequence[int]) -> Round:
    """Play one trajectory in each environment; torch's own generator draws the actions.

    Raises:
        LudensError: one ended too soon.
    """
    import torch

    box = envs.single_action_space
    assert isinstance(box, Box)
    middle, half = (box.high + box.low) / 2, (box.high - box.low) / 2
    observations, _ = envs.reset(seed=[*seeds])
    parts, after, earned = [], [], []
    spread = weights["spread"]["log"]
    with torch.no_grad():
        for step in range(environment.horizon):
            raw = torch.from_numpy(np.asarray(observations, np.float32))
            clock = torch.full((len(raw), 1), 2 * step / environment.horizon - 1)
            seen = torch.cat([normalised(weights["scale"], raw), clock], -1)
            means = weights["actor"](seen)
            chosen = means + spread.exp() * torch.randn(means.shape)
            observations, rewards, ended, cut, _ = envs.step((middle + half * chosen.clamp(-1, 1).numpy()).astype(box.dtype))
            if (ended | cut).any() and step + 1 < environment.horizon:
                raise ended_too_soon(environment)
            parts.append((raw, seen, chosen, log_density(means, spread, chosen), weights["critic"](seen)[:, 0]))
            after.append(observations)
            earned.append(rewards)
    raw, seen, chosen, logs, values = (torch.stack(part, 1) for part in zip(*parts, strict=True))
    rewards = np.stack(earned, 1)
    measures = measure(environment, rewards, np.stack(after, 1), chosen.clamp(-1, 1).numpy())
    expected = np.concatenate([values.double().numpy(), np.zeros((len(values), 1))], 1)
    return Round(raw, seen, chosen, logs, expected, rewards, measures)
