"""Monte-Carlo regression of a critic that reads words: a nano model from scratch, read off after the position and after every choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...agents.refining.card import Card
from ...agents.refining.features import Floats
from ...agents.refining.reader import Piece, TextCritic, pieces
from ...games.core import seat_name
from ...llm.nano.shape import preset
from ..rates import set_rate, to_zero
from .data import Rows
from .fit import Settings

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ...llm.nano.network import Network

__all__ = ["fit_words"]

_VOCABULARY = 1000
_SAMPLE = 2000
"""Positions that the tokenizer is trained on."""
_MOST = 1.0
"""Norm of a step's gradient at most."""


class _Read(NamedTuple):
    """A decision as tokens.

    Attributes:
        tokens: of the position and all choices.
        ends: where the position ends and where each choice does: the last token of each.
    """

    tokens: list[int]
    ends: list[int]

    @classmethod
    def of(cls, told: Sequence[Piece]) -> _Read:
        return cls([token for piece in told for token in piece], [end - 1 for end in accumulate(map(len, told))])


def fit_words(rows: Rows, card: Card, settings: Settings, size: str, place: Path) -> TextCritic:
    """Fit a critic as :func:`~ludens.trainers.read.fit.fit` does, whose positions are texts.

    Every decision is read once a step, and all its prefixes are fitted to the return that followed. With ``trace`` below 1 the values that targets lean on
    are those of the same network, after half of the steps.

    Args:
        rows: what the planner played, positions in words.
        card: what the critic is to be.
        settings: how; ``hidden`` is not used.
        size: of the model, a preset.
        place: a folder for the language model.

    Raises:
        LudensError: a decision is longer than the model's context.
    """
    import torch

    from ...llm.nano.network import Network, save
    from ...llm.nano.tokenizer import Tokenizer, train

    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    told = [f"{rows.positions[row]}\n" for row in rng.permutation(len(rows.positions))[:_SAMPLE]]
    train([*told, *(f"{seat_name(seat)}: {option}\n" for seat, options in enumerate(card.options) for option in options)], _VOCABULARY, place)
    tokenizer = Tokenizer(place)
    read = [_Read.of(pieces(tokenizer, position, chosen, card.options)) for position, chosen in zip(rows.positions, rows.chosen, strict=True)]
    network = Network(replace(preset(size), vocabulary=tokenizer.size))
    head = torch.nn.Linear(network.shape.width, 1)
    returns = rows.returns()
    earned = (float(returns.mean()), float(returns.std()) or 1.0)
    optimizer = torch.optim.AdamW([*network.parameters(), *head.parameters()], lr=settings.learning_rate, weight_decay=settings.decay, betas=(0.9, 0.98))
    for step in range(settings.steps):
        if settings.trace < 1 and step == settings.steps // 2:
            returns = rows.returns(_worth(network, head, read) * np.float32(earned[1]) + np.float32(earned[0]), settings.trace)
        set_rate(optimizer, settings.learning_rate * min(1.0, (step + 1) / 50) * to_zero(step / settings.steps))
        drawn = rng.integers(len(read), size=settings.batch)
        found = _read_off(network, head, [read[row] for row in drawn])
        wanted = (returns[np.repeat(drawn, [len(read[row].ends) for row in drawn])] - earned[0]) / earned[1]
        loss = (found - torch.from_numpy(wanted.astype(np.float32))).square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), _MOST)
        optimizer.step()
    save(network, place, tokenizer)
    weights = torch.cat([head.weight.detach()[0], head.bias.detach()]).numpy().copy()
    return TextCritic(card, place, weights, earned)


def _read_off(network: Network, head: nn.Linear, read: Sequence[_Read]) -> Tensor:
    """Give what the model makes of every end, decision after decision, in standard deviations of the returns."""
    import torch

    starts = accumulate((len(one.tokens) for one in read[:-1]), initial=0)
    ends = [start + end for start, one in zip(starts, read, strict=True) for end in one.ends]
    hidden = network(torch.tensor([token for one in read for token in one.tokens]), [len(one.tokens) for one in read])
    return head(hidden[ends])[:, 0]


def _worth(network: Network, head: nn.Linear, read: Sequence[_Read], rows: int = 64) -> Floats:
    """Give V of every decision's position, ``(N,)``."""
    import torch

    with torch.inference_mode():
        alone = [_Read(one.tokens[: one.ends[0] + 1], one.ends[:1]) for one in read]
        found = [_read_off(network, head, alone[begin : begin + rows]) for begin in range(0, len(alone), rows)]
        return np.asarray(torch.cat(found).numpy(), np.float32)
