"""Imitation by networks, and networks side by side: one for each seat."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ...rates import decay, set_rate

if TYPE_CHECKING:
    from torch import Tensor, nn

    from .worlds import Ints, Singles

__all__ = ["applied", "fit_rows", "side_by_side"]


def fit_rows(module: nn.Module, seen: Singles, chosen: Ints, rng: np.random.Generator, *, steps: int, batch: int = 512, rate: float = 2e-3) -> float:
    """Make choices likely where they were made, by cross-entropy; give the mean loss of the last tenth of the steps.

    Args:
        module: from what is seen to logits; changed.
        seen: ``(..., width)``.
        chosen: ``(...)``.
        rng: draws the rows of each step.
        steps: of Adam, whose rate falls linearly to a tenth.
        batch: rows a step.
        rate: at the beginning.
    """
    import torch

    rows, targets = torch.from_numpy(np.ascontiguousarray(seen.reshape(-1, seen.shape[-1]))), torch.from_numpy(np.ascontiguousarray(chosen.reshape(-1)))
    optimizer = torch.optim.Adam(module.parameters(), lr=rate)
    losses = []
    for step in range(steps):
        set_rate(optimizer, rate * decay(step / steps))
        part = torch.from_numpy(rng.integers(len(rows), size=batch))
        loss = torch.nn.functional.cross_entropy(module(rows[part]), targets[part])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return float(np.mean(losses[-max(1, steps // 10) :]))


def side_by_side(copies: int, inputs: int, hidden: tuple[int, ...], generator: Any) -> nn.ParameterList:
    """Make the weights of networks of one output each: of a layer ``(copies, inputs, outputs)``, then its biases ``(copies, 1, outputs)``, and so on."""
    import torch

    out = torch.nn.ParameterList()
    for before, after in pairwise([inputs, *hidden, 1]):
        for shape in ((copies, before, after), (copies, 1, after)):
            out.append((torch.rand(shape, generator=generator) * 2 - 1) * before**-0.5)
    return out


def applied(weights: nn.ParameterList, rows: Tensor) -> Tensor:
    """Ask networks side by side: from ``(copies, rows, inputs)`` to ``(copies, rows)``."""
    import torch

    layers = [weights[at] for at in range(len(weights))]
    for at in range(0, len(layers), 2):
        rows = torch.baddbmm(layers[at + 1], rows if at == 0 else rows.relu(), layers[at])
    return rows[..., 0]
