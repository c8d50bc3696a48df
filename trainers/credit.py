"""Who deserves what: advantages from rewards, as functions of numpy arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import ParameterError

__all__ = ["Floats", "RoleBaselines", "advantages_by_critic", "group_scores", "leave_one_out", "max_min_reward", "of_turns", "returns_to_go"]

Floats = NDArray[np.float64]


def returns_to_go(rewards: Floats, discount: float = 1.0) -> Floats:
    """Sum what is earned from each step to the end; time is the last axis."""
    out = np.array(rewards, float)
    for step in range(out.shape[-1] - 2, -1, -1):
        out[..., step] += discount * out[..., step + 1]
    return out


def advantages_by_critic(rewards: Floats, values: Floats, discount: float, trace: float) -> Floats:
    """Give generalised advantages of one episode a row (Schulman et al. 2016, arXiv:1506.02438, eq. 16).

    Args:
        rewards: ``(..., T)``.
        values: what the critic expected before each step and after the last, ``(..., T + 1)``; 0 at the end of an episode.
        discount: a step.
        trace: lambda: 0 trusts the critic, 1 what was earned.
    """
    surprises = rewards + discount * values[..., 1:] - values[..., :-1]
    return returns_to_go(surprises, discount * trace)


def of_turns(earned: Floats, values: Floats, discount: float, trace: float) -> tuple[Floats, Floats]:
    """Give advantages of one seat's decisions in a game of turns, and what a critic should have expected.

    Args:
        earned: by the seat before each of its decisions, and in the end, ``(T + 1,)``.
        values: what the critic expected at them, ``(T,)``.
        discount: a decision.
        trace: lambda.
    """
    gains = advantages_by_critic(np.diff(earned), np.append(values, 0.0), discount, trace)
    return gains, gains + values


def leave_one_out(rewards: Floats) -> Floats:
    """Compare every answer with the mean of the others of its group, the last axis (RLOO: Kool et al. 2019; Ahmadian et al. 2024, arXiv:2402.14740)."""
    size = _group(rewards)
    return np.asarray((rewards - rewards.mean(-1, keepdims=True)) * size / (size - 1))


def group_scores(rewards: Floats, *, scaled: bool = True, least: float = 1e-4) -> Floats:
    """Compare every answer with the mean of its group, the last axis, in standard deviations (GRPO: Shao et al. 2024, arXiv:2402.03300).

    Args:
        rewards: ``(..., K)``.
        scaled: divide by the group's standard deviation; without, groups that are nearly sure do not count for more (Liu et al. 2025, arXiv:2503.20783).
        least: added to the deviation.
    """
    _group(rewards)
    centred = rewards - rewards.mean(-1, keepdims=True)
    return np.asarray(centred / (rewards.std(-1, ddof=1, keepdims=True) + least) if scaled else centred)


def _group(rewards: Floats) -> int:
    size = rewards.shape[-1]
    if size < 2:
        raise ParameterError("a group should have two answers or more to be compared")
    return size


class RoleBaselines:
    """A running mean of the return of each game and role, so that a good seat is not taken for good play (SPIRAL: Liu et al. 2025, arXiv:2506.24119).

    Args:
        decay: how much of the old mean is kept at an update; the first return of a role is its first mean.
    """

    def __init__(self, decay: float = 0.95) -> None:
        if not 0 <= decay < 1:
            raise ParameterError(f"role baselines: decay={decay!r} should be from 0 up to 1")
        self.decay, self.means = decay, dict[tuple[str, str], float]()

    def advantages(self, roles: Sequence[tuple[str, str]], returns: Sequence[float]) -> Floats:
        """Give each return less the mean of its game and role so far, then move the means.

        Args:
            roles: game and role (or seat) of every return.
            returns: in the game's unit.
        """
        found = np.array([value - self.means.get(role, value) for role, value in zip(roles, returns, strict=True)])
        for role, value in zip(roles, returns, strict=True):
            self.means[role] = self.decay * self.means.get(role, value) + (1 - self.decay) * value
        return found


def max_min_reward(utilities: Floats, weights: Floats, step: float) -> tuple[Floats, Floats]:
    """Weigh groups of people, the worst off more and more (Chakraborty et al. 2024, arXiv:2402.08925, by multiplicative weights).

    Args:
        utilities: of each group for each answer, ``(G, B)``.
        weights: of the groups, summing to 1, ``(G,)``.
        step: how fast weight moves.

    Returns:
        The answers' rewards under the new weights, ``(B,)``, and these.
    """
    moved = weights * np.exp(-step * (utilities.mean(1) - utilities.mean()))
    moved = moved / moved.sum()
    return moved @ utilities, moved
