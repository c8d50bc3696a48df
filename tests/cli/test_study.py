"""``ludens study`` from the command line: design, lock, play, table; stopped, killed, resumed, analysed again."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ludens.cli import main

pytest.importorskip("pandas")
TABLES = ("table.parquet", "table.csv", "codebook.json", "codebook.md")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def study(*words):
    return main(["study", "progress=false", *words])


def tables(name):
    return {file: Path("runs", name, "study", file).read_bytes() for file in TABLES}


def test_designs_locks_plays_and_writes(capsys):
    words = ("study=dictator", "replicates=2", "name=first")
    assert study(*words) == 0
    printed = capsys.readouterr()
    assert "Full factorial of persona (3), stake (2): 6 cells." in printed.out
    assert "no model is asked: nothing to pay" in printed.out
    assert "share: persona selfish against none" in printed.out
    assert "complete: 12 matches, 12 of them played now" in printed.err
    assert Path("runs/first/study.lock.json").exists()
    first = tables("first")
    assert study(*words) == 0
    assert "complete: 12 matches, 0 of them played now" in capsys.readouterr().err
    assert tables("first") == first
    # the report of a study is its own; a leaderboard of its subjects would say nothing
    assert main(["report", "run=first"]) == 0
    page = Path("runs/first/study/report.html").absolute().as_uri()
    assert capsys.readouterr().out.strip() == f"runs/first holds a study; its report: {page}"
    assert not Path("runs/first/report.html").exists()


def test_the_same_command_finds_its_run_by_itself(capsys):
    words = ("study=rational_ring", "replicates=1")
    assert study(*words) == 0
    assert study(*words) == 0
    (folder,) = Path("runs").iterdir()
    assert folder.name.startswith("rational_ring-")
    assert study(*words, "players=[{kind: reasoning, orders: 3}]") == 0
    assert len(list(Path("runs").iterdir())) == 2
    capsys.readouterr()


def test_dry_run_forecasts_and_leaves_nothing(capsys):
    assert study("study=tin_men", "players=[language]", "model=openai_api", "--dry-run") == 0
    out = capsys.readouterr().out
    assert "480 episodes, 0 of them played already" in out
    assert "US dollars" in out
    assert not Path("runs").exists()


def test_a_model_by_one_override(capsys):
    assert study("study=persona_pd", "players=[language]", "model=schema", "replicates=1", "name=model") == 0
    capsys.readouterr()
    assert b"language" in tables("model")["table.csv"]


def test_a_changed_study_is_refused_and_with_a_reason_recorded(capsys):
    assert study("study=dictator", "replicates=2", "name=mine") == 0
    capsys.readouterr()
    assert study("study=dictator", "replicates=3", "name=mine") == 2
    said = capsys.readouterr().err.strip()
    assert "study.replicates was 2 and is now 3" in said
    assert len(said.splitlines()) == 1
    assert study("study=dictator", "replicates=3", "name=mine", "deviation='more answers were wanted'") == 0
    printed = capsys.readouterr()
    assert "more answers were wanted" in printed.out
    assert "complete: 18 matches, 6 of them played now" in printed.err


def test_another_study_under_the_same_name_is_refused(capsys):
    assert study("study=dictator", "replicates=1", "name=mine") == 0
    capsys.readouterr()
    assert study("study=rational_ring", "replicates=1", "name=mine") == 2
    assert "was made with another configuration: study was" in capsys.readouterr().err


def test_analyses_a_run_again(capsys):
    assert study("study=dictator", "replicates=2", "name=mine") == 0
    first = tables("mine")
    for file in TABLES:
        Path("runs/mine/study", file).unlink()
    capsys.readouterr()
    assert study("run=mine") == 0
    assert "rows" in capsys.readouterr().out
    assert tables("mine") == first


def test_other_software_is_recorded_once(capsys, monkeypatch):
    assert study("study=dictator", "replicates=1", "name=mine") == 0
    monkeypatch.setattr("ludens.studies.lock._code", lambda rooms: "0" * 16)
    capsys.readouterr()
    for _ in range(2):
        assert study("run=mine") == 0
        assert "other software" in capsys.readouterr().out
    assert len(Path("runs/mine/deviations.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def test_an_edited_lock_is_noticed(capsys):
    assert study("study=dictator", "replicates=1", "name=mine") == 0
    lock = Path("runs/mine/study.lock.json")
    lock.write_text(lock.read_text(encoding="utf-8").replace('"alpha": 0.05', '"alpha": 0.2'), encoding="utf-8")
    capsys.readouterr()
    assert study("run=mine") == 2
    assert "was edited by hand" in capsys.readouterr().err


def episodes(run):
    store = Path("runs", run, "run.sqlite")
    if not store.exists():
        return 0
    connection = sqlite3.connect(store)
    try:
        return connection.execute("SELECT count(*) FROM episodes").fetchone()[0]
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


def test_killed_and_resumed_it_ends_the_same(capsys):
    words = ("study=persona_pd", "study.game.rounds=300", "replicates=1", "processes=1")
    assert study(*words, "name=whole") == 0
    code = "import sys; from ludens.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-P", "-c", code, "study", "progress=false", *words, "name=killed"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    while process.poll() is None and episodes("killed") < 1:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = 20 - episodes("killed")
    assert 0 < left < 20
    capsys.readouterr()
    assert study("run=killed") == 2
    assert f"is not complete: {left} of 20 episodes are to be played" in capsys.readouterr().err
    assert study(*words, "name=killed") == 0
    assert f"complete: 20 matches, {left} of them played now" in capsys.readouterr().err
    assert tables("killed") == tables("whole")


def test_an_incomplete_study_is_analysed_for_a_reason_only(capsys):
    assert study("study=dictator", "replicates=2", "name=mine", "model=schema", "players=[language]", "budget.tokens=2000") == 1
    printed = capsys.readouterr()
    assert "stopped" in printed.err
    assert not Path("runs/mine/study").exists()
    assert study("run=mine") == 2
    assert "is not complete" in capsys.readouterr().err
    assert study("run=mine", "deviation='the money ran out'") == 0
    assert "the money ran out" in capsys.readouterr().out
    assert tables("mine")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "study=... is missing: one of dictator,"),
        (("study=tin_man",), "unknown study 'tin_man'; did you mean 'tin_men'"),
        (("study=tin_men", "study.replicats=3"), "unknown key 'replicats'; did you mean 'replicates'"),
        (("study=tin_men", "replicates=0"), "replicates=0 should be 1 or more"),
        (("study=tin_men", "players=[tit_for_tat]"), "player 'tit_for_tat' cannot play"),
        (("study=tin_men", "players=[language]"), "player 'language' needs a model"),
        (("study=tin_men", "game.persona=weak"), "unknown setting 'game.persona'"),
        (("study=tin_men", "run=x"), "leave study and players out"),
        (("run=x",), "there is no run 'x'"),
    ],
)
def test_mistakes_are_one_line(words, said, capsys):
    assert study(*words) == 2
    printed = capsys.readouterr().err.strip()
    assert said in printed
    assert len(printed.splitlines()) == 1


def test_utilities_are_elicited_and_analysed_again(capsys):
    words = ("study=utility", "study.pairs=20", "study.times=1", "name=worth")
    assert study(*words, "--dry-run") == 0
    assert "pairs asked     20 of 190, active" in capsys.readouterr().out
    assert not Path("runs").exists()
    assert study(*words) == 0
    printed = capsys.readouterr()
    assert "Same in both orders" in printed.out
    assert "complete: 80 matches, 80 of them played now" in printed.err
    first = Path("runs/worth/study/answers.csv").read_bytes()
    assert study("run=worth") == 0
    assert Path("runs/worth/study/answers.csv").read_bytes() == first
    assert main(["report", "run=worth"]) == 0
    capsys.readouterr()
    assert study("study=utility", "study.pairs=21", "study.times=1", "name=worth") == 2
    assert "elicitation.pairs was 20 and is now 21" in capsys.readouterr().err
    assert study(*words, "players=[cooperator]") == 2
    assert "cannot answer" in capsys.readouterr().err
