"""The network of a chooser: tokens for the state, for what was heard and for what might be said, one block of self-attention over them.

What might be said is scored by the scaled dot product of its token with the state's (Xu et al. 2024, "Language Agents with Reinforcement Learning for
Strategic Play in the Werewolf Game", arXiv 2310.18940, section 3.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..neural.modules import module_of
from .sights import Sight

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["Batch", "Outputs", "Sizes", "network"]


class Sizes(NamedTuple):
    """How large a network is.

    Attributes:
        inputs: numbers in an observation.
        seats, memory: how many utterances are shown.
        width: of an utterance.
        choices: listed choices.
        model: width of a token.
        heads: of attention.
        hidden: widths of the layers that make the state's token, and of the critic.
    """

    inputs: int
    seats: int
    memory: int
    width: int
    choices: int
    model: int
    heads: int
    hidden: tuple[int, ...]


class Batch(NamedTuple):
    """Sights side by side, as tensors: the first axis counts them, candidates are filled up to the most of any."""

    own: Tensor
    heard: Tensor
    present: Tensor
    legal: Tensor
    offered: Tensor
    open: Tensor

    @classmethod
    def of(cls, sights: Sequence[Sight]) -> Batch:
        """Stack sights."""
        import torch

        most = max(1, *(len(sight.offered) for sight in sights))
        width = sights[0].offered.shape[1]
        offered = np.zeros((len(sights), most, width), np.float32)
        here = np.zeros((len(sights), most), np.bool_)
        for row, sight in enumerate(sights):
            offered[row, : len(sight.offered)], here[row, : len(sight.offered)] = sight.offered, True
        stacked = [np.stack([getattr(sight, name) for sight in sights]) for name in ("own", "heard", "present", "legal")]
        return cls(*(torch.from_numpy(array) for array in (*stacked, offered, here)))

    def rows(self, part: Tensor) -> Batch:
        """Take some of them."""
        return Batch(*(tensor[part] for tensor in self))


class Outputs(NamedTuple):
    """What a network says of a batch.

    Attributes:
        choices: log-probabilities of listed choices, ``(batch, choices)``.
        said: of candidates, ``(batch, most)``; all 0 where there is none.
        values: what the critic expects, ``(batch,)``.
    """

    choices: Tensor
    said: Tensor
    values: Tensor


def network(sizes: Sizes, seed: int | None = None) -> nn.Module:
    """Make a network from :class:`Batch` to :class:`Outputs` with fresh weights; torch's own generator is left as it was."""
    import torch
    from torch import nn

    wide, places = {"hidden": list(sizes.hidden)}, sizes.seats * sizes.memory

    class Choosing(nn.Module):  # type: ignore[misc]  # torch is judged as Any
        def __init__(self) -> None:
            super().__init__()
            self.state = module_of("mlp", sizes.inputs, sizes.model, wide, seed)
            self.heard = nn.Linear(sizes.width, sizes.model)
            # who said it, and how long ago
            self.place = nn.Parameter(torch.randn(places, sizes.model) / sizes.model**0.5)
            self.offered = nn.Linear(sizes.width, sizes.model)
            self.norm = nn.LayerNorm(sizes.model)
            self.attention = nn.MultiheadAttention(sizes.model, sizes.heads, batch_first=True)
            self.query = nn.Linear(sizes.model, sizes.model)
            self.choices = nn.Linear(sizes.model, sizes.choices)
            self.critic = module_of("mlp", sizes.model, 1, wide, None if seed is None else seed + 1)

        def forward(self, batch: Batch) -> Outputs:
            own = self.state(batch.own)[:, None]
            tokens = torch.cat([own, self.heard(batch.heard) + self.place, self.offered(batch.offered)], dim=1)
            there = torch.cat([batch.legal.new_ones(len(own), 1), batch.present, batch.open], dim=1)
            normed = self.norm(tokens)
            tokens = tokens + self.attention(normed, normed, normed, key_padding_mask=~there, need_weights=False)[0]
            state = tokens[:, 0]
            scores = (tokens[:, 1 + places :] @ self.query(state)[:, :, None])[:, :, 0] / sizes.model**0.5
            some = batch.open.any(-1, keepdim=True)
            said = torch.log_softmax(scores.masked_fill(~batch.open, -1e9), -1)
            choices = torch.log_softmax(self.choices(state).masked_fill(~batch.legal, -1e9), -1)
            return Outputs(choices, torch.where(some, said, torch.zeros_like(said)), self.critic(state)[:, 0])

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed or 0)
        made: Any = Choosing()
    return made
