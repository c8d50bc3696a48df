from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event

from ludens import make
from ludens.agents import PlayerSpec
from ludens.arena import Match, Plan, Run, StoreError, play_match, round_robin
from ludens.arena.record import Fault
from ludens.arena.rows import episode_rows, load_reply, reply_row
from ludens.arena.tables import TALLIES
from ludens.llm.chat import Message, Reply, Request, Usage

PLAYERS = [PlayerSpec.of("tit_for_tat"), PlayerSpec.of("random"), PlayerSpec.of("defector", name="mean")]
PLAN = round_robin([make("prisoners_dilemma", rounds=5)], PLAYERS, replicates=2)
CONFIG = {"game": {"rounds": 5, "noise": 0.0}, "players": ["a", "b"], "budget": {"dollars": 1}}


def filled(folder: Path, plan: Plan = PLAN, played: int | None = None) -> Run:
    run = Run.create(folder, CONFIG)
    run.add(plan.matches)
    run.save([episode_rows(play_match(match)) for match in plan.matches[:played]])
    return run


def test_what_is_stored_is_read(tmp_path: Path) -> None:
    with filled(tmp_path / "run", played=7) as run:
        reader = Run.open(tmp_path / "run")
        assert [match.id for match in reader.matches()] == [match.id for match in PLAN]
        assert [match.done for match in reader.matches()] == [True] * 7 + [False] * 5
        assert {player.name for player in reader.players().values()} == {"tit_for_tat", "random", "mean"}
        (game,) = reader.games().values()
        assert game.id == "prisoners_dilemma-v0"
        assert game.params["rounds"] == 5
        assert game.type["payoff_low"] == PLAN.matches[0].game.type.payoff_low
        assert make(game.id, **game.params) == PLAN.matches[0].game
        for match in PLAN.matches[:7]:
            episode = reader.episode(match.id)
            assert episode.returns == reader.results()[match.id].returns
            assert reader.outcomes()[match.id] == episode.outcome
        assert [episode.id for episode in reader.episodes()] == [match.id for match in PLAN.matches[:7]]
        assert reader.finished() == {match.id for match in PLAN.matches[:7]}
        with pytest.raises(StoreError, match="holds no episode 'nothing'"):
            reader.episode("nothing")
        with pytest.raises(StoreError, match="opened for reading only"):
            reader.note(more=1)
        run.note(description="about")
        assert Run.open(tmp_path / "run").meta["description"] == "about"


def test_the_seat_table_has_one_row_a_seat(tmp_path: Path) -> None:
    with filled(tmp_path / "run") as run:
        table = run.seat_table()
    assert {len(column) for column in table.values()} == {2 * len(PLAN)}
    assert set(TALLIES) <= table.keys()
    assert (table["decisions"] == 5).all()
    assert (table["ok"] + table["repaired"] + table["defaulted"] + table["forfeited"] == table["decisions"]).all()
    mean = table["name"] == "mean"
    assert table["returns"][mean].mean() > table["returns"][~mean].mean()
    # both seatings of a pairing share chance
    _, counts = np.unique(table["cluster"], return_counts=True)
    assert set(counts) == {4}
    totals = Run.open(tmp_path / "run").totals()
    assert totals["episodes"] == totals["matches"] == len(PLAN)
    assert totals["decisions"] == 10 * len(PLAN)


def test_an_empty_run_reads_as_empty(tmp_path: Path) -> None:
    with Run.create(tmp_path / "run") as run:
        assert run.matches() == []
        assert {len(column) for column in run.seat_table().values()} == {0}
        assert run.totals()["decisions"] == 0
        assert run.faults() == []
        assert list(run.episodes()) == []


def test_storing_twice_changes_nothing(tmp_path: Path, stored: Any) -> None:
    with filled(tmp_path / "run") as run:
        before = stored(tmp_path / "run")
        run.add(PLAN.matches)
        run.save([episode_rows(play_match(match)) for match in PLAN])
        assert stored(tmp_path / "run") == before


def test_replies_are_kept_whole(tmp_path: Path) -> None:
    request = Request((Message("user", "hi \ud800"),), tag="m1/0/3/0")
    reply = Reply("text \ud83d", "length", (1, 2), (-0.25, -0.5), (7,), Usage(3, 4), 0.125, 0.5, "model-1", ("429: later",))
    kept = Reply("text ?", *list(vars(reply).values())[1:])
    with Run.create(tmp_path / "run") as run:
        assert run.pending_replies() == {}
        for _ in range(2):
            run.save([], [reply_row("k", "model", request, reply)])
        assert run.totals()["paid"] == 0.125
        assert run.totals()["paid_tokens"] == 7
        assert {key: load_reply(stored) for key, stored in run.pending_replies().items()} == {"k": kept}
        match = PLAN.matches[0]
        row = {**reply_row("k2", "model", request, reply), "match": match.id}
        run.save([episode_rows(play_match(match))], [row])
        assert set(run.pending_replies()) == {"k"}, "a finished match needs its replies no more"


