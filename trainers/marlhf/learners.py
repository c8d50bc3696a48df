"""Policies out of learned rewards: as they stand, towards the reference that the data imitate, or with an eye to what is not known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .data import Comparisons
from .markov import Floats, MarkovGame, Profile, equilibrium, stage_candidates, uniform
from .reward import Learned

__all__ = ["LEARNERS", "imitate", "pessimistic", "toward_reference"]

_SMOOTHING = 0.1
_LOW, _HIGH = -10.0, 1.0


def imitate(game: MarkovGame, data: Comparisons, *, smoothing: float = _SMOOTHING) -> Profile:
    """Give the players who act as often as the data do, each by itself; uniform where the data never were."""
    steps, states, one, other = game.shape
    counted = np.bincount(data.cells.ravel(), minlength=steps * states * one * other).reshape(steps, states, one, other) + 0.0
    first, second = counted.sum(3) + smoothing, counted.sum(2) + smoothing
    return np.asarray(first / first.sum(2, keepdims=True)), np.asarray(second / second.sum(2, keepdims=True))


def plain(game: MarkovGame, learned: Learned, reference: Profile) -> Profile:
    """Give an equilibrium of the learned rewards as they stand."""
    return equilibrium(game.with_rewards(learned.rewards))


def toward_reference(game: MarkovGame, learned: Learned, reference: Profile, *, temperature: float = 0.1) -> Profile:
    """Give an equilibrium where each player also earns for acting as the reference does.

    r_i + temperature clip(log pi_ref(a_i) + log |A|, -10, 1): the term of the paper's offline learners. Its code clips the product with the temperature,
    so that most temperatures act alike; here the logarithm is clipped.
    """
    earned = learned.rewards.copy()
    logs = [np.clip(np.log(policy) + np.log(policy.shape[2]), _LOW, _HIGH) for policy in reference]
    earned[0] += temperature * logs[0][:, :, :, None]
    earned[1] += temperature * logs[1][:, :, None, :]
    return equilibrium(game.with_rewards(earned))


def pessimistic(game: MarkovGame, learned: Learned, reference: Profile, *, width: float = 1.0) -> Profile:
    """Minimise, stage by stage from the last, a bound of the Nash gap: deviations at the upper, the policy at the lower end of what its rewards may be.

    Args:
        game: of which the moves are used.
        learned: rewards and their standard errors, which count for 1 at most.
        reference: not used.
        width: standard errors to either side.
    """
    steps, states, *_ = game.shape
    margin = width * np.minimum(learned.widths, 1.0)
    profile, low, high = uniform(game), np.zeros((2, states)), np.zeros((2, states))
    for step in reversed(range(steps)):
        mean = np.einsum("sabt,pt->psab", game.moves[step], (low + high) / 2) + learned.rewards[:, step]
        under = learned.rewards[:, step] - margin[:, step] + np.einsum("sabt,pt->psab", game.moves[step], low)
        over = learned.rewards[:, step] + margin[:, step] + np.einsum("sabt,pt->psab", game.moves[step], high)
        for state in range(states):
            pairs = [(one, other) for one in np.eye(mean.shape[2]) for other in np.eye(mean.shape[3])]
            pairs += stage_candidates(mean[:, state])
            one, other = min(pairs, key=lambda pair: _bound(under[:, state], over[:, state], *pair))
            profile[0][step, state], profile[1][step, state] = one, other
            low[:, state] = np.einsum("pab,a,b->p", under[:, state], one, other)
            high[:, state] = (over[0, state] @ other).max(), (one @ over[1, state]).max()
    return profile


def _bound(under: Floats, over: Floats, one: Floats, other: Floats) -> float:
    worth = np.einsum("pab,a,b->p", under, one, other)
    return float((over[0] @ other).max() + (one @ over[1]).max() - worth.sum())


LEARNERS: dict[str, Callable[[MarkovGame, Learned, Profile], Profile]] = {
    "imitation": lambda game, learned, reference: reference,
    "plain": plain,
    "reference": toward_reference,
    "pessimism": pessimistic,
}
"""Learners by name: ``learner(game, learned, reference)``; of the game they use the moves and not the rewards."""
