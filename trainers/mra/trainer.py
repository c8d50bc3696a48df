"""The trainer ``mra``: one policy with latent modes learns games of several numbers of agents, and is measured on others.

Zhang, Shen, Han and Shen, "Learning Meta Representations for Agents in Multi-Agent Reinforcement Learning", arXiv:2108.12988. There soft actor-critic learns
from a replay; here proximal policy optimisation does, from each round once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..credit import advantages_by_critic
from ..parameters import filled
from ..ppo_update import Judged, update
from ..rates import decay
from ..registry import Say, Task, require_packages
from .config import Config
from .worlds import world_of

if TYPE_CHECKING:
    from torch import Tensor

    from .playing import Played

__all__ = ["MRA"]

_HEARD = 64
"""Agents of a minibatch by whom mutual information is estimated: every mode is tried on each."""


class MRA:
    """Trains a policy for any number of agents.

    The run's folder holds ``policy.safetensors``, ``log.jsonl``, ``result.json`` (each population: see :func:`~ludens.trainers.mra.measuring.measure`) and what
    a run that was cut off goes on from.

    Args:
        task: no games and no model.
        **parameters: see :class:`~ludens.trainers.mra.config.Config`.

    Raises:
        MissingExtra: torch is not installed, or numba for spread and tag.
        ParameterError: a parameter is out of range.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("mra", "torch")
        self.task, self.config = task, filled(Config, parameters, "trainer mra")
        self.world = world_of(self.config)

    def run(self, say: Say) -> Mapping[str, Any]:
        import torch

        from ..saves import open_log, read_state, write_state
        from .networks import ENCODING, networks
        from .playing import play

        config, place, seed = self.config, self.task.place, self.task.seed
        place.mkdir(parents=True, exist_ok=True)
        self.parts = networks(self.world, config, seed)
        encoding = [weight for name in ENCODING for weight in self.parts[name].parameters()]
        playing = [weight for name, part in self.parts.items() if name not in ENCODING for weight in part.parameters()]
        groups = [{"params": playing, "lr": config.learning_rate}, {"params": encoding, "lr": config.encoder_rate}]
        self.optimizer = torch.optim.Adam(groups, eps=1e-5)
        done, seconds = read_state(place, self.parts, self.optimizer) or (0, 0.0)
        began = time.process_time() - seconds
        with open_log(place, done, "round") as log:
            for number in range(done, config.rounds):
                torch.manual_seed(seed + 7919 * (number + 1))
                self.optimizer.param_groups[0]["lr"] = config.learning_rate * decay(number / config.rounds)
                deals = self._deals(number, len(config.populations))
                played = [play(self.parts, self.world, agents, config.envs, deal) for agents, deal in zip(config.populations, deals, strict=True)]
                line = {"round": number + 1, **self._earned(played), **self._learn(played, number / config.rounds)}
                log.write(json.dumps({name: round(value, 5) for name, value in line.items()}) + "\n")
                if self.task.progress and (number + 1) % 10 == 0:
                    say(", ".join(f"{name} {value:.3g}" for name, value in line.items()))
                if (number + 1) % config.save_every == 0 or number + 1 == config.rounds:
                    log.flush()
                    write_state(place, self.parts, self.optimizer, [number + 1, time.process_time() - began])
        return self._finish(say, began)

    def _deals(self, number: int, count: int) -> list[int]:
        found: list[int] = np.random.default_rng([self.task.seed, number]).integers(2**31, size=count).tolist()
        return found

    def _earned(self, played: Sequence[Played]) -> dict[str, float]:
        """Give returns a head by role and population."""
        return {
            f"{role}_{population}": float(one.rewards.sum(0)[:, who].mean())
            for population, one in zip(self.config.populations, played, strict=True)
            for role, who in self.world.roles(population).items()
        }

    def _learn(self, played: Sequence[Played], share: float) -> dict[str, float]:
        """Learn from a round; give what is to be written down."""
        import torch

        from .networks import Sight, information, judged, mode_logits, recognised

        config, parts = self.config, self.parts
        gains = [self._advantages(one) for one in played]
        most = max(one.sights[0].others.shape[1] for one in played)
        padded = [sight._replace(others=_padded(sight.others, most)) for one in played for sight in one.sights]
        sights = Sight(*(torch.cat(column) for column in zip(*padded, strict=True)))
        actions, logs, values = (torch.cat([getattr(one, name).flatten() for one in played]) for name in ("actions", "logs", "values"))
        advantages = torch.cat(gains)
        told: list[float] = []
        guessed: list[float] = []

        def judge(part: Tensor) -> Judged:
            every, expected = judged(parts, Sight(*(column[part] for column in sights)))
            besides = recognised(parts, config)
            guessed.append(besides.item())
            if config.information and config.modes > 1:
                modes = mode_logits(parts, config.populations).softmax(-1).mean(0).detach()
                bound = information(parts, Sight(*(column[part[:_HEARD]] for column in sights)), modes)
                told.append(bound.item())
                besides = besides - config.information * bound
            return Judged(every.gather(1, actions[part, None])[:, 0], -(every.exp() * every).sum(-1).mean(), expected, besides)

        bonus = config.entropy * decay(share)
        entropy = update(judge, logs, advantages, advantages + values, self.optimizer, learning=config, bonus=bonus)
        facts = {"entropy": entropy, "guess": float(np.mean(guessed))}
        return facts | ({"information": float(np.mean(told))} if told else {})

    def _advantages(self, played: Played) -> Tensor:
        """Give advantages in the order of :class:`Played`, flat."""
        import torch

        rewards = played.rewards.reshape(len(played.rewards), -1).T / self.world.unit
        values = np.pad(played.values.double().numpy().T, ((0, 0), (0, 1)))  # episodes are over by then
        return torch.from_numpy(advantages_by_critic(rewards, values, self.config.discount, self.config.trace).T.copy()).float().flatten()

    def _finish(self, say: Say, began: float) -> dict[str, Any]:
        import torch

        from .measuring import measure

        config, place = self.config, self.task.place
        torch.manual_seed(self.task.seed + 7919 * (config.rounds + 1))
        deals = self._deals(config.rounds, len(config.measured))
        found = [measure(self.parts, self.world, config, agents, deal) for agents, deal in zip(config.measured, deals, strict=True)]
        facts = {"world": config.world, "modes": config.modes, "information": config.information, "populations": found}
        facts["cpu_seconds"] = round(time.process_time() - began, 1)
        (place / "result.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        for one in found:
            gap = f", Nash gap {one['nash_gap']['value']:.3f}" if "nash_gap" in one else ""
            returns = ", ".join(f"{role} {earned['value']:.3f}" for role, earned in one["returns"].items())
            say(f"{one['population']} agents{'' if one['seen'] else ' (not trained on)'}: {returns}{gap}")
        return {"checkpoint": str(self._save(place)), **facts}

    def _save(self, place: Path) -> Path:
        from safetensors.torch import save_file

        path = place / "policy.safetensors"
        save_file({name: weight.detach().contiguous() for name, weight in self.parts.named_parameters()}, path, metadata={"world": self.config.world})
        return path


def _padded(others: Tensor, most: int) -> Tensor:
    """Fill rows of others up with zeros: ``(N, others, d)`` to ``(N, most, d)``."""
    from torch.nn import functional

    return functional.pad(others, (0, 0, 0, most - others.shape[1]))
