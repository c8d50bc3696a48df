from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import orjson
import pytest

CLOCK = {"episodes": {"clock", "finished", "seconds"}, "seats": {"latency", "seconds"}}


def contents(folder: Path) -> dict[str, Any]:
    """All that a store holds, clock times aside."""
    connection = sqlite3.connect(folder / "run.sqlite")
    out: dict[str, Any] = {}
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        cursor = connection.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in cursor.description]
        rows = [{name: value for name, value in zip(names, row, strict=True) if name not in CLOCK.get(table, ())} for row in cursor]
        if table == "meta":
            rows = [row for row in rows if row["key"] not in ("created", "name")]
        if table == "replies":
            for row in rows:
                row["reply"] = {name: value for name, value in orjson.loads(row["reply"]).items() if name != "latency"}
        out[table] = sorted(rows, key=lambda row: orjson.dumps(row, default=repr))
    connection.close()
    return out


@pytest.fixture
def stored() -> Any:
    return contents
