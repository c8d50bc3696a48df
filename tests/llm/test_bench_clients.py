from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest


def test_the_client_benchmark_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openai")
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    bench = importlib.import_module("bench_clients")
    try:
        rows = bench.rows(in_flight=(4,), requests=8, rounds=1)
        text = bench.section(in_flight=(2,), requests=4, rounds=1)
    finally:
        for name in ("bench_clients", "_timing"):
            sys.modules.pop(name, None)
    assert [row.client for row in rows] == list(bench.CLIENTS)
    assert rows[0].ratio == 1.0
    assert all(row.per_cpu_second > 0 and row.low <= row.ratio <= row.high for row in rows)
    assert text.startswith("## Model clients")
    assert text.count("\n| ") == 2 + len(bench.CLIENTS)
