"""What one collection brings: answers as rows of tokens, who is preferred to whom, and their log-probabilities under the frozen policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from ..language_policy import TokenBatch
from ..record import LogProbs, whole
from ..samples import Sample

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

__all__ = ["Answers", "Drawn", "Row", "Seen", "rows_of"]

Row = tuple[list[int], list[bool], list[float]]
"""Tokens, the mask of those that the learner sampled, and their log-probabilities then (elsewhere 0)."""


class Answers(NamedTuple):
    """``K`` answers to each of ``B`` prompts, of as many rows as it takes; rows that are the same are there once.

    An answer is all that the learner itself sampled on one occasion: the tokens of a reply, or of all its replies in an episode.

    Attributes:
        batch: ``U`` different rows; ``batch.sampled`` is the learner mask.
        row: which row each of ``P`` parts of answers is, ``(P,)``.
        answer: which answer it belongs to, ``b * K + k``, ``(P,)``.
        prompts: B.
        size: K.
    """

    batch: TokenBatch
    row: Tensor
    answer: Tensor
    prompts: int
    size: int

    @classmethod
    def of(cls, parts: Sequence[Sequence[Row]], size: int) -> Self:
        """Lay answers out.

        Args:
            parts: of each answer, its rows as (tokens, mask, log-probabilities); those of a prompt follow each other.
            size: K.
        """
        import torch

        known: dict[tuple[tuple[int, ...], tuple[bool, ...]], int] = {}
        rows: list[Row] = []
        row, answer = [], []
        for number, own in enumerate(parts):
            for tokens, mask, logprobs in own:
                key = (tuple(tokens), tuple(mask))
                if key not in known:
                    known[key] = len(rows)
                    rows.append((tokens, mask, logprobs))
                row.append(known[key])
                answer.append(number)
        return cls(TokenBatch.laid(rows), torch.tensor(row), torch.tensor(answer), len(parts) // size, size)

    def whole(self, tokens: LogProbs) -> LogProbs:
        """Sum log-probabilities of rows, ``(U, T)``, into those of answers, ``(B, K)``."""
        rows = whole(tokens, self.batch.sampled)
        count = self.prompts * self.size
        return LogProbs(*(part.new_zeros(count).index_add(0, self.answer, part[self.row]).view(self.prompts, self.size) for part in rows))

    def take(self, prompts: Sequence[int]) -> tuple[Self, Tensor]:
        """Keep some prompts; give their answers, and which rows were kept."""
        import torch

        wanted = torch.tensor(list(prompts))
        place = torch.full((self.prompts,), -1).index_put((wanted,), torch.arange(len(wanted)))
        kept = (place[self.answer // self.size] >= 0).nonzero()[:, 0]
        rows, row = self.row[kept].unique(return_inverse=True)
        answer = place[self.answer[kept] // self.size] * self.size + self.answer[kept] % self.size
        return type(self)(TokenBatch(*(part[rows] for part in self.batch)), row, answer, len(wanted), self.size), rows


class Drawn(NamedTuple):
    """What a field of answers gives when it is asked for some.

    Attributes:
        answers: with ``batch.logprobs`` of the policy that sampled them.
        table: P(answer i > answer j), ``(B, K, K)``.
        rivals: P(answer i > rival j) where an opponent answered too, ``(B, K, M)``.
        rewards: of the answers, on a scale of about 1, where there are any, ``(B, K)``.
        facts: what was noticed, by name: monitors of collapse among it.
        groups: utilities of the answers for each group of people, where there are several, ``(G, B, K)``.
    """

    answers: Answers
    table: NDArray[np.float64]
    rivals: NDArray[np.float64] | None
    rewards: NDArray[np.float64] | None
    facts: Mapping[str, float]
    groups: NDArray[np.float64] | None = None


class Seen(NamedTuple):
    """What a loss looks at beside log-probabilities; tensors, without gradients.

    Attributes:
        answers: how rows make up answers.
        table: ``(B, K, K)``; drawn labels or probabilities.
        rates: P(answer > opponent), ``(B, K)``.
        advantages: of the answers, ``(B, K)``; 0 where the method has none.
    """

    answers: Answers
    table: Tensor
    rates: Tensor
    advantages: Tensor


def rows_of(samples: Sequence[Sample]) -> list[Row]:
    """Join the decisions of one seat in one episode to rows of (tokens, mask, log-probabilities).

    A prompt that goes on from the one before and its reply shares its row, so that a conversation is read once. The mask is True at the tokens that were
    sampled and are the seat's own doing (:attr:`Sample.trainable`); what the environment or other players said is never among them.
    """
    rows: list[Row] = []
    for sample in samples:
        reply, own = list(sample.reply), sample.trainable
        if rows and tuple(rows[-1][0]) == sample.prompt[: len(rows[-1][0])]:
            tokens, mask, logprobs = rows[-1]
            said = list(sample.prompt[len(tokens) :])
        else:
            tokens, mask, logprobs = [], [], []
            rows.append((tokens, mask, logprobs))
            said = list(sample.prompt)
        tokens += [*said, *reply]
        mask += [*[False] * len(said), *[own] * len(reply)]
        logprobs += [*[0.0] * len(said), *(sample.logprobs if own else [0.0] * len(reply))]
    return rows
