"""The table of a study: one tidy row an episode, a seat or a decision, with a codebook; the same bytes for the same play."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..arena.files import write_file
from ..arena.record import Decision, to_json
from ..arena.store import Run
from ..errors import MissingExtra
from .columns import IDENTITY
from .design import level_word
from .expressions import expression
from .facts import FACTS, decisions_of, row_facts
from .lock import Lock
from .measures import excluded_by, measure
from .plan import Planned
from .spec import Study

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CLOSING", "TABLE_FILES", "build_table", "codebook", "frames", "planned_rows", "select", "write_table"]

CLOSING = {
    "excluded": "name of the rule of exclusion that the row fell under first; empty for rows that count",
    "problem": "what was wrong with the last answer that was missing, if one was",
    "requests": "exchanges with the model",
    "prompt_tokens": "tokens sent to it",
    "completion_tokens": "tokens that came back",
    "cost": "US dollars, as far as prices are known; cached replies cost nothing",
}
"""Columns that close every row, by name: meaning."""
BROKEN = "broken_off"
"""What excludes an episode in which the rules raised an error."""
TABLE_FILES = ("table.parquet", "table.csv", "codebook.json", "codebook.md")
_NUMBERS = ("continuous", "share", "count", "ordinal", "binary")
_BATCH = 200
_ELSEWHERE = {"decision": ("outcome", "own"), "episode": ("outcome", "previous", "others", "previous_others")}
"""Facts that are no columns of a table of this unit: they say nothing there, or everything once more."""


def frames() -> Any:
    """Give pandas, and make sure that it can write Parquet.

    Raises:
        MissingExtra: it cannot, or is not installed.
    """
    try:
        import pandas as pd
        import pyarrow.parquet  # noqa: F401  # whether it is there
    except ImportError as problem:
        raise MissingExtra("the table of a study", "analysis") from problem
    return pd


def build_table(lock: Lock, run: Run) -> pd.DataFrame:
    """Make the table of what was played so far, in the order of the design.

    Columns: those of :data:`~ludens.studies.columns.IDENTITY`, the factors (as their levels), the facts (lists and mappings as JSON text), the outcomes
    (binary ones as 1.0 and 0.0; what is missing as NaN, or None for categories), and :data:`CLOSING`.

    Raises:
        LudensError: an outcome is not of its kind, or an expression does not fit the facts of a row.
        MissingExtra: pandas or pyarrow is not installed.
    """
    pd = frames()
    rows = list(_rows(lock, run))
    names = _columns(lock.study, rows)
    return pd.DataFrame({name: _column(pd, lock.study, name, [row.get(name) for row in rows]) for name in names})


def planned_rows(planned: Planned) -> pd.DataFrame:
    """Lay out the rows that the table will have, without what will be measured: identity, factors, and ``round`` where a row is a decision.

    How many decisions an episode has is taken from one of random moves.
    """
    study = planned.study
    rows: list[dict[str, Any]] = []
    for trial, match in zip(planned.trials, planned.plan.matches, strict=True):
        row = {**trial._asdict(), **trial.levels, "seed": str(trial.seed)}
        del row["seats"], row["levels"]
        for seat in trial.seats if study.unit != "episode" else trial.seats[:1]:
            rounds = range(1, decisions_of(match.game)[seat] + 1) if study.unit == "decision" else (None,)
            rows += [{**row, "seat": seat, **({} if number is None else {"round": number})} for number in rounds]
    return frames().DataFrame(rows)


def _rows(lock: Lock, run: Run) -> Iterator[dict[str, Any]]:
    study = lock.study
    done = run.finished()
    ids = iter([episode for episode in lock.trials if episode in done])
    while batch := list(islice(ids, _BATCH)):
        for episode in run.episodes(batch):
            trial = lock.trials[episode.id]
            identity = {name: getattr(trial, name) for name in IDENTITY if name != "seed"} | {"seed": str(trial.seed)}
            for decisions, facts in row_facts(episode, trial.seats, study.unit):
                whole = {**facts, **identity, **trial.levels}
                outcomes = measure(study, whole)
                excluded = BROKEN if episode.error is not None else excluded_by(study, {**whole, **outcomes})
                yield {**whole, **outcomes, **_closing(decisions), "excluded": excluded}


def _closing(decisions: Sequence[Decision]) -> dict[str, Any]:
    calls = [call for decision in decisions for call in decision.calls]
    return {
        "problem": next((decision.problem for decision in reversed(decisions) if decision.problem is not None), None),
        "requests": len(calls),
        "prompt_tokens": sum(call.usage.prompt_tokens for call in calls),
        "completion_tokens": sum(call.usage.completion_tokens for call in calls),
        "cost": float(sum(call.cost or 0.0 for call in calls if not call.cached)),
    }


def _columns(study: Study, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """List the columns in order: identity, factors, our facts, the game's in the order of their names, outcomes, the rest."""
    factors, outcomes = [item.name for item in study.factors], [item.name for item in study.outcomes]
    idle = _ELSEWHERE["decision" if study.unit == "decision" else "episode"]
    first = [*IDENTITY, *factors, *(name for name in FACTS if name not in idle and name not in factors)]
    found = {name for row in rows for name in row} - {*idle, *first, *outcomes, *CLOSING}
    return [*first, *sorted(found), *outcomes, *CLOSING]


