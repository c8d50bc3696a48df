"""What each strategy weighs: rewards a turn, returns to go, and ways of comparing them.

``traj_maxabs`` is the released code of EPO (Liu et al. 2025, arXiv:2502.12486) to the letter. It divides each trajectory's returns by their largest: where no
turn is singled out, every trajectory that earned anything gets the same weights whatever it earned, so the outcome counts only through key turns. The others
compare outcomes, and are recommended.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np

from ...errors import ParameterError, nearest
from ..credit import Floats, RoleBaselines, returns_to_go

__all__ = ["NORMS", "Norm", "Played", "key_rewards", "traj_maxabs", "weights"]

Norm = Literal["traj_maxabs", "none", "batch", "seat", "group", "group_std", "turn", "best"]
NORMS: tuple[Norm, ...] = get_args(Norm)
_LEAST = 1e-4
"""Added to a group's standard deviation, as :func:`ludens.trainers.credit.group_scores` does."""


class Played(NamedTuple):
    """One seat's strategies in one episode.

    Attributes:
        rewards: a strategy, process reward and outcome together, ``[T]``.
        outcome: what the seat earned in all, from 0 to 1.
        role: game and seat, which have a baseline of their own.
        deal: episodes of the same deal against the same opponents have the same one.
    """

    rewards: Floats
    outcome: float
    role: tuple[str, str]
    deal: int


def key_rewards(turns: int, keys: Collection[int], outcome: float, bonus: float = 1.0) -> Floats:
    """Give the rewards of a trajectory: ``bonus`` for a key turn, else the outcome for the last one, else 0.

    As released, a last turn that is a key turn gets the bonus instead of the outcome, and a key turn that is none of the trajectory's counts for nothing.

    Args:
        turns: strategies in the trajectory.
        keys: key turns, counted from 0.
        outcome: from 0 to 1.
        bonus: 1 in the released code.
    """
    return np.array([bonus if turn in keys else outcome if turn == turns - 1 else 0.0 for turn in range(turns)])


def traj_maxabs(rewards: Floats, discount: float) -> Floats:
    """Give returns to go over the largest absolute one of the trajectory; all zeros stay zero."""
    returns = returns_to_go(rewards, discount)
    largest = np.abs(returns).max(initial=0.0)
    return returns / largest if largest > 0 else returns


def weights(played: Sequence[Played], norm: Norm, discount: float = 0.99, baselines: RoleBaselines | None = None) -> list[Floats]:
    """Weigh the strategies of a batch.

    Args:
        played: the batch.
        norm: ``"traj_maxabs"`` as released; ``"none"``, returns to go as they are; ``"batch"``, these in standard deviations from their mean;
            ``"seat"``, less a running mean of the outcomes of the seat (SPIRAL, arXiv:2506.24119); ``"group"``, less the mean outcome of the same deal
            (arXiv:2503.20783) and ``"group_std"``, in its standard deviations (GRPO, arXiv:2402.03300); ``"turn"``, less the mean return
            to go of the same seat's same turn (turn-level Monte Carlo); ``"best"``, 1 where the outcome is the best of the deal and others did worse, else 0
            (behaviour cloning of the best).
        discount: a turn.
        baselines: of the seats, for ``"seat"``; they are moved.

    Returns:
        A weight a strategy, in the order of ``played``.

    Raises:
        ParameterError: there is no such norm.
    """
    if norm not in NORMS:
        raise ParameterError(f"epo: norm={norm!r} is none{nearest(norm, NORMS)}; there are {', '.join(NORMS)}")
    if norm == "traj_maxabs":
        return [traj_maxabs(item.rewards, discount) for item in played]
    to_go = [returns_to_go(item.rewards, discount) for item in played]
    if norm == "none" or not played:
        return to_go
    if norm == "batch":
        flat = np.concatenate(to_go)
        return [(item - flat.mean()) / (flat.std() + 1e-8) for item in to_go]
    if norm == "turn":
        return _by_turn(played, to_go)
    if norm == "best":
        return [np.full(len(item.rewards), float(won)) for item, won in zip(played, _best(played), strict=True)]
    base = _seat_means(played, baselines or RoleBaselines()) if norm == "seat" else _deal_means(played)
    centred = [item - mean for item, mean in zip(to_go, base, strict=True)]
    if norm != "group_std":
        return centred
    return [item / spread for item, spread in zip(centred, _deal_spreads(played), strict=True)]


def _seat_means(played: Sequence[Played], baselines: RoleBaselines) -> list[float]:
    found = baselines.advantages([item.role for item in played], [item.outcome for item in played])
    return [item.outcome - float(advantage) for item, advantage in zip(played, found, strict=True)]


def _groups(played: Sequence[Played]) -> dict[tuple[tuple[str, str], int], list[float]]:
    groups: dict[tuple[tuple[str, str], int], list[float]] = {}
    for item in played:
        groups.setdefault((item.role, item.deal), []).append(item.outcome)
    if any(len(group) < 2 for group in groups.values()):
        raise ParameterError("epo: norm=group compares episodes of one deal: each should be played twice or more (group=...)")
    return groups


def _best(played: Sequence[Played]) -> list[bool]:
    groups = _groups(played)
    return [item.outcome == max(group) > min(group) for item in played for group in (groups[item.role, item.deal],)]


def _deal_means(played: Sequence[Played]) -> list[float]:
    groups = _groups(played)
    return [float(np.mean(groups[item.role, item.deal])) for item in played]


def _deal_spreads(played: Sequence[Played]) -> list[float]:
    groups = _groups(played)
    return [float(np.std(groups[item.role, item.deal], ddof=1)) + _LEAST for item in played]


def _by_turn(played: Sequence[Played], to_go: Sequence[Floats]) -> list[Floats]:
    sums: dict[tuple[tuple[str, str], int], list[float]] = {}
    for item, returns in zip(played, to_go, strict=True):
        for turn, value in enumerate(returns):
            sums.setdefault((item.role, turn), []).append(float(value))
    return [np.array([value - np.mean(sums[item.role, turn]) for turn, value in enumerate(returns)]) for item, returns in zip(played, to_go, strict=True)]
