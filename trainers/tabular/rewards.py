"""Methods for a fitted reward: they come to the Bradley-Terry policy, and carry no promise for preferences with cycles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .game import Floats, PreferenceGame
from .methods import Range, Setting, State, method
from .solutions import maxmin_policy, normalised, online_dpo_point, reward_policy, tilted
from .stability import flow_range, half

__all__ = ["dpo", "drpo", "maxmin", "online_dpo", "p3o_joint", "p3o_separate", "rlhf"]


def _reward(game: PreferenceGame, setting: Setting) -> Floats:
    return reward_policy(game, setting.temperature)


def _inverse(share: float) -> Range:
    return lambda game, setting: share / setting.temperature


@method(
    "rlhf",
    target="Bradley-Terry",
    solution=_reward,
    queries=0,
    largest_step=lambda game, setting: 2 / setting.temperature,
    step=_inverse(0.5),
    source="natural gradient; a < 2/t",
)
def rlhf(game: PreferenceGame, state: State, setting: Setting) -> State:
    """Reward and KL by natural policy gradient: log policy moves by a (r - t log(policy/mu))."""
    t = setting.temperature
    return state.after(normalised(state.logs + setting.size * (game.rewards - t * (state.logs - np.log(game.reference)))))


def _odds(values: Floats, temperature: float) -> Floats:
    """Give sigmoid(t (v_i - v_j)) of every pair, ``(C, n, n)``."""
    return np.asarray(1 / (1 + np.exp(np.clip(temperature * (values[:, None, :] - values[:, :, None]), -700, 700))))


def _dpo_step(game: PreferenceGame, logs: Floats, pairs: Floats, temperature: float) -> Floats:
    """Give minus the gradient of E_pairs[-log sigmoid(t h)] in the logits; pairs are ordered, ``(C, n, n)``."""
    gap = pairs * (game.tables - _odds(logs - np.log(game.reference), temperature))
    return np.asarray(temperature * (gap.sum(2) - gap.sum(1)) / 2)


def _curvature(game: PreferenceGame, policy: Floats, pairs: Floats, temperature: float) -> Floats:
    odds = _odds(np.log(policy) - np.log(game.reference), temperature)
    joint = temperature**2 * pairs * odds * (1 - odds)
    return np.asarray(joint - np.eye(game.size) * joint.sum(2)[:, :, None])


def _uniform_pairs(game: PreferenceGame) -> Floats:
    return np.broadcast_to((1 - np.eye(game.size)) / (game.size * (game.size - 1)), game.tables.shape)


def _dpo_range(game: PreferenceGame, setting: Setting) -> float:
    return flow_range(_curvature(game, _reward(game, setting), _uniform_pairs(game), setting.temperature))


def _dpo_step_anywhere(game: PreferenceGame, setting: Setting) -> float:
    # the curvature is at most t^2 / (2 (n - 1)) everywhere, and half of what is stable is the fastest
    return 2 * (game.size - 1) / setting.temperature**2


@method(
    "dpo",
    target="Bradley-Terry",
    solution=_reward,
    largest_step=_dpo_range,
    step=_dpo_step_anywhere,
    source="Rafailov et al. 2023, arXiv:2305.18290, eq. 7; pairs drawn uniformly",
)
def dpo(game: PreferenceGame, state: State, setting: Setting) -> State:
    """Gradient descent on -log sigmoid(t log-ratio difference) over uniform pairs."""
    slope = _dpo_step(game, state.logs, _uniform_pairs(game), setting.temperature)
    return state.after(normalised(state.logs + setting.size * slope))


def _own_pairs(policy: Floats) -> Floats:
    return np.asarray(policy[:, :, None] * policy[:, None, :])


def _online_dpo_range(game: PreferenceGame, setting: Setting) -> float:
    t, policy = setting.temperature, online_dpo_point(game, setting.temperature)
    gap = game.tables - _odds(np.log(policy) - np.log(game.reference), t)
    # how the pairs themselves change with the logits: d(pi_i pi_j) = pi_i pi_j (e_i + e_j - 2 pi)
    pairs = _own_pairs(policy)
    moved = t * (np.eye(game.size) * (pairs * gap).sum(2)[:, :, None] + pairs * gap)
    moved -= 2 * t * (pairs * gap).sum(2)[:, :, None] * policy[:, None, :]
    return flow_range(moved + _curvature(game, policy, pairs, t))


@method(
    "online_dpo",
    target="Bradley-Terry",
    solution=lambda game, setting: online_dpo_point(game, setting.temperature),
    largest_step=_online_dpo_range,
    step=half(_online_dpo_range),
    source="Guo et al. 2024, arXiv:2402.04792; rewards fitted to its own pairs, no Nash policy",
)
def online_dpo(game: PreferenceGame, state: State, setting: Setting) -> State:
    """The same with both answers from the policy, whose samples have no gradient."""
    slope = _dpo_step(game, state.logs, _own_pairs(state.policy), setting.temperature)
    return state.after(normalised(state.logs + setting.size * slope))


def _p3o(game: PreferenceGame, state: State, setting: Setting, slope: Callable[[Floats, Floats, Floats], Floats]) -> State:
    """Take some natural-gradient steps on a clipped pairwise surrogate around the old policy."""
    t, old, logs = setting.temperature, state.policy, state.logs
    for _ in range(setting.epochs):
        gain = game.rewards - t * (state.logs - np.log(game.reference))
        weight = slope(gain[:, :, None] - gain[:, None, :], np.exp(logs - state.logs), old)
        logs = normalised(logs + setting.size * weight / np.exp(logs))
    return state.after(logs)


def _p3o_range(game: PreferenceGame, setting: Setting) -> float:
    return 2 / (setting.epochs * setting.temperature)


@method(
    "p3o_separate",
    target="Bradley-Terry",
    solution=_reward,
    queries=0,
    largest_step=_p3o_range,
    step=_inverse(0.25),
    source="Wu et al. 2023, arXiv:2310.00212, V1; a < 2/(epochs t)",
)
def p3o_separate(game: PreferenceGame, state: State, setting: Setting) -> State:
    """P3O with each ratio clipped: sum_i min(A_i rho_i, A_i clip(rho_i)), A_i = (r_i - r_j)/2 times the other's ratio without gradient."""

    def slope(difference: Floats, ratio: Floats, old: Floats) -> Floats:
        one = ratio[:, :, None]
        clipped = ((difference > 0) & (one > 1 + setting.clip)) | ((difference < 0) & (one < 1 - setting.clip))
        return np.asarray((old[:, :, None] * old[:, None, :] * one * ratio[:, None, :] * difference * ~clipped).sum(2))

    return _p3o(game, state, setting, slope)