def _column(pd: Any, study: Study, name: str, values: Sequence[Any]) -> Any:
    kind = next((item.kind for item in study.outcomes if item.name == name), None)
    if kind in _NUMBERS:
        return pd.Series(values, dtype="float64")
    if any(isinstance(value, list | tuple | Mapping) for value in values):
        values = [None if value is None else to_json(value).decode() for value in values]
    there = [value for value in values if value is not None]
    kinds = {type(value) for value in there}
    if kinds == {bool} and len(there) == len(values):
        return pd.Series(values, dtype="bool")
    if kinds == {int} and len(there) == len(values) and all(abs(value) < 2**63 for value in there):
        return pd.Series(values, dtype="int64")
    if kinds and kinds <= {int, float}:
        return pd.Series(values, dtype="float64")
    return pd.Series([None if value is None else _text(value) for value in values], dtype="object")


def _text(value: Any) -> str:
    return level_word(value) if isinstance(value, bool) else str(value)


def select(table: pd.DataFrame, condition: str) -> pd.Series:
    """Pick rows: True where an expression over the columns is true, as of a hypothesis' ``where``; "" is true of all.

    Raises:
        ExpressionError: the expression takes no column, or does not fit.
    """
    pd = frames()
    if not condition:
        return pd.Series(True, index=table.index)
    parsed = expression(condition)
    parsed.check(list(table.columns))
    columns = {name: [None if pd.isna(value) else value for value in table[name].tolist()] for name in parsed.names}
    picked = [parsed.value({name: column[row] for name, column in columns.items()}) is True for row in range(len(table))]
    return pd.Series(picked, index=table.index, dtype="bool")


# -- files -----------------------------------------------------------------------------------------------------------


def codebook(study: Study, table: pd.DataFrame) -> list[dict[str, Any]]:
    """Describe every column: ``name``, ``what`` (identity, factor, fact, outcome, closing), ``type``, ``levels``, ``meaning``, ``missing`` (a count)."""
    factors, outcomes = {item.name: item for item in study.factors}, {item.name: item for item in study.outcomes}
    out = []
    for name in table.columns:
        kind, levels = {"bool": "truth value", "int64": "whole number", "float64": "number"}.get(str(table[name].dtype), "text"), None
        if name in factors:
            what, meaning, levels = "factor", factors[name].about, list(factors[name].levels)
            meaning = f"{meaning or 'levels of ' + (factors[name].target or 'game.' + name)} ({factors[name].role})"
        elif name in outcomes:
            item = outcomes[name]
            unit = f", in {item.unit}" if item.unit else ""
            what, kind, meaning = "outcome", item.kind, f"{item.about + ': ' if item.about else ''}{item.value}{unit}{' (primary)' if item.primary else ''}"
        elif name in IDENTITY:
            what, meaning = "identity", IDENTITY[name]
        elif name in CLOSING:
            what, meaning = "closing", CLOSING[name]
        else:
            what, meaning = "fact", FACTS.get(name, "fact of the game's outcome")
        out.append({"name": name, "what": what, "type": kind, "levels": levels, "meaning": meaning, "missing": int(table[name].isna().sum())})
    return out


def write_table(lock: Lock, table: pd.DataFrame, folder: Path) -> tuple[Path, ...]:
    """Write the table as Parquet and CSV with its codebook as JSON and Markdown; equal tables make equal bytes.

    Raises:
        StoreError: a file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = codebook(lock.study, table)
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(table, schema=_schema(pa, table), preserve_index=False), sink, compression="zstd")
    contents = {
        "table.parquet": sink.getvalue().to_pybytes(),
        "table.csv": table.to_csv(index=False, lineterminator="\n", na_rep="").encode("utf-8"),
        "codebook.json": json.dumps({"study": lock.study.name, "unit": lock.study.unit, "rows": len(table), "columns": rows}, indent=1).encode() + b"\n",
        "codebook.md": _markdown(lock.study, rows, len(table)).encode(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        write_file(folder / name, content)
    return tuple(folder / name for name in contents)


def _schema(pa: Any, table: pd.DataFrame) -> Any:
    # an empty column of text has no type of its own
    kinds = {"bool": pa.bool_(), "int64": pa.int64(), "float64": pa.float64()}
    return pa.schema([(name, kinds.get(str(table[name].dtype), pa.string())) for name in table.columns])


def _markdown(study: Study, rows: Sequence[Mapping[str, Any]], count: int) -> str:
    def cell(value: Any) -> str:
        return str(value).replace("|", "\\|").replace("\n", " ")

    lines = [f"# Codebook of {study.title}", "", f"{count} rows; a row is one {study.unit}. Exclusions:", ""]
    lines += [f"- `{rule}`: `{text}`" for rule, text in {**study.exclude, BROKEN: "the rules raised an error"}.items()]
    lines += ["", "| column | | type | levels | meaning | missing |", "|---|---|---|---|---|---|"]
    for row in rows:
        levels = ", ".join(cell(json.loads(json.dumps(level))) for level in row["levels"]) if row["levels"] else ""
        lines.append(f"| `{row['name']}` | {row['what']} | {row['type']} | {levels} | {cell(row['meaning'])} | {row['missing']} |")
    return "\n".join(lines) + "\n"
