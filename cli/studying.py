"""``ludens study``: a behavioural experiment, from its file to its report."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import LudensError
from .eliciting import elicit, elicit_again
from .forecast import print_cost
from .playing import cast_of, digest, forecast, play_into, say_how_it_ended
from .words import console, run_folder

if TYPE_CHECKING:
    from rich.console import Console

    from ..arena.report.findings import Findings
    from ..arena.store import Run
    from ..studies.lock import Lock
    from ..studies.plan import Planned
    from ..studies.spec import Study

__all__ = ["study"]

_POWER = "power"
"""Kind of the findings in which the forecast of power is kept."""


def study(words: list[str]) -> int:
    """Check, plan, lock, play, analyse."""
    from ..conf.application import run_application

    return run_application("study", words, _study)


def _study(config: dict[str, Any], searched: list[str]) -> int:
    from ..arena.report.findings import keep_findings
    from ..arena.report.terminal import print_findings
    from ..arena.store import Run
    from ..studies.elicitation.spec import is_elicitation
    from ..studies.lock import lock_run
    from ..studies.plan import plan_study
    from ..studies.table import frames

    if config["run"]:
        return _again(config)
    if config["study"] is not None and is_elicitation(config["study"], searched):
        return elicit(config, searched)
    out = console()
    # a package that the table needs is missed before anything is paid for
    frames()
    asked = _asked(config, searched)
    cast = cast_of(config, searched)
    planned = plan_study(asked, cast, config["players"])
    cast.check(models=not config["dry_run"])
    folder = Path(config["runs"]) / (config["name"] or _run_name(planned, cast.models))
    _print_design(planned, out)
    out.print()
    power = _power(planned)
    if power is not None:
        print_findings(power, out)
    expected = forecast(planned.plan, folder, cast)
    out.print(f"\n{expected.matches} episodes, {expected.done} of them played already")
    print_cost(expected, out)
    if config["dry_run"]:
        return 0
    with Run.create(folder, {"command": "study", "study": asked.name}) as run:
        lock = lock_run(run, planned, cast.models, config["deviation"])
        if power is not None:
            keep_findings(run.path, power)
        summary = play_into(run, planned.plan, cast, config)
        if summary.complete:
            _analyse(run, lock, out)
    return say_how_it_ended(summary)


def _asked(config: Mapping[str, Any], searched: Sequence[str]) -> Study:
    from ..conf.resolve import choices
    from ..studies.loading import check_study, load_study

    if config["study"] is None:
        raise LudensError(f"study=... is missing: one of {', '.join(sorted(choices('study', searched)))}; or run=NAME to analyse a run again")
    found = load_study(config["study"], searched)
    if config["replicates"] is not None:
        found = replace(found, replicates=config["replicates"])
        check_study(found)
    return found


def _power(planned: Planned) -> Findings | None:
    """Forecast how likely each hypothesis is to be found, if it is as assumed."""
    from ..arena.report.findings import Findings
    from ..studies.analysis import power_of
    from ..studies.table import planned_rows

    if not planned.study.assumed:
        return None
    found = power_of(planned.study, planned_rows(planned))
    return Findings(_POWER, found.title, found.about, (replace(found, title="", about=""),))


def _run_name(planned: Planned, models: Mapping[str, Any]) -> str:
    from ..studies.loading import to_plain

    players = sorted({player.hash for match in planned.plan for player in match.players})
    return f"{planned.study.name}-{digest({'study': to_plain(planned.study), 'players': players, 'models': sorted(models)})}"


def _again(config: Mapping[str, Any]) -> int:
    """Analyse a run of a study that was played."""
    from ..arena.store import Run
    from ..studies.lock import other_software, read_lock, record

    if config["study"] is not None or config["players"]:
        raise LudensError("run=... analyses what was played; leave study and players out")
    folder = run_folder(config["run"], config["runs"])
    departures: list[tuple[str, str]] = []
    with Run.open(folder) as run:
        if "elicitation" in run.config:
            return elicit_again(run)
        lock = read_lock(run)
        if left := len(lock.trials.keys() - run.finished()):
            if not config["deviation"]:
                raise LudensError(
                    f"{folder} is not complete: {left} of {len(lock.trials)} episodes are to be played; play them, or give the reason: deviation='...'"
                )
            departures.append((config["deviation"], f"{len(lock.trials) - left} of {len(lock.trials)} episodes were played when it was analysed"))
        if (changed := other_software(lock)) and all(item.what != changed for item in lock.deviations):
            departures.append(("other software", changed))
        if not departures:
            _analyse(run, lock, console())
            return 0
    with Run.create(folder, run.config) as run:
        for why, what in departures:
            lock = record(run, why, what)
        _analyse(run, lock, console())
    return 0


def _analyse(run: Run, lock: Lock, out: Console) -> None:
    """Write the table and the report, and print what became of the rows."""
    from ..arena.report.findings import kept_findings
    from ..studies.analysis import analyse, write_report
    from ..studies.table import build_table, write_table
    from .listing import table

    made = build_table(lock, run)
    paths = list(write_table(lock, made, run.path / "study"))
    rows = [("rows", str(len(made))), ("without an answer", str(int((~made["answered"]).sum())))]
    rows += [(f"excluded: {rule}", str(int((made["excluded"] == rule).sum()))) for rule in sorted(set(made["excluded"]) - {""})]
    for outcome in lock.study.outcomes:
        rows.append((f"{outcome.name} missing", str(int(made[outcome.name].isna().sum()))))
    out.print(table(("table", ""), rows))
    if lock.deviations:
        out.print(table(("when", "what", "why"), [(item.when, item.what, item.why) for item in lock.deviations], "deviations from what was locked"))
    told = [f"{item.when}: {item.what}; reason: {item.why}" for item in lock.deviations]
    power = next((kept.tables[0] for kept in kept_findings(run.path) if kept.kind == _POWER), None)
    results = analyse(lock.study, made, seed=lock.study.seed, deviations=told, forecast=power)
    paths.append(write_report(results, run.path / "study"))
    for path in paths:
        print(path, file=sys.stderr)


# -- the design ------------------------------------------------------------------------------------------------------


def _print_design(planned: Planned, out: Console) -> None:
    from ..studies.design import level_word
    from .listing import table

    asked, design = planned.study, planned.design
    out.print(asked.title, style="bold", markup=False)
    out.print(asked.question + "\n", markup=False)
    factors = [
        (factor.name, factor.role, factor.target or f"game.{factor.name}", ", ".join(level_word(level) for level in factor.levels)) for factor in asked.factors
    ]
    out.print(table(("factor", "role", "sets", "levels"), factors))
    out.print()
    for note in (*design.notes, *(f"Cannot be told apart: {line}" for line in design.aliases)):
        out.print(note, markup=False)
    seats = ", ".join(f"{number} {_sits(entry)}" for number, entry in enumerate(asked.seats) if entry != "...")
    out.print(f"Seats: {seats}{' (and so on)' if asked.seats[-1:] == ('...',) else ''}. Subjects: {', '.join(planned.subjects)}.\n", markup=False)
    counts = [
        ("cells", str(len(design.cells))),
        ("episodes a cell and subject", str(len(design.replicates))),
        ("subjects", str(len(planned.subjects))),
        ("episodes", str(len(planned.trials))),
    ]
    out.print(table(("sample", ""), counts))
    outcomes = [(item.name, item.kind, "primary" if item.primary else "", item.value) for item in asked.outcomes]
    out.print()
    out.print(table(("outcome", "kind", "", "value"), outcomes))
    if asked.hypotheses:
        claims = [
            (
                item.name,
                f"{item.outcome}: {item.factor} {level_word(item.high)} against {level_word(item.low)}" + (f", where {item.where}" if item.where else ""),
                item.direction,
                "confirmatory" if item.confirmatory else "exploratory",
            )
            for item in asked.hypotheses
        ]
        out.print()
        out.print(table(("hypothesis", "comparison", "expected", ""), claims))
        out.print(f"alpha {asked.alpha:g}, corrected by {asked.correction}. {asked.stopping}", markup=False)
    for rule, text in asked.exclude.items():
        out.print(f"Excluded as {rule}: {text}", markup=False)


def _sits(entry: Any) -> str:
    return str(entry.get("name") or entry.get("kind") or entry.get("base")) if isinstance(entry, Mapping) else str(entry)
