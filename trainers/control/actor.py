"""A Gaussian actor, its critic, and the scale of what they see."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...agents.neural.modules import module_of

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["actor_critic", "entropy", "log_density", "normalised", "observed"]

_FURTHEST = 10.0
"""Standard deviations beyond which an observation is cut."""


def actor_critic(seen: int, actions: int, hidden: Sequence[int], deviation: float, seed: int) -> nn.ModuleDict:
    """Make the weights.

    Args:
        seen: numbers in an observation; the clock is one more.
        actions: numbers in an action.
        hidden: widths of the layers.
        deviation: of the actions at the beginning.
        seed: of the weights.

    Returns:
        ``actor`` and ``critic``, ``spread`` with the logarithms of the standard deviations, which do not depend on the state, and ``scale`` with how many
        observations were seen, their means and their variances, which no optimizer moves.
    """
    import torch
    from torch.nn import Parameter, ParameterDict

    actor = module_of("mlp", seen + 1, actions, {"hidden": list(hidden)}, seed)
    with torch.no_grad():
        actor[-1].weight *= 0.01  # at first all states get about the same actions, those in the middle
        actor[-1].bias.zero_()
    spread = ParameterDict({"log": Parameter(torch.full((actions,), math.log(deviation)))})
    zeros, ones = torch.zeros(seen, dtype=torch.float64), torch.ones(seen, dtype=torch.float64)
    scale = ParameterDict({"count": torch.zeros(1, dtype=torch.float64), "mean": zeros, "variance": ones}).requires_grad_(False)
    critic = module_of("mlp", seen + 1, 1, {"hidden": list(hidden)}, seed + 1)
    return torch.nn.ModuleDict({"actor": actor, "critic": critic, "spread": spread, "scale": scale})


def normalised(scale: Any, observations: Tensor) -> Tensor:
    """Give observations in standard deviations from the mean of all that were seen before this round."""
    centred = (observations - scale["mean"]) / (scale["variance"] + 1e-8).sqrt()
    return centred.clamp(-_FURTHEST, _FURTHEST).float()


def observed(scale: Any, observations: Tensor) -> None:
    """Take a round's observations ``(n, seen)`` into the mean and the variance (Chan, Golub and LeVeque 1983, The American Statistician 37)."""
    fresh, count = observations.double(), len(observations)
    mean, variance, before = fresh.mean(0), fresh.var(0, correction=0), scale["count"].item()
    total, gap = before + count, mean - scale["mean"]
    together = (scale["variance"] * before + variance * count + gap.square() * before * count / total) / total
    scale["mean"] += gap * count / total
    scale["variance"].copy_(together)
    scale["count"].fill_(total)


def log_density(means: Tensor, spread: Tensor, actions: Tensor) -> Tensor:
    """Give the log-density of actions ``(..., A)`` under independent normal distributions: ``(...)``."""
    z = (actions - means) / spread.exp()
    return -(0.5 * z.square() + spread + 0.5 * math.log(2 * math.pi)).sum(-1)


def entropy(spread: Tensor) -> Tensor:
    """Give the entropy of an action."""
    return (spread + 0.5 * math.log(2 * math.pi * math.e)).sum()
