"""What the choices of a run's players say in models of behaviour, beside what people did."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import groupby

from ...arena.report.findings import Findings
from ...arena.report.summary import Cell, DataTable, Estimate
from ...arena.store import Run
from ...errors import LudensError
from ..behaviour import Row, behaviour
from ..human import Benchmark, benchmarks
from ..reading import unique_labels, unique_names

__all__ = ["analyse"]

_ABOUT = (
    "Parameters of models of behaviour by maximum likelihood, and averages, out of what each player chose. "
    "95 % intervals; matches that share a seed are one unit. An empty estimate is one that these choices do not tell; its note says why."
)
_COLUMNS = ("player", "measure", "estimate", "standard error", "choices", "units", "note")
_PEOPLE = ("game", "measure", "people", "verified", "source", "caveat")
_UNREAD = "Averages of other subjects, stakes and designs, not targets. What is not verified was not read in its source, and should not be quoted."


def analyse(run: Run, given: Mapping[str, str]) -> Findings:
    """Measure behaviour in all games of a run that have measures.

    Raises:
        LudensError: nothing is finished, or no game of the run has measures.
    """
    games, labels, names = run.games(), unique_labels(run.games()), unique_names(run.players())
    if not any(match.done for match in run.matches()):
        raise LudensError("no match is finished yet; play (or resume) the run first")
    found = behaviour(run)
    if not found.rows:
        raise LudensError("no game of this run has measures of behaviour; ludens games ultimatum  shows one that has")
    notes = list(dict.fromkeys(row.note for row in found.rows if row.note))
    tables = []
    people: dict[Benchmark, None] = {}
    for key, group in groupby(found.rows, key=lambda row: row.game):
        rows = list(group)
        tables.append(DataTable(labels[key], "", _COLUMNS, tuple(_cells(row, names[row.player], notes) for row in rows)))
        measures = {row.measure for row in rows}
        people |= dict.fromkeys(one for one in benchmarks(games[key].id.partition("-v")[0]) if one.measure in measures)
    if people:
        tables.append(DataTable("What people did", _UNREAD, _PEOPLE, tuple(map(_person, people))))
    if notes:
        tables.append(DataTable("Notes", "", ("note", "about"), tuple((_number(at), note) for at, note in enumerate(notes))))
    left_out = tuple(f"{labels[key]} is left out: {why}" for key, why in found.skipped.items())
    return Findings("behaviour", "Behaviour", _ABOUT, tuple(tables), (), left_out)


def _cells(row: Row, player: str, notes: Sequence[str]) -> tuple[Cell, ...]:
    estimate = None if math.isnan(row.estimate) else Estimate(row.estimate, row.low, row.high, row.units, 0.95, "")
    se = None if math.isnan(row.se) else row.se
    return player, row.measure, estimate, se, row.n, row.units or None, _number(notes.index(row.note)) if row.note else ""


def _number(at: int) -> str:
    return f"[{at + 1}]"


def _person(one: Benchmark) -> tuple[Cell, ...]:
    value = f"{one.low:g} to {one.high:g}" if math.isnan(one.value) else f"{one.value:g}"
    return one.game, one.measure, value, f"{'yes' if one.verified else 'NO'}: {one.how}", f"{one.source} ({one.year})", one.caveat
