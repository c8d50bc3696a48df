"""The store on PostgreSQL, on a server of the test's own; skipped where there is none."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ludens import make
from ludens.agents import PlayerSpec
from ludens.arena import Options, Run, StoreError, play, round_robin
from ludens.llm.pricing import Price
from ludens.llm.scripted import SchemaModel

pytest.importorskip("psycopg")
if shutil.which("initdb") is None or shutil.which("postgres") is None:
    pytest.skip("no PostgreSQL server is installed", allow_module_level=True)

PLAN = round_robin([make("prisoners_dilemma", rounds=3)], [PlayerSpec.of("language", model="m"), PlayerSpec.of("random")], replicates=3)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("pg")
    data = folder / "data"
    # the server refuses to run as root
    user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    try:
        if user:
            for path in (folder, *folder.parents[:2]):
                path.chmod(0o755)
            shutil.chown(folder, "postgres", "postgres")
        subprocess.run(["initdb", "-D", data, "-A", "trust", "-U", "tester"], check=True, capture_output=True, cwd=folder, **user)  # type: ignore[call-overload]
        server = subprocess.Popen(  # type: ignore[call-overload]
            ["postgres", "-D", data, "-k", folder, "-c", "listen_addresses="], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=folder, **user
        )
    except (OSError, LookupError, subprocess.CalledProcessError) as problem:
        pytest.skip(f"a PostgreSQL server cannot be started here: {problem}")
    for line in server.stderr:
        if b"ready to accept connections" in line:
            break
    yield f"postgresql+psycopg://tester@/postgres?host={folder}"
    server.send_signal(signal.SIGINT)  # fast shutdown: it does not wait for clients
    server.communicate()


def test_a_run_in_postgres_reads_as_one_in_sqlite(tmp_path: Path, url: str) -> None:
    model = SchemaModel("m", price=Price(1, 2))
    with Run.create(tmp_path / "one", {"a": 1}, url=url) as run, Run.create(tmp_path / "two", {"a": 1}) as plain:
        play(PLAN, run, {"m": model}, options=Options(4, 1))
        play(PLAN, plain, {"m": model}, options=Options(4, 1))
        assert play(PLAN, run, {"m": model}, options=Options(4, 1)).played == 0
        for ours, theirs in zip(run.episodes(), plain.episodes(), strict=True):
            assert ours.decisions[0].choice == theirs.decisions[0].choice
            assert (ours.events, ours.returns, ours.outcome) == (theirs.events, theirs.returns, theirs.outcome)
        assert run.matches() == plain.matches()
        left, right = run.seat_table(), plain.seat_table()
        assert all((left[name] == right[name]).all() for name in left if name not in ("latency", "seconds"))
        run.save([], [{"key": "k", "match": "m", "model": "m", "reply": b"{}", "cost": 0.0, "tokens": 0}] * 2)
        assert run.pending_replies() == {"k": b"{}"}
    reader = Run.open(tmp_path / "one", url=url)
    assert reader.totals()["episodes"] == len(PLAN)
    with pytest.raises(StoreError, match="a was 1 and is now 2"):
        Run.create(tmp_path / "one", {"a": 2}, url=url)
    # another run in the same database has tables of its own
    with Run.create(tmp_path / "three", {"a": 3}, url=url) as other:
        assert other.matches() == []


def test_a_server_that_is_not_there_gives_one_line_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        Run.create(tmp_path / "run", {}, url="postgresql+psycopg://me:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
