"""Proximal policy optimisation in self-play: one network plays all seats of a team in a batch of games and learns from what they earn.

The update is :mod:`ludens.trainers.ppo_update`, with generalised advantages (Schulman et al. 2016, arXiv:1506.02438); every seat learns from its own view
with shared weights, as independent PPO does (de Witt et al. 2020, arXiv:2011.09533). Shaped rewards, where a game has any, fade out over the first part of the
training (Carroll et al. 2019, arXiv:1910.05789).
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..errors import ParameterError
from .parameters import filled
from .ppo_update import Learning
from .practice import Practice
from .registry import Say, Task, require_packages

__all__ = ["PPO", "Config"]


@dataclass(frozen=True)
class Config(Learning):
    """How a policy is trained in self-play.

    Attributes:
        steps: joint steps played in all.
        envs: games side by side.
        length: steps a game between updates.
        reward_scale: rewards are multiplied by it before anything is learned from them.
        shaping: share of the training over which shaped rewards fade out; 0 for none.
        network: a registered network of policies (see ``ludens.agents.neural``).
        episodes: games that are played at the end to measure what the policy earns.
        save_every: updates from save to save, from which a run that was cut off goes on.
    """

    TRAINER: ClassVar[str] = "ppo"

    steps: int = 3_000_000
    envs: int = 256
    length: int = 100
    reward_scale: float = 0.1
    shaping: float = 0.6
    network: str = "mlp"
    episodes: int = 20
    save_every: int = 20

    def __post_init__(self) -> None:
        super().__post_init__()
        self._whole("steps", "envs", "length", "episodes", "save_every")
        self._positive("reward_scale")
        self._shares("shaping")
        self._require(self.envs * self.length % self.minibatches == 0, "minibatches", "should divide envs times length")

    def fade(self, share: float) -> float:
        """Say how much shaped rewards count after a share of the training."""
        return max(0.0, 1 - share / self.shaping) if self.shaping else 0.0


class PPO:
    """Trains a neural policy by self-play of teams.

    The run's folder holds ``policy`` (a player's folder: ``players=[{kind: neural, path: ...}]``), ``log.jsonl`` and what a cut-off run goes on from.

    Args:
        task: one game that has a fast vector environment; no model.
        **parameters: see :class:`Config`.

    Raises:
        MissingExtra: torch is not installed.
        ParameterError: a parameter is out of range, there is more than one game, or teams play against each other in it.
        NotSupported: the game has no vector environment.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("ppo", "torch")
        self.task, self.config = task, filled(Config, parameters, "trainer ppo")
        if len(task.games) != 1:
            raise ParameterError(f"trainer ppo: one game should be named, got {len(task.games)}")
        self.game = task.games[0]
        if self.game.type.utility == "team":
            raise ParameterError(f"trainer ppo: {self.game.made_as} has teams that play against each other; one team is trained, which all seats belong to")
        self.envs = self.game.vector_env(self.config.envs)

    def run(self, say: Say) -> Mapping[str, Any]:
        import torch

        from ..agents.neural import new_policy, save_policy
        from ..agents.neural.modules import module_of
        from .saves import open_log, read_state, write_state

        config, task = self.config, self.task
        task.place.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(task.seed)
        self.policy = new_policy(self.game, config.network, seed=task.seed, hidden=list(config.hidden))
        critic = module_of("mlp", int(np.prod(self.policy.shape)), 1, {"hidden": list(config.hidden)}, task.seed + 1)
        self.practice = practice = Practice(self.envs, self.policy.module, critic, config, task.seed)
        optimizer = torch.optim.Adam(practice.both.parameters(), lr=config.learning_rate, eps=1e-5)
        updates = max(1, config.steps // (config.envs * config.length))
        done, seconds = read_state(task.place, practice.both, optimizer) or (0, 0.0)
        began = time.perf_counter() - seconds
        with open_log(task.place, done, "update") as log:
            for number in range(done, updates):
                torch.manual_seed(task.seed + 7919 * (number + 1))
                share = number / updates
                finished, entropy = practice.update(optimizer, share)
                steps, seconds = (number + 1) * config.envs * config.length, time.perf_counter() - began
                mean = float(np.mean(finished)) if finished else None
                line = {"update": number + 1, "steps": steps, "return": mean, "shaping": round(config.fade(share), 3), "entropy": round(entropy, 4)}
                log.write(json.dumps({**line, "seconds": round(seconds, 1)}) + "\n")
                if mean is not None and task.progress:
                    say(f"{steps:>11,} steps  {mean:8.1f} a game  entropy {entropy:.2f}  {steps / seconds:,.0f} steps/s")
                if (number + 1) % config.save_every == 0 or number + 1 == updates:
                    log.flush()
                    write_state(task.place, practice.both, optimizer, [number + 1, time.perf_counter() - began])
        place = save_policy(task.place / "policy", self.policy)
        measured = self._measure()
        say(f"{np.mean(measured):.1f} a game over {len(measured)} games, from {min(measured):g} to {max(measured):g}")
        return {"checkpoint": str(place), "return": float(np.mean(measured)), "seconds": round(time.perf_counter() - began, 1)}

    def _measure(self) -> list[float]:
        """Play whole games with the policy as it acts as a player, and give what each earned."""
        envs = self.game.vector_env(self.config.episodes)
        seen, infos = envs.reset(seed=self.task.seed)
        earned, over = np.zeros(self.config.episodes), np.zeros(self.config.episodes, np.bool_)
        while not over.all():
            seen, rewards, ended, cut, infos = envs.step(self.practice.act(seen, infos.get("legal"))[0])
            earned += np.where(over, 0.0, rewards)
            over |= ended | cut
        return [float(value) for value in earned]
