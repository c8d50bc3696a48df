"""Instruction and policy co-evolution: instructions compete, are made better from failures, and a policy may learn under them.

Zhou et al. 2025, "Agentic Policy Optimization via Instruction-Policy Co-Evolution", arXiv:2512.01945. Each step draws instructions for deals, plays groups of
episodes under them, credits the rewards to the instructions and (``learn``) lets the model learn from its groups by GRPO. From time to time the worse half is
dropped, and new instructions, proposed from the worst episodes and found better than their parents on the same deals, come in.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...agents.player import PlayerSpec
from ...arena.record import Episode
from ...arena.report.pages import keep_page
from ...arena.seeds import child_rng, child_seed
from ...errors import LudensError
from ...games.core import Game
from ...llm.nano.model import folder
from ...llm.spec import ModelSpec
from ..epo.playing import Deal, deals, play, pool_of, seen_by, share_of
from ..paired import edge, told
from ..parameters import filled
from ..registry import Say, Task, require_packages
from ..spent import Spent
from .buffer import Buffer, Case
from .config import PLACEHOLDER, Config
from .evolving import evolve
from .learning import Iterates, compared
from .population import Instruction, Population
from .report import findings

__all__ = ["INSPO"]

_TRAINED = "trained"


class INSPO:
    """Evolves instructions, and trains a nano model under them where ``learn`` is set.

    The run's folder holds ``state.json`` (population, history, buffer), written after every step; a run that was cut off goes on with the next one.

    Args:
        task: what is played and where; a model, where one is named, is the one that plays.
        **parameters: see :class:`~ludens.trainers.inspo.config.Config`.

    Raises:
        MissingExtra: a model is to learn and torch is not installed.
        LudensError: a model of another engine is to learn, or the player cannot play a game.
        ParameterError: a parameter is out of range.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        self.task, self.config = task, filled(Config, parameters, "trainer inspo")
        self._template = self._player()
        if PLACEHOLDER not in json.dumps(self._template):
            raise LudensError(f"the trainer inspo: player has no {PLACEHOLDER} in its parameters")
        if self.config.learn:
            if task.model is None or task.model.engine != "nano":
                raise LudensError("the trainer inspo trains models of the engine 'nano' (learn=true); name one: model=...")
            require_packages("inspo", "torch")
        for game in task.games:
            if reason := self._told("x").why_not(game):
                raise LudensError(f"the trainer inspo: {reason}")
        self.population = Population.of(self.config.seeds, temperature=self.config.temperature, floor=self.config.floor, rate=self.config.rate)
        self.buffer = Buffer()
        self._history: list[dict[str, Any]] = []
        self._spent = Spent("playing", "learning", "instructions")
        self._iterates = Iterates(task.place, folder(task.model.model), self.config) if self.config.learn and task.model is not None else None

    def run(self, say: Say) -> Mapping[str, Any]:
        self._load()
        for step in range(len(self._history), self.config.steps):
            if step and step % self.config.evolve == 0:
                with self._spent.counted("instructions"):
                    asyncio.run(self._evolve(step, say))
            asyncio.run(self._step(step))
            self._save()
            if (step + 1) % 10 == 0:
                best, share = self._best(), float(self.population.shares().max())
                reward = float(np.mean([facts["reward"] for facts in self._history[-10:]]))
                overhead = self._spent.share("instructions")
                say(f"step {step + 1}: {reward:.3f} an episode, overhead of instructions {overhead:.1%}, drawn most ({share:.2f}): {best.text}")
        result: dict[str, Any] = {
            "best": self._best().text,
            "seed_instruction": self.config.seeds[0],
            "population": self.population.plain(),
            "history": self._history,
            "seconds": self._spent.plain(),
            "overhead": round(self._spent.share("instructions"), 4),
        }
        if self.config.matches:
            result["measured"] = asyncio.run(self._measured())
            for line in result["measured"]:
                say(line["line"])
        final = self.task.place / "checkpoint"
        final.mkdir(parents=True, exist_ok=True)
        if self._iterates is not None:
            self._iterates.publish(len(self._history), final)
        (final / "instruction.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        say(f"report: {keep_page(self.task.place, findings(', '.join(game.label for game in self.task.games), result))}")
        return {"checkpoint": str(final), **result}

    # -- who plays ---------------------------------------------------------------------------------------------------

    def _player(self) -> dict[str, Any]:
        if self.config.player is not None:
            return dict(self.config.player)
        if self.task.model is None:
            return {"kind": "instructed", "instruction": PLACEHOLDER}
        shared = {"window_tokens": self.config.window_tokens, "beyond": "forget", "temperature": self.config.sample_temperature}
        return {"kind": "language", "persona": PLACEHOLDER, **shared}

    def _told(self, instruction: str, member: int = 0, temperature: float | None = None) -> PlayerSpec:
        """Make the player that is told an instruction; members of a group draw differently. A language player's temperature may be another than its own."""
        params = {str(name): value for name, value in _filled(self._template, instruction).items()}
        kind = str(params.pop("kind", "language"))
        if kind == "language":
            params |= {"model": _TRAINED, "seed": member, **({} if temperature is None else {"temperature": temperature})}
        elif kind == "strategist":
            params["strategist"] = {**params["strategist"], "seed": member}
        return PlayerSpec.of(kind, _TRAINED, **params)

    def _models(self) -> dict[str, ModelSpec]:
        model = self.task.model
        if model is None:
            return {}
        if self._iterates is not None:
            return {_TRAINED: self._iterates.playing(len(self._history), _TRAINED)}
        return {_TRAINED: ModelSpec.of({**model.plain, "name": _TRAINED})}

    def _best(self) -> Instruction:
        return max(self.population.alive, key=lambda member: (member.weight, -member.id))

    # -- a step ------------------------------------------------------------------------------------------------------

    def _dealt(self, game: Game, count: int, *path: object) -> list[Deal]:
        return deals(game, count, pool_of(game, self.config.opponents), (), share=0.0, seed=child_seed(self.task.seed, game.made_as, *path))

    async def _step(self, step: int) -> None:
        """Draw, play, credit, learn."""
        config = self.config
        with self._spent.counted("playing"):
            dealt = [deal for game in self.task.games for deal in self._dealt(game, config.deals, "step", step)]
            rng = child_rng(self.task.seed, "draw", step)
            drawn = self.population.draw(len(dealt), rng, distinct=2 if config.paired else 1)
            where = [(number, instruction.id) for number, chosen in enumerate(drawn) for instruction in chosen for _ in range(config.group)]
            matches = [
                deal.match(self._told(one.text, member)) for deal, chosen in zip(dealt, drawn, strict=True) for one in chosen for member in range(config.group)
            ]
            episodes = await play(matches, self._models())
            rewards = np.array([share_of(episode, dealt[number].game, dealt[number].seat) for episode, (number, _) in zip(episodes, where, strict=True)])
        with self._spent.counted("instructions"):
            self.population.credit(_credits(rewards, where, paired=config.paired))
            cases = [
                self._case(step, id, number, float(reward), episode, dealt[number])
                for episode, (number, id), reward in zip(episodes, where, rewards, strict=True)
            ]
            self.buffer.add(cases, step)
        shares = self.population.shares()
        facts: dict[str, Any] = {
            "step": step,
            "episodes": len(episodes),
            "reward": round(float(rewards.mean()), 4),
            "weights": {str(member.id): round(member.weight, 5) for member in self.population.alive},
            "shares": {str(member.id): round(float(share), 4) for member, share in zip(self.population.alive, shares, strict=True)},
            "entropy": round(float(-(shares * np.log(shares)).sum()), 4),
        }
        if self._iterates is not None:
            with self._spent.counted("learning"):
                found, learnt = compared(episodes, [dealt[number].seat for number, _ in where], rewards, where)
                facts["learnt"] = {**learnt, "loss": round(self._iterates.learn(found, len(self._history)), 5)}
        self._history.append(facts)

    def _case(self, step: int, id: int, number: int, reward: float, episode: Episode, deal: Deal) -> Case:  # noqa: PLR0917 - the fields of a case
        return Case(step, id, reward, dict(episode.outcome), "\n".join(seen_by(episode, deal.seat))[-3000:], number)

    # -- evolution ---------------------------------------------------------------------------------------------------

    async def _evolve(self, step: int, say: Say) -> None:
        dealt = [deal for game in self.task.games for deal in self._dealt(game, self.config.verify, "verify", step)]
        rng = child_rng(self.task.seed, "evolve", step)
        await evolve(self.population, self.buffer, lambda text, part: self._earned(text, dealt[part]), self.config, step=step, rng=rng, say=say)

    async def _earned(self, text: str, dealt: Sequence[Deal]) -> list[float]:
        episodes = await self._played(text, dealt, self.config.verify_temperature)
        return [share_of(episode, deal.game, deal.seat) for episode, deal in zip(episodes, dealt, strict=True)]

    async def _played(self, text: str, dealt: Sequence[Deal], temperature: float | None = None) -> list[Episode]:
        player = self._told(text, temperature=temperature)
        return await play([deal.match(player) for deal in dealt], self._models())

    async def _measured(self) -> list[dict[str, Any]]:
        """Compare the best instruction with the first seed, on deals that nothing was chosen by."""
        found = []
        for game in self.task.games:
            dealt = self._dealt(game, self.config.matches, "measured")
            played = {name: await self._played(text, dealt) for name, text in (("best", self._best().text), ("seed", self.config.seeds[0]))}
            earned = {name: [share_of(episode, game, deal.seat) for episode, deal in zip(own, dealt, strict=True)] for name, own in played.items()}
            ahead = edge(earned["best"], earned["seed"])
            means = {name: round(float(np.mean(own)), 4) for name, own in earned.items()}
            line = f"{game.label}: the best instruction {means['best']:.3f}, the first seed {means['seed']:.3f}, edge {told(ahead)}"
            order = np.argsort(np.subtract(earned["seed"], earned["best"]), kind="stable").tolist()
            shown = [
                {
                    "deal": number,
                    "earned": {name: earned[name][number] for name in played},
                    **{name: seen_by(own[number], dealt[number].seat) for name, own in played.items()},
                }
                for number in dict.fromkeys([*order[:2], order[-1]])
            ]
            found.append(
                {"game": game.label, "matches": len(dealt), **means, "edge": ahead.value, "low": ahead.low, "high": ahead.high, "line": line, "shown": shown}
            )
        return found

    # -- saves -------------------------------------------------------------------------------------------------------

    def _save(self) -> None:
        plain = {"population": self.population.plain(), "history": self._history, "buffer": self.buffer.cases, "seconds": self._spent.seconds}
        fresh = self.task.place / "state.new"
        self.task.place.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(plain), encoding="utf-8")
        fresh.replace(self.task.place / "state.json")
        if self._iterates is not None:
            self._iterates.forget(len(self._history))

    def _load(self) -> None:
        path = self.task.place / "state.json"
        if path.exists():
            plain = json.loads(path.read_text(encoding="utf-8"))
            self.population, self._history, self._spent.seconds = Population.load(plain["population"]), plain["history"], plain["seconds"]
            self.buffer.cases = [Case(*case) for case in plain["buffer"]]


def _credits(rewards: np.ndarray, where: Sequence[tuple[int, int]], *, paired: bool) -> dict[int, list[float]]:
    """Give each instruction the mean reward of every group that was played under it; paired, less the deal's mean."""
    groups: dict[tuple[int, int], list[float]] = {}
    for key, reward in zip(where, rewards, strict=True):
        groups.setdefault(key, []).append(float(reward))
    means = {key: float(np.mean(values)) for key, values in groups.items()}
    by_deal: dict[int, list[float]] = {}
    for (number, _), mean in means.items():
        by_deal.setdefault(number, []).append(mean)
    found: dict[int, list[float]] = {}
    for (number, id), mean in means.items():
        found.setdefault(id, []).append(mean - float(np.mean(by_deal[number])) if paired else mean)
    return found


def _filled(value: Any, instruction: str) -> Any:
    """Copy parameters with the instruction put in."""
    if isinstance(value, str):
        return value.replace(PLACEHOLDER, instruction)
    if isinstance(value, Mapping):
        return {name: _filled(item, instruction) for name, item in value.items()}
    return [_filled(item, instruction) for item in value] if isinstance(value, list | tuple) else value
