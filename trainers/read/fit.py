"""Monte-Carlo regression of a critic: Q of a position and the choices of the first k seats, for every k (Zhang et al. 2024, arXiv 2405.14314, algorithm 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...agents.refining.card import Card, Regressed
from ...agents.refining.features import Floats, Ints, one_hot
from ...agents.refining.network import NetworkCritic
from .data import Rows

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Settings", "explained", "fit", "prefixes"]


class Settings(NamedTuple):
    """How it is fitted.

    Attributes:
        hidden: widths of the layers.
        steps: of the optimizer.
        batch: rows a step.
        learning_rate: of Adam at the beginning; it falls to nothing along a cosine.
        decay: of the weights.
        trace: 1 for Monte-Carlo returns, as the paper has it; less for targets that lean on V of the next position, fitted first to Monte-Carlo returns.
        seed: of weights and batches.
    """

    hidden: tuple[int, ...]
    steps: int
    batch: int
    learning_rate: float
    decay: float
    trace: float
    seed: int


def prefixes(chosen: Ints, counts: Ints) -> Ints:
    """Keep the choices of the first seats only.

    Args:
        chosen: ``(B, seats)``.
        counts: ``(B,)``: how many seats' choices are kept; the others become -1.
    """
    return np.where(np.arange(chosen.shape[1]) < counts[:, None], chosen, -1)


def fit(rows: Rows, card: Card, settings: Settings) -> NetworkCritic:
    """Fit a critic.

    The target of every prefix of a joint action is the return that followed it, so that Q of a prefix becomes the mean over what the planner would let
    the others do, and Q of none the value of the position.

    Args:
        rows: what the planner played.
        card: what the critic is to be.
        settings: how.
    """
    plain = rows.returns()
    if settings.trace == 1:
        return _fitted(rows, plain, card, settings, known=True)
    first = _fitted(rows, plain, card, settings, known=False)
    values = first.values(rows.positions, np.full(rows.chosen.shape, -1))
    return _fitted(rows, rows.returns(values, settings.trace), card, settings, known=True)


def _fitted(rows: Rows, returns: Floats, card: Card, settings: Settings, *, known: bool) -> NetworkCritic:
    """Fit Q to some returns; only V, to which no choice is known, unless ``known``."""
    import torch

    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    mean, spread = rows.positions.mean(0), rows.positions.std(0)
    # what never varied is left as it is: divided by nearly nothing it would blow up elsewhere
    spread = np.where(spread > 1e-3, spread, 1.0).astype(np.float32)
    earned = (float(returns.mean()), float(returns.std()) or 1.0)
    inputs = torch.from_numpy((rows.positions - mean) / spread)
    targets = torch.from_numpy((returns - earned[0]) / np.float32(earned[1]))
    module = _perceptron(card.inputs + sum(card.sizes), settings.hidden)
    optimizer = torch.optim.AdamW(module.parameters(), lr=settings.learning_rate, weight_decay=settings.decay)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings.steps)
    counts = rows.chosen.shape[1] + 1 if known else 1
    for _ in range(settings.steps):
        drawn = rng.integers(len(returns), size=settings.batch)
        kept = prefixes(rows.chosen[drawn], rng.integers(counts, size=settings.batch))
        seen = torch.cat([inputs[drawn], torch.from_numpy(one_hot(kept, card.sizes))], dim=1)
        loss = (module(seen)[:, 0] - targets[drawn]).square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        falling.step()
    layers = [(part.weight.detach().numpy().copy(), part.bias.detach().numpy().copy()) for part in module if isinstance(part, torch.nn.Linear)]
    return NetworkCritic(card, layers, (mean.astype(np.float32), spread), earned)


def _perceptron(inputs: int, hidden: tuple[int, ...]) -> nn.Sequential:
    from torch import nn

    parts: list[nn.Module] = []
    for one, other in zip((inputs, *hidden), (*hidden, 1), strict=True):
        parts += [nn.Linear(one, other), nn.ReLU()]
    return nn.Sequential(*parts[:-1])


def explained(critic: Regressed, rows: Rows) -> list[float]:
    """Give the share of the returns' variance that the critic explains, by how many seats' choices it knows: V's first, the joint Q's last."""
    returns = rows.returns()
    shares = []
    for count in range(rows.chosen.shape[1] + 1):
        kept = prefixes(rows.chosen, np.full(len(rows.chosen), count))
        shares.append(1 - float(np.var(returns - critic.values(rows.positions, kept)) / max(float(np.var(returns)), 1e-12)))
    return shares
