"""Which preference data lead networks to equilibria: particle worlds and a kitchen, by mix of data, with parts left out.

    python -P benchmarks/marlhf_particle.py PLACE [NAME ...]

Trains and measures what is not in PLACE yet, one setting after the other (cut off, it goes on where it stopped); writes ``marlhf_particle.json`` there, and
the tables of docs/marlhf.md to stdout. NAME/N takes N repetitions.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import ludens
from ludens.arena.report.findings import Findings, kept_findings
from ludens.arena.report.summary import Cell, Estimate
from ludens.trainers import Task, trainer
from ludens.trainers.paired import told

SETTINGS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "spread": ("simple_spread", {}, {}),
    "tag": ("simple_tag", {}, {"demonstrations": 200}),
    "reference": ("simple_reference", {}, {}),
    "cramped_room": (
        "overcooked",
        {"layout": "cramped_room", "encoding": "features", "horizon": 100},
        {"demonstrations": 20, "pairs": 600, "seeds": 1, "expert_steps": 500_000, "reply_steps": 80_000},
    ),
}


def measure(place: Path, name: str) -> Findings:
    """Train and measure one setting."""
    name, _, seeds = name.partition("/")
    game, params, given = SETTINGS[name]
    if seeds:
        given = {**given, "seeds": int(seeds)}
    began = time.process_time()
    folder = place / name
    trainer("marlhf").make(Task((ludens.make(game, **params),), None, folder), given).run(lambda line: print(f"{name}: {line}", flush=True))
    print(f"{name}: {time.process_time() - began:.0f} CPU seconds", flush=True)
    (found,) = kept_findings(folder)
    return found


def level(cell: Cell) -> str:
    """Write an estimate with half the width of its interval, where it has one."""
    if not isinstance(cell, Estimate):
        return ""
    return f"{cell.value:.2f} ± {(cell.high - cell.low) / 2:.2f}" if cell.has_interval else f"{cell.value:.2f}"


def difference(cell: Cell) -> str:
    """Write a difference with its interval."""
    return told(cell, "+.2f") if isinstance(cell, Estimate) else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows)) + "\n"


def rows_of(found: Findings, title: str) -> dict[str, tuple[Cell, ...]]:
    """Give a table's rows by their names; of several with one name, the first."""
    (one,) = (one for one in found.tables if one.title == title)
    return {str(row[0]): row[1:] for row in reversed(one.rows)}


def main(place: Path, names: list[str]) -> None:
    """Measure settings and write the tables."""
    found = {name.partition("/")[0]: measure(place, name) for name in names}
    (place / "marlhf_particle.json").write_text(json.dumps({name: one.to_dict() for name, one in found.items()}, indent=1) + "\n", encoding="utf-8")
    for name, one in found.items():
        gaps, returns, models = (rows_of(one, title) for title in ("Nash gap", "Return", "Rewards"))
        print(f"{name}: {one.about}\n")
        heads = ("data", "gap: imitation", "all", "no reference", "return: imitation", "all", "no reference", "accuracy", "correlation")
        lines = ([f"`{mix}`", *map(level, gaps[mix][:3]), *map(level, returns[mix][:3]), *map(level, models[mix][1:3])] for mix in reversed(gaps))
        print(table(heads, lines))
    for title in ("What unilateral coverage saves", "What each part saves"):
        columns = next(one.columns for findings in found.values() for one in findings.tables if one.title == title)
        parts = {name: rows_of(one, title) for name, one in found.items()}
        print(f"{title}\n")
        print(table(("world", *columns), ([name, row, *map(difference, rows[row])] for name, rows in parts.items() for row in reversed(rows))))
    print("Rewards with and without the regulariser along time\n")
    both = [(name, row) for name, one in found.items() for each in one.tables if each.title == "Rewards" for row in each.rows]
    mixes = {row[0] for _, row in both if row[1] != "all"}
    print(
        table(
            ("world", "data", "learned with", "accuracy", "correlation", "roughness"),
            ([name, *map(str, row[:2]), *map(level, row[2:])] for name, row in both if row[0] in mixes),
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or list(SETTINGS))
