"""Explicit policy optimisation: a nano model learns to plan for an actor that stays as it is.

Liu et al. 2025, "EPO: Explicit Policy Optimization for Strategic Reasoning in LLMs via Reinforcement Learning", arXiv:2502.12486. Each round the strategist
plays beside the actor, its strategies are weighed by what they earned, and it is fitted to them by weighted log-likelihood, on the tokens of its strategies
alone. Opponents are scripted players and strategists of earlier rounds: self-play without others collapses.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...arena.plan import Match
from ...arena.record import Episode
from ...arena.report.pages import keep_page
from ...arena.seeds import child_seed
from ...errors import LudensError
from ...games.core import Game
from ...llm.chat import ChatModel
from ...llm.nano.model import folder
from ...llm.spec import ModelSpec
from ..card import digest, write_card
from ..credit import RoleBaselines
from ..parameters import filled
from ..registry import Say, Task, require_packages
from .config import Config
from .demonstrating import demonstrated, demonstrator
from .learners import learner_of
from .measuring import Measured, compared
from .playing import Cast, deals, play, pool_of, share_of
from .process import by_judge, by_rule
from .report import findings
from .talks import Spoken, Strategy, strategies
from .weights import Played, key_rewards, weights

__all__ = ["EPO"]


class _Seen(NamedTuple):
    """One episode with what is learned from it."""

    episode: Episode
    game: Game
    said: list[Strategy]
    played: Played


class EPO:
    """Trains a nano model to advise an actor.

    The run's folder holds a folder a round; a run that was cut off goes on with the round it was at.

    Args:
        task: what is trained and where; ``model.model`` names the checkpoint to begin with.
        **parameters: see :class:`~ludens.trainers.epo.config.Config`.

    Raises:
        MissingExtra: torch is not installed.
        LudensError: the checkpoint cannot be read, or is of another engine.
        ParameterError: a parameter is out of range.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("epo", "torch")
        self.task, self.config = task, filled(Config, parameters, "trainer epo")
        model = task.nano_model("epo")
        self._start = folder(model.model)
        self._cast = Cast.of(self.config)
        self._learner = learner_of(self.config, self._start)
        self._baselines = RoleBaselines()
        for game in task.games:
            if reason := self._cast.strategist("trained", None).why_not(game):
                raise LudensError(f"the trainer epo: {reason}")

    def run(self, say: Say) -> Mapping[str, Any]:
        before, began, log = self._frozen(), time.perf_counter(), []
        place = warm = self._warm(say)
        for number in range(self.config.rounds):
            place, facts = self._round(number, place, warm, say)
            log.append(facts)
        if self._frozen() != before:
            raise LudensError("the actor changed while its strategist was trained")
        final = self.task.place / "checkpoint"
        shutil.copytree(place, final, dirs_exist_ok=True)
        found: list[Measured] = []
        if self.config.matches:
            found = asyncio.run(compared(self._cast, self.task.games, warm, final, child_seed(self.task.seed, "measured")))
        measured = [item.row() for item in found]
        for line in measured:
            say(str(line["line"]))
        facts = {
            "title": "Ludens nano (a strategist)",
            "about": ["A strategist: it says a short strategy before each move of another player, which acts. Made by the trainer epo."],
            "command": self.task.command,
            "seed": self.task.seed,
            "seconds": round(time.perf_counter() - began, 1),
            "norm": self.config.norm,
            "process": self.config.process,
            "actor": before,
            "games": [game.made_as for game in self.task.games],
            "rounds": log,
            "measured": measured,
        }
        if self.config.method != "ppdpp":
            write_card(final, facts, [])
        say(f"report: {keep_page(self.task.place, findings(log, found))}")
        return {"checkpoint": str(final), **facts}

    def _frozen(self) -> str:
        """What the actor is: its parameters and, of a nano model, its bytes."""
        spec = self._cast.models.get("actor")
        return json.dumps([self._cast.actor, digest(folder(spec.model)) if spec is not None and spec.engine == "nano" else spec and spec.name], sort_keys=True)

    def _round(self, number: int, start: Path, warm: Path, say: Say) -> tuple[Path, dict[str, Any]]:
        """Play, weigh, fit; give the new checkpoint and what is worth telling of the round."""
        place = self.task.place / f"round_{number + 1}"
        if (place / "round.json").exists():
            facts = json.loads((place / "round.json").read_text(encoding="utf-8"))
            self._baselines.means = {(game, seat): mean for game, seat, mean in facts["baselines"]}
            return place / "checkpoint", facts
        seen = asyncio.run(self._play(number, start))
        weighed = weights([item.played for item in seen], self.config.norm, self.config.discount, self._baselines)
        spoken = [Spoken(item.said, weight, item.played.outcome, (item.played.role, item.played.deal)) for item, weight in zip(seen, weighed, strict=True)]
        spoken, divergence = self._anchored(spoken, warm)
        losses = self._learner.learn(spoken, start, place / "checkpoint", seed=child_seed(self.task.seed, "order", number))
        facts = {**_facts(seen, weighed), **divergence, "losses": [round(value, 5) for value in losses]}
        facts["baselines"] = [[game, seat, mean] for (game, seat), mean in self._baselines.means.items()]
        (place / "round.json").write_text(json.dumps(facts) + "\n", encoding="utf-8")
        say(f"round {number + 1}: {facts['outcome']:.3f} of the highest payoff an episode, strategies {facts['strategies']}")
        return place / "checkpoint", facts

    def _anchored(self, spoken: list[Spoken], warm: Path) -> tuple[list[Spoken], dict[str, float]]:
        """Charge strategies for how much likelier they have become than the warm start made them."""
        if not self.config.anchor or not spoken:
            return spoken, {}
        from ...llm.nano.network import load
        from .anchoring import strayed

        far = strayed(load(warm), spoken, self.config.batch)
        charged = [talk._replace(weights=talk.weights - self.config.anchor * own) for talk, own in zip(spoken, far, strict=True)]
        return charged, {"divergence": round(float(np.concatenate(far).mean()), 4)}

    def _warm(self, say: Say) -> Path:
        """Imitate tagged scripted play; give the strategist that training begins with."""
        config, start = self.config, self._learner.begin(self._start if self.config.method != "ppdpp" else self.task.place)
        place = self.task.place / "warm"
        if not config.warm:
            return start
        if not (place / "warm.json").exists():
            spoken = asyncio.run(self._demonstrations())
            order = child_seed(self.task.seed, "order", "warm")
            losses = self._learner.imitate(spoken, start, place / "checkpoint", epochs=config.warm_epochs, rate=config.warm_rate, seed=order)
            (place / "warm.json").write_text(json.dumps({"losses": [round(value, 5) for value in losses]}) + "\n", encoding="utf-8")
            say(f"warm start: {len(spoken)} episodes of scripted play, loss {losses[0]:.3f} to {losses[-1]:.3f}")
        return place / "checkpoint"

    async def _demonstrations(self) -> list[Spoken]:
        config, cast, found = self.config, self._cast, list[Spoken]()
        player = cast.demonstrator()
        for game in self.task.games:
            seed = child_seed(self.task.seed, "warm", game.made_as)
            dealt = deals(game, config.warm, pool_of(game, config.opponents), (), share=0.0, seed=seed)
            episodes = await play([deal.match(player) for deal in dealt], {**cast.models, "demonstrated": demonstrator(config.tags, seed)})
            said = [demonstrated(episode, deal.seat, self._learner.written) for episode, deal in zip(episodes, dealt, strict=True) if episode.error is None]
            # what the model could not have read to its end it need not imitate
            short = [[strategy for strategy in talk if len(strategy.prompt) + len(strategy.reply) <= self._learner.context] for talk in said]
            found += [Spoken(talk, np.ones(len(talk))) for talk in short if talk]
        if not found:
            raise LudensError(f"the trainer epo: every scripted conversation is longer than the model's {self._learner.context} tokens; lower window_tokens")
        return found

    async def _play(self, number: int, place: Path) -> list[_Seen]:
        config, cast = self.config, self._cast
        members = [cast.strategist("trained", place, member) for member in range(config.group)]
        first = max(1, number + 1 - config.snapshots)
        past = [cast.strategist(f"round_{back}", self.task.place / f"round_{back}" / "checkpoint") for back in range(first, number + 1)]
        matches, where = list[Match](), list[tuple[Game, int, int]]()
        for game in self.task.games:
            seed = child_seed(self.task.seed, "round", number, game.made_as)
            pool = pool_of(game, config.opponents)
            for place_in, deal in enumerate(deals(game, max(1, config.episodes // config.group), pool, past, share=config.self_share, seed=seed)):
                matches += [deal.match(member) for member in members]
                where += [(game, deal.seat, place_in)] * len(members)
        episodes = await play(matches, cast.models)
        judge = None if config.judge is None else ModelSpec.of(config.judge).build()
        try:
            seen = [await self._seen(episode, *whereabouts, judge) for episode, whereabouts in zip(episodes, where, strict=True)]
        finally:
            if judge is not None:
                await judge.close()
        return [item for item in seen if item.said and item.episode.error is None]

    async def _seen(self, episode: Episode, game: Game, seat: int, deal: int, judge: ChatModel | None) -> _Seen:
        """Look at an episode: its strategies, which of them mattered, what it earned."""
        config, said, outcome = self.config, strategies(episode, seat), share_of(episode, game, seat)
        keys: set[int] | None = None
        if config.process == "rule":
            keys = by_rule(episode, game, seat, [strategy.turn for strategy in said], outcome, gate=config.gate)
        elif judge is not None and said:
            keys = await by_judge(episode, seat, {strategy.turn: strategy.text for strategy in said}, outcome, judge)
        rewards = key_rewards(len(said), keys or set(), outcome, config.bonus)
        return _Seen(episode, game, said, Played(rewards, outcome, (game.made_as, str(seat)), deal))


def _facts(seen: Sequence[_Seen], weighed: Sequence[Any]) -> dict[str, Any]:
    """What is worth telling of a round."""
    said = [strategy for item in seen for strategy in item.said]
    counts = Counter(strategy.text.rpartition(":")[2].strip()[:40] if strategy.read else "(unread)" for strategy in said)
    total = max(len(said), 1)
    shares = {name: round(count / total, 3) for name, count in counts.most_common(8)}
    entropy = -sum(count / total * np.log(count / total) for count in counts.values())
    return {
        "outcome": round(float(np.mean([item.played.outcome for item in seen])), 4) if seen else 0.0,
        "strategies": shares,
        "entropy": round(float(entropy), 4),
        "mean_weight": round(float(np.mean(np.concatenate(weighed))), 4) if len(weighed) else 0.0,
        "episodes": len(seen),
    }
