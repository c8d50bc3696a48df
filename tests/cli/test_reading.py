"""``replay``, ``report`` and ``export`` of a run, and the demonstration itself."""

import json
from pathlib import Path

import pytest

from ludens.arena import Run
from ludens.cli import main


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reading")
    words = ["tournament", "games=[prisoners_dilemma,ultimatum]", "players=[fair,random,language]", "model=schema", "name=first", f"runs={folder / 'runs'}"]
    assert main([*words, "progress=false", "bootstrap=20", "plan.replicates=1"]) == 0
    return folder


@pytest.fixture(autouse=True)
def _there(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    capsys.readouterr()


def test_replay_lists_shows_and_writes(capsys):
    assert main(["replay", "run=first"]) == 0
    lines = capsys.readouterr().out.strip().splitlines()
    assert len(lines) == 1 + 12
    episode = lines[1].split()[0]
    assert main(["replay", "run=first", f"episode={episode}"]) == 0
    assert "turn 1" in capsys.readouterr().out
    assert main(["replay", "run=runs/first", f"episode={episode[:10]}", "out=one.html"]) == 0
    assert capsys.readouterr().out.strip().endswith("one.html")
    assert Path("one.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_format_of_a_replay_is_that_given_or_that_of_the_file(tmp_path, capsys):
    pytest.importorskip("PIL")
    words = [
        "tournament",
        "game=overcooked",
        "game.horizon=6",
        "players=[fair,random]",
        "name=kitchen",
        f"runs={tmp_path}",
        "plan.replicates=1",
        "progress=false",
    ]
    assert main(words) == 0
    run = f"run={tmp_path / 'kitchen'}"
    with Run.open(tmp_path / "kitchen") as opened:
        episode = next(iter(opened.episodes())).id
    for more, name, begins in (
        (["format=html"], tmp_path / "kitchen" / "exports" / f"{episode}.html", b"<!doctype html>"),
        (["format=gif"], tmp_path / "kitchen" / "exports" / f"{episode}.gif", b"GIF89a"),
        ([f"out={tmp_path / 'one.gif'}"], tmp_path / "one.gif", b"GIF89a"),
        ([f"out={tmp_path / 'one.page'}"], tmp_path / "one.page", b"<!doctype html>"),
    ):
        capsys.readouterr()
        assert main(["replay", run, f"episode={episode}", *more]) == 0
        assert name.read_bytes().startswith(begins)
        assert capsys.readouterr().out.strip().endswith(name.name)
    assert main(["replay", run, f"episode={episode}"]) == 0
    assert "step 6 of 6" in capsys.readouterr().out


def test_what_does_not_move_has_no_film(capsys):
    with Run.open("runs/first") as run:
        episode = next(one for one in run.episodes() if one.game.startswith("ultimatum"))
    assert main(["replay", "run=first", f"episode={episode.id}", "format=gif"]) == 2
    assert "ultimatum-v0 has no film; format=html shows every game" in capsys.readouterr().err


@pytest.mark.parametrize(("episode", "says"), [("zzz", "no finished episode is 'zzz'"), ("", "should be KEY=VALUE")])
def test_replay_of_what_is_not_there(episode, says, capsys):
    assert main(["replay", "run=first", f"episode={episode}"]) == 2
    assert says in capsys.readouterr().err


def test_report_prints_and_writes(capsys):
    assert main(["report", "run=first", "out=page.html"]) == 0
    assert "Leaderboard" in capsys.readouterr().out
    assert Path("page.html").exists()
    assert main(["report", "run=first", "out=nowhere/page.html"]) == 2
    assert "cannot write nowhere/page.html" in capsys.readouterr().err


def test_exports_hold_every_decision(capsys):
    with Run.open("runs/first") as run:
        decisions = sum(len(episode.decisions) for episode in run.episodes())
    assert main(["export", "run=first"]) == 0
    assert capsys.readouterr().out.startswith(f"{decisions} rows")
    assert main(["export", "run=first", "format=jsonl", "out=rows.jsonl"]) == 0
    rows = [json.loads(line) for line in Path("rows.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == decisions
    assert main(["export", "run=first", "format=messages", "out=chat.jsonl"]) == 0
    chats = [json.loads(line) for line in Path("chat.jsonl").read_text(encoding="utf-8").splitlines()]
    assert chats
    assert {"messages", "completion"} <= set(chats[0]) or {"prompt", "completion"} <= set(chats[0])
    pandas = pytest.importorskip("pandas")
    assert main(["export", "run=first", "format=parquet", "out=rows.parquet"]) == 0
    assert len(pandas.read_parquet("rows.parquet")) == decisions


def test_the_demonstration_plays_both_families(tmp_path, monkeypatch, capsys):
    from ludens.demo import GAMES, PLAYERS, demo
    from ludens.games import spec

    assert len(GAMES) >= 4
    assert len(PLAYERS) >= 8
    assert {spec(game).family for game in GAMES} == {"matrix", "negotiation"}
    monkeypatch.chdir(tmp_path)
    assert demo() == 0
    printed = capsys.readouterr()
    assert "report.html" in printed.out
    assert "complete: " in printed.err
