"""A large store: open the run, compute the leaderboard, write the report.

The store is made by playing: 20 players, some scripted and some language players on a model in this process, over two games; then the
played episodes are stored again under new ids until there are a million decisions, which makes a store of real format and size without playing for
minutes. What is timed is what a person waits for afterwards.

    python benchmarks/bench_store.py --decisions 1000000
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from _timing import describe, markdown

from ludens import make
from ludens.agents import PlayerSpec
from ludens.arena import Match, Options, Run, play, round_robin
from ludens.arena.rows import episode_rows
from ludens.llm.scripted import SchemaModel

AIM_SECONDS = 10.0
ROUNDS = 20
_BATCH = 500
T = TypeVar("T")
SCRIPTS = ("tit_for_tat", "grim", "cooperator", "defector", "random")


def fill(folder: Path, decisions: int) -> int:
    """Make a store of about ``decisions`` decisions and return how many there are."""
    games = [make("prisoners_dilemma", rounds=ROUNDS), make("stag_hunt", rounds=ROUNDS)]
    talkers = [PlayerSpec.of("language", name=f"model {number}", model="m", temperature=number / 100) for number in range(5)]
    scripted = [PlayerSpec.of(kind, name=kind) for kind in SCRIPTS]
    with Run.create(folder) as run:
        base = round_robin(games, scripted + talkers)
        play(base, run, {"m": SchemaModel("m")}, options=Options(100, 1))
        played = list(zip(base.matches, run.episodes(), strict=True))
        stored = sum(len(episode.decisions) for _, episode in played)
        number = 0
        while stored < decisions:
            matches, rows = [], []
            while len(matches) < _BATCH and stored < decisions:
                match, episode = played[number % len(played)]
                again = Match(match.game, match.players, match.seed, f"{number // len(played) + 1}", match.group)
                matches.append(again)
                rows.append(episode_rows(replace(episode, id=again.id, replicate=again.replicate)))
                stored += len(episode.decisions)
                number += 1
            run.add(matches)
            run.save(rows)
        return stored


def timed(work: Callable[[], T]) -> tuple[T, float, float]:
    """Do it, and give the result with CPU and wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    made = work()
    return made, time.process_time() - cpu, time.perf_counter() - wall


def section(decisions: int = 1_000_000) -> str:
    """Measure, and lay the figures out as Markdown."""
    from ludens.analysis.summary import summarise
    from ludens.arena.report import render_report

    folder = Path(tempfile.mkdtemp(prefix="ludens-bench-"))
    try:
        stored = fill(folder / "run", decisions)
        size = (folder / "run" / "run.sqlite").stat().st_size / 2**20
        run, *opening = timed(lambda: Run.open(folder / "run"))
        table, *reading = timed(run.seat_table)
        summary, *summing = timed(lambda: summarise(run))
        page, *drawing = timed(lambda: render_report(summary))
        one, *replaying = timed(lambda: run.episode(str(table["match"][-1])))
        resumed, *resuming = timed(lambda: Run.create(folder / "run"))
        resumed.close()
    finally:
        shutil.rmtree(folder)
    parts = {
        "open for reading": opening,
        "seat table (the leaderboard's input)": reading,
        "summary: ratings with 200 resamples, tables, transcripts": summing,
        f"report page ({len(page) / 2**20:.1f} MB)": drawing,
        "one episode, its whole record": replaying,
        "open for writing, integrity checked": resuming,
    }
    rows = [(name, f"{cpu:.2f} CPU-s, {wall:.2f} s", "") for name, (cpu, wall) in parts.items()]
    cpu, wall = (sum(spent[index] for spent in (opening, summing, drawing)) for index in (0, 1))
    rows.append(("open, leaderboard and report together", f"{cpu:.2f} CPU-s, {wall:.2f} s", f"{AIM_SECONDS:g} s at most"))
    print(f"FIG store.report | {cpu:.3f} cpu-s | {wall:.3f} s | {stored} decisions | aim {AIM_SECONDS} s")
    seats = len(table["match"])
    about = (
        f"{stored:,} decisions in {seats // 2:,} episodes, {size:.0f} MB of SQLite. {describe('sqlalchemy', 'orjson', 'numpy')}. {one.turns} turns an episode."
    )
    return "\n\n".join(["## Store", about, markdown(rows, ("what", "measured", "aim"))])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=1_000_000)
    print(section(**vars(parser.parse_args())))
