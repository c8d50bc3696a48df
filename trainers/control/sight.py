"""How bodies see: the scale of observations, and the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["normalised", "observed", "scale_of", "sight"]

_FURTHEST = 10.0
"""Standard deviations beyond which an observation is cut."""


def scale_of(seen: int) -> nn.ParameterDict:
    """Make the scale of ``seen`` numbers: how many observations there were, their means and their variances, which no optimizer moves."""
    import torch

    zeros, ones = torch.zeros(seen, dtype=torch.float64), torch.ones(seen, dtype=torch.float64)
    return torch.nn.ParameterDict({"count": torch.zeros(1, dtype=torch.float64), "mean": zeros, "variance": ones}).requires_grad_(False)


def sight(scale: Any, raw: Tensor, steps: Tensor, horizon: int) -> Tensor:
    """Give what a policy sees, ``(..., O + 1)``: observations in standard deviations, and the clock from -1 to 1.

    Args:
        scale: of the observations.
        raw: observations, ``(..., O)``.
        steps: that were made before them, ``(...)``.
        horizon: steps in all.
    """
    import torch

    return torch.cat([normalised(scale, raw), (2 * steps / horizon - 1).expand(raw.shape[:-1]).unsqueeze(-1)], -1)


def normalised(scale: Any, observations: Tensor) -> Tensor:
    """Give observations in standard deviations from the mean of all that were seen before this round."""
    centred = (observations - scale["mean"]) / (scale["variance"] + 1e-8).sqrt()
    return centred.clamp(-_FURTHEST, _FURTHEST).float()


def observed(scale: Any, observations: Tensor) -> None:
    """Take a round's observations ``(n, seen)`` into the mean and the variance (Chan, Golub and LeVeque 1983, The American Statistician 37)."""
    fresh, count = observations.double(), len(observations)
    mean, variance, before = fresh.mean(0), fresh.var(0, correction=0), scale["count"].item()
    total, gap = before + count, mean - scale["mean"]
    together = (scale["variance"] * before + variance * count + gap.square() * before * count / total) / total
    scale["mean"] += gap * count / total
    scale["variance"].copy_(together)
    scale["count"].fill_(total)