def test_another_configuration_is_refused_by_its_first_key(tmp_path: Path, stored: Any) -> None:
    filled(tmp_path / "run").close()
    before = stored(tmp_path / "run"), (tmp_path / "run" / "config.json").read_bytes()
    for config, words in (
        ({**CONFIG, "game": {"rounds": 6, "noise": 0.0}}, "game.rounds was 5 and is now 6"),
        ({**CONFIG, "game": {"rounds": 5}}, r'game.noise was 0.0 and is now "\(absent\)"'),
        ({**CONFIG, "more": 1}, r'more was "\(absent\)" and is now 1'),
        ({**CONFIG, "players": ["a", "c"]}, r'players.1 was "b" and is now "c"'),
        ({**CONFIG, "players": ["a"]}, r'players was \["a", "b"\]'),
    ):
        with pytest.raises(StoreError, match=words):
            Run.create(tmp_path / "run", config)
    assert (stored(tmp_path / "run"), (tmp_path / "run" / "config.json").read_bytes()) == before
    with Run.create(tmp_path / "run", {**CONFIG, "budget": {"dollars": 9}}, free=("budget",)) as run:
        assert run.config["game"] == CONFIG["game"]
    with Run.create(tmp_path / "run", {**CONFIG, "budget": {"dollars": 3}}, free=("budget.dollars",)):
        pass
    assert json.loads((tmp_path / "run" / "config.json").read_text())["budget"] == {"dollars": 3}


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    with filled(tmp_path / "run"):
        with pytest.raises(StoreError, match="being written to by another process"):
            Run.create(tmp_path / "run", CONFIG)
        code = f"from ludens.arena import Run; Run.create({str(tmp_path / 'run')!r}, {CONFIG!r})"
        other = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert "StoreError" in other.stderr
        assert "being written to by another process" in other.stderr
        assert len(Run.open(tmp_path / "run").matches()) == len(PLAN), "reading goes on meanwhile"
    Run.create(tmp_path / "run", CONFIG).close()


@pytest.mark.parametrize("damage", ["empty", "short", "half", "text", "middle"])
def test_damaged_stores_are_named_and_left_alone(tmp_path: Path, damage: str) -> None:
    filled(tmp_path / "run").close()
    file = tmp_path / "run" / "run.sqlite"
    whole = file.read_bytes()
    middle = bytearray(whole)
    middle[len(whole) // 3 : 2 * len(whole) // 3] = b"\xff" * (2 * len(whole) // 3 - len(whole) // 3)
    broken = {"empty": b"", "short": whole[:50], "half": whole[: len(whole) // 2], "text": b"hello " * 1000, "middle": bytes(middle)}[damage]
    file.write_bytes(broken)
    with pytest.raises(StoreError) as caught:
        Run.create(tmp_path / "run", CONFIG)
    assert str(file) in str(caught.value)
    assert "damaged" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert file.read_bytes() == broken
    if damage != "middle":
        with pytest.raises(StoreError, match="damaged"):
            Run.open(tmp_path / "run")


def test_a_full_disk_keeps_what_was_finished(tmp_path: Path) -> None:
    with filled(tmp_path / "run", played=2) as run:

        @event.listens_for(run.engine, "begin")
        def fill(connection: Any) -> None:
            # SQLite's own limit on pages gives the very error that a full disk gives
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        rows = [episode_rows(play_match(match)) for match in PLAN.matches[2:]]
        bulky = [{"key": f"k{i}", "match": "m", "model": "m", "reply": b"x" * 50_000, "cost": 0.0, "tokens": 0} for i in range(50)]
        with pytest.raises(StoreError, match="full; what was finished is kept, free some space"):
            run.save(rows, bulky)
    assert Run.open(tmp_path / "run").finished() == {match.id for match in PLAN.matches[:2]}
    with Run.create(tmp_path / "run", CONFIG) as run:
        run.save(rows)
        assert len(run.finished()) == len(PLAN)


def test_a_locked_database_is_told(tmp_path: Path) -> None:
    with filled(tmp_path / "run", played=1) as run:

        @event.listens_for(run.engine, "begin")
        def be_quick(connection: Any) -> None:
            connection.exec_driver_sql("PRAGMA busy_timeout = 1")

        other = sqlite3.connect(tmp_path / "run" / "run.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another program holds it locked"):
            run.save([episode_rows(play_match(PLAN.matches[1]))])
        other.close()
        run.save([episode_rows(play_match(PLAN.matches[1]))])
        assert len(run.finished()) == 2


def test_a_run_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no run in"):
        Run.open(tmp_path / "nothing")
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot make the run folder"):
        Run.create(tmp_path / "file" / "run")
    with pytest.raises(StoreError, match="cannot use the store's URL"):
        Run.create(tmp_path / "run", url="nonsense://x")


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    filled(tmp_path / "run").close()
    connection = sqlite3.connect(tmp_path / "run" / "run.sqlite")
    with connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    connection.close()
    with pytest.raises(StoreError, match="store format 99"):
        Run.open(tmp_path / "run")


def test_faults_are_listed_in_the_order_of_the_plan(tmp_path: Path) -> None:
    match: Match = PLAN.matches[0]
    episode = play_match(match)
    object.__setattr__(episode, "faults", (Fault(0, 2, "raised", "ValueError: \x00 odd \ud800"), Fault(None, 3, "game", "text")))
    with Run.create(tmp_path / "run") as run:
        run.add([match])
        run.save([episode_rows(episode)])
        assert [(where, fault.kind, fault.text) for where, fault in run.faults()] == [(match.id, "raised", "ValueError:  odd ?"), (match.id, "game", "text")]


def test_a_run_in_a_folder_that_is_read_only_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path / "a run").close()
    monkeypatch.setattr("os.access", lambda path, mode: False)
    before = sorted(item.name for item in (tmp_path / "a run").iterdir())
    with Run.open(tmp_path / "a run") as run:
        assert run.finished()
        assert sorted(item.name for item in (tmp_path / "a run").iterdir()) == before
    with pytest.raises(StoreError, match="the folder is read-only"):
        Run.create(tmp_path / "a run", CONFIG)
    (tmp_path / "a run" / "run.sqlite-wal").write_bytes(b"log")
    with pytest.raises(StoreError, match=r"run\.sqlite-wal is not merged"):
        Run.open(tmp_path / "a run")
