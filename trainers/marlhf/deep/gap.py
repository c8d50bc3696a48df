"""How far a policy is from an equilibrium: what one seat alone could gain, by the best reply that training finds."""

from __future__ import annotations

import copy
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....arena.seeds import child_rng, child_seed
from ...ppo import Config as Practising
from .experts import Experts, improve
from .worlds import Alone, Policy, policy_of

__all__ = ["Measured", "measure"]


class Measured(NamedTuple):
    """A policy's worth.

    Attributes:
        returns: ``(N,)``: what each seat earns a game when all follow the policy.
        gains: ``(N,)``: what each seat would earn more by the best reply found.
    """

    returns: NDArray[np.float64]
    gains: NDArray[np.float64]


def measure(experts: Experts, policy: Policy, settings: Practising, seed: int, *, games: int) -> Measured:
    """Train a reply of one seat to the policy at all others, and measure what it gains.

    The reply begins as the expert and learns by proximal policy optimisation from the true rewards, for every seat at once. A seat replies by it, by the
    expert as it was, or by the policy itself, as games of their own say is best; the gain is measured in further games. So the sum over the seats is a
    lower bound of the Nash gap, up to chance.

    Args:
        experts: the game and its experts.
        policy: of all learning seats.
        settings: of the training.
        seed: of everything random; the same seed deals the same games.
        games: to choose a reply by, and again to measure it by.
    """
    world = experts.world
    module, critic = copy.deepcopy(experts.module), copy.deepcopy(experts.critic)
    improve(Alone(world, settings.envs, policy, child_rng(seed, "alone")), module, critic, settings, child_seed(seed, "reply") % 2**31)
    replies: list[Policy] = [policy, experts.policy, policy_of(module)]

    def earned(seat: int, reply: Policy, purpose: str) -> float:
        table = [reply if other == seat else policy for other in range(world.seats)]
        return float(world.play(table, games, child_rng(seed, purpose, seat)).returns[:, seat].mean())

    gains = np.zeros(world.seats)
    for seat in range(world.seats):
        best = max(replies, key=lambda reply, seat=seat: earned(seat, reply, "choose"))  # type: ignore[misc]
        if best is not policy:
            gains[seat] = earned(seat, best, "measure") - earned(seat, policy, "measure")
    returns = world.play([policy] * world.seats, 2 * games, child_rng(seed, "returns")).returns.mean(0)
    return Measured(np.asarray(returns), gains)
