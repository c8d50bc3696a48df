"""What an analysis found, as plain data: shown in the terminal, written as CSV, LaTeX, JSON or a page, and kept beside a run for its report."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import LudensError
from ..files import write_file
from .summary import Cell, Curves, DataTable, Dot, Estimate, Scatter

__all__ = ["Findings", "Mark", "keep_findings", "kept_findings", "marks_of"]

_FOLDER = "analyses"


class Mark(NamedTuple):
    """A remark on a decision, shown beside it in replays.

    Attributes:
        episode: its id.
        turn, seat: when, and whose decision.
        text: one line.
    """

    episode: str
    turn: int
    seat: int
    text: str


@dataclass(frozen=True)
class Findings:
    """What an analysis of a run found.

    Attributes:
        kind: of analysis; a run keeps the newest findings of each.
        title: of its section in a report.
        about: what was asked and how it was answered, in a sentence or two.
        tables, curves: what came out.
        scatters: charts of points.
        links: pages beside the run's report: what they are called, and where they lie from its folder on.
        notes: what a reader must know: what was left out, and what the figures do not say.
        marks: remarks on decisions.
    """

    kind: str
    title: str
    about: str
    tables: tuple[DataTable, ...] = ()
    curves: tuple[Curves, ...] = ()
    notes: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    scatters: tuple[Scatter, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON values, numbers that are none (NaN, infinity) as words."""
        plain: dict[str, Any] = _plain(asdict(self))
        for kept, table in zip(plain["tables"], self.tables, strict=True):
            kept["rows"] = [[_packed(cell) for cell in row] for row in table.rows]
        return plain

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Findings:
        """Read what :meth:`to_dict` wrote."""
        tables = tuple(
            DataTable(table["title"], table["about"], tuple(table["columns"]), tuple(tuple(_unpacked(cell) for cell in row) for row in table["rows"]))
            for table in plain["tables"]
        )
        curves = tuple(
            Curves(
                **{
                    **chart,
                    "lines": tuple((name, tuple((_number(x), _estimate(one)) for x, one in points)) for name, points in chart["lines"]),
                    "bounds": chart["bounds"] and tuple(chart["bounds"]),
                }
            )
            for chart in plain["curves"]
        )
        marks = tuple(Mark(*mark) for mark in plain["marks"])
        # runs keep findings from before there were scatters and links
        scatters = tuple(
            Scatter(**{**chart, "groups": tuple((name, tuple(Dot(*point) for point in points)) for name, points in chart["groups"])})
            for chart in plain.get("scatters", ())
        )
        links = tuple((str(name), str(path)) for name, path in plain.get("links", ()))
        return cls(plain["kind"], plain["title"], plain["about"], tables, curves, tuple(plain["notes"]), marks, scatters, links)


def keep_findings(folder: Path, findings: Findings) -> Path:
    """Keep findings in a run's folder, for its report.

    Returns:
        The file.
    """
    path = folder / _FOLDER / f"{findings.kind}.json"
    path.parent.mkdir(exist_ok=True)
    write_file(path, (json.dumps(findings.to_dict(), indent=1, allow_nan=False) + "\n").encode())
    return path


def kept_findings(folder: Path) -> tuple[Findings, ...]:
    """Give the findings that a run's folder keeps, by kind.

    Raises:
        LudensError: a file of them cannot be read.
    """
    found = []
    for path in sorted((folder / _FOLDER).glob("*.json")):
        try:
            found.append(Findings.from_dict(json.loads(path.read_text(encoding="utf-8"))))
        except (ValueError, KeyError, TypeError, OSError) as problem:
            raise LudensError(f"{path} holds no findings ({problem}); run the analysis again, or remove the file") from problem
    return tuple(found)


def marks_of(findings: Iterable[Findings], episode: str) -> dict[tuple[int, int], str]:
    """Collect what findings remark on the decisions of an episode, by turn and seat."""
    found: dict[tuple[int, int], str] = {}
    for mark in (mark for one in findings for mark in one.marks if mark.episode == episode):
        key = (mark.turn, mark.seat)
        found[key] = f"{found[key]}; {mark.text}" if key in found else mark.text
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value - value != 0:
        return str(value)
    return value


def _packed(cell: Cell) -> Any:
    """Tell estimates, numbers that are none, and words apart."""
    if isinstance(cell, Estimate):
        return {"estimate": _plain(asdict(cell))}
    return {"number": str(cell)} if isinstance(cell, float) and cell - cell != 0 else cell


def _unpacked(value: Any) -> Cell:
    if isinstance(value, dict):
        return _estimate(value["estimate"]) if "estimate" in value else float(value["number"])
    kept: Cell = value
    return kept


def _estimate(plain: dict[str, Any]) -> Estimate:
    return Estimate(**{**plain, **{name: _number(plain[name]) for name in ("value", "low", "high")}})


def _number(value: float | str) -> float:
    return float(value) if isinstance(value, str) else value
