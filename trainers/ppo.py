"""Proximal policy optimisation in self-play: one network plays all seats of a team in a batch of games and learns from what they earn.

Clipped surrogate and generalised advantages as Schulman et al. have them (2017, "Proximal Policy Optimization Algorithms", arXiv:1707.06347; 2016,
arXiv:1506.02438); every seat learns from its own view with shared weights, as independent PPO does (de Witt et al. 2020, arXiv:2011.09533). Shaped
rewards, where a game has any, fade out over the first part of the training (Carroll et al. 2019, arXiv:1910.05789).
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ..errors import ParameterError
from .objectives import ppo_clip
from .parameters import Parameters, filled
from .registry import Say, Task, require_packages

__all__ = ["PPO", "Config", "Rollout"]


@dataclass(frozen=True)
class Config(Parameters):
    """How a policy is trained in self-play.

    Attributes:
        steps: joint steps played in all.
        envs: games side by side.
        length: steps a game between updates.
        epochs: how often the steps of an update are learned from.
        minibatches: parts of them, a step of the optimizer each.
        learning_rate: at the beginning; it falls linearly to a tenth.
        discount: of rewards, a step.
        trace: the lambda of generalised advantages.
        clip: how far the probability of a choice may move in an update.
        entropy: weight of the entropy bonus at the beginning; it falls linearly to a tenth.
        value: weight of the critic's loss.
        norm: most norm of a gradient.
        reward_scale: rewards are multiplied by it before anything is learned from them.
        shaping: share of the training over which shaped rewards fade out; 0 for none.
        network: a registered network of policies (see ``ludens.agents.neural``).
        hidden: widths of its layers, and of the critic's.
        save_every: updates from save to save, from which a run that was cut off goes on, with games begun anew.
        episodes: games that are played at the end to measure what the policy earns.
    """

    TRAINER: ClassVar[str] = "ppo"

    steps: int = 3_000_000
    envs: int = 256
    length: int = 100
    epochs: int = 4
    minibatches: int = 8
    learning_rate: float = 1e-3
    discount: float = 0.99
    trace: float = 0.95
    clip: float = 0.2
    entropy: float = 0.02
    value: float = 0.5
    norm: float = 0.5
    reward_scale: float = 0.1
    shaping: float = 0.6
    network: str = "mlp"
    hidden: tuple[int, ...] = (128, 128)
    save_every: int = 20
    episodes: int = 20

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))
        self._whole("steps", "envs", "length", "epochs", "minibatches", "save_every", "episodes")
        self._positive("learning_rate", "clip", "norm", "reward_scale")
        self._shares("discount", "trace", "shaping")
        self._not_negative("entropy", "value")
        self._require(self.envs * self.length % self.minibatches == 0, "minibatches", "should divide envs times length")


class Rollout(NamedTuple):
    """What was played between two updates; the first axes are steps, games and seats.

    Attributes:
        seen: float32, the observations.
        legal: bool, the actions that may be chosen; None where all may.
        chosen: int64, numbers of actions.
        logs: float32, their log-probabilities as they were drawn.
        values: float32, what the critic expected; one step more than the others.
        rewards: float32, scaled, shaped rewards included.
        live: bool of steps and games: not a step that only begins a game anew.
        last: bool of steps and games: the game was cut off after it.
    """

    seen: np.ndarray
    legal: np.ndarray | None
    chosen: np.ndarray
    logs: np.ndarray
    values: np.ndarray
    rewards: np.ndarray
    live: np.ndarray
    last: np.ndarray

    def advantages(self, discount: float, trace: float) -> np.ndarray:
        """Give the generalised advantages: like ``rewards``. What follows a cut is expected by the critic, and nothing is carried over it."""
        out, carried = np.zeros_like(self.rewards), np.zeros_like(self.rewards[0])
        for step in reversed(range(len(self.rewards))):
            surprise = self.rewards[step] + discount * self.values[step + 1] - self.values[step]
            carried = np.where(self.last[step][:, None], surprise, surprise + discount * trace * carried)
            # a step in which nothing was chosen is passed through
            carried = np.where(self.live[step][:, None], carried, 0.0)
            out[step] = carried
        return out


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
        self.both = torch.nn.ModuleDict({"policy": self.policy.module, "critic": critic})
        optimizer = torch.optim.Adam(self.both.parameters(), lr=config.learning_rate, eps=1e-5)
        updates = max(1, config.steps // (config.envs * config.length))
        done, seconds = read_state(task.place, self.both, optimizer) or (0, 0.0)
        began = time.perf_counter() - seconds
        self._seen, infos = self.envs.reset(seed=task.seed)
        self._legal = infos.get("legal")
        self._over, self._earned = np.zeros(config.envs, np.bool_), np.zeros(config.envs)
        with open_log(task.place, done, "update") as log:
            for update in range(done, updates):
                torch.manual_seed(task.seed + 7919 * (update + 1))
                share = update / updates
                fade = max(0.0, 1 - share / config.shaping) if config.shaping else 0.0
                for group in optimizer.param_groups:
                    group["lr"] = config.learning_rate * (1 - 0.9 * share)
                rollout, finished = self._play(fade)
                entropy = self._learn(rollout, optimizer, config.entropy * (1 - 0.9 * share))
                steps, seconds = (update + 1) * config.envs * config.length, time.perf_counter() - began
                mean = float(np.mean(finished)) if finished else None
                line = {"update": update + 1, "steps": steps, "return": mean, "shaping": round(fade, 3), "entropy": round(entropy, 4)}
                log.write(json.dumps({**line, "seconds": round(seconds, 1)}) + "\n")
                if mean is not None and task.progress:
                    say(f"{steps:>11,} steps  {mean:8.1f} a game  entropy {entropy:.2f}  {steps / seconds:,.0f} steps/s")
                if (update + 1) % config.save_every == 0 or update + 1 == updates:
                    log.flush()
                    write_state(task.place, self.both, optimizer, [update + 1, time.perf_counter() - began])
        place = save_policy(task.place / "policy", self.policy)
        measured = self._measure()
        say(f"{np.mean(measured):.1f} a game over {len(measured)} games, from {min(measured):g} to {max(measured):g}")
        return {"checkpoint": str(place), "return": float(np.mean(measured)), "seconds": round(time.perf_counter() - began, 1)}

    # -- playing -----------------------------------------------------------------------------------------------------

    def _logs(self, seen: Any, legal: Any) -> Any:
        """Give log-probabilities of all actions; those that may not be chosen have none."""
        import torch

        logits = self.policy.module(seen)
        return torch.log_softmax(logits if legal is None else logits.masked_fill(~legal, -1e9), -1)

    def _act(self, seen: np.ndarray, legal: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Draw what every seat does; give it with its log-probabilities and the critic's values, each of shape (games, seats)."""
        import torch

        shape = seen.shape[:2]
        with torch.inference_mode():
            flat = torch.from_numpy(np.ascontiguousarray(seen.reshape(shape[0] * shape[1], -1), dtype=np.float32))
            logs = self._logs(flat, None if legal is None else torch.from_numpy(legal.reshape(len(flat), -1)))
            chosen = torch.multinomial(logs.exp(), 1)[:, 0]
            picked = logs.gather(1, chosen[:, None])[:, 0]
            values = self.both["critic"](flat)[:, 0]
        return chosen.numpy().reshape(shape), picked.numpy().reshape(shape), values.numpy().reshape(shape)

    def _play(self, fade: float) -> tuple[Rollout, list[float]]:
        """Play some steps of every game; also give what the games that ended had earned."""
        config, parts, finished = self.config, [], []
        masks: list[Any] = []
        for _ in range(config.length):
            seen, legal, live = self._seen, self._legal, ~self._over
            chosen, logs, values = self._act(seen, legal)
            self._seen, rewards, ended, cut, infos = self.envs.step(chosen)
            self._legal = infos.get("legal")
            shaped = infos.get("shaped", 0.0)
            self._earned = np.where(self._over, 0.0, self._earned + rewards)
            self._over = ended | cut
            finished += self._earned[self._over].tolist()
            earned = (rewards[:, None] + fade * shaped) * np.ones_like(logs) * config.reward_scale
            parts.append((seen, chosen, logs, values, earned, live, self._over))
            masks.append(legal)
        seen, chosen, logs, values, earned, live, last = (np.stack(part) for part in zip(*parts, strict=True))
        values = np.concatenate([values, self._act(self._seen, self._legal)[2][None]])
        allowed = None if masks[0] is None else np.stack(masks)
        return Rollout(seen.astype(np.float32), allowed, chosen, logs, values, earned.astype(np.float32), live, last), finished

    # -- learning ----------------------------------------------------------------------------------------------------

    def _learn(self, rollout: Rollout, optimizer: Any, bonus: float) -> float:
        """Update policy and critic; give the mean entropy."""
        import torch

        config, seats = self.config, rollout.chosen.shape[2]
        advantages = rollout.advantages(config.discount, config.trace)
        returns = advantages + rollout.values[:-1]
        kept = np.repeat(rollout.live.reshape(-1), seats)

        def flat(array: np.ndarray) -> Any:
            return torch.from_numpy(np.ascontiguousarray(array.reshape(len(kept), -1)[kept]))

        seen, chosen = flat(rollout.seen), flat(rollout.chosen)
        logs, advantage, target = (flat(array)[:, 0] for array in (rollout.logs, advantages, returns))
        legal = None if rollout.legal is None else flat(rollout.legal)
        entropies = []
        for _ in range(config.epochs):
            for part in torch.randperm(len(seen)).chunk(config.minibatches):
                now = self._logs(seen[part], None if legal is None else legal[part])
                gain = advantage[part]
                gain = (gain - gain.mean()) / (gain.std() + 1e-8)
                surrogate = ppo_clip(now.gather(1, chosen[part])[:, 0], logs[part], gain, config.clip)
                entropy = -(now.exp() * now).sum(-1).mean()
                error = (self.both["critic"](seen[part])[:, 0] - target[part]).square().mean()
                optimizer.zero_grad(set_to_none=True)
                (surrogate - bonus * entropy + config.value * error).backward()
                torch.nn.utils.clip_grad_norm_(self.both.parameters(), config.norm)
                optimizer.step()
                entropies.append(entropy.item())
        return float(np.mean(entropies))

    def _measure(self) -> list[float]:
        """Play whole games with the policy as it acts as a player, and give what each earned."""
        envs = self.game.vector_env(self.config.episodes)
        seen, infos = envs.reset(seed=self.task.seed)
        earned, over = np.zeros(self.config.episodes), np.zeros(self.config.episodes, np.bool_)
        while not over.all():
            seen, rewards, ended, cut, infos = envs.step(self._act(seen, infos.get("legal"))[0])
            earned += np.where(over, 0.0, rewards)
            over |= ended | cut
        return [float(value) for value in earned]
