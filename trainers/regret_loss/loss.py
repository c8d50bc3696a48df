"""Regret as a loss: a layer of self-attention learns to learn from nothing but the regret that its mixtures would have had.

On N drawn sequences the loss is ``f(h(R_1), ..., h(R_N))`` with the external regrets R against the exact best arm, ``h(x) = max(x, 0)^2`` and ``f`` a mean
weighted by ``exp(h)``, which tends to the largest as N grows: so the worst sequences count, and nobody says what should have been done. Park, Liu, Ozdaglar
and Zhang 2024, "Do LLM agents have regret?", arXiv 2403.16843, section 5. Regrets are divided by ``sqrt(T ln(d) / 2)``, the bound of Hedge, so that 1 means
as much on every horizon.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...errors import ParameterError
from ...games.online.rules import ADAPTIVE, OnlineGame
from ...games.online.sequences import draw
from ..registry import Task

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["online_games", "regrets", "sequences", "surrogate"]


def online_games(task: Task, trainer: str) -> list[OnlineGame]:
    """Give the games of a task, which must be of online learning, with losses that are drawn, and alike in arms and rounds.

    Raises:
        ParameterError: they are not.
    """
    games = [game for game in task.games if isinstance(game, OnlineGame) and game.losses not in (*ADAPTIVE, "given")]
    if len(games) != len(task.games):
        raise ParameterError(f"trainer {trainer}: games should be experts or bandit, with losses that are drawn")
    if len({(game.arms, game.rounds) for game in games}) != 1:
        raise ParameterError(f"trainer {trainer}: all games should have as many arms, and as many rounds")
    return games


def sequences(game: OnlineGame, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw sequences of a game's losses, scaled to [0, 1]: of shape (count, rounds, arms)."""
    return np.stack([draw(game.losses, game.shape, rng) for _ in range(count)]) / game.high


def regrets(mixed: Tensor, losses: Tensor) -> Tensor:
    """Give external regret after each round, of shape (runs, rounds): :func:`ludens.analysis.regret.external`, with gradients."""
    import torch

    return torch.cumsum((mixed * losses).sum(-1), 1) - torch.cumsum(losses, 1).min(-1).values


def surrogate(found: Tensor) -> Tensor:
    """Aggregate regrets of shape (terms, samples) to the loss: ``mean_terms sum_i h_i exp(h_i) / sum_i exp(h_i)`` with ``h = max(R, 0)^2``."""
    import torch

    heights = torch.relu(found) ** 2
    return (heights * torch.softmax(heights, 1)).sum(1).mean()
