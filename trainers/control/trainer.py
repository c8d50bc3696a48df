"""The trainer ``spo_control``: PPO or SAC of a body whose rewards come from comparisons of whole trajectories.

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

from ..parameters import filled
from ..rates import decay
from ..registry import Say, Task, require_packages
from .config import Config
from .environments import ENVIRONMENTS, MEASURES, RETURN, Floats
from .judges import judge
from .learner import Experience, Learner
from .memory import Memory, wins
from .rewards import RewardModel, spread_out, standardised
from .sight import sight

if TYPE_CHECKING:
    from torch import Tensor

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
        from .sight import observed

        config, task, place = self.config, self.task, self.task.place
        place.mkdir(parents=True, exist_ok=True)
        self._begin()
        done, seconds = read_state(place, self.weights, self.optimizer) or (0, 0.0)
        began = time.process_time() - seconds
        with open_log(place, done, "round") as log:
            for number in range(done, config.rounds):
                self._seed(number)
                self.optimizer.param_groups[0]["lr"] = config.learning_rate * decay(number / config.rounds)
                played = play(self.learner.draw, self.weights["scale"], self.environment, self.envs, self._deals(number, 0))
                self.weights["kept"]["played"][number] = self._tensor(played.measures)
                self.memory.keep(played, number)
                rewards, facts = self._rewards(played, number)
                if rewards is not None:
                    facts |= self.learner.learn(self._experience(rewards, number), self.optimizer, number / config.rounds)
                observed(self.weights["scale"], played.raw[:, :-1].flatten(0, 1))
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
        from .ppo import PPO
        from .sac import SAC
        from .sight import scale_of

        config, seed = self.config, self.task.seed
        torch.manual_seed(seed)
        (seen,), (actions,) = self.envs.single_observation_space.shape, self.envs.single_action_space.shape  # type: ignore[misc]
        kind = SAC if config.learner == "sac" else PPO
        self.learner: Learner = kind(config, seen + 1, actions, seed)  # the clock is one more
        self.weights = torch.nn.ModuleDict({**self.learner.weights, "scale": scale_of(seen)})
        groups = [{"params": [weight for weight in self.weights.parameters() if weight.requires_grad], "lr": config.learning_rate}]
        rounds = config.queue
        if config.method in ("reward_once", "reward_iterated"):
            self.weights["reward"] = module_of("mlp", seen + actions, 1, {"hidden": list(config.hidden)}, seed + 3)
            groups.append({"params": list(self.weights["reward"].parameters()), "lr": config.fit_rate})
            rounds = max(rounds, config.first if config.method == "reward_once" else config.memory)
        self.memory = Memory.empty(rounds, config.envs, self.environment.horizon, seen, actions)
        kept = {"played": torch.zeros(config.rounds, config.envs, len(MEASURES), dtype=torch.float64), "queries": torch.zeros(1, dtype=torch.float64)}
        self.weights["kept"] = torch.nn.ParameterDict(kept | self.memory._asdict()).requires_grad_(False)
        self.memory = Memory(*(self.weights["kept"][name].data for name in Memory._fields))
        self.optimizer = torch.optim.Adam(groups, eps=1e-5, fused=True)

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

    def _rewards(self, played: Round, number: int) -> tuple[Tensor | None, dict[str, float]]:
        """Give what the policy learns from, ``(rounds, N, H)`` of the last rounds, and what is to be written down.

        All are given as they are now: win shares are against the present queue, and models' rewards of the present model. While a reward model that is
        fitted once has not been there are none.
        """
        config, memory = self.config, self.memory
        slots = memory.slots(number, self.learner.rounds)
        if config.method == "hidden_return":
            return memory.hidden[slots], {}
        once = config.method == "reward_once"
        if not once or number < config.first:
            self._ask(played, number)
        if config.method == "spo":
            shares = memory.shares(slots, memory.slots(number, config.queue))
            return spread_out(shares, self.environment.horizon), {"spread": shares.std(correction=0).item()}
        if once and number + 1 < config.first:
            return None, {}
        model, facts = RewardModel(self.weights["reward"], self.optimizer), {}
        if not once or number + 1 == config.first:
            fitted, steps = (config.first, config.fit_once) if once else (config.memory, config.fit)
            facts["loss"] = model.fit(self.weights["scale"], memory, memory.slots(number, fitted), steps, config.fit_batch)
        return model.rewards(self.weights["scale"], memory.raw[slots], memory.chosen[slots]).detach(), facts

    def _ask(self, played: Round, number: int) -> None:
        """Compare a round with itself and with the rounds before it in the queue, the latest first; all with all (reward_once)."""
        config, kept = self.config, self.weights["kept"]
        queue, opponents = (config.first, config.first * config.envs) if config.method == "reward_once" else (config.queue, config.opponents)
        older = kept["played"][max(0, number - queue + 1) : number].flip(0).flatten(0, 1).numpy()
        before = self.preference.queries
        rng = np.random.default_rng([self.task.seed, number, 2])
        self.memory.answered(wins(self.preference, played.measures, older, opponents=opponents, kind=config.labels, rng=rng), number)
        kept["queries"] += self.preference.queries - before

    def _experience(self, rewards: Tensor, number: int) -> Experience:
        import torch

        slots, horizon = self.memory.slots(number, self.learner.rounds), self.environment.horizon
        seen = sight(self.weights["scale"], self.memory.raw[slots], torch.arange(horizon + 1), horizon)
        return Experience(seen, self.memory.chosen[slots], standardised(rewards))

    # -- the end -----------------------------------------------------------------------------------------------------

    def _finish(self, say: Say, seconds: float) -> dict[str, Any]:
        from .playing import play

        config, place, kept = self.config, self.task.place, self.weights["kept"]
        parts = []
        for number in range(-(-config.episodes // config.envs)):
            self._seed(config.rounds + number)
            parts.append(play(self.learner.draw, self.weights["scale"], self.environment, self.envs, self._deals(number, 1)).measures)
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
        parts = (*self.learner.policy, "scale")
        tensors = {f"{part}.{name}": value.detach().contiguous() for part in parts for name, value in self.weights[part].named_parameters()}
        save_file(tensors, path, metadata={"environment": self.config.environment})
        return path
