from __future__ import annotations

import sys
from pathlib import Path

import orjson
import pytest

from ludens import make
from ludens.agents import PlayerSpec
from ludens.arena import Options, Run, StoreError, play, round_robin
from ludens.arena.export import FORMATS, export_run
from ludens.errors import LudensError, MissingExtra
from ludens.llm.pricing import Price
from ludens.llm.scripted import SchemaModel

PLAYERS = [PlayerSpec.of("language", model="m"), PlayerSpec.of("random")]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    with Run.create(tmp_path / "run") as made:
        play(
            round_robin([make("prisoners_dilemma", rounds=3), make("negotiation")], PLAYERS, replicates=2),
            made,
            {"m": SchemaModel("m", price=Price(1, 1))},
            options=Options(4, 1),
        )
    return Run.open(tmp_path / "run")


def test_decisions_one_row_each(run: Run) -> None:
    path, count = export_run(run, "jsonl")
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert path == run.path / "exports" / "decisions.jsonl"
    assert len(rows) == count == run.totals()["decisions"]
    assert sum(row["cost"] for row in rows) == pytest.approx(run.totals()["cost"])
    assert sum(row["requests"] for row in rows) == run.totals()["requests"]
    first = run.episode(rows[0]["match"])
    assert orjson.loads(rows[0]["choice"]) == first.decisions[0].choice


def test_parquet_holds_the_same(run: Run) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path, count = export_run(run, "parquet")
    rows = parquet.read_table(path).to_pylist()
    plain, _ = export_run(run, "jsonl")
    assert rows == [orjson.loads(line) for line in plain.read_bytes().splitlines()]
    assert len(rows) == count


def test_messages_are_whole_prompts(run: Run) -> None:
    path, count = export_run(run, "messages")
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert count == len(rows) == run.totals()["replies"]
    assert {row["messages"][0]["role"] for row in rows} == {"system"}
    assert {row["messages"][-1]["role"] for row in rows} == {"user"}
    assert {row["completion"][0]["role"] for row in rows} == {"assistant"}


def test_a_failed_export_leaves_nothing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LudensError, match="unknown export format 'parket'; did you mean 'parquet'"):
        export_run(run, "parket")
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot write"):
        export_run(run, "jsonl", tmp_path / "file" / "out.jsonl")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"ludens\[analysis\]"):
        export_run(run, "parquet")
    assert list((run.path / "exports").iterdir()) == []
    assert set(FORMATS) == {"jsonl", "parquet", "messages"}
