"""Rewards out of preferences: maximum likelihood with a regulariser along time, and how sure it is of every cell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .data import Comparisons
from .markov import Floats, MarkovGame

__all__ = ["Learned", "learn", "loss"]

_ROUNDS = 30


class Learned(NamedTuple):
    """A reward model of both players.

    Attributes:
        rewards: ``(2, H, S, A, A)``; only differences between trajectories are known, so a constant may be missing in each step.
        widths: ``(2, H, S, A, A)``: standard errors of the cells against the mean of the data in their step.
    """

    rewards: Floats
    widths: Floats


def loss(theta: Floats, differences: Floats, prefers: Floats, jumps: Floats, *, alpha: float, ridge: float) -> tuple[float, Floats, Floats]:
    """Give the loss of one player's rewards with its gradient and its second derivatives.

    -log likelihood a pair + alpha sum_t (r_t+1 - r_t)^2 a trajectory + ridge |r|^2 / 2 (MARLHF, arXiv 2409.00717).

    Args:
        theta: ``(D,)``.
        differences: ``(N, D)``, cells of the first trajectory less those of the second, times the steepness over the horizon.
        prefers: ``(N,)``.
        jumps: ``(D, D)``: the quadratic form of the regulariser along time.
        alpha: weight of the regulariser.
        ridge: weight of the squares.
    """
    odds = differences @ theta
    likely = 1 / (1 + np.exp(-odds))
    value = float(np.mean(np.logaddexp(0, odds) - prefers * odds)) + alpha * float(theta @ jumps @ theta) + ridge * float(theta @ theta) / 2
    gradient = differences.T @ (likely - prefers) / len(odds) + 2 * alpha * jumps @ theta + ridge * theta
    curvature = (differences * (likely * (1 - likely))[:, None]).T @ differences / len(odds) + 2 * alpha * jumps + ridge * np.eye(len(theta))
    return value, np.asarray(gradient), np.asarray(curvature)


def learn(game: MarkovGame, data: Comparisons, *, alpha: float = 0.0, ridge: float = 1e-3, steepness: float = 5.0) -> Learned:
    """Fit both players' rewards by Newton's method.

    Args:
        game: of which only the shape is used.
        data: the comparisons.
        alpha: weight of the regulariser along time.
        ridge: weight of the square of the rewards; what the data say nothing of becomes 0.
        steepness: of the answers.
    """
    steps, shape = game.shape[0], game.rewards.shape[1:]
    size = int(np.prod(shape))
    counted = data.counted(size)
    differences = (counted[:, 0] - counted[:, 1]) * steepness / steps
    jumps = np.zeros((size, size))
    for step in range(steps - 1):
        leap = np.zeros((data.cells.shape[0] * 2, size))
        here, there = data.cells[..., step].reshape(-1, 1), data.cells[..., step + 1].reshape(-1, 1)
        np.put_along_axis(leap, there, 1.0, axis=1)
        np.put_along_axis(leap, here, -1.0, axis=1)
        jumps += leap.T @ leap / len(leap)
    usual = counted.mean((0, 1)).reshape(steps, -1)
    # row c: the cell c less the mean of the data in its step
    centred = np.eye(size)
    for step in range(steps):
        part = slice(step * usual.shape[1], (step + 1) * usual.shape[1])
        centred[part, part] -= usual[step]
    rewards, widths = np.empty((2, size)), np.empty((2, size))
    for player in range(2):
        theta = np.zeros(size)
        for _ in range(_ROUNDS):
            value, gradient, curvature = loss(theta, differences, data.prefers[:, player], jumps, alpha=alpha, ridge=ridge)
            move = np.linalg.solve(curvature, gradient)
            share = 1.0
            while loss(theta - share * move, differences, data.prefers[:, player], jumps, alpha=alpha, ridge=ridge)[0] > value and share > 1e-4:
                share /= 2
            theta = theta - share * move
            if np.abs(move).max() < 1e-8:
                break
        curvature = loss(theta, differences, data.prefers[:, player], jumps, alpha=alpha, ridge=ridge)[2]
        rewards[player] = theta
        widths[player] = np.sqrt(np.einsum("cd,de,ce->c", centred, np.linalg.inv(curvature) / len(differences), centred))
    return Learned(rewards.reshape(2, *shape), widths.reshape(2, *shape))
