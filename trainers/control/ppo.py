"""Proximal policy optimisation of a body: each round is learned from once, by advantages (:mod:`ludens.trainers.ppo_update`)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ...agents.neural.modules import module_of
from ..credit import advantages_by_critic
from ..ppo_update import Judged, update
from ..rates import decay
from .config import Config
from .learner import Experience

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["PPO", "entropy", "log_density"]


class PPO:
    """A Gaussian actor whose deviations do not depend on the state, and its critic; see :class:`~ludens.trainers.control.learner.Learner`."""

    policy = ("actor", "spread")
    rounds = 1

    def __init__(self, config: Config, seen: int, actions: int, seed: int) -> None:
        import torch
        from torch.nn import Parameter, ParameterDict

        self.config = config
        sizes = {"hidden": list(config.hidden)}
        actor: Any = module_of("mlp", seen, actions, sizes, seed)
        with torch.no_grad():
            actor[-1].weight *= 0.01  # at first all states get about the same actions, those in the middle
            actor[-1].bias.zero_()
        spread = ParameterDict({"log": Parameter(torch.full((actions,), math.log(config.deviation)))})
        self.weights = torch.nn.ModuleDict({"actor": actor, "critic": module_of("mlp", seen, 1, sizes, seed + 1), "spread": spread})

    def draw(self, seen: Tensor) -> Tensor:
        import torch

        means = self.weights["actor"](seen)
        return means + self._spread.exp() * torch.randn(means.shape)

    def learn(self, experience: Experience, optimizer: Any, share: float) -> dict[str, float]:
        import torch

        (seen, chosen, rewards), config, weights = (part[0] for part in experience), self.config, self.weights
        with torch.no_grad():
            values = weights["critic"](seen)[..., 0].double()
            values[:, -1] = 0  # trajectories are over by then
            before = log_density(weights["actor"](seen[:, :-1]), self._spread, chosen).flatten()
        advantages = torch.from_numpy(advantages_by_critic(rewards.double().numpy(), values.numpy(), config.discount, config.trace))
        gains, targets = advantages.flatten().float(), (advantages + values[:, :-1]).flatten().float()
        states, actions = seen[:, :-1].flatten(0, 1), chosen.flatten(0, 1)

        def judged(part: Any) -> Judged:
            logs = log_density(weights["actor"](states[part]), self._spread, actions[part])
            return Judged(logs, entropy(self._spread), weights["critic"](states[part])[:, 0])

        bonus = config.entropy * decay(share)
        return {"entropy": update(judged, before, gains, targets, optimizer, learning=config, bonus=bonus)}

    @property
    def _spread(self) -> Tensor:
        spread: Tensor = self.weights["spread"]["log"]
        return spread


def log_density(means: Tensor, spread: Tensor, actions: Tensor) -> Tensor:
    """Give the log-density of actions ``(..., A)`` under independent normal distributions: ``(...)``."""
    z = (actions - means) / spread.exp()
    return -(0.5 * z.square() + spread + 0.5 * math.log(2 * math.pi)).sum(-1)


def entropy(spread: Tensor) -> Tensor:
    """Give the entropy of an action."""
    return (spread + 0.5 * math.log(2 * math.pi * math.e)).sum()
