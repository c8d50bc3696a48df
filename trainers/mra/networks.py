"""The networks: an encoder of populations, a relation network over the other agents, an actor and a critic.

Zhang, Shen, Han and Shen, "Learning Meta Representations for Agents in Multi-Agent Reinforcement Learning", arXiv:2108.12988.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ...agents.neural.modules import module_of
from .config import Config
from .worlds import World

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["ENCODING", "Sight", "information", "judged", "mode_logits", "networks", "recognised", "related"]

ENCODING = ("encoder", "predictor")
"""Networks that learn by telling populations apart; all others by playing."""
_CROWD = 10.0
"""By which populations are divided before they are encoded."""
_SAMPLES = 32


class Sight(NamedTuple):
    """What ``N`` agents know before they act.

    Attributes:
        own: ``(N, own)``.
        others: ``(N, most, other)``; rows beyond those that are there are 0.
        company: how many others there are, ``(N,)``.
        mode: which there is, one-hot, ``(N, K)``.
    """

    own: Tensor
    others: Tensor
    company: Tensor
    mode: Tensor


def networks(world: World, config: Config, seed: int) -> nn.ModuleDict:
    """Make all networks with fresh weights."""
    import torch

    width, sizes, heads = config.width, {"hidden": [config.width]}, {"hidden": list(config.hidden)}
    made = {
        "own": module_of("mlp", world.own + config.modes, width, sizes, seed),
        "other": module_of("mlp", world.other + config.modes, width, sizes, seed + 1),
        "query": module_of("mlp", width, width, {"hidden": []}, seed + 2),
        "actor": module_of("mlp", 2 * width, world.actions, heads, seed + 3),
        "critic": module_of("mlp", 2 * width, 1, heads, seed + 4),
        "encoder": module_of("mlp", 1, config.modes, sizes, seed + 5),
        "predictor": module_of("mlp", config.modes, len(config.populations), {"hidden": []}, seed + 6),
    }
    return torch.nn.ModuleDict(made)


def mode_logits(parts: nn.ModuleDict, populations: Sequence[int]) -> Tensor:
    """Encode populations: logits of the modes, ``(populations, K)``."""
    import torch

    logits: Tensor = parts["encoder"](torch.tensor(populations)[:, None] / _CROWD)
    return logits


def related(parts: nn.ModuleDict, sight: Sight) -> Tensor:
    """Give each agent's view of itself and, weighted by attention, of the others, both under its mode: ``(N, 2 width)``."""
    import torch

    mine = parts["own"](torch.cat([sight.own, sight.mode], -1)).tanh()
    spread = sight.mode[:, None].expand(-1, sight.others.shape[1], -1)
    theirs = parts["other"](torch.cat([sight.others, spread], -1)).tanh()
    scores = (theirs @ parts["query"](mine)[..., None])[..., 0] / math.sqrt(mine.shape[-1])
    absent = torch.arange(sight.others.shape[1]) >= sight.company[:, None]
    weights = scores.masked_fill(absent, -torch.inf).softmax(-1)
    return torch.cat([mine, (weights[:, None] @ theirs)[:, 0]], -1)


def judged(parts: nn.ModuleDict, sight: Sight) -> tuple[Tensor, Tensor]:
    """Give log-probabilities of the actions, ``(N, A)``, and what is expected, ``(N,)``."""
    view = related(parts, sight)
    return parts["actor"](view).log_softmax(-1), parts["critic"](view)[:, 0]


def information(parts: nn.ModuleDict, sight: Sight, modes: Tensor) -> Tensor:
    """Say how much an agent's action tells of its mode, in nats: mean of log pi(a|o,z) - log mean_z' pi(a|o,z').

    The mean over actions is exact, and so is that over other modes. Gradients go to the relation network alone, through an actor that stays as it is.

    Args:
        parts: the networks.
        sight: what some agents know.
        modes: probability of each mode over all populations, ``(K,)``.
    """
    from torch.func import functional_call

    count, kinds = sight.mode.shape
    own, others, company = (part.repeat_interleave(kinds, 0) for part in sight[:3])
    view = related(parts, Sight(own, others, company, modes.new_ones(kinds).diag().repeat(count, 1)))
    actor = {name: weight.detach() for name, weight in parts["actor"].named_parameters()}
    logs: Tensor = functional_call(parts["actor"], actor, (view,)).log_softmax(-1).view(count, kinds, -1)
    mean = (logs + modes.log()[:, None]).logsumexp(1, keepdim=True)
    gain = (logs.exp() * (logs - mean)).sum(-1)
    return (gain * sight.mode).sum(-1).mean()


def recognised(parts: nn.ModuleDict, config: Config) -> Tensor:
    """Give the cross-entropy, in nats, of a guess of the population by a relaxed draw of its mode: what the encoder and the game predictor learn by."""
    import torch
    from torch.nn import functional

    logits = mode_logits(parts, config.populations).repeat(_SAMPLES, 1)
    drawn = functional.gumbel_softmax(logits, config.temperature)
    return functional.cross_entropy(parts["predictor"](drawn), torch.arange(len(config.populations)).repeat(_SAMPLES))
