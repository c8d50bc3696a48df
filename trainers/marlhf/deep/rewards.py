"""Rewards out of preferences by networks: one for each seat, several of each for what is not known, with a regulariser along time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...rates import decay, set_rate
from .data import Compared
from .fitting import applied, side_by_side

__all__ = ["Learned", "learn"]

Singles = NDArray[np.float32]


class Learned(NamedTuple):
    """Learned rewards of the steps of the data, up to a constant a seat.

    Attributes:
        rewards: ``(G, T, N)``: mean over the members.
        widths: ``(G, T, N)``: standard deviation over the members.
        accuracy: share of the held-out answers that the mean gets right.
        fit: mean over seats of the correlation of learned and true rewards, step by step.
        roughness: mean squared difference of successive learned rewards, as a share of their variance.
    """

    rewards: Singles
    widths: Singles
    accuracy: float
    fit: float
    roughness: float


def learn(
    data: Compared,
    options: int,
    rng: np.random.Generator,
    *,
    alpha: float,
    members: int,
    steps: int,
    batch: int = 32,
    hidden: tuple[int, ...] = (32, 32),
    rate: float = 1e-2,
    held_out: float = 0.1,
) -> Learned:
    """Fit the rewards by stochastic gradients.

    A step's loss is, a seat, -log likelihood of a pair (Bradley and Terry) + alpha sum_t (r_t+1 - r_t)^2 of a game (MARLHF, arXiv 2409.00717).

    Args:
        data: compared games.
        options: actions of a seat.
        rng: of the weights and of the pairs of each step.
        alpha: weight of the regulariser along time.
        members: networks a seat, which differ by weights and by the order of the data.
        steps: of AdamW, whose rate falls linearly to a tenth.
        batch: pairs a step.
        hidden: widths of the layers.
        rate: at the beginning.
        held_out: share of the pairs that accuracy is measured on.
    """
    import torch

    games, horizon, seats = data.play.chosen.shape
    pairs = games // 2
    actions = np.eye(options, dtype=np.float32)[data.play.chosen]
    whole = torch.from_numpy(np.concatenate([data.play.seen[:, :-1], actions], axis=-1).reshape(pairs, 2 * horizon, seats, -1))
    asked = ~np.isnan(data.prefers)
    prefers, weights = torch.from_numpy(np.nan_to_num(data.prefers).astype(np.float32)), torch.from_numpy(asked.astype(np.float32))
    trained = pairs - int(pairs * held_out)
    found = np.empty((members, games, horizon, seats), np.float32)
    for member in range(members):
        model = side_by_side(seats, whole.shape[-1], hidden, torch.Generator().manual_seed(int(rng.integers(2**31))))
        optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=1e-4)
        for step in range(steps):
            set_rate(optimizer, rate * decay(step / steps))
            part = torch.from_numpy(rng.integers(trained, size=batch))
            rewards = applied(model, whole[part].permute(2, 0, 1, 3).reshape(seats, -1, whole.shape[-1])).reshape(seats, batch, 2, horizon)
            odds = rewards.sum(-1).diff(dim=-1).neg()[..., 0]
            likely = torch.nn.functional.binary_cross_entropy_with_logits(odds, prefers[part].T, weights[part].T, reduction="sum")
            jumps = rewards.diff(dim=-1).square().sum(-1).mean()
            optimizer.zero_grad(set_to_none=True)
            (likely / weights[part].sum().clamp(min=1) + alpha * jumps).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
        with torch.inference_mode():
            flat = whole.permute(2, 0, 1, 3).reshape(seats, -1, whole.shape[-1])
            rewards = torch.cat([applied(model, chunk) for chunk in flat.split(50_000, dim=1)], dim=1)
        # a constant a seat changes no preference, and is none of what is not known
        found[member] = (rewards - rewards.mean(1, keepdim=True)).T.reshape(games, horizon, seats).numpy()
    mean = found.mean(0)
    returns = mean.sum(1)[2 * trained :]
    right = ((returns[0::2] > returns[1::2]) == (data.prefers[trained:] > 0.5))[asked[trained:]]
    true = data.play.rewards
    fit = [_correlation(mean[..., seat], true[..., seat]) for seat in range(seats)]
    rough = np.square(np.diff(mean, axis=1)).mean((0, 1)) / np.maximum(mean.var((0, 1)), 1e-12)
    return Learned(mean, found.std(0), float(right.mean()) if right.size else float("nan"), float(np.mean(fit)), float(rough.mean()))


def _correlation(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    if one.std() == 0 or other.std() == 0:
        return 0.0
    return float(np.corrcoef(one.reshape(-1), other.reshape(-1))[0, 1])
