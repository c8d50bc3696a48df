"""``ludens study`` of an elicitation: check, forecast, play round by round, analyse."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import LudensError
from .forecast import print_cost
from .playing import cast_of, digest, forecast, play_into, say_how_it_ended
from .words import console

if TYPE_CHECKING:
    from rich.console import Console

    from ..agents.player import PlayerSpec
    from ..arena import Plan
    from ..arena.store import Run
    from ..conf.resolve import Cast
    from ..studies.elicitation.spec import Elicitation

__all__ = ["elicit", "elicit_again"]


def elicit(config: Mapping[str, Any], searched: Sequence[str]) -> int:
    """Play an elicitation into its run and analyse it; the same command goes on with it."""
    from ..arena.store import Run
    from ..studies.elicitation.schedule import PairSchedule
    from ..studies.elicitation.spec import load_elicitation

    if config["replicates"] is not None:
        raise LudensError("an elicitation has no replicates; study.times=N sets the answers to a pair in each order, study.pairs=N the pairs")
    if config["deviation"] is not None:
        raise LudensError("an elicitation knows no deviations: what was locked is played as it is; choose another name for another one")
    out = console()
    asked = load_elicitation(config["study"], searched)
    cast = cast_of(config, searched)
    subjects = _subjects(asked, cast, config["players"])
    cast.check(models=not config["dry_run"])
    identity = {
        "elicitation": asked.plain,
        "subjects": [{"name": one.name, "player": one.plain} for one in subjects],
        "models": {name: spec.identity for name, spec in sorted(cast.models.items())},
    }
    folder = Path(config["runs"]) / (config["name"] or f"{asked.name}-{digest(identity)}")
    _print_plan(asked, subjects, out)
    expected = forecast(_as_many(asked, subjects), folder.with_name(folder.name + ".none"), cast)
    print_cost(expected, out)
    if config["dry_run"]:
        return 0
    with Run.create(folder, {"command": "study", "study": asked.name, **identity}) as run:
        schedule = PairSchedule(asked, subjects, run)
        summary = play_into(run, schedule, cast, config)
        if summary.complete:
            _analyse(asked, schedule, run, out)
    return say_how_it_ended(summary)


def elicit_again(run: Run) -> int:
    """Analyse an elicitation that was played.

    Raises:
        LudensError: it is not complete.
    """
    from ..agents.player import PlayerSpec
    from ..studies.elicitation.schedule import PairSchedule
    from ..studies.elicitation.spec import load_elicitation

    asked = load_elicitation(run.config["elicitation"])
    schedule = PairSchedule(asked, [PlayerSpec.of(**one["player"], name=one["name"]) for one in run.config["subjects"]], run)
    if schedule.due(run.results()):
        raise LudensError(f"{run.path} is not complete; play it to the end by the command that began it")
    _analyse(asked, schedule, run, console())
    return 0


def _subjects(asked: Elicitation, cast: Cast, given: Sequence[Any]) -> list[PlayerSpec]:
    entries = given or asked.subjects
    if not entries:
        raise LudensError(f"study {asked.name}: it has no subjects of its own; say who is studied: players=[NAME,...]")
    subjects = [cast.add(entry) for entry in entries]
    for spec in subjects:
        for label in asked.labels[1:]:
            game = asked.game(asked.labels[0], label, swapped=False)
            if reason := spec.why_not(game):
                raise LudensError(f"study {asked.name}: player {spec.name!r} cannot answer: {reason}")
    return subjects


def _as_many(asked: Elicitation, subjects: Sequence[PlayerSpec]) -> Plan:
    """Lay out as many questions as will be asked, of pairs at random: what they cost does not hang on which they are."""
    from ..analysis.utility import random_pairs
    from ..arena import Match, Plan
    from ..arena.seeds import child_rng

    pairs = random_pairs(len(asked.labels), asked.wanted, child_rng(asked.seed, "forecast"))
    games = [asked.game(asked.labels[one], asked.labels[other], swapped=swapped) for one, other in pairs for swapped in (False, True)]
    matches = [Match(game, (subject,), 0, str(time)) for game in games for subject in subjects for time in range(asked.times)]
    return Plan(tuple(matches), asked.title)


def _print_plan(asked: Elicitation, subjects: Sequence[PlayerSpec], out: Console) -> None:
    from ..games.choice.rules import told
    from .listing import table

    out.print(asked.title, style="bold", markup=False)
    out.print(asked.question + "\n", markup=False)
    out.print(table(("option", "described as"), [(label, told(asked.option(label))) for label in asked.labels]))
    size = len(asked.labels)
    counts = [
        ("pairs asked", f"{asked.wanted} of {size * (size - 1) // 2}, {asked.sampling}"),
        ("answers a pair", f"{asked.times} in each of both orders"),
        ("subjects", ", ".join(subject.name for subject in subjects)),
        ("questions", str(asked.questions * len(subjects))),
    ]
    out.print()
    out.print(table(("sample", ""), counts))
    out.print()


def _analyse(asked: Elicitation, schedule: Any, run: Run, out: Console) -> None:
    from ..arena.report.findings import Findings
    from ..arena.report.terminal import print_findings
    from ..studies.analysis.report import write_report
    from ..studies.elicitation.report import analyse_elicitation, write_answers

    answers = schedule.answers()
    folder = run.path / "study"
    paths = [write_answers(asked, answers, folder)]
    results = analyse_elicitation(asked, answers)
    shown = tuple(results.tables[name] for name in ("utilities", "coherence"))
    print_findings(Findings("elicitation", asked.title, asked.question, shown, notes=results.notes), out)
    paths.append(write_report(results, folder))
    for path in paths:
        print(path, file=sys.stderr)