@method(
    "p3o_joint",
    target="Bradley-Terry",
    solution=_reward,
    queries=0,
    largest_step=_p3o_range,
    step=_inverse(0.25),
    source="Wu et al. 2023, arXiv:2310.00212, V2; a < 2/(epochs t)",
)
def p3o_joint(game: PreferenceGame, state: State, setting: Setting) -> State:
    """P3O with the log-ratio of both clipped: min(A g, A clip(g)), g = log policy(y1)/policy(y2), A = (r1 - r2)/2 times both ratios without gradient."""

    def slope(difference: Floats, ratio: Floats, old: Floats) -> Floats:
        moved = np.log(ratio)[:, :, None] - np.log(ratio)[:, None, :]
        clipped = ((difference > 0) & (moved > setting.clip)) | ((difference < 0) & (moved < -setting.clip))
        return np.asarray((old[:, :, None] * old[:, None, :] * ratio[:, :, None] * ratio[:, None, :] * difference * ~clipped).sum(2))

    return _p3o(game, state, setting, slope)


@method(
    "drpo",
    target="Bradley-Terry",
    solution=_reward,
    queries=0,
    largest_step=lambda game, setting: float("inf"),
    step=_inverse(1.0),
    source="Chang et al. 2024, arXiv:2404.08495, the mirror step of the analysis; every step is stable",
)
def drpo(game: PreferenceGame, state: State, setting: Setting) -> State:
    """DR-PO's mirror step: mu^(a t/(1 + a t)) policy^(1/(1 + a t)) exp(a/(1 + a t) r), with nothing to reset to where an answer is one choice."""
    t = setting.temperature
    step = setting.size
    return state.after(normalised((state.logs + step * (t * np.log(game.reference) + game.rewards)) / (1 + step * t)))


def _maxmin_range(game: PreferenceGame, setting: Setting) -> float:
    t = setting.temperature
    policy, weights = maxmin_policy(game, t)
    mean = np.einsum("gcn,cn->gc", game.groups, policy)
    spreads = np.einsum("c,gcn,hcn,cn->gh", game.weights, game.groups, game.groups, policy) - np.einsum("c,gc,hc->gh", game.weights, mean, mean)
    return flow_range((-np.diag(weights) @ (np.eye(len(weights)) - weights) @ spreads / t)[None])


@method(
    "maxmin",
    target="max-min",
    solution=lambda game, setting: maxmin_policy(game, setting.temperature)[0],
    queries=0,
    largest_step=_maxmin_range,
    memory=lambda game: np.full(max(len(game.groups), 1), -np.log(max(len(game.groups), 1))),
    step=half(_maxmin_range),
    source="Chakraborty et al. 2024, arXiv:2402.08925, in its dual",
)
def maxmin(game: PreferenceGame, state: State, setting: Setting) -> State:
    """MaxMin: the policy is best for the groups' weighted utility, and weight moves to the group that is worst off."""
    utilities = np.einsum("c,gcn,cn->g", game.weights, game.groups, state.policy)
    memory = normalised(state.memory - setting.size * utilities)
    policy = tilted(game.reference, np.tensordot(np.exp(memory), game.groups, 1), setting.temperature)
    return state.after(np.log(policy), memory)
