"""The trainer ``nash_tabular``: one method on one preference game, with its curve and its average policy as a player."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from ...errors import ParameterError
from ...games.core import Game
from ...games.matrix.rules import MatrixGame
from ..parameters import Parameters, filled
from ..preferences.games import game_table
from ..registry import Say, Task
from ..testbeds import make_testbed
from .game import Floats, PreferenceGame
from .methods import Setting, method_named
from .running import Trace, run
from .solutions import regularised_nash

__all__ = ["Config", "NashTabular", "preference_game"]


@dataclass(frozen=True)
class Config(Parameters):
    """What is run, and on what.

    Attributes:
        method: a registered method: sppo, nash_md, egpo, inpo, dpo... (``ludens.trainers.tabular.methods``).
        testbed: a preference with known answers (``ludens.trainers.testbeds``); leave it out where a matrix game is named by game=...
        judge: how payoffs of a game become preferences: difference keeps the equilibria of a zero-sum game, sign looks at who earns more only.
        temperature: weight of the KL to the reference; each method's own papers call it tau or beta, and the values do not compare between methods.
        step: constant step size; null for the method's own.
        iterations: updates.
        mixture: share of the reference in the opponent (nash_md_pg, ipo_md).
        memory: rate at which the averaged opponent follows (nash_ema).
        restart: iterations between two moves of the magnet (mpo).
        clip: bound of a probability ratio, or of a log-ratio (p3o_separate, p3o_joint).
        epochs: gradient steps on one batch (p3o_separate, p3o_joint).
        points: about how many points the curve has, on a logarithmic scale.
        population: into how many players the average policy is divided, at most.
    """

    TRAINER: ClassVar[str] = "nash_tabular"

    method: str = "egpo"
    testbed: str | None = None
    judge: Literal["difference", "sign"] = "difference"
    temperature: float = 0.1
    step: float | None = None
    iterations: int = 1000
    mixture: float = 0.125
    memory: float = 0.1
    restart: int = 50
    clip: float = 0.2
    epochs: int = 4
    points: int = 60
    population: int = 16

    def __post_init__(self) -> None:
        self._whole("iterations", "restart", "epochs", "points", "population")
        self._positive("temperature", "clip")
        self._shares("mixture", "memory")
        self._require(self.step is None or (isinstance(self.step, int | float) and self.step > 0), "step", "should be a number above 0, or null")
        self._require(self.judge in ("difference", "sign"), "judge", "should be 'difference' or 'sign'")

    @property
    def setting(self) -> Setting:
        """The numbers that methods look at."""
        return Setting(self.temperature, self.step, self.iterations, self.mixture, self.memory, self.restart, self.clip, self.epochs)


def preference_game(config: Config, games: Sequence[Game]) -> PreferenceGame:
    """Make what is played: the testbed, or the preference over the actions of a matrix game.

    Raises:
        ParameterError: neither or both are named, or the game is no matrix game of two seats.
        UnknownName: there is no such testbed.
    """
    if (config.testbed is None) == (not games) or len(games) > 1:
        raise ParameterError("trainer nash_tabular: name either a testbed (trainer.testbed=...) or one matrix game (game=...)")
    if config.testbed is not None:
        return make_testbed(config.testbed)
    table, names = game_table(games[0], config.judge)
    return PreferenceGame.of(table, name=games[0].label, answers=names)


class NashTabular:
    """Runs one method exactly and writes down how it goes.

    The folder holds ``curve.csv`` (columns: :class:`~ludens.trainers.tabular.running.Point`), ``result.json`` (policies, target, distances), and for a game the
    players ``average.json`` and ``last.json``: ``players=[{kind: mixture, path: ...}]``.

    Args:
        task: one matrix game of two seats, or none; no model.
        **parameters: see :class:`Config`.

    Raises:
        ParameterError: a parameter is out of range, or what is played is not named once.
        UnknownName: there is no such method or testbed.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        self.task, self.config = task, filled(Config, parameters, "trainer nash_tabular")
        self.method = method_named(self.config.method)
        self.played = preference_game(self.config, task.games)
        self.setting = self.method.settled(self.played, self.config.setting)

    def run(self, say: Say) -> Mapping[str, Any]:
        began = time.perf_counter()
        trace = run(self.method, self.played, self.setting, points=self.config.points, population=self.config.population)
        place = self.task.place
        place.mkdir(parents=True, exist_ok=True)
        with (place / "curve.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(trace.points[0]._fields)
            writer.writerows(trace.points)
        facts = self._facts(trace)
        (place / "result.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        checkpoint = place / "result.json"
        if self.task.games:
            game = self.task.games[0]
            assert isinstance(game, MatrixGame)
            checkpoint = _write_player(place / "average.json", game, trace.population, trace.weights.tolist())
            _write_player(place / "last.json", game, trace.policy[None], [1.0])
        end = trace.points[-1]
        say(f"{self.method.name} aims at the {self.method.target} by its {self.method.iterate} iterate; {end.iteration:,} iterations, {end.queries:,} queries")
        say(f"exploitability: last {end.exploitability:.3e}, average {end.mean_exploitability:.3e}")
        say(f"regularised exploitability: last {end.regularised:.3e}, average {end.mean_regularised:.3e}")
        say(f"KL of the target: last {end.divergence:.3e}, average {end.mean_divergence:.3e}")
        return {"checkpoint": str(checkpoint), **end._asdict(), "seconds": round(time.perf_counter() - began, 3)}

    def _facts(self, trace: Trace) -> dict[str, Any]:
        method, setting, limit = self.method, self.setting, self.method.largest_step(self.played, self.setting)
        return {
            "method": method.name,
            "target": method.target,
            "iterate": method.iterate,
            "source": method.source,
            "game": self.played.name,
            "answers": list(self.played.answers),
            "step": setting.step,
            "largest_step": None if limit == float("inf") else limit,
            "temperature": setting.temperature,
            "target_policy": trace.target.tolist(),
            "regularised_nash": regularised_nash(self.played, setting.temperature).tolist(),
            "last_policy": trace.policy.tolist(),
            "mean_policy": trace.mean.tolist(),
            "end": trace.points[-1]._asdict(),
        }


def _write_player(path: Path, game: MatrixGame, population: Floats, weights: list[float]) -> Path:
    """Write policies over the actions of a game as a mixture of mixed actions; give the path."""
    players = [{"kind": "mixed", "choices": _choices(game, policy[0])} for policy in population]
    path.write_text(json.dumps({"players": players, "weights": weights}, indent=1) + "\n", encoding="utf-8")
    return path


def _choices(game: MatrixGame, policy: Floats) -> list[dict[str, float]]:
    if game.type.symmetric:
        return [dict(zip(game.shown[0], policy.tolist(), strict=True))]
    # an answer is an action a seat: each seat plays its margin
    joint = policy.reshape(game.table.shape[1:])
    return [dict(zip(names, joint.sum(1 - seat).tolist(), strict=True)) for seat, names in enumerate(game.shown)]
