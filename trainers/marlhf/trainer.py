"""The trainer ``marlhf_tabular``: preference data, rewards and policies on random Markov games, and how far each is from an equilibrium."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ...arena.report.findings import keep_findings
from ...arena.report.summary import Estimate
from ...errors import ParameterError
from ..parameters import Parameters, filled
from ..registry import Say, Task
from .study import Setting, findings

__all__ = ["Config", "MarlhfTabular"]


@dataclass(frozen=True)
class Config(Parameters):
    """On how much data, and what games, policies are learned from preferences.

    Attributes:
        games: random games, the same for every mix of data and every learner.
        pairs: comparisons of trajectories in each.
        alpha: weight of the regulariser along time.
        steps, states, actions: size of the games.
    """

    TRAINER: ClassVar[str] = "marlhf_tabular"

    games: int = 20
    pairs: int = 3000
    alpha: float = 0.1
    steps: int = 3
    states: int = 3
    actions: int = 3

    def __post_init__(self) -> None:
        self._whole("pairs", "steps", "states")
        self._whole("games", "actions", least=2)
        self._require(isinstance(self.alpha, int | float) and self.alpha >= 0, "alpha", "should be a number from 0")
        self._require(self.steps * self.states * self.actions**2 <= 1000, "steps", "times states times squared actions should be at most 1000")


class MarlhfTabular:
    """Learns policies from preferences on random games, by every mix of data and every learner, and measures their exact Nash gaps.

    The run's folder holds ``analyses/marlhf.json``.

    Args:
        task: no game and no model.
        **parameters: see :class:`Config`.

    Raises:
        ParameterError: a parameter is out of range, or a game was named.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        self.task, self.config = task, filled(Config, parameters, "trainer marlhf_tabular")
        if task.games:
            raise ParameterError("trainer marlhf_tabular: its games are drawn at random; leave game=... out")

    def run(self, say: Say) -> Mapping[str, Any]:
        config = self.config
        setting = Setting(config.pairs, config.alpha, config.steps, config.states, config.actions)
        found = findings(config.games, setting, seed=self.task.seed)
        self.task.place.mkdir(parents=True, exist_ok=True)
        place = keep_findings(self.task.place, found)
        for table in found.tables:
            for name, *cells in table.rows:
                kept = [(column, cell) for column, cell in zip(table.columns[1:], cells, strict=True) if isinstance(cell, Estimate)]
                told = (f"{column} {cell.value:.3f} ({cell.low:.3f} to {cell.high:.3f})" for column, cell in kept)
                say(f"{name}: {', '.join(told)}")
        return {"checkpoint": str(place)}
