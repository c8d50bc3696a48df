"""The trainer ``sla``: gather things to say, then learn to choose among them against a population that the policy itself joins."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...agents.bots import fits
from ...agents.choosing import Chooser, Sights
from ...agents.choosing.sights import Bank
from ...agents.latent import TfIdf
from ...agents.player import PlayerSpec
from ...arena.report.pages import keep_page
from ...arena.report.summary import Cell, Estimate
from ...arena.seeds import child_seed
from ...errors import ParameterError
from ..parameters import filled
from ..rates import decay, set_rate
from ..registry import Say, Task, require_packages
from ..saves import LOG, open_log, read_state, write_state
from ..strength import meet
from .bank import gather, read_bank, write_bank
from .config import Config
from .playing import Tables, earnings, learn
from .report import findings, measured

__all__ = ["SLA"]


class SLA:
    """Trains a policy that chooses what to say among candidates, and all other moves from lists.

    The run's folder holds ``bank.json`` (what was heard of each role), ``start`` and ``policy`` (choosers before and after:
    ``players=[{kind: chooser_bank, path: ...}]``, or ``chooser`` with a model), ``population`` (those in between), ``log.jsonl``, ``report.html`` and
    what a cut-off run goes on from.

    Args:
        task: one game with speech; a model whose utterances are to be the candidates, or none for those of the population.
        **parameters: see :class:`Config`.

    Raises:
        MissingExtra: torch is not installed.
        ParameterError: a parameter is out of range, there is more than one game, nobody speaks in it, its choices cannot be listed, or a style does not
            know it.

    Source: Xu, Yu, Fang, Wang and Wu 2024, "Language Agents with Reinforcement Learning for Strategic Play in the Werewolf Game", arXiv 2310.18940. Without
    its deduction of roles by a model, and without behaviour cloning before.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("sla", "torch")
        self.task, self.config = task, filled(Config, parameters, "trainer sla")
        if len(task.games) != 1:
            raise ParameterError(f"trainer sla: one game should be named, got {len(task.games)}")
        self.game = task.games[0]
        if not self.game.type.language:
            raise ParameterError(f"trainer sla: nobody speaks in {self.game.label}; a game with speech would be right, such as werewolf or one with say_chars")
        for style in self.config.population:
            if reason := fits(self.game, style):
                raise ParameterError(f"trainer sla: population: {style} does not know {self.game.label}: {reason}")
        self.field = tuple(PlayerSpec.of("scripted", style, style=style) for style in self.config.population)
        self.learners = max(1, round(self.config.learners * self.game.seats))

    def run(self, say: Say) -> Mapping[str, Any]:
        import torch

        config, task, began = self.config, self.task, time.perf_counter()
        task.place.mkdir(parents=True, exist_ok=True)
        bank = self._bank()
        say(f"{sum(len(rows) for rows in bank.values())} different things to say, heard {sum(times for rows in bank.values() for _, times in rows)} times")
        policy = self._fresh(bank)
        policy.save(task.place / "start")
        optimizer = torch.optim.Adam(policy.module.parameters(), lr=config.learning_rate, eps=1e-5)
        done, spent = read_state(task.place, policy.module, optimizer) or (0, 0.0)
        began -= spent
        frozen = [Chooser.load(self._checkpoint(number)) for number in range(config.checkpoint_every, done + 1, config.checkpoint_every)]
        with open_log(task.place, done, "update") as log:
            for number in range(done + 1, config.updates + 1):
                line = {"update": number, "policies": len(frozen), **self._update(policy, frozen, optimizer, number)}
                log.write(json.dumps(line) + "\n")
                if number % config.checkpoint_every == 0:
                    policy.save(self._checkpoint(number))
                    frozen.append(policy.twin())
                if number % config.save_every == 0 or number == config.updates:
                    log.flush()
                    write_state(task.place, policy.module, optimizer, [number, time.perf_counter() - began])
                    if task.progress:
                        say(f"update {number:>5}: entropy {line['entropy']:.2f}, {time.perf_counter() - began:.0f} s")
        place = policy.save(task.place / "policy")
        return {"checkpoint": str(place), **self._measured(say), "seconds": round(time.perf_counter() - began, 1)}

    def _checkpoint(self, number: int) -> Path:
        return self.task.place / "population" / f"update_{number}"

    def _bank(self) -> Bank:
        path = self.task.place / "bank.json"
        if not path.exists():
            write_bank(path, gather(self.game, self.task.model, self.field, self.config, child_seed(self.task.seed, "bank") % 2**31))
        return read_bank(path)

    def _fresh(self, bank: Bank) -> Chooser:
        config = self.config
        embedder = TfIdf.fit([text for rows in bank.values() for text, times in rows for _ in range(times)], dimensions=config.dimensions)
        sights = Sights(self.game, embedder, config.memory)
        if sights.actions.kind != "listed":
            raise ParameterError(f"trainer sla: the choices of {self.game.made_as} are too many to be listed; a coarser grain would be right")
        return Chooser.fresh(sights, bank, config.candidates, model=config.width, heads=config.heads, hidden=config.hidden, seed=self.task.seed)

    def _update(self, policy: Chooser, frozen: list[Chooser], optimizer: Any, number: int) -> dict[str, Any]:
        """Play and learn; draws follow from the seed and the update alone, so that a run that was cut off goes on as it would have."""
        import torch

        config, share = self.config, (number - 1) / self.config.updates
        seed = child_seed(self.task.seed, "update", number)
        torch.manual_seed(seed % 2**31)
        set_rate(optimizer, config.learning_rate * decay(share))
        rng = np.random.default_rng(seed)
        tables = Tables(self.game, [policy, *frozen], self.field, learners=self.learners, count=config.games, rng=rng)
        tables.play()
        entropy = learn(policy, tables, optimizer, config, config.entropy * decay(share))
        return {"entropy": round(entropy, 4), "earned": {name: round(value, 4) for name, value in earnings(tables).items()}}

    def _measured(self, say: Say) -> dict[str, Any]:
        """Play the policy, its beginning and the random player against the scripted population on the same deals."""
        place, matches = self.task.place, self.config.matches
        players = {name: PlayerSpec.of("chooser_bank", name, path=str(place / folder)) for name, folder in (("trained", "policy"), ("untrained", "start"))}
        players["random"] = PlayerSpec.of("random")
        seed = child_seed(self.task.seed, "strength")
        episodes = {name: asyncio.run(meet(self.game, player, {}, matches, seed, field=self.field)) if matches else [] for name, player in players.items()}
        log = [json.loads(line) for line in (place / LOG).read_text(encoding="utf-8").splitlines()]
        table = measured(episodes)
        page = keep_page(place, findings(self.game.label, log, table))
        for row in table.rows:
            say(f"{row[0]}: {row[2]:.3f} trained, {row[3]:.3f} untrained, {row[4]:.3f} at random")
        say(f"report: {page}")
        return {"strength": [dict(zip(table.columns, map(_plain, row), strict=True)) for row in table.rows]}


def _plain(cell: Cell) -> Any:
    if isinstance(cell, Estimate):
        return [round(value, 4) for value in (cell.value, cell.low, cell.high)]
    return round(cell, 4) if isinstance(cell, float) else cell
