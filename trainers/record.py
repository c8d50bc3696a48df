"""What a loss is a function of: log-probabilities of whole answers under four policies, and who is preferred to whom.

Everything here is a torch tensor; gradients flow through ``policy`` alone. An answer's log-probability is the sum over the learner's own tokens: averages over
tokens, or products made token by token, are other functions and have other fixed points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Group", "LogProbs", "Pairs", "whole"]


class LogProbs(NamedTuple):
    """Log-probabilities of the same answers (or, before :func:`whole`, of the same tokens) under four policies; all of one shape.

    Attributes:
        policy: the one that is trained, with gradients.
        old: the one that sampled them.
        reference: the frozen one that regularised methods stay near.
        previous: the iterate that an update is centred at.
    """

    policy: Tensor
    old: Tensor
    reference: Tensor
    previous: Tensor

    @property
    def from_reference(self) -> Tensor:
        """log(policy / reference)."""
        return self.policy - self.reference

    @property
    def from_previous(self) -> Tensor:
        """log(policy / previous)."""
        return self.policy - self.previous


def whole(tokens: LogProbs, learner: Tensor) -> LogProbs:
    """Sum tokens into answers.

    Args:
        tokens: ``(..., T)``.
        learner: True at the tokens that the learner itself sampled: not at prompts, other players' words or what an environment said; ``(..., T)``.

    Returns:
        Log-probabilities of the answers, ``(...)``.
    """
    return LogProbs(*(part.where(learner, part.new_zeros(())).sum(-1) for part in tokens))


class Pairs(NamedTuple):
    """Answers side by side, ``(B,)``.

    Attributes:
        first, second: the two answers to each prompt.
        preference: P(first > second), ``(B,)``; a hard label is 1 or 0.
    """

    first: LogProbs
    second: LogProbs
    preference: Tensor

    @property
    def from_reference(self) -> Tensor:
        """log(policy/reference) of the first less that of the second: the h of DPO and IPO."""
        return self.first.from_reference - self.second.from_reference

    @property
    def from_previous(self) -> Tensor:
        """The same against the previous iterate."""
        return self.first.from_previous - self.second.from_previous


class Group(NamedTuple):
    """``K`` answers to each of ``B`` prompts, all compared with all.

    Attributes:
        answers: ``(B, K)``.
        table: P(answer i > answer j), ``(B, K, K)``, 1/2 on the diagonal.
    """

    answers: LogProbs
    table: Tensor

    @property
    def win_rates(self) -> Tensor:
        """Estimates of P(answer > policy): the mean over the other answers, ``(B, K)``.

        With the answer itself among them, at 1/2, every difference from 1/2 would shrink by (K-1)/K.
        """
        size = self.table.shape[-1]
        return (self.table.sum(-1) - 0.5) / (size - 1)

    @property
    def pairs(self) -> Pairs:
        """Every answer with each later one of its group, ``(B K (K-1)/2,)``."""
        import torch

        one, two = torch.triu_indices(self.table.shape[-1], self.table.shape[-1], 1)
        sides = [LogProbs(*(part[:, index].reshape(-1) for part in self.answers)) for index in (one, two)]
        return Pairs(sides[0], sides[1], self.table[:, one, two].reshape(-1))
