"""A run that is killed at any point and resumed ends as if it had never stopped."""

from __future__ import annotations

import importlib.util
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SCRIPT = Path(__file__).with_name("tournament.py")
IN_FLIGHT = 4
AT_ONCE = 2 * IN_FLIGHT  # requests: both seats of an episode may be asked at the same time


def load_script() -> Any:
    spec = importlib.util.spec_from_file_location("arena_tournament", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["arena_tournament"] = module
    spec.loader.exec_module(module)
    return module


def start(folder: Path, log: Path, delay: float = 0.0005) -> subprocess.Popen[str]:
    words = [sys.executable, str(SCRIPT), str(folder), str(log), str(IN_FLIGHT), str(delay)]
    return subprocess.Popen(words, cwd=folder.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def lines(log: Path) -> list[str]:
    return log.read_text().split() if log.exists() else []


def stored_keys(folder: Path) -> set[str]:
    if not (folder / "run.sqlite").exists():
        return set()
    connection = sqlite3.connect(folder / "run.sqlite")
    keys = {key for (key,) in connection.execute("SELECT key FROM replies")}
    connection.close()
    return keys


def kill_at(process: subprocess.Popen[str], log: Path, requests: int) -> None:
    while process.poll() is None and len(lines(log)) < requests:
        time.sleep(0.0002)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def check_kills(tmp_path: Path, points: int, stored: Any, seed: int) -> None:
    tournament = load_script()
    whole = tmp_path / "whole"
    tournament.run_tournament(whole, tmp_path / "whole.log", in_flight=IN_FLIGHT)
    total = len(lines(tmp_path / "whole.log"))
    assert total == len(set(lines(tmp_path / "whole.log"))) > 40
    rng = np.random.default_rng(seed)
    killed = 0
    while killed < points:
        # several kills of one run, then its end, then the next run
        folder, log = tmp_path / f"killed{killed}", tmp_path / f"killed{killed}.log"
        lost = kills = 0
        for _ in range(min(int(rng.integers(1, 6)), points - killed)):
            kept, before = stored_keys(folder), len(lines(log))
            kill_at(start(folder, log), log, before + int(rng.integers(0, max(2, total - before))))
            asked = lines(log)[before:]
            assert kept.isdisjoint(asked), "a reply that was stored is paid again"
            lost += len(set(asked) - stored_keys(folder))
            killed += 1
            kills += 1
        kept, before = stored_keys(folder), len(lines(log))
        summary = tournament.run_tournament(folder, log, in_flight=IN_FLIGHT)
        assert summary.complete
        assert kept.isdisjoint(lines(log)[before:])
        # what was asked and not stored was under way when the process died: no more than may be under way at once, each time
        assert len(lines(log)) - total == lost <= AT_ONCE * kills
        assert stored(folder) == stored(whole)


def test_killed_and_resumed_equals_uninterrupted(tmp_path: Path, stored: Any) -> None:
    check_kills(tmp_path, 5, stored, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_hundred_kills(tmp_path: Path, stored: Any) -> None:
    check_kills(tmp_path, 100, stored, seed=2)


def test_kill_before_anything_is_made(tmp_path: Path) -> None:
    # a folder whose process died between making it and making the store is taken as new
    tournament = load_script()
    folder = tmp_path / "run"
    (folder / "exports").mkdir(parents=True)
    (folder / "run.new").write_bytes(b"half")
    assert tournament.run_tournament(folder, tmp_path / "log").complete


def test_interrupt_stops_cleanly_and_resumes(tmp_path: Path, stored: Any) -> None:
    tournament = load_script()
    tournament.run_tournament(tmp_path / "whole", tmp_path / "whole.log", in_flight=IN_FLIGHT)
    process = start(tmp_path / "run", tmp_path / "log", delay=0.02)
    while len(lines(tmp_path / "log")) < 10:
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out.startswith("stopped (interrupted)")
    assert "run the same again" in out
    # every reply that was under way was waited for
    assert set(lines(tmp_path / "log")) == stored_keys(tmp_path / "run")
    tournament.run_tournament(tmp_path / "run", tmp_path / "log", in_flight=IN_FLIGHT)
    assert len(lines(tmp_path / "log")) == len(set(lines(tmp_path / "log")))
    assert stored(tmp_path / "run") == stored(tmp_path / "whole")


def test_a_second_interrupt_does_not_wait(tmp_path: Path) -> None:
    process = start(tmp_path / "run", tmp_path / "log", delay=60.0)
    while len(lines(tmp_path / "log")) < 2 * IN_FLIGHT - 2:
        time.sleep(0.001)
    for _ in range(2):
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.2)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert out.startswith("stopped (interrupted)")
    assert "Traceback" not in err
    assert load_script().run_tournament(tmp_path / "run", tmp_path / "log").complete
