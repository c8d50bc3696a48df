"""What the run commands take: one dataclass a command, whose defaults are the only ones. Hydra checks overrides against them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import MISSING as NO_DEFAULT
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from omegaconf import MISSING

from ..errors import ParameterError

__all__ = [
    "GROUPS",
    "RUN_COMMANDS",
    "BudgetConfig",
    "PlanConfig",
    "PlayConfig",
    "StudyConfig",
    "TournamentConfig",
    "TrainConfig",
    "check",
    "settings",
    "store_schemas",
]


def _setting(default: Any, about: str) -> Any:
    if isinstance(default, type):
        return field(default_factory=default, metadata={"about": about})
    return field(default=default, metadata={"about": about})


@dataclass
class BudgetConfig:
    """Stop-loss of a run."""

    dollars: float | None = _setting(None, "stop when so many US dollars are spent")
    tokens: int | None = _setting(None, "stop when so many tokens are used")


@dataclass
class PlanConfig:
    """Which matches are played."""

    kind: str = _setting(
        "round_robin",
        "round_robin (every table, every seating), swiss (equals meet equals), adaptive (where ratings are least certain) or psro (who gains joins)",
    )
    replicates: int = _setting(2, "how often each table is played, each time with another seed")
    rounds: int = _setting(5, "rounds of a swiss plan, turns of a psro plan")
    matches: int = _setting(200, "matches of an adaptive plan")
    self_play: bool = _setting(False, "also let each player meet itself")
    meta: str = _setting("nash", "meta-solver of a psro plan: nash, max_entropy, cce, alpha_rank, prd or uniform")


@dataclass
class PlayConfig:
    """One episode, live in the terminal."""

    game: Any = _setting(MISSING, "what is played; its parameters are game.NAME=VALUE")
    players: list[Any] = _setting(MISSING, "who sits down, in seat order: names, or mappings {kind: ..., PARAMETER: ...}")
    model: Any = _setting(None, "the model of language players that name none")
    budget: BudgetConfig = _setting(BudgetConfig, "")
    seed: int = _setting(0, "everything random follows from it")
    move_seconds: float = _setting(600.0, "time limit for one move")
    show_private: bool = _setting(False, "show what is hidden from some seats too")
    out: str | None = _setting(None, "also write the replay to this HTML file")


@dataclass
class TournamentConfig:
    """A tournament: plan, play, rate, report."""

    game: Any = _setting(None, "one game; its parameters are game.NAME=VALUE")
    games: list[Any] = _setting(list, "or several: names, or mappings {id: ..., PARAMETER: ...}")
    players: list[Any] = _setting(MISSING, "names, or mappings {kind: ..., PARAMETER: ...}")
    model: Any = _setting(None, "the model of language players that name none")
    plan: PlanConfig = _setting(PlanConfig, "")
    budget: BudgetConfig = _setting(BudgetConfig, "")
    name: str | None = _setting(None, "folder under runs; made from the configuration by default, so that the same command finds its run again")
    runs: str = _setting("runs", "where run folders are")
    seed: int = _setting(0, "everything random follows from it")
    in_flight: int = _setting(64, "episodes of model players that are played at once")
    processes: int = _setting(0, "worker processes for scripted matches; 0 means one a core")
    move_seconds: float = _setting(120.0, "time limit for one move")
    bootstrap: int = _setting(200, "resamples behind the intervals of ratings")
    transcripts: int = _setting(200, "how many transcripts the report holds at most")
    dry_run: bool = _setting(False, "print the plan and its forecast cost, play nothing (also --dry-run)")
    progress: bool = _setting(True, "show progress while playing")


@dataclass
class StudyConfig:
    """A behavioural experiment: check, lock, play, analyse."""

    study: Any = _setting(None, "what is asked; its settings are study.NAME=VALUE")
    players: list[Any] = _setting(list, "who is studied, instead of the study's own scripted subjects: names, or mappings {kind: ..., PARAMETER: ...}")
    model: Any = _setting(None, "the model of language players that name none")
    replicates: int | None = _setting(None, "episodes a cell and subject, instead of the study's own number")
    budget: BudgetConfig = _setting(BudgetConfig, "")
    name: str | None = _setting(None, "folder under runs; made from the study by default, so that the same command finds its run again")
    runs: str = _setting("runs", "where run folders are")
    run: str | None = _setting(None, "analyse this run of a study again, and play nothing")
    deviation: str | None = _setting(None, "why a locked study may be changed, or analysed before it is complete; the reason is recorded and reported")
    in_flight: int = _setting(64, "episodes of model players that are played at once")
    processes: int = _setting(0, "worker processes for scripted matches; 0 means one a core")
    move_seconds: float = _setting(120.0, "time limit for one move")
    dry_run: bool = _setting(False, "print the design, its power and its forecast cost, play nothing (also --dry-run)")
    progress: bool = _setting(True, "show progress while playing")


@dataclass
class TrainConfig:
    """A training run: demonstrations or play, fitting, measuring."""

    trainer: Any = _setting(MISSING, "what trains; its parameters are trainer.NAME=VALUE")
    model: Any = _setting(None, "the language model that is trained, where one is; model.model names the checkpoint to begin with, where one is wanted")
    game: Any = _setting(None, "one game; its parameters are game.NAME=VALUE")
    games: list[Any] = _setting(list, "or several: names, or mappings {id: ..., PARAMETER: ...}; [all] for all games, [all,-NAME] for all but one")
    name: str | None = _setting(None, "folder under runs; made from the configuration by default, so that the same command goes on with its run")
    runs: str = _setting("runs", "where run folders are")
    seed: int = _setting(0, "everything random follows from it")
    progress: bool = _setting(True, "show progress while training")


RUN_COMMANDS: dict[str, type] = {"play": PlayConfig, "tournament": TournamentConfig, "study": StudyConfig, "train": TrainConfig}
GROUPS: dict[str, tuple[str, ...]] = {"play": (), "tournament": ("tournament",), "study": ("study",), "train": ("trainer",)}
"""Configuration groups of a command beside ``game`` and ``model``."""


def settings(command: str) -> list[tuple[str, Any, str]]:
    """List a command's settings: name (dotted where nested), default (None where there is none), what it does."""
    return _rows(RUN_COMMANDS[command], "")


