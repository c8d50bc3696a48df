"""Episodes of one population, played by the present policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .networks import Sight, judged, mode_logits
from .worlds import Floats, World

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["Played", "play"]


class Played(NamedTuple):
    """``E`` episodes of ``n`` agents and ``T`` steps; rows are agents of all episodes, ``E n``, in each of the steps.

    Attributes:
        sights: what was known, a step each, rows ``E n``.
        actions, logs, values: what was done, its log-probability, and what the critic expected, ``(T, E n)``.
        rewards: ``(T, E, n)``.
        chances: log-probabilities of all actions, a step each, ``(E n, A)``.
        modes: number of the mode of each episode, ``(E,)``.
    """

    sights: list[Sight]
    actions: Tensor
    logs: Tensor
    values: Tensor
    rewards: Floats
    chances: list[Tensor]
    modes: NDArray[np.int64]


def play(parts: nn.ModuleDict, world: World, population: int, size: int, seed: int) -> Played:
    """Play ``size`` episodes; all agents of an episode share a mode, drawn by the encoder. Torch's own generator draws modes and actions."""
    import torch
    from torch.nn import functional

    episodes = world.begin(population, size, seed)
    sights, actions, logs, values, rewards, chances = [], [], [], [], [], []
    with torch.no_grad():
        logits = mode_logits(parts, [population])
        modes = torch.multinomial(logits.softmax(-1)[0], size, replacement=True)
        for _ in range(world.horizon):
            own, others = map(torch.from_numpy, episodes.look())
            agents = own.shape[1]
            mode = functional.one_hot(modes, logits.shape[-1]).float().repeat_interleave(agents, 0)
            sight = Sight(own.flatten(0, 1), others.flatten(0, 1), torch.full((size * agents,), agents - 1), mode)
            all_logs, value = judged(parts, sight)
            chosen = torch.multinomial(all_logs.exp(), 1)
            rewards.append(episodes.step(chosen.view(size, agents).numpy()))
            sights.append(sight)
            actions.append(chosen[:, 0])
            logs.append(all_logs.gather(1, chosen)[:, 0])
            values.append(value)
            chances.append(all_logs)
    return Played(sights, torch.stack(actions), torch.stack(logs), torch.stack(values), np.stack(rewards), chances, modes.numpy())
