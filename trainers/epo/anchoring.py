"""How far a strategist has strayed from the one it began as, strategy by strategy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..credit import Floats
from .talks import Spoken, rows
from .update import Batch, logprobs

if TYPE_CHECKING:
    from ...llm.nano.network import Network

__all__ = ["strayed"]


def strayed(reference: Network, spoken: Sequence[Spoken], batch: int) -> list[Floats]:
    """Give log pi(strategy) / pi_ref(strategy) of every strategy, in nats: its mean over what is sampled is the divergence from the reference.

    Args:
        reference: what the strategist began as.
        spoken: strategies as they were sampled.
        batch: rows read at once.

    Returns:
        ``[T]`` for each episode; 0 for a strategy that could not be read, which nothing is learned from.
    """
    import torch

    laid = [list(rows(talk.said, np.ones(len(talk.said)))) for talk in spoken]
    flat = [row for own in laid for row in own]
    found: list[Floats] = []
    with torch.no_grad():
        for begin in range(0, len(flat), batch):
            part = Batch.of(flat[begin : begin + batch])
            ratios = (part.old - logprobs(reference, part)).split([len(row.places) for row in flat[begin : begin + batch]])
            found += [ratio.double().numpy() for ratio in ratios]
    ratios_of = iter(found)
    return [_by_strategy(talk, np.concatenate([next(ratios_of) for _ in own]) if own else np.zeros(0)) for talk, own in zip(spoken, laid, strict=True)]


def _by_strategy(talk: Spoken, ratios: Floats) -> Floats:
    sizes = [len(strategy.reply) if strategy.read else 0 for strategy in talk.said]
    ends = np.cumsum(sizes)
    return np.array([float(ratios[end - size : end].sum()) for size, end in zip(sizes, ends, strict=True)])
