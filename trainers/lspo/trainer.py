"""The trainer ``lspo``: hear the model speak, find meanings, solve the game in meanings, teach the model; again with one meaning more."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...agents.latent import LatentSpace
from ...agents.latent.player import LatentMind
from ...agents.player import PlayerSpec
from ...arena.record import Episode
from ...arena.report.pages import keep_page
from ...arena.seeds import child_seed
from ...errors import ParameterError
from ...llm.chat import ChatModel
from ...llm.spec import ModelSpec
from ..parameters import filled
from ..registry import Say, Task, require_packages
from .alignment import Aligner, align
from .config import Config
from .evaluation import Cell, evaluate, rows
from .playing import hear
from .preferences import BUILDERS, judge
from .reading import keep_replay, read_through
from .report import findings
from .solvers import SOLVERS, Solution
from .spaces import latent_space
from .statements import Statement, read_statements, write_statements
from .views import View, entropy

__all__ = ["LSPO"]

_WINDOW = 2000
"""Tokens of a conversation that the model without a policy remembers, as the nano models are trained to."""


class LSPO:
    """Latent space policy optimisation.

    The run's folder holds a folder for each iteration with everything that belongs together: what was heard (``statements.jsonl``), the latent space
    (``space.json``, ``space.npz``), the policy over it (``policy``, ``advantages.npz``), the model that was taught (``checkpoint``) and ``iteration.json``
    about all of it. Every stage is skipped whose files are there. ``players=[{kind: latent, path: .../iteration_2, model: ...}]`` seats an iteration's agent.
    ``report.html`` shows it all, ``game.html`` in each iteration's folder replays a game of its agent, ``result.json`` holds the figures.

    Args:
        task: one game with speech; the model that is to speak.
        **parameters: see :class:`Config`.

    Attributes:
        aligner: how the model is taught.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ParameterError: a parameter is out of range, there is more than one game, or nobody speaks in it.

    Source: Xu, Gu, Yu, Wu and Wang 2025, "Learning Strategic Language Agents in the Werewolf Game with Iterative Latent Space Policy Optimization", arXiv
    2502.04686.
    """

    aligner: Aligner = staticmethod(align)

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("lspo", "torch", "transformers")
        self.task, self.config = task, filled(Config, parameters, "trainer lspo")
        if len(task.games) != 1:
            raise ParameterError(f"trainer lspo: one game should be named, got {len(task.games)}")
        self.game, self.model = task.games[0], task.language_model("lspo")
        if not self.game.type.language:
            raise ParameterError(f"trainer lspo: nobody speaks in {self.game.label}; a game with speech would be right, such as werewolf or one with say_chars")

    def run(self, say: Say) -> Mapping[str, Any]:
        began = time.perf_counter()
        facts = [self._iteration(number, say) for number in range(1, self.config.iterations + 1)]
        cells, episodes = asyncio.run(self._play())
        for cell in cells:
            won = "" if cell.won is None else f" won {cell.won:.3f},"
            more = f"{cell.edge:+.3f} ({cell.edge_low:+.3f} to {cell.edge_high:+.3f}) more than the first"
            say(f"{cell.agent} as {cell.side}:{won} {cell.mean:+.3f} a seat, {more}")
        views = [View.load(self._place(number), number, episode) for number, episode in enumerate(episodes, 1)]
        for view in views:
            keep_replay(self._place(view.number), view.episode, self.game, view.space)
        last = self._place(self.config.iterations)
        result = {"game": self.game.label, "seed": self.task.seed, "iterations": facts, "evaluation": rows(cells)}
        (self.task.place / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        say(f"report: {keep_page(self.task.place, findings(self.game.label, facts, cells, views))}")
        checkpoint = last / "checkpoint" if (last / "checkpoint").exists() else last / "policy"
        return {**result, "checkpoint": str(checkpoint), "seconds": round(time.perf_counter() - began, 1)}

    def _place(self, number: int) -> Path:
        return self.task.place / f"iteration_{number}"

    def speaker(self, number: int) -> ModelSpec:
        """Give the model that speaks after an iteration; 0 for the one that the run began with."""
        made = self._place(number) / "checkpoint"
        return replace(self.model, model=str(made), name=f"iteration_{number}") if number and made.exists() else self.model

    def mind(self, number: int) -> LatentMind | None:
        """Give the policy of an iteration with its space; None before the first."""
        return LatentMind(LatentSpace.load(self._place(number)), Solution.load(self._place(number)).policy) if number else None

    # -- the stages ------------------------------------------------------------------------------------------------------

    def _iteration(self, number: int, say: Say) -> dict[str, Any]:
        place, config = self._place(number), self.config
        about = place / "iteration.json"
        if about.exists():
            return dict(json.loads(about.read_text(encoding="utf-8")))
        place.mkdir(parents=True, exist_ok=True)
        seed = child_seed(self.task.seed, "lspo", number) % 2**31
        began = time.perf_counter()
        statements = self._heard(place, number, seed)
        heard = time.perf_counter()
        space = self._space(place, number, statements, seed)
        solution = self._solved(place, space, seed)
        solved = time.perf_counter()
        judged = judge(statements, space, solution)
        pairs = BUILDERS[config.preference](judged, config)
        rng = np.random.default_rng(seed)
        chosen = [pairs[row] for row in sorted(rng.permutation(len(pairs))[: config.most_pairs].tolist())]
        say(f"iteration {number}: {len(statements)} turns to speak, {len(pairs)} pairs" + "".join(f", {k} {v:.4g}" for k, v in solution.measures.items()))
        facts: dict[str, Any] = {
            "iteration": number,
            "statements": len(statements),
            "candidates": sum(len(item.candidates) for item in statements),
            "meanings": dict(zip(space.game.speakers, space.game.meanings, strict=True)),
            "heard": dict(zip(space.game.speakers, map(list, space.counts), strict=True)),
            "entropy": _entropies(space),
            "exemplars": {role: [bank[0] for bank in banks] for role, banks in zip(space.game.speakers, space.banks, strict=True)},
            "policy": _policies(judged),
            "advantages": _advantages(judged),
            "pairs": dict(sorted(Counter(pair.statement.role for pair in pairs).items())),
            "learned_from": len(chosen),
            "space": space.digest,
            "measures": solution.measures,
        }
        if config.epochs:
            aligned = self.aligner(self.speaker(number - 1), place / "checkpoint.new", chosen, config, seed)
            shutil.rmtree(place / "checkpoint", ignore_errors=True)
            (place / "checkpoint.new").replace(place / "checkpoint")
            facts |= {"margins": aligned.margins, "drift": aligned.kl, "trace": aligned.trace}
            if aligned.trace:
                say(f"iteration {number}: loss {aligned.trace[0]['loss']:.4f} to {aligned.trace[-1]['loss']:.4f}, margins {_round(aligned.margins)}")
        ended = time.perf_counter()
        facts["seconds"] = {"playing": round(heard - began, 1), "solving": round(solved - heard, 1), "teaching": round(ended - solved, 1)}
        about.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return facts

    def _heard(self, place: Path, number: int, seed: int) -> list[Statement]:
        path = place / "statements.jsonl"
        if not path.exists():
            write_statements(path, asyncio.run(self._hear(number, seed)))
        return read_statements(path)

    async def _hear(self, number: int, seed: int) -> list[Statement]:
        model = self.speaker(number - 1).build()
        try:
            return await hear(self.game, model, self.mind(number - 1), self.config, seed)
        finally:
            await model.close()

    def _space(self, place: Path, number: int, statements: Sequence[Statement], seed: int) -> LatentSpace:
        if not (place / "space.json").exists():
            before = LatentSpace.load(self._place(number - 1)) if number > 1 else None
            latent_space(self.game, statements, self.config, number, before=before, seed=seed).save(place)
        return LatentSpace.load(place)

    def _solved(self, place: Path, space: LatentSpace, seed: int) -> Solution:
        if not (place / "policy" / "policy.json").exists():
            SOLVERS[self.config.solver](space.game, self.config, seed).save(place)
        return Solution.load(place)

    # -- what came of it -------------------------------------------------------------------------------------------------

    async def _play(self) -> tuple[list[Cell], list[Episode]]:
        """Evaluate the agents, and let each play a game to be read."""
        config = self.config
        numbers = range(1, config.iterations + 1)
        free = config.speech == "free"
        models: dict[str, ChatModel] = {f"speaker_{number}": self.speaker(number).build() for number in (0, *numbers)} if free else {}
        base = PlayerSpec.of("language", "base", model="speaker_0", window_tokens=_WINDOW, beyond="forget", temperature=config.speaking)
        own = [self._agent(number) for number in numbers]
        try:
            agents = [*([base] if free else []), *own]
            cells = await evaluate(self.game, agents, models, config.matches, self.task.seed) if config.matches else []
            return cells, await read_through(self.game, own, models, self.task.seed)
        finally:
            for model in models.values():
                await model.close()

    def _agent(self, number: int) -> PlayerSpec:
        path, name = str(self._place(number)), f"iteration_{number}"
        if self.config.speech == "bank":
            return PlayerSpec.of("latent_bank", name, path=path)
        return PlayerSpec.of("latent", name, path=path, model=f"speaker_{number}", temperature=self.config.speaking)


def _entropies(space: LatentSpace) -> dict[str, float]:
    """Entropy of what was heard of each role, in nats: how many meanings are really used."""
    return {role: entropy(np.array(counts, float)) for role, counts in zip(space.game.speakers, space.counts, strict=True)}


def _policies(judged: Sequence[Any]) -> dict[str, dict[str, float]]:
    """Mean chance of each meaning that was among the candidates, by role."""
    return _means(judged, "chances")


def _advantages(judged: Sequence[Any]) -> dict[str, dict[str, float]]:
    """Mean advantage of each meaning, by role, in its standard deviations."""
    return _means(judged, "advantages")


def _means(judged: Sequence[Any], name: str) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, list[float]]] = {}
    for row in judged:
        for meaning, value in zip(row.meanings, getattr(row, name), strict=True):
            found.setdefault(row.statement.role, {}).setdefault(f"z{meaning.number}", []).append(float(value))
    return {role: {meaning: round(float(np.mean(values)), 4) for meaning, values in sorted(rows.items())} for role, rows in sorted(found.items())}


def _round(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in values.items()}
