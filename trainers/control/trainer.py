"""The trainer ``spo_control``: PPO of a body whose rewards come from comparisons of whole trajectories.

SPO: Swamy, Dann, Kidambi, Wu and Agarwal 2024, "A Minimaximalist Approach to Reinforcement Learning from Human Feedback", arXiv:2401.04056. A trajectory's
reward is its share of wins against a queue of the last ones, an even part of it for each step. Its target is the minimax winner, by the average of the
iterates. The baselines fit a Bradley-Terry reward to the same number of comparisons; their target is the best of that reward.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..credit import advantages_by_critic
from ..parameters import filled
from ..ppo_update import Judged, update
from ..rates import decay
from ..registry import Say, Task, require_packages
from .config import Config
from .environments import ENVIRONMENTS, MEASURES, RETURN, Floats
from .judges import judge
from .rewards import Memory, RewardModel, spread_out, standardised, win_shares, wins

if TYPE_CHECKING:
    from .playing import Round

__all__ = ["SPOControl"]

_PLAYED = "played.npz"


class SPOControl:
    """Trains a body by comparisons of its trajectories, or a baseline with the same environment steps and queries.

    The run's folder holds ``policy.safetensors``, ``log.jsonl``, ``result.json``, ``played.npz`` (measures of all trajectories: ``rounds`` of the training,
    ``(rounds, envs, 4)``, a sample of its average policy, and ``last``, of the last policy) and what a run that was cut off goes on from.

    Args:
        task: no games and no model.
        **parameters: see :class:`~ludens.trainers.control.config.Config`.

    Raises:
        MissingExtra: torch or MuJoCo is not installed.
        ParameterError: a parameter is out of range.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("spo_control", "torch")
        self.task, self.config = task, filled(Config, parameters, "trainer spo_control")
        self.environment = ENVIRONMENTS[self.config.environment]
        self.envs = self.environment.make(self.config.envs)
        self.preference = judge(self.config)

    def run(self, say: Say) -> Mapping[str, Any]:
        from ..saves import open_log, read_state, write_state
        from .playing import play

        config, task, place = self.config, self.task, self.task.place
        place.mkdir(parents=True, exist_ok=True)
        self._begin()
        done, seconds = read_state(place, self.weights, self.optimizer) or (0, 0.0)
        began = time.process_time() - seconds
        with open_log(place, done, "round") as log:
            for number in range(done, config.rounds):
                self._seed(number)
                self.optimizer.param_groups[0]["lr"] = config.learning_rate * decay(number / config.rounds)
                played = play(self.weights, self.environment, self.envs, self._deals(number, 0))
                self.weights["kept"]["played"][number] = self._tensor(played.measures)
                rewards, facts = self._rewards(played, number)
                if rewards is not None:
                    facts["entropy"] = self._learn(played, rewards, config.entropy * decay(number / config.rounds))
                self._observe(played)
                means = dict(zip(MEASURES, played.measures.mean(0).tolist(), strict=True))
                line = {"round": number + 1, "queries": int(self.weights["kept"]["queries"].item()), **means, **facts}
                log.write(json.dumps({name: round(value, 5) for name, value in line.items()}) + "\n")
                if task.progress and (number + 1) % 10 == 0:
                    say(f"round {number + 1:>5,}  {line['queries']:>9,} queries  return {means['return']:9.2f}")
                if (number + 1) % config.save_every == 0 or number + 1 == config.rounds:
                    log.flush()
                    write_state(place, self.weights, self.optimizer, [number + 1, time.process_time() - began])
        return self._finish(say, time.process_time() - began)

    # -- what it is made of ------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        import torch

        from ...agents.neural.modules import module_of
        from .actor import actor_critic

        config, seed = self.config, self.task.seed
        torch.manual_seed(seed)
        (seen,), (actions,) = self.envs.single_observation_space.shape, self.envs.single_action_space.shape  # type: ignore[misc]
        self.weights = actor_critic(seen, actions, config.hidden, config.deviation, seed)
        kept = {"played": torch.zeros(config.rounds, config.envs, len(MEASURES), dtype=torch.float64), "queries": torch.zeros(1, dtype=torch.float64)}
        learned = [weight for weight in self.weights.parameters() if weight.requires_grad]
        groups = [{"params": learned, "lr": config.learning_rate}]
        if config.method in ("reward_once", "reward_iterated"):
            self.weights["reward"] = module_of("mlp", seen + actions, 1, {"hidden": list(config.hidden)}, seed + 2)
            groups.append({"params": list(self.weights["reward"].parameters()), "lr": config.fit_rate})
            size, queue = (config.first, config.first) if config.method == "reward_once" else (config.memory, config.queue)
            memory = Memory.empty(size, queue, (config.envs, self.environment.horizon, seen + actions))
            kept |= memory._asdict()
        self.weights["kept"] = torch.nn.ParameterDict(kept).requires_grad_(False)
        self.optimizer = torch.optim.Adam(groups, eps=1e-5)

    def _seed(self, number: int) -> None:
        import torch

        torch.manual_seed(self.task.seed + 7919 * (number + 1))

    def _deals(self, number: int, purpose: int) -> list[int]:
        """Give the seeds of the environments of a round, the same for every method."""
        found: list[int] = np.random.default_rng([self.task.seed, number, purpose]).integers(2**31, size=self.config.envs).tolist()
        return found

    def _tensor(self, array: Floats) -> Any:
        import torch

        return torch.from_numpy(array)

    # -- rewards -----------------------------------------------------------------------------------------------------

    def _rewards(self, played: Round, number: int) -> tuple[Floats | None, dict[str, float]]:
        """Give what the policy learns from, ``(N, H)``, and what is to be written down; no rewards while a reward model that is fitted once has not been."""
        config, horizon = self.config, self.environment.horizon
        if config.method == "hidden_return":
            return standardised(played.rewards), {}
        once = config.method == "reward_once"
        if once and number >= config.first:
            return self._modelled(played), {}
        table = self._ask(played, number, config.first if once else config.queue)
        if config.method == "spo":
            shares = win_shares(table)
            return standardised(spread_out(shares, horizon)), {"spread": float(shares.std())}
        memory = Memory(*(self.weights["kept"][name].data for name in Memory._fields))
        memory.keep(played, table, number)
        if once and number + 1 < config.first:
            return None, {}
        model = RewardModel(self.weights["reward"], self.optimizer)
        loss = model.fit(self.weights["scale"], memory, number + 1, config.fit_once if once else config.fit)
        return self._modelled(played), {"loss": loss}

    def _ask(self, played: Round, number: int, queue: int) -> Floats:
        """Compare a round with itself and with the rounds before it in the queue, the latest first."""
        older = self.weights["kept"]["played"][max(0, number - queue + 1) : number].flip(0).flatten(0, 1).numpy()
        before = self.preference.queries
        table = wins(self.preference, played.measures, older, self.config.labels, np.random.default_rng([self.task.seed, number, 2]))
        self.weights["kept"]["queries"] += self.preference.queries - before
        return table

    def _modelled(self, played: Round) -> Floats:
        import torch

        model = RewardModel(self.weights["reward"], self.optimizer)
        with torch.no_grad():
            given = torch.cat([played.raw, played.chosen.clamp(-1, 1)], -1)
            return standardised(model.rewards(self.weights["scale"], given).double().numpy())

    # -- learning ----------------------------------------------------------------------------------------------------

    def _learn(self, played: Round, rewards: Floats, bonus: float) -> float:
        """Update actor and critic; give the mean entropy."""
        from .actor import entropy, log_density

        config, weights = self.config, self.weights
        advantages = advantages_by_critic(rewards, played.values, config.discount, config.trace)
        seen, chosen = played.seen.flatten(0, 1), played.chosen.flatten(0, 1)
        gains, targets = (self._tensor(array.reshape(-1)).float() for array in (advantages, advantages + played.values[:, :-1]))
        spread = weights["spread"]["log"]

        def judged(part: Any) -> Judged:
            return Judged(log_density(weights["actor"](seen[part]), spread, chosen[part]), entropy(spread), weights["critic"](seen[part])[:, 0])

        return update(judged, played.logs.flatten(), gains, targets, self.optimizer, learning=config, bonus=bonus)

    def _observe(self, played: Round) -> None:
        from .actor import observed

        observed(self.weights["scale"], played.raw.flatten(0, 1))

    # -- the end -----------------------------------------------------------------------------------------------------

    def _finish(self, say: Say, seconds: float) -> dict[str, Any]:
        from .playing import play

        config, place, kept = self.config, self.task.place, self.weights["kept"]
        parts = []
        for number in range(-(-config.episodes // config.envs)):
            self._seed(config.rounds + number)
            parts.append(play(self.weights, self.environment, self.envs, self._deals(number, 1)).measures)
        last = np.concatenate(parts)[: config.episodes]
        np.savez_compressed(place / _PLAYED, rounds=kept["played"].numpy(), last=last)
        steps = config.rounds * config.envs * self.environment.horizon
        facts = {
            "environment": config.environment,
            "method": config.method,
            "preference": config.preference,
            "steps": steps,
            "queries": int(kept["queries"].item()),
            "return": float(last[:, RETURN].mean()),
            "cpu_seconds": round(seconds, 1),
        }
        (place / "result.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        say(f"{facts['queries']:,} queries, {steps:,} steps; return {facts['return']:.2f} over {len(last)} trajectories")
        return {"checkpoint": str(self._save(place)), **facts}

    def _save(self, place: Path) -> Path:
        from safetensors.torch import save_file

        path = place / "policy.safetensors"
        parts = ("actor", "spread", "scale")
        tensors = {f"{part}.{name}": value.detach().contiguous() for part in parts for name, value in self.weights[part].named_parameters()}
        save_file(tensors, path, metadata={"environment": self.config.environment})
        return path
