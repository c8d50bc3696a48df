"""Rewards of single steps that the policy learns from: parts of a win share, or a fitted model's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .memory import Memory
from .sight import normalised

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["RewardModel", "bradley_terry_loss", "spread_out", "standardised"]


def spread_out(totals: Tensor, horizon: int) -> Tensor:
    """Share trajectories' rewards out evenly among their steps: ``(..., H)`` of ``(...)``."""
    return (totals / horizon).unsqueeze(-1).expand(*totals.shape, horizon)


def standardised(rewards: Tensor) -> Tensor:
    """Give rewards ``(..., H)`` whose sums over trajectories have mean 0 and deviation 1, so that the critic learns on one scale whatever a reward's unit."""
    totals = rewards.double().sum(-1)
    return ((rewards - totals.mean() / rewards.shape[-1]) / (totals.std(correction=0) + 1e-8)).float()


def bradley_terry_loss(ahead: Tensor, wins: Tensor) -> Tensor:
    """Give the mean negative log-likelihood of labels: P(a > b) = sigmoid(sum of rewards of a - that of b) (Christiano et al. 2017, arXiv:1706.03741).

    Args:
        ahead: how much larger the sums of the first trajectories of pairs are, ``(n,)``.
        wins: how far they won, of the same shape.
    """
    from torch.nn.functional import binary_cross_entropy_with_logits

    return binary_cross_entropy_with_logits(ahead, wins)


class RewardModel:
    """A reward of single steps, fitted to comparisons of trajectories by their sums.

    Args:
        network: of observations, clock left out, in standard deviations, and actions; gives one number.
        optimizer: of the network, and of others.
    """

    def __init__(self, network: Any, optimizer: Any) -> None:
        self.network, self.optimizer = network, optimizer

    def rewards(self, scale: Any, raw: Tensor, chosen: Tensor) -> Tensor:
        """Give the rewards of steps, ``(..., H)``, from what was seen before and after them, ``(..., H + 1, O)``, and what was done, ``(..., H, A)``."""
        import torch

        return self.network(torch.cat([normalised(scale, raw[..., :-1, :]), chosen.clamp(-1, 1)], -1))[..., 0]

    def fit(self, scale: Any, memory: Memory, slots: list[int], steps: int, batch: int) -> float:
        """Take gradient steps, each on pairs drawn from all that were asked about; give the mean loss.

        Args:
            scale: of the observations.
            memory: trajectories and answers.
            slots: where the rounds lie that are learned from.
            steps: gradient steps.
            batch: pairs a step.
        """
        import torch

        raw, chosen = (part[slots].flatten(0, 1) for part in (memory.raw, memory.chosen))
        table = memory.table[slots][:, :, slots].flatten(2).flatten(0, 1)
        first, second = (~table.triu(1).isnan() & torch.ones_like(table).triu(1).bool()).nonzero(as_tuple=True)
        losses = []
        for _ in range(steps):
            drawn = torch.randint(len(first), (batch,))
            ours, theirs = first[drawn], second[drawn]
            sums = self.rewards(scale, raw[torch.cat([ours, theirs])], chosen[torch.cat([ours, theirs])]).sum(-1)
            loss = bradley_terry_loss(sums[:batch] - sums[batch:], table[ours, theirs])
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        self.optimizer.zero_grad(set_to_none=True)
        return float(np.mean(losses))
