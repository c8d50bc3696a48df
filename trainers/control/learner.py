"""What an actor and its critic are to the trainer, however they learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

__all__ = ["Experience", "Learner"]


class Experience(NamedTuple):
    """Trajectories to learn from, those of the latest round first.

    Attributes:
        seen: what the policy sees before each step and after the last, ``(rounds, N, H + 1, O + 1)``.
        chosen: actions as they were drawn, ``(rounds, N, H, A)``.
        rewards: of the steps, ``(rounds, N, H)``.
    """

    seen: Tensor
    chosen: Tensor
    rewards: Tensor


class Learner(Protocol):
    """An actor, its critic, and how they learn.

    Attributes:
        weights: of all networks.
    """

    weights: nn.ModuleDict

    @property
    def policy(self) -> tuple[str, ...]:
        """Names of those among the weights that draw actions."""

    @property
    def rounds(self) -> int:
        """How many of the last rounds are learned from."""

    def draw(self, seen: Tensor) -> Tensor:
        """Draw actions ``(n, A)``; the body gets them cut to -1 and 1."""

    def learn(self, experience: Experience, optimizer: torch.optim.Optimizer, share: float) -> dict[str, float]:
        """Learn after a round.

        Args:
            experience: the last rounds.
            optimizer: of all weights.
            share: how much of the training is over.

        Returns:
            What is to be written down.
        """
