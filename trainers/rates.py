"""Learning rates that fall while a trainer learns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

__all__ = ["LOWEST", "decay", "set_rate", "to_zero"]

LOWEST = 0.05
"""Where rates that fall towards zero end, as a share of the highest."""


def decay(share: float) -> float:
    """Say how much of a rate is left after a share of the training: it falls linearly to a tenth."""
    return 1 - 0.9 * share


def to_zero(share: float) -> float:
    """The same of a rate that falls linearly towards zero, and stays at a twentieth in the end."""
    return max(LOWEST, 1 - share)


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Have an optimizer take its next steps at a rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate
