"""Where the rewards come from that the policy learns from: wins against the queue, a fitted reward model, or the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..preferences import Preference, labels
from .environments import Floats
from .playing import Round

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Memory", "RewardModel", "bradley_terry_loss", "spread_out", "standardised", "win_shares", "wins"]


def wins(preference: Preference[Any], fresh: Floats, older: Floats, kind: str, rng: np.random.Generator) -> Floats:
    """Ask about every pair of fresh trajectories, once, and about each of them with each older one.

    Args:
        preference: is asked.
        fresh: measures of a round, ``(N, M)``.
        older: of the rest of the queue, ``(K, M)``.
        kind: of the answers: "hard", drawn by the preference's probability, or "soft".
        rng: draws hard ones.

    Returns:
        How far each fresh trajectory won, ``(N, N + K)``: itself first, at 1/2.
    """
    among = preference.table(list(fresh))
    against = preference.table(list(fresh), list(older)) if len(older) else np.zeros((len(fresh), 0))
    if kind == "hard":
        among, against = labels(among, rng), (rng.random(against.shape) < against).astype(float)
    return np.concatenate([among, against], 1)


def win_shares(table: Floats) -> Floats:
    """Give each trajectory's share of wins against the queue, itself left out: ``(N,)`` of :func:`wins`.

    Swamy et al. 2024, arXiv:2401.04056, Algorithm 2.
    """
    return np.asarray((table.sum(1) - table.diagonal()) / (table.shape[1] - 1))


def spread_out(totals: Floats, horizon: int) -> Floats:
    """Share a trajectory's reward out evenly among its steps: ``(N, H)``."""
    return np.repeat(totals[:, None] / horizon, horizon, 1)


def standardised(rewards: Floats) -> Floats:
    """Give rewards whose sums over trajectories have mean 0 and deviation 1 in the round, so that the critic learns on one scale whatever a reward's unit.

    Of a win share, whose mean is 1/2 and whose deviation hardly changes, it is the same but for a constant.
    """
    totals = rewards.sum(1)
    return np.asarray((rewards - totals.mean() / rewards.shape[1]) / (totals.std() + 1e-8))


def bradley_terry_loss(sums: Tensor, others: Tensor, table: Tensor) -> Tensor:
    """Give the mean negative log-likelihood of labels: P(a > b) = sigmoid(sum of rewards of a - that of b) (Christiano et al. 2017, arXiv:1706.03741).

    Args:
        sums: of trajectories, ``(N,)``.
        others: of their opponents, ``(K,)``.
        table: how far each won, ``(N, K)``; NaN where nobody asked.
    """
    from torch.nn.functional import binary_cross_entropy_with_logits

    asked = ~table.isnan()
    return binary_cross_entropy_with_logits((sums[:, None] - others[None])[asked], table[asked])


class Memory(NamedTuple):
    """What a reward model is fitted to: the last rounds, in a ring.

    Attributes:
        given: raw observations and cut actions, ``(rounds, N, H, O + A)``.
        table: how far each trajectory of a round won, against the rounds from its own backwards, ``(rounds, N, queue * N)``; NaN where nobody asked.
    """

    given: Tensor
    table: Tensor

    @classmethod
    def empty(cls, rounds: int, queue: int, shape: tuple[int, int, int]) -> Memory:
        """Make room for rounds of trajectories, ``shape`` = (N, H, O + A) each."""
        import torch

        return cls(torch.zeros(rounds, *shape), torch.full((rounds, shape[0], queue * shape[0]), float("nan")))

    def keep(self, played: Round, table: Floats, number: int) -> None:
        """Take in a round and its labels."""
        import torch

        slot = number % len(self.given)
        self.given[slot] = torch.cat([played.raw, played.chosen.clamp(-1, 1)], -1)
        self.table[slot] = float("nan")
        self.table[slot, :, : table.shape[1]] = torch.from_numpy(table).float()
        own = torch.arange(len(table))
        self.table[slot, own, own] = float("nan")


class RewardModel:
    """A reward of single steps, fitted to comparisons of trajectories by their sums.

    Args:
        network: of observations, clock left out, in standard deviations, and actions; gives one number.
        optimizer: of the network, and of others.
    """

    def __init__(self, network: Any, optimizer: Any) -> None:
        self.network, self.optimizer = network, optimizer

    def rewards(self, scale: Any, given: Tensor) -> Tensor:
        """Give the rewards of steps: ``(...)`` of ``(..., O + A)``."""
        import torch

        from .actor import normalised

        seen = len(scale["mean"])
        return self.network(torch.cat([normalised(scale, given[..., :seen]), given[..., seen:]], -1))[..., 0]

    def fit(self, scale: Any, memory: Memory, held: int, steps: int) -> float:
        """Take gradient steps, each on the pairs of one round that is remembered, the others' turn coming by chance; give the mean loss.

        Args:
            scale: of the observations.
            memory: rounds.
            held: rounds that were kept so far.
            steps: gradient steps.
        """
        import torch

        size, losses = len(memory.given), []
        queue = memory.table.shape[2] // memory.table.shape[1]
        for _ in range(steps):
            back = int(torch.randint(min(held, size), (1,)))
            slots = [(held - 1 - back - behind) % size for behind in range(min(queue, min(held, size) - back))]
            sums = self.rewards(scale, memory.given[slots]).sum(-1)
            loss = bradley_terry_loss(sums[0], sums.flatten(), memory.table[slots[0], :, : sums.numel()])
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        self.optimizer.zero_grad(set_to_none=True)
        return float(np.mean(losses))
