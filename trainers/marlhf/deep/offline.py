"""Policies out of learned rewards, without playing: soft value decomposition towards a reference.

Every seat's values Q_i share a network; the policy is pi_i = pi_ref exp(Q_i / temperature) / Z, which maximises Q_i less the temperature times the
Kullback-Leibler divergence from the reference, and what a seat expects is V_i = temperature log sum_a pi_ref(a) exp(Q_i(a) / temperature). As in value
decomposition (VDN: Sunehag et al. 2017, arXiv 1706.05296) the sum of the seats' values is regressed on the sum of their rewards and of what follows; or
each seat's on its own (independent learning).
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ....agents.neural.modules import module_of
from ...rates import decay, set_rate
from .fitting import fit_rows
from .worlds import Play, Policy, World, policy_of

if TYPE_CHECKING:
    from torch import nn

__all__ = ["LEARNERS", "imitate", "learn_policy"]

LEARNERS = ("vdn", "independent")


def imitate(world: World, play: Play, rng: np.random.Generator, *, steps: int, hidden: tuple[int, ...]) -> nn.Module:
    """Clone what all seats did in the data; give a network of logits."""
    module = module_of("mlp", world.width, world.options, {"hidden": list(hidden)}, int(rng.integers(2**31)))
    fit_rows(module, play.seen[:, :-1], play.chosen, rng, steps=steps)
    return module


def learn_policy(
    world: World,
    play: Play,
    rewards: NDArray[np.floating[Any]],
    reference: nn.Module | None,
    rng: np.random.Generator,
    *,
    learner: str,
    temperature: float,
    discount: float,
    steps: int,
    hidden: tuple[int, ...],
    batch: int = 128,
    rate: float = 1e-3,
    renew: int = 50,
) -> Policy:
    """Learn a policy from recorded games and rewards of their steps.

    Args:
        world: the game.
        play: the data, of which the rewards are not used.
        rewards: ``(G, T, N)``: learned ones; each seat's are brought to mean 0 and variance 1.
        reference: logits of the reference; None for acting at random.
        rng: of the weights and of the rows of each step.
        learner: one of :data:`LEARNERS`.
        temperature: weight of the divergence from the reference, in standard deviations of a step's reward.
        discount: of what follows.
        steps: of Adam, whose rate falls linearly to a tenth.
        hidden: widths of the layers.
        batch: steps of games a step.
        rate: at the beginning.
        renew: steps between renewals of the network that says what follows.
    """
    import torch

    games, horizon, seats = play.chosen.shape
    scaled = (rewards - rewards.mean((0, 1))) / np.maximum(rewards.std((0, 1)), 1e-6)
    earned = torch.from_numpy(scaled.astype(np.float32).reshape(-1, seats))
    seen = torch.from_numpy(play.seen)
    chosen = torch.from_numpy(play.chosen.reshape(-1, seats))
    module = module_of("mlp", world.width, world.options, {"hidden": list(hidden)}, int(rng.integers(2**31)))
    frozen = copy.deepcopy(module)
    with torch.inference_mode():
        logs = _logs(reference, seen, world.options)
    optimizer = torch.optim.Adam(module.parameters(), lr=rate)
    for step in range(steps):
        if step % renew == 0:
            frozen.load_state_dict(module.state_dict())
        set_rate(optimizer, rate * decay(step / steps))
        game, time = rng.integers(games, size=batch), rng.integers(horizon, size=batch)
        row = torch.from_numpy(game * horizon + time)
        with torch.no_grad():
            following = frozen(seen[game, time + 1])
            worth = temperature * (logs[game, time + 1] + following / temperature).logsumexp(-1)
            target = earned[row] + discount * worth * torch.from_numpy((time < horizon - 1).astype(np.float32))[:, None]
        error = module(seen[game, time]).gather(-1, chosen[row][..., None])[..., 0] - target
        loss = (error.sum(-1) if learner == "vdn" else error).square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(module.parameters(), 10.0)
        optimizer.step()

    def logits(rows: Any) -> Any:
        return _logs(reference, rows, world.options) + module(rows) / temperature

    return policy_of(logits)


def _logs(reference: nn.Module | None, seen: Any, options: int) -> Any:
    """Log-probabilities of the reference."""
    if reference is None:
        return seen.new_zeros((*seen.shape[:-1], options))
    return reference(seen).log_softmax(-1)
