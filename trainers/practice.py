"""Proximal policy optimisation at work: play some steps of many games, learn from them; what trainers build on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .ppo_update import Judged, update
from .rates import decay, set_rate

if TYPE_CHECKING:
    from torch import nn

    from .ppo import Config

__all__ = ["Practice", "Rollout"]


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


class Practice:
    """A policy and its critic in a batch of games.

    Args:
        envs: a ``gymnasium.vector.VectorEnv`` whose observations have the shape (games, seats, ...); the policy plays all seats.
        policy: from observations to logits of actions, a row each.
        critic: from observations to one number.
        config: see :class:`~ludens.trainers.ppo.Config`.
        seed: of the games.
    """

    def __init__(self, envs: Any, policy: nn.Module, critic: nn.Module, config: Config, seed: int) -> None:
        from torch import nn

        self.envs, self.config = envs, config
        self.both = nn.ModuleDict({"policy": policy, "critic": critic})
        self._seen, infos = envs.reset(seed=seed)
        self._legal = infos.get("legal")
        self._over, self._earned = np.zeros(config.envs, np.bool_), np.zeros(config.envs)

    def update(self, optimizer: Any, share: float) -> tuple[list[float], float]:
        """Play and learn from it after a share of the training; give what the games that ended had earned, and the mean entropy."""
        config = self.config
        set_rate(optimizer, config.learning_rate * decay(share))
        rollout, finished = self.play(config.fade(share))
        return finished, self.learn(rollout, optimizer, config.entropy * decay(share))

    # -- playing -----------------------------------------------------------------------------------------------------

    def _logs(self, seen: Any, legal: Any) -> Any:
        """Give log-probabilities of all actions; those that may not be chosen have none."""
        import torch

        logits = self.both["policy"](seen)
        return torch.log_softmax(logits if legal is None else logits.masked_fill(~legal, -1e9), -1)

    def act(self, seen: np.ndarray, legal: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
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

    def play(self, fade: float) -> tuple[Rollout, list[float]]:
        """Play some steps of every game; also give what the games that ended had earned."""
        config, parts, finished = self.config, [], []
        masks: list[Any] = []
        for _ in range(config.length):
            seen, legal, live = self._seen, self._legal, ~self._over
            chosen, logs, values = self.act(seen, legal)
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
        values = np.concatenate([values, self.act(self._seen, self._legal)[2][None]])
        allowed = None if masks[0] is None else np.stack(masks)
        return Rollout(seen.astype(np.float32), allowed, chosen, logs, values, earned.astype(np.float32), live, last), finished

    # -- learning ----------------------------------------------------------------------------------------------------

    def learn(self, rollout: Rollout, optimizer: Any, bonus: float) -> float:
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

        def judge(part: Any) -> Judged:
            now = self._logs(seen[part], None if legal is None else legal[part])
            return Judged(now.gather(1, chosen[part])[:, 0], -(now.exp() * now).sum(-1).mean(), self.both["critic"](seen[part])[:, 0])

        return update(judge, logs, advantage, target, optimizer, learning=config, bonus=bonus)
