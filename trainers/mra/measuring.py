"""How a policy fares with each number of agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...analysis.resample import student_interval
from ...arena.report.summary import Estimate
from .config import Config
from .congestion import gains, mixed_equilibrium, nash_numbers
from .networks import mode_logits
from .playing import Played, play
from .worlds import Floats, World

if TYPE_CHECKING:
    from torch import nn

__all__ = ["measure"]


def measure(parts: nn.ModuleDict, world: World, config: Config, population: int, seed: int) -> dict[str, Any]:
    """Measure a population, as JSON values.

    Returns:
        Return a head by role and its 95 % interval over episodes, in the world's own unit, and that of random play; probabilities of the modes. Of the
        congestion game also the exact Nash gap: what the agent that could gain most would gain by another choice, given all places and the mode, a mean over
        episodes, and that of even choices; and how many agents are on each landmark, with the numbers of the symmetric and of the pure equilibrium.
    """
    import torch

    played = play(parts, world, population, config.episodes, seed)
    earned, by_chance = played.rewards.sum(0), _by_chance(world, population, config.episodes, seed)
    with torch.no_grad():
        modes = mode_logits(parts, [population]).softmax(-1)[0].tolist()
    roles = world.roles(population).items()
    returns, random = ({role: _rounded(student_interval(one[:, who].mean(1))) for role, who in roles} for one in (earned, by_chance))
    found = {"population": population, "seen": population in config.populations, "returns": returns, "random": random}
    found["modes"] = [round(share, 4) for share in modes]
    return found | (_congestion(played, population) if config.world == "congestion" else {})


def _by_chance(world: World, population: int, size: int, seed: int) -> Floats:
    """Give what random actions earn in the same episodes, ``(E, agents)``."""
    episodes, rng = world.begin(population, size, seed), np.random.default_rng(seed)
    agents = episodes.look().own.shape[1]
    return np.sum([episodes.step(rng.integers(world.actions, size=(size, agents))) for _ in range(world.horizon)], 0)


def _congestion(played: Played, population: int) -> dict[str, Any]:
    chances = played.chances[0].double().exp().numpy().reshape(len(played.modes), population, -1)
    even = np.full_like(chances[:1], 1 / chances.shape[-1])
    return {
        "nash_gap": _rounded(student_interval(gains(chances).max(-1))),
        "even_gap": round(float(gains(even).max()), 4),
        "numbers": chances.sum(1).mean(0).round(3).tolist(),
        "mixed_numbers": (population * mixed_equilibrium(population)).round(3).tolist(),
        "nash_numbers": nash_numbers(population),
    }


def _rounded(one: Estimate) -> dict[str, float]:
    return {name: round(getattr(one, name), 4) for name in ("value", "low", "high")}
