"""The update of proximal policy optimisation, whatever the policy draws from: numbers of actions, or points of a continuous space.

Clipped surrogate as Schulman et al. have it (2017, "Proximal Policy Optimization Algorithms", arXiv:1707.06347, eqs. 7 and 9); advantages are normalised in
each minibatch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .objectives import ppo_clip
from .parameters import Parameters

if TYPE_CHECKING:
    import torch
    from torch import Tensor

__all__ = ["Judged", "Learning", "update"]


@dataclass(frozen=True)
class Learning(Parameters):
    """How an actor and its critic learn from what was played.

    Attributes:
        epochs: how often the steps of an update are learned from.
        minibatches: parts of them, a step of the optimizer each.
        learning_rate: at the beginning; it falls linearly to a tenth.
        discount: of rewards, a step.
        trace: the lambda of generalised advantages.
        clip: how far the probability of a choice may move in an update.
        entropy: weight of the entropy bonus at the beginning; it falls linearly to a tenth.
        value: weight of the critic's loss.
        norm: most norm of a gradient.
        hidden: widths of the layers of the actor, and of the critic.
    """

    epochs: int = 4
    minibatches: int = 8
    learning_rate: float = 1e-3
    discount: float = 0.99
    trace: float = 0.95
    clip: float = 0.2
    entropy: float = 0.02
    value: float = 0.5
    norm: float = 0.5
    hidden: tuple[int, ...] = (128, 128)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))
        self._whole("epochs", "minibatches")
        self._positive("learning_rate", "clip", "norm")
        self._shares("discount", "trace")
        self._not_negative("entropy", "value")


class Judged(NamedTuple):
    """What actor and critic now say of some steps, with gradients.

    Attributes:
        logs: log-probabilities of what was chosen, ``(n,)``.
        entropy: mean entropy of the choices.
        values: what the critic expects, ``(n,)``.
        besides: what else is to be small.
    """

    logs: Tensor
    entropy: Tensor
    values: Tensor
    besides: Tensor | float = 0.0


def update(
    judge: Callable[[Tensor], Judged],
    logs: Tensor,
    advantages: Tensor,
    targets: Tensor,
    optimizer: torch.optim.Optimizer,
    *,
    learning: Learning,
    bonus: float,
) -> float:
    """Learn from steps in shuffled minibatches; torch's own generator shuffles.

    Args:
        judge: says of the steps with these numbers what actor and critic now think.
        logs: log-probabilities of what was chosen as it was drawn, ``(n,)``.
        advantages: of the same shape.
        targets: what the critic should have expected, of the same shape.
        optimizer: of all weights that ``judge`` uses.
        learning: how.
        bonus: weight of the entropy.

    Returns:
        The mean entropy.
    """
    import torch

    weights: list[Any] = [weight for group in optimizer.param_groups for weight in group["params"]]
    entropies = []
    for _ in range(learning.epochs):
        for part in torch.randperm(len(logs)).chunk(learning.minibatches):
            now = judge(part)
            gain = advantages[part]
            gain = (gain - gain.mean()) / (gain.std() + 1e-8)
            surrogate = ppo_clip(now.logs, logs[part], gain, learning.clip)
            error = (now.values - targets[part]).square().mean()
            optimizer.zero_grad(set_to_none=True)
            (surrogate - bonus * now.entropy + learning.value * error + now.besides).backward()
            torch.nn.utils.clip_grad_norm_(weights, learning.norm)
            optimizer.step()
            entropies.append(now.entropy.item())
    return float(np.mean(entropies))
