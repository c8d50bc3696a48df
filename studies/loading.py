"""From a study's YAML to a :class:`Study`, with what is wrong told in one line; and back to plain values.

The YAML has the names of :class:`Study`. What has a name of its own is a mapping by name: ``factors``, ``outcomes``, ``hypotheses``, ``models``, ``exclude``,
``assumed``. ``levels`` of a factor are a list, or a mapping from level to what the target is set to. ``unit``, ``seeds`` and the like have defaults.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from ..analysis.human import benchmarks
from ..conf.resolve import choices, named
from ..errors import LudensError, ParameterError, UnknownName, nearest
from ..games.kinds import kind_problem
from .columns import IDENTITY
from .design import design_of
from .expressions import Expression, ExpressionError
from .facts import FACTS
from .spec import Factor, Hypothesis, Level, Model, Outcome, Study

__all__ = ["check_study", "listed", "load_study", "make_of", "mapped", "study_entry", "to_plain"]

_RESERVED = {*IDENTITY, *FACTS, "excluded", "problem", "requests", "prompt_tokens", "completion_tokens", "cost"}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_PARTS: dict[str, type] = {"factors": Factor, "outcomes": Outcome, "hypotheses": Hypothesis, "models": Model}
_TARGETS = ("game", "player", "model", "seat")


def load_study(entry: Any, searched: Iterable[str] = ()) -> Study:
    """Read a study: a name of the group ``study``, or a mapping.

    Whether games can be made of its factors' levels, and whether its expressions name facts there are, is checked when it is planned.

    Raises:
        UnknownName: no such study.
        ParameterError: something in it is unknown, missing or does not fit.
    """
    entry = study_entry(entry, searched)
    name = entry["name"]
    if "kind" in entry:
        raise ParameterError(f"study {name}: kind={entry['kind']!r} should be elicitation, or left out for an experiment")
    values = {key: _part(f"study {name}, {key}", kind, entry[key]) for key, kind in _PARTS.items() if key in entry}
    plain = {**entry, **values}
    for key in ("seats", "subjects", "sources", "notes"):
        if key in plain:
            plain[key] = listed(f"study {name}", key, plain[key])
    if "game" in plain and not isinstance(plain["game"], Mapping):
        plain["game"] = {"id": plain["game"]}
    for key in ("exclude", "assumed"):
        if key in plain:
            plain[key] = mapped(f"study {name}", key, plain[key])
    plain["assumed"] = {key: tuple(value) if isinstance(value, list | tuple) else value for key, value in plain.get("assumed", {}).items()}
    study: Study = make_of(f"study {name}", Study, plain)
    check_study(study)
    return study


def study_entry(entry: Any, searched: Iterable[str] = ()) -> dict[str, Any]:
    """Look a study up, of whatever kind: a name of the group ``study``, or a mapping.

    Raises:
        UnknownName: no such study.
        ParameterError: it has no name of its own.
    """
    if isinstance(entry, str):
        found = named("study", entry, searched)
        if found is None:
            raise UnknownName("study", entry, choices("study", searched))
        entry = found
    if not isinstance(entry, Mapping):
        raise LudensError(f"a study should be a name or a mapping; got {entry!r}")
    name = entry.get("name")
    if not isinstance(name, str) or not re.fullmatch(r"[\w-]+", name):
        raise ParameterError(f"study: name={name!r} should be a name of letters, digits, '_' and '-', that of its file")
    return dict(entry)


def to_plain(study: Study) -> dict[str, Any]:
    """Write a study as the JSON values from which :func:`load_study` makes it again."""
    plain: dict[str, Any] = {}
    for item in fields(Study):
        value = getattr(study, item.name)
        if item.name in _PARTS:
            value = {part.name: _part_plain(part) for part in value}
        plain[item.name] = _json(value)
    return plain


def _part_plain(part: Any) -> dict[str, Any]:
    return {item.name: getattr(part, item.name) for item in fields(part) if item.name != "name"}


def _json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _json(item) for key, item in value.items()}
    return [_json(item) for item in value] if isinstance(value, list | tuple) else value


# -- the parts -------------------------------------------------------------------------------------------------------


def _part(where: str, kind: type, given: Any) -> tuple[Any, ...]:
    made = []
    for name, entry in mapped(where, "", given).items():
        here = f"{where.removesuffix('s') if kind is not Hypothesis else where.replace('hypotheses', 'hypothesis')} {name}"
        values = {"name": name, **mapped(here, "", entry)}
        if kind is Factor:
            levels = values.get("levels")
            if isinstance(levels, Mapping):
                values |= {"levels": list(levels), "values": tuple(levels.values())}
            for key in ("levels", "values"):
                values[key] = listed(here, key, values.get(key, ()))
        if kind is Outcome and "benchmarks" in values:
            values["benchmarks"] = listed(here, "benchmarks", values["benchmarks"])
        made.append(make_of(here, kind, values))
    return tuple(made)


def make_of(where: str, kind: type, values: Mapping[str, Any]) -> Any:
    """Make a dataclass of a study's values, each checked against its annotation.

    Raises:
        ParameterError: a value is unknown, missing or of another kind.
    """
    known = {item.name: item for item in fields(kind)}
    for name, value in values.items():
        if name not in known:
            raise ParameterError(f"{where}: unknown key {name!r}{nearest(str(name), known)}")
        if problem := kind_problem(kind, name, value):
            raise ParameterError(f"{where}: {name}={value!r} {problem}")
    for name, item in known.items():
        if name not in values and item.default is MISSING and item.default_factory is MISSING:
            raise ParameterError(f"{where}: {name} is missing")
    return kind(**values)


def mapped(where: str, key: str, given: Any) -> dict[str, Any]:
    """Take a mapping by name. Raises ParameterError where it is none."""
    if not isinstance(given, Mapping):
        raise ParameterError(f"{where}: {f'{key}=' if key else ''}{given!r} should be a mapping by name")
    return {str(name): value for name, value in given.items()}


def listed(where: str, key: str, given: Any) -> tuple[Any, ...]:
    """Take a list as a tuple. Raises ParameterError where it is none."""
    if not isinstance(given, list | tuple):
        raise ParameterError(f"{where}: {key}={given!r} should be a list")
    return tuple(given)


# -- what must hold --------------------------------------------------------------------------------------------------


def check_study(study: Study) -> None:
    """Check all that can be checked without making a game.

    Raises:
        ParameterError: the first thing that does not hold.
    """
    where = f"study {study.name}"

    def require(condition: object, problem: str) -> None:
        if not condition:
            raise ParameterError(f"{where}: {problem}")

    require("id" in study.game, "game should be a name, or a mapping with an id")
    require(study.factors, "factors should hold at least one factor")
    require(study.outcomes, "outcomes should hold at least one outcome")
    require(study.replicates >= 1, f"replicates={study.replicates} should be 1 or more")
    require(0 < study.alpha < 1, f"alpha={study.alpha} should be between 0 and 1")
    require(study.seed >= 0, f"seed={study.seed} should be 0 or more")
    require(study.resolution >= 3, f"resolution={study.resolution} should be 3 or more")
    names = [*_names(study.factors), *_names(study.outcomes)]
    for name in names:
        require(_NAME.fullmatch(name), f"{name!r} is no name of a column: a letter, then letters, digits and '_'")
        require(name not in _RESERVED, f"{name!r} is the name of a column that every table has; choose another")
        require(names.count(name) == 1, f"{name!r} is the name of two things; choose another for one of them")
    for factor in study.factors:
        _check_factor(study, factor)
    _check_seats(study)
    for outcome in study.outcomes:
        _parsed(f"{where}, outcome {outcome.name}", outcome.value)
        ordered = outcome.low is None or outcome.high is None or outcome.low < outcome.high
        require(ordered, f"outcome {outcome.name}: low={outcome.low} should be below high={outcome.high}")
        _check_benchmarks(f"{where}, outcome {outcome.name}", outcome)
    for rule, text in study.exclude.items():
        _parsed(f"{where}, exclude {rule}", text)
    for hypothesis in study.hypotheses:
        _check_hypothesis(study, hypothesis)
    for model in study.models:
        require(
            model.outcome in _names(study.outcomes), f"model {model.name}: unknown outcome {model.outcome!r}{nearest(model.outcome, _names(study.outcomes))}"
        )
    for name, values in study.assumed.items():
        require(name in _names(study.hypotheses), f"assumed: unknown hypothesis {name!r}{nearest(name, _names(study.hypotheses))}")
        fine = isinstance(values, tuple) and len(values) in (2, 3) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
        require(fine, f"assumed {name}: {values!r} should be two means (at low, at high) and, for numbers, a standard deviation")
    design_of(study)


def _names(items: Iterable[Any]) -> list[str]:
    return [str(item.name) for item in items]


def _parsed(where: str, text: Any) -> Expression:
    try:
        return Expression(text)
    except ExpressionError as problem:
        raise ParameterError(f"{where}: {problem}") from problem


def _check_benchmarks(where: str, outcome: Outcome) -> None:
    known = dict.fromkeys(f"{one.game}/{one.measure}" for one in benchmarks())
    for name in outcome.benchmarks:
        if name not in known:
            raise ParameterError(f"{where}: unknown benchmark {name!r}{nearest(str(name), known)}")
    if outcome.benchmarks and outcome.kind == "category":
        raise ParameterError(f"{where}: labels have no mean to lay beside a benchmark")
    if outcome.margin is not None and not (outcome.margin > 0 and outcome.benchmarks):
        raise ParameterError(f"{where}: margin={outcome.margin} should be positive, and stand beside benchmarks")


def _check_factor(study: Study, factor: Factor) -> None:
    where = f"study {study.name}, factor {factor.name}"
    if len(factor.levels) < 2:
        raise ParameterError(f"{where}: levels={list(factor.levels)} should be at least two")
    for level in factor.levels:
        if sum(_same(level, other) for other in factor.levels) > 1:
            raise ParameterError(f"{where}: level {level!r} stands in the list twice")
    if factor.values and len(factor.values) != len(factor.levels):
        raise ParameterError(f"{where}: {len(factor.values)} values stand against {len(factor.levels)} levels")
    what, which = factor.aim
    if what not in _TARGETS:
        raise ParameterError(f"{where}: target={factor.target!r} should be game.NAME, player.NAME, model.NAME, game, player, model or seat.NUMBER")
    if what == "game" and not which and not all(isinstance(value, Mapping) and "id" not in value for value in factor.values or (None,)):
        raise ParameterError(f"{where}: target=game sets several parameters, so its levels should be mappings: {{LEVEL: {{NAME: VALUE, ...}}, ...}}")
    if what == "seat" and not which.isdecimal():
        raise ParameterError(f"{where}: target={factor.target!r} should name a seat by its number: seat.1")
    if what == "game" and which == "id":
        raise ParameterError(f"{where}: the game itself cannot be a factor; make a study of each")
    for other in study.factors:
        if other is not factor and (twice := sorted(_sets(factor) & _sets(other))):
            raise ParameterError(f"{where}: sets {twice[0]}, and so does factor {other.name}")


def _sets(factor: Factor) -> set[str]:
    what, which = factor.aim
    if what == "game" and not which:
        return {f"game.{name}" for value in factor.values for name in value}
    return {f"{what}.{which}" if which else what}


def _check_seats(study: Study) -> None:
    where = f"study {study.name}"
    if "..." in study.seats[:-1] or study.seats[:1] == ("...",):
        raise ParameterError(f"{where}: seats: '...' stands at the end, after the entry that it repeats")
    by_factor = any(factor.aim[0] == "seat" and "subject" in (factor.values or factor.levels) for factor in study.factors)
    if "subject" not in study.seats and not by_factor:
        raise ParameterError(f"{where}: seats={list(study.seats)} has no 'subject': say where the one who is studied sits")


def _same(one: Level, other: Level) -> bool:
    # True equals 1 in Python; as levels they are two
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _check_hypothesis(study: Study, hypothesis: Hypothesis) -> None:
    where = f"study {study.name}, hypothesis {hypothesis.name}"
    if hypothesis.outcome not in _names(study.outcomes):
        raise ParameterError(f"{where}: unknown outcome {hypothesis.outcome!r}{nearest(hypothesis.outcome, _names(study.outcomes))}")
    if hypothesis.factor not in _names(study.factors):
        raise ParameterError(f"{where}: unknown factor {hypothesis.factor!r}{nearest(hypothesis.factor, _names(study.factors))}")
    factor = study.factor(hypothesis.factor)
    for side in ("high", "low"):
        level = getattr(hypothesis, side)
        if not any(_same(level, known) for known in factor.levels):
            raise ParameterError(f"{where}: {side}={level!r} is no level of factor {factor.name}; its levels are {list(factor.levels)}")
    if _same(hypothesis.high, hypothesis.low):
        raise ParameterError(f"{where}: high and low are the same level, {hypothesis.high!r}")
    if hypothesis.where:
        _parsed(f"{where}, where", hypothesis.where)
