"""Soft actor-critic of a body: all rounds of the queue are learned from again and again.

Haarnoja et al. 2018, "Soft Actor-Critic Algorithms and Applications", arXiv:1812.05905: twin critics, slowly moving copies of them as targets, and a
temperature that holds the entropy where it is wanted. A critic of all the queue's trajectories means over them what each of them earned, so that a reward
that is shared out evenly among a trajectory's steps finds the steps that earn it (Gangwani, Zhou and Peng 2020, arXiv:2010.12718).
"""

from __future__ import annotations

import math
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from ...agents.neural.modules import module_of
from .config import Config
from .learner import Experience
from .ppo import log_density

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["SAC", "squashed_log_density"]

_NARROWEST, _WIDEST = -4.0, 1.0
"""Logarithms of the deviations that an actor can have before its actions are squashed."""


class SAC:
    """A Gaussian actor squashed by the hyperbolic tangent, twin critics and their targets; see :class:`~ludens.trainers.control.learner.Learner`."""

    policy = ("actor",)

    def __init__(self, config: Config, seen: int, actions: int, seed: int) -> None:
        import torch
        from torch.nn import Parameter, ParameterDict

        self.config, self.rounds, self.actions = config, config.queue, actions
        sizes = {"hidden": list(config.hidden)}
        actor: Any = module_of("mlp", seen, 2 * actions, sizes, seed)
        with torch.no_grad():
            actor[-1].weight *= 0.01  # at first all states get about the same actions, those in the middle
            actor[-1].bias.zero_()
            actor[-1].bias[actions:] = _wish(config.deviation)
        critics = _stacked([module_of("mlp", seen + actions, 1, sizes, seed + 1 + number) for number in range(2)])
        temperature = ParameterDict({"log": Parameter(torch.tensor([math.log(config.temperature)]))})
        targets = deepcopy(critics).requires_grad_(False)
        self.weights = torch.nn.ModuleDict({"actor": actor, "critics": critics, "targets": targets, "temperature": temperature})

    def draw(self, seen: Tensor) -> Tensor:
        return self._drawn(seen)[0]

    def learn(self, experience: Experience, optimizer: Any, share: float) -> dict[str, float]:
        import torch

        config, weights = self.config, self.weights
        before, after = experience.seen[:, :, :-1].flatten(0, 2), experience.seen[:, :, 1:].flatten(0, 2)
        chosen, rewards = experience.chosen.flatten(0, 2), experience.rewards.flatten() * config.reward_scale
        goes_on = torch.ones_like(experience.rewards)
        goes_on[..., -1] = 0
        onward = goes_on.flatten() * config.discount
        aim = config.target_entropy * self.actions
        log_temperature = weights["temperature"]["log"]
        followed = [*weights["critics"].parameters()], [*weights["targets"].parameters()]
        told = torch.zeros(3)
        for part in torch.randint(len(rewards), (config.lessons, config.batch)):
            temperature = log_temperature.exp().detach()
            states, reached = before[part], after[part]
            drawn, logs = self._drawn(torch.cat([states, reached]))
            fresh, fresh_logs = drawn[: config.batch], logs[: config.batch]
            with torch.no_grad():
                worth = self._judged("targets", reached, drawn[config.batch :]).amin(0) - temperature * logs[config.batch :]
                targets = rewards[part] + onward[part] * worth
            error = (self._judged("critics", states, chosen[part]) - targets).square().mean(1).sum()
            weights["critics"].requires_grad_(False)  # the actor moves its actions, not what is thought of them
            regret = (temperature * fresh_logs - self._judged("critics", states, fresh).amin(0)).mean()
            weights["critics"].requires_grad_(True)
            surplus = -(fresh_logs.detach().mean() + aim)
            optimizer.zero_grad(set_to_none=True)
            (error + regret + log_temperature.sum() * surplus).backward()
            optimizer.step()
            with torch.no_grad():
                torch._foreach_lerp_(followed[1], followed[0], config.following)
            told += torch.stack([error.detach(), surplus + aim, temperature[0]])
        error_, entropy, temperature_ = (told / config.lessons).tolist()
        return {"error": error_, "entropy": entropy, "temperature": temperature_}

    def _drawn(self, seen: Tensor) -> tuple[Tensor, Tensor]:
        """Draw actions ``(n, A)``, and give their log-densities, ``(n,)``."""
        import torch

        means, wished = self.weights["actor"](seen).chunk(2, -1)
        spread = _NARROWEST + (_WIDEST - _NARROWEST) * torch.sigmoid(wished)
        free = means + spread.exp() * torch.randn(means.shape)
        return free.tanh(), squashed_log_density(means, spread, free)

    def _judged(self, which: str, seen: Tensor, actions: Tensor) -> Tensor:
        """Give what both critics expect, ``(2, n)``."""
        import torch

        weights, given = [*self.weights[which]], torch.cat([seen, actions], -1).expand(2, -1, -1)
        for layer in range(0, len(weights), 2):
            given = torch.baddbmm(weights[layer + 1], given, weights[layer])
            if layer + 2 < len(weights):
                given = given.relu()
        return given[..., 0]


def _stacked(networks: list[Any]) -> Any:
    """Lay the weights of networks of one shape upon each other, since one product of matrices for both takes half as many calls: matrix, offsets, matrix ..."""
    import torch

    layers = [part for part in zip(*networks, strict=True) if hasattr(part[0], "weight")]
    pairs = [(torch.stack([part.weight.T for part in layer]), torch.stack([part.bias[None] for part in layer])) for layer in layers]
    return torch.nn.ParameterList(tensor.detach() for pair in pairs for tensor in pair)


def _wish(deviation: float) -> float:
    share = (math.log(deviation) - _NARROWEST) / (_WIDEST - _NARROWEST)
    return math.log(share / (1 - share))


def squashed_log_density(means: Tensor, spread: Tensor, free: Tensor) -> Tensor:
    """Give the log-density of ``tanh(free)``, ``(...)``, where ``free`` ``(..., A)`` is normal (arXiv:1812.05905, appendix C)."""
    from torch.nn.functional import softplus

    # log(1 - tanh(u)^2) without loss of digits where tanh(u) is near 1
    return log_density(means, spread, free) - (2 * (math.log(2) - free - softplus(-2 * free))).sum(-1)
