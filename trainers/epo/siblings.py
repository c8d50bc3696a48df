"""Direct preference optimisation of a strategist: two strategies said at the same point of the same deal, the one that came to more before the other.

Rafailov et al. 2023, arXiv:2305.18290, on pairs mined where otherwise equal episodes part (Zeng et al. 2025, arXiv:2501.09766).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..objectives import dpo
from ..record import LogProbs, Pairs
from .talks import Row, Spoken, Strategy
from .update import Batch, logprobs, steps

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from ...llm.nano.network import Network

__all__ = ["Pair", "fit_pairs", "pairs"]


class Pair(NamedTuple):
    """Two strategies that answer the same prompt."""

    better: Strategy
    worse: Strategy


def pairs(spoken: Sequence[Spoken]) -> list[Pair]:
    """Pair, at every point that several episodes of a deal went through, the strategy with the highest mean outcome and the one with the lowest.

    Args:
        spoken: episodes; those of one deal share a number, and a point is what the strategist was told up to there.
    """
    points: dict[tuple[object, tuple[int, ...]], dict[str, list[tuple[float, Strategy]]]] = {}
    for talk in spoken:
        for strategy in talk.said:
            if strategy.read:
                points.setdefault((talk.deal, strategy.prompt), {}).setdefault(strategy.text, []).append((talk.outcome, strategy))
    found = []
    for texts in points.values():
        means = {text: float(np.mean([outcome for outcome, _ in met])) for text, met in texts.items()}
        best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
        if means[best] > means[worst]:
            found.append(Pair(texts[best][0][1], texts[worst][0][1]))
    return found


def fit_pairs(
    network: Network, found: Sequence[Pair], optimizer: torch.optim.Optimizer, *, epochs: int, batch: int, temperature: float, seed: int
) -> Iterator[float]:
    """Take the steps of one round, and give each one's loss; the reference is the network as it is given.

    Args:
        network: is trained in place.
        found: the round's pairs.
        optimizer: of its parameters.
        epochs: how often the pairs are read.
        batch: pairs a step.
        temperature: of DPO.
        seed: of their order.
    """
    import torch

    with torch.no_grad():
        reference = [_sums(network, [pair]) for pair in found]

    def loss_of(chosen: Sequence[int]) -> Tensor:
        policy, fixed = _sums(network, [found[index] for index in chosen]), torch.cat([reference[index] for index in chosen])
        first, second = (LogProbs(policy[:, side], fixed[:, side], fixed[:, side], fixed[:, side]) for side in (0, 1))
        return dpo(Pairs(first, second, torch.ones(len(chosen))), temperature)

    return steps(loss_of, len(found), optimizer, epochs=epochs, batch=batch, seed=seed)


def _sums(network: Network, chosen: Sequence[Pair]) -> Tensor:
    """Log-probabilities of whole strategies, better and worse, ``[B, 2]``."""
    import torch

    said = [strategy for pair in chosen for strategy in pair]
    batch = Batch.of([_row(strategy) for strategy in said])
    owner = torch.repeat_interleave(torch.tensor([len(strategy.reply) for strategy in said]))
    found = logprobs(network, batch)
    return found.new_zeros(len(said)).index_add(0, owner, found).view(-1, 2)


def _row(strategy: Strategy) -> Row:
    ids = strategy.prompt + strategy.reply
    return Row(ids, tuple(range(len(strategy.prompt), len(ids))), (1.0,) * len(strategy.reply), strategy.logprobs)