def _rows(schema: type, prefix: str) -> list[tuple[str, Any, str]]:
    rows: list[tuple[str, Any, str]] = []
    for item in fields(schema):
        default = item.default if item.default is not NO_DEFAULT else item.default_factory() if item.default_factory is not NO_DEFAULT else None
        if is_dataclass(default):
            rows += _rows(type(default), f"{prefix}{item.name}.")
        else:
            rows.append((prefix + item.name, None if default in (MISSING, None, []) else default, item.metadata["about"]))
    return rows


def store_schemas() -> None:
    """Put the schemas where Hydra finds them; safe to repeat."""
    from hydra.core.config_store import ConfigStore

    for command, schema in RUN_COMMANDS.items():
        ConfigStore.instance().store(name=f"{command}_schema", node=schema)


def check(config: Mapping[str, Any]) -> None:
    """Check what the types of the settings leave open, before anything is played or written.

    Raises:
        ParameterError: a value is out of range.
    """
    for name in ("seed", "bootstrap", "transcripts"):
        _require(config.get(name, 0) >= 0, name, config.get(name), "0 or more")
    seconds = config.get("move_seconds", 1.0)
    _require(math.isfinite(seconds) and seconds > 0, "move_seconds", seconds, "a number of seconds, more than 0")
    for name, limit in config.get("budget", {}).items():
        _require(limit is None or (math.isfinite(limit) and limit >= 0), f"budget.{name}", limit, "0 or more, or null for no limit")
    folder = config.get("name")
    _require(not folder or re.fullmatch(r"\w[\w .-]*", folder) is not None, "name", folder, "the name of one folder: letters, digits, '-', '_', '.'")


def _require(condition: bool, name: str, value: object, should: str) -> None:
    if not condition:
        raise ParameterError(f"{name}={value} should be {should}")
