"""From a design to a plan: games out of cells, players out of entries and factors, matches with stable ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from ..agents.player import PlayerSpec, kinds
from ..arena.plan import Match, Plan
from ..conf.resolve import Cast, game_of
from ..errors import LudensError, ParameterError
from ..games.core import Game
from ..llm.chat import Sampling
from .columns import column_problem
from .design import Design, design_of, label_of
from .facts import known_facts, rehearse, row_facts
from .measures import excluded_by, measure
from .spec import Factor, Level, Study

__all__ = ["Planned", "Trial", "plan_study"]

SUBJECT = "subject"
_SAMPLING = tuple(item.name for item in fields(Sampling))
_CHECKED = 24
"""Games that are rehearsed before a study is played."""


class Trial(NamedTuple):
    """One episode of the design.

    Attributes:
        episode: id of its match.
        cell: label.
        replicate: number from 1.
        seed: of the episode.
        subject: name.
        subject_hash: of its specification in this trial.
        model: name of its model, "" without.
        seats: those that it holds.
        levels: of every factor.
    """

    episode: str
    cell: str
    replicate: int
    seed: int
    subject: str
    subject_hash: str
    model: str
    seats: tuple[int, ...]
    levels: dict[str, Level]


@dataclass(frozen=True)
class Planned:
    """A study that is ready to be played.

    Attributes:
        study, design: what was planned.
        plan: its matches, replicate by replicate, so that a study that stops early is balanced still.
        trials: one a match, in the same order.
        facts: names that expressions may take.
    """

    study: Study
    design: Design
    plan: Plan
    trials: tuple[Trial, ...]
    facts: frozenset[str]

    @property
    def subjects(self) -> list[str]:
        """Who is studied, by name."""
        return list(dict.fromkeys(trial.subject for trial in self.trials))


def plan_study(study: Study, cast: Cast, subjects: Sequence[Any] = ()) -> Planned:
    """Make the plan of a study.

    Args:
        study: what is to be played.
        cast: takes up the players and models that are met.
        subjects: entries of players to be studied; by default the study's own.

    Raises:
        LudensError: a game, a player or a model cannot be made of a level, a player cannot play, or an expression names no fact.
    """
    design = design_of(study)
    names = _subjects(study, cast, subjects)
    table = _Table(study, cast)
    matches, trials = [], []
    for replicate in design.replicates:
        for cell in design.cells:
            levels = {**cell.levels, **replicate.levels}
            game = table.game(levels)
            for name, entry in names.items():
                seated, seats = table.seated(game, name, entry, levels)
                seed = design.seed_of(cell, replicate, name)
                match = Match(game, seated, seed, f"{replicate.number}", cell.label)
                spec = seated[seats[0]]
                model = str(dict(spec.params).get("model", "")) if spec.needs_model else ""
                trials.append(Trial(match.id, cell.label, replicate.number, seed, spec.name, spec.hash, model, seats, levels))
                matches.append(match)
    _require_different(study, trials)
    facts = _rehearsed(study, matches, trials)
    text = f"{study.title}: {len(design.cells)} cells, {len(names)} subjects, {len(design.replicates)} replicates"
    return Planned(study, design, Plan(tuple(matches), text), tuple(trials), frozenset(facts))


def _rehearsed(study: Study, matches: Sequence[Match], trials: Sequence[Trial]) -> set[str]:
    """Try every expression on episodes of random moves before anything is paid for, and list the facts that there are."""
    first: dict[str, tuple[Match, Trial]] = {}
    for match, trial in zip(matches, trials, strict=True):
        first.setdefault(match.game.hash, (match, trial))
    chosen = list(first.values())[:_CHECKED]
    facts = {name for match, _ in chosen for name in known_facts(match.game)}
    if problem := column_problem(study, facts):
        raise ParameterError(f"study {study.name}, {problem}")
    for match, trial in chosen:
        for _, row in row_facts(rehearse(match.game), trial.seats, study.unit):
            whole = {**row, **trial._asdict(), **trial.levels, "episode": "rehearsed with random moves"}
            excluded_by(study, {**whole, **measure(study, whole)})
    return facts


def _subjects(study: Study, cast: Cast, given: Sequence[Any]) -> dict[str, dict[str, Any]]:
    """Resolve those who are studied: their parameters by the names they go by."""
    where = f"study {study.name}"
    by_factor = next((factor for factor in study.factors if factor.aim == ("player", "")), None)
    if by_factor is not None:
        if given or study.subjects:
            raise ParameterError(f"{where}: factor {by_factor.name} says who is studied; leave players=[...] and subjects out")
        return {SUBJECT: {}}
    entries = given or study.subjects
    if not entries:
        raise ParameterError(f"{where}: it has no subjects of its own; say who is studied: players=[NAME,...]")
    out: dict[str, dict[str, Any]] = {}
    for entry in entries:
        params = cast.parameters(entry)
        name = str(params.get("name") or _spec_name(params))
        if name in out:
            raise ParameterError(f"{where}: two subjects are called {name!r}; give them a name each: {{base: language, name: first, ...}}")
        out[name] = params
    return out


def _spec_name(params: Mapping[str, Any]) -> str:
    """How a player that has no name of its own is called: its kind, and what it sets."""
    own = {key: value for key, value in params.items() if key != "kind" and isinstance(value, str | int | float)}
    inner = ", ".join(f"{key}={value}" for key, value in sorted(own.items()))
    return f"{params['kind']}({inner})" if inner else str(params["kind"])


def _require_different(study: Study, trials: Sequence[Trial]) -> None:
    seen: dict[str, Trial] = {}
    for trial in trials:
        other = seen.setdefault(trial.episode, trial)
        if other is not trial:
            changed = [name for name in trial.levels if trial.levels[name] != other.levels[name]]
            raise ParameterError(
                f"study {study.name}: {other.subject} in {label_of(other.levels)} plays the same episode as {trial.subject} in {label_of(trial.levels)}"
                + (f"; {' and '.join(changed)} should change something" if changed else "")
            )


class _Table:
    """Makes the games and seats the players of a study, each once."""

    def __init__(self, study: Study, cast: Cast) -> None:
        self.study, self.cast = study, cast
        self.by_aim: dict[str, list[Factor]] = {}
        for factor in study.factors:
            self.by_aim.setdefault(factor.aim[0], []).append(factor)
        for what in ("player", "model"):
            # who the subject is comes before what is set of it
            self.by_aim.get(what, []).sort(key=lambda factor: factor.aim[1] != "")
        self._games: dict[tuple[Any, ...], Game] = {}
        self._seats: dict[tuple[Any, ...], tuple[tuple[PlayerSpec, ...], tuple[int, ...]]] = {}

    @property
    def games(self) -> list[Game]:
        """Those that were made."""
        return list(self._games.values())

    def game(self, levels: Mapping[str, Level]) -> Game:
        """Make the game of a combination of levels."""
        factors = self.by_aim.get("game", [])
        key = tuple(_key(levels[factor.name]) for factor in factors)
        if key not in self._games:
            set_to: dict[str, Any] = {}
            for factor in factors:
                value = factor.setting(levels[factor.name])
                set_to |= {factor.aim[1]: value} if factor.aim[1] else value
            try:
                self._games[key] = game_of({**self.study.game, **set_to}, self.cast.searched)
            except LudensError as problem:
                chosen = {factor.name: levels[factor.name] for factor in factors}
                raise ParameterError(f"study {self.study.name}, {label_of(chosen) or 'game'}: {problem}") from problem
        return self._games[key]

    def seated(self, game: Game, name: str, entry: Mapping[str, Any], levels: Mapping[str, Level]) -> tuple[tuple[PlayerSpec, ...], tuple[int, ...]]:
        """Seat the subject and the others; also tell which seats are the subject's."""
        factors = [factor for what in ("player", "model", "seat") for factor in self.by_aim.get(what, [])]
        key = (game.hash, name, tuple(_key(levels[factor.name]) for factor in factors))
        if key not in self._seats:
            chosen = {factor.name: levels[factor.name] for factor in factors}
            try:
                self._seats[key] = self._seated(game, name, entry, levels)
            except LudensError as problem:
                raise ParameterError(f"study {self.study.name}{f', {label_of(chosen)}' if chosen else ''}: {problem}") from problem
        return self._seats[key]

    def _seated(self, game: Game, name: str, entry: Mapping[str, Any], levels: Mapping[str, Level]) -> tuple[tuple[PlayerSpec, ...], tuple[int, ...]]:
        entries = list(self.study.seats)
        if entries[-1:] == ["..."]:
            entries = entries[:-1] + [entries[-2]] * (game.seats - len(entries) + 1)
        if len(entries) != game.seats:
            raise ParameterError(f"seats={list(self.study.seats)} should be {game.seats} entries, as many as {game.label} has seats")
        for factor in self.by_aim.get("seat", []):
            seat = int(factor.aim[1])
            if seat >= game.seats:
                raise ParameterError(f"factor {factor.name}: {game.label} has no seat {seat}; its seats are 0 to {game.seats - 1}")
            entries[seat] = factor.setting(levels[factor.name])
        seats = tuple(number for number, sits in enumerate(entries) if sits == SUBJECT)
        if not seats:
            raise ParameterError("nobody sits on a seat of the subject")
        subject = self._subject(name, entry, levels)
        seated = tuple(subject if sits == SUBJECT else self.cast.seat(sits) for sits in entries)
        for spec in dict.fromkeys(seated):
            if reason := spec.why_not(game):
                raise ParameterError(f"player {spec.name!r} cannot play {game.label}: {reason}")
        return seated, seats

    def _subject(self, name: str, entry: Mapping[str, Any], levels: Mapping[str, Level]) -> PlayerSpec:
        params = dict(entry)
        for factor in self.by_aim.get("player", []):
            which, value = factor.aim[1], factor.setting(levels[factor.name])
            if which:
                params[which] = value
            else:
                params = self.cast.parameters(value)
                name = str(params.get("name") or levels[factor.name])
        for factor in self.by_aim.get("model", []):
            if not kinds()[str(params["kind"])].asks_model(params):
                raise ParameterError(f"factor {factor.name} sets {factor.target}, and player {name!r} asks no model")
            value = factor.setting(levels[factor.name])
            model = self.cast.model_parameters(params.get("model") if factor.aim[1] else value, name)
            params["model"] = _set_model(model, factor, levels[factor.name]) if factor.aim[1] else model
        return self.cast.seat({**params, "name": name})


def _set_model(model: dict[str, Any], factor: Factor, level: Level) -> dict[str, Any]:
    """Set a parameter of a model; what belongs to sampling may be named without saying so."""
    path = factor.aim[1].split(".")
    if path[0] in _SAMPLING:
        path = ["sampling", *path]
    where = model
    for name in path[:-1]:
        where[name] = dict(where.get(name) or {})
        where = where[name]
    where[path[-1]] = factor.setting(level)
    if model.get("name"):
        # two settings of one model are two models
        model["name"] = f"{model['name']} {factor.name}={level}"
    return model


def _key(level: Level) -> tuple[str, Level]:
    return type(level).__name__, level
