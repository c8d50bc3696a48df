"""The loss of EPO and its steps, on a nano model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .talks import Row

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from ...llm.nano.network import Network

__all__ = ["Batch", "epo_loss", "fit", "logprobs", "steps"]


class Batch(NamedTuple):
    """Rows end to end; ``N`` strategy tokens in all.

    Attributes:
        ids: token ids, ``[sum(lengths)]``.
        lengths: of the rows.
        places: where strategy tokens stand among all, ``[N]``.
        gains: what each counts, ``[N]``.
        old: its log-probability under the model that sampled it, ``[N]``.
    """

    ids: Tensor
    lengths: list[int]
    places: Tensor
    gains: Tensor
    old: Tensor

    @classmethod
    def of(cls, chosen: Sequence[Row]) -> Batch:
        """Lay rows end to end."""
        import torch

        starts = np.cumsum([0, *(len(row.ids) for row in chosen)])
        places = [start + place for start, row in zip(starts, chosen, strict=False) for place in row.places]
        return cls(
            torch.tensor([token for row in chosen for token in row.ids]),
            [len(row.ids) for row in chosen],
            torch.tensor(places),
            torch.tensor([gain for row in chosen for gain in row.gains]),
            torch.tensor([value for row in chosen for value in row.logprobs]),
        )


def logprobs(network: Network, batch: Batch) -> Tensor:
    """Give the log-probability of every strategy token, ``[N]``, with gradients."""
    import torch

    # logits of a token stand one place before it; no others are made
    logits = network.logits(network(batch.ids, batch.lengths)[batch.places - 1]).float()
    return torch.log_softmax(logits, -1).gather(-1, batch.ids[batch.places][:, None])[:, 0]


def epo_loss(policy: Tensor, batch: Batch, clip: float | None = None) -> Tensor:
    """Minus the gains' sum of log-probabilities: summed over episodes, as in the released code, which has neither ratio nor clip nor baseline.

    Args:
        policy: log-probabilities, ``[N]``.
        batch: what they are of.
        clip: how far the ratio to the sampling model may be from 1 before a token stops counting (PPO, arXiv:1707.06347, eq. 7); None for the released loss.
    """
    import torch

    if clip is None:
        return -(policy * batch.gains).sum()
    ratio = (policy - batch.old).exp()
    return -torch.minimum(ratio * batch.gains, ratio.clamp(1 - clip, 1 + clip) * batch.gains).sum()


def fit(network: Network, found: Sequence[Row], optimizer: torch.optim.Optimizer, *, epochs: int, batch: int, clip: float | None, seed: int) -> Iterator[float]:
    """Take the steps of one round, and give each one's loss.

    Args:
        network: is trained in place.
        found: the round's rows.
        optimizer: of its parameters.
        epochs: how often the rows are read.
        batch: rows a step.
        clip: as :func:`epo_loss` has it.
        seed: of their order.
    """
    import torch

    known = list(found)
    if clip is not None:
        # what an engine tells depends, in the last digits, on which requests happened to share a batch; read here, ratios begin at exactly 1
        for start in range(0, len(known), batch):
            part = known[start : start + batch]
            with torch.no_grad():
                own = logprobs(network, Batch.of(part)).split([len(row.places) for row in part])
            known[start : start + batch] = [row._replace(logprobs=tuple(values.tolist())) for row, values in zip(part, own, strict=True)]

    def loss_of(chosen: Sequence[int]) -> Tensor:
        laid = Batch.of([known[index] for index in chosen])
        # a batch sums over episodes; its steps should be of one size whatever the batch
        return epo_loss(logprobs(network, laid), laid, clip) / len(laid.lengths)

    return steps(loss_of, len(known), optimizer, epochs=epochs, batch=batch, seed=seed)


def steps(
    loss_of: Callable[[Sequence[int]], Tensor], count: int, optimizer: torch.optim.Optimizer, *, epochs: int, batch: int, seed: int, most_norm: float = 1.0
) -> Iterator[float]:
    """Read items in an order drawn anew each time round, a batch a step, and give each step's loss.

    Args:
        loss_of: the loss on items of these numbers.
        count: of the items.
        optimizer: steps.
        epochs: how often the items are read.
        batch: items a step.
        seed: of their order.
        most_norm: gradients are scaled down to this norm.
    """
    import torch

    rng, weights = np.random.default_rng(seed), [weight for group in optimizer.param_groups for weight in group["params"]]
    for _ in range(epochs):
        order = [int(index) for index in rng.permutation(count)]
        for start in range(0, count, batch):
            loss = loss_of(order[start : start + batch])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, most_norm)
            optimizer.step()
            yield loss.item()
