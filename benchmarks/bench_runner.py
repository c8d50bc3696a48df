"""The runner beside the client: CPU a decision, and memory over many episodes.

Two language players meet in a repeated game, 500 episodes in flight, everything stored as in earnest (a reply is on disk before it is used). Three
things are measured: the whole tournament against a local server that waits 50 ms; the same tournament with a model in this process that waits as long
and costs next to nothing, which leaves the runner, the players, the rules and the store; and resident memory while 20,000 episodes go by.

    python benchmarks/bench_runner.py --episodes 500 --rounds 10 --many 20000
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from _timing import describe, markdown

from ludens import make
from ludens.agents import PlayerSpec
from ludens.arena import Options, Run, play, play_match, round_robin
from ludens.arena.record import dump
from ludens.arena.watchdog import Watchdog
from ludens.llm.chat import ChatModel, Reply, Request, Usage
from ludens.llm.single import PerRequest
from ludens.llm.spec import ModelSpec
from ludens.llm.testserver import server_process

LATENCY = 0.05
AIM_MS = 0.5
AIM_GROWTH_MB = 50.0


class Waiting(PerRequest):
    """Answers the same after a while, in this process."""

    name = "m"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def one(self, request: Request) -> Reply:
        await asyncio.sleep(self._seconds)
        return Reply('{"choice": "cooperate"}', usage=Usage(100, 8), cost=0.0, model="m")


@dataclass(frozen=True)
class Cost:
    """CPU of one tournament.

    Attributes:
        decisions: played.
        cpu_ms: CPU milliseconds a decision, user and system, all threads.
        per_second: decisions per second of wall time.
    """

    decisions: int
    cpu_ms: float
    per_second: float


def tournament(model: ChatModel, episodes: int, rounds: int, in_flight: int, on_match: Callable[[int], None] | None = None) -> Cost:
    """Play ``episodes`` of a repeated game between two language players and tell what it cost."""
    players = [PlayerSpec.of("language", name=name, model="m", temperature=temperature) for name, temperature in (("left", 0.5), ("right", 0.7))]
    plan = round_robin([make("prisoners_dilemma", rounds=rounds)], players, replicates=max(1, episodes // 2))
    folder = Path(tempfile.mkdtemp(prefix="ludens-bench-"))
    progress = _Counting(on_match) if on_match else None
    try:
        with Run.create(folder / "run") as run:
            cpu, wall = time.process_time(), time.perf_counter()
            summary = play(plan, run, {"m": model}, options=Options(in_flight=in_flight, processes=1), progress=progress)
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            decisions = int(run.totals()["decisions"])
        if not summary.complete or decisions != 2 * rounds * len(plan):
            raise RuntimeError(summary.line)
    finally:
        shutil.rmtree(folder)
    return Cost(decisions, 1e3 * cpu / decisions, decisions / wall)


class _Counting:
    """Calls back as matches end; the runner's live view."""

    def __init__(self, on_match: Callable[[int], None]) -> None:
        self._on_match = on_match

    def begin(self, tally: object) -> None: ...

    def update(self, tally: object) -> None:
        self._on_match(tally.played)  # type: ignore[attr-defined]

    def say(self, text: str) -> None: ...

    def end(self, tally: object) -> None: ...


def client_ms(url: str, requests: int, in_flight: int) -> float:
    """CPU milliseconds a request of the lean client's whole stack alone, with prompts as long as the tournament's."""
    import bench_clients

    return 1e3 * asyncio.run(bench_clients._measure(bench_clients.ours_lean, url, in_flight, requests))[0]


def memory(episodes: int, in_flight: int) -> list[tuple[int, float]]:
    """Resident memory in MB at ten points while ``episodes`` short matches are played."""
    page = os.sysconf("SC_PAGE_SIZE")
    points: list[tuple[int, float]] = []
    marks = iter([max(1, episodes * step // 10) for step in range(1, 11)])
    following = next(marks)

    def look(played: int) -> None:
        nonlocal following
        if played >= following:
            gc.collect()
            points.append((played, int(Path("/proc/self/statm").read_text().split()[1]) * page / 2**20))
            following = next(marks, episodes + 1)

    tournament(Waiting(0.0), episodes, 2, in_flight, look)
    return points


def recorded_turns() -> float:
    """Turns per CPU-second of the repeated dilemma, two scripted strategies, everything recorded and made into bytes."""
    from ludens.arena import Match

    match = Match(make("prisoners_dilemma", rounds=200), (PlayerSpec.of("tit_for_tat"), PlayerSpec.of("grim")), 1)
    rates = []
    with Watchdog(10.0) as watchdog:
        for _ in range(5):
            turns, cpu = 0, time.process_time()
            while time.process_time() - cpu < 0.4:
                episode = play_match(match, watchdog=watchdog)
                dump(episode)
                turns += episode.turns
            rates.append(turns / (time.process_time() - cpu))
    return statistics.median(rates)


def section(episodes: int = 500, rounds: int = 10, many: int = 20_000, repeats: int = 3) -> str:
    """Measure, and lay the figures out as Markdown."""
    in_flight = 500
    inside = [tournament(Waiting(LATENCY), episodes, rounds, in_flight) for _ in range(repeats)]
    overhead = statistics.median(cost.cpu_ms for cost in inside)
    with server_process("--latency", str(LATENCY)) as url:
        spec = ModelSpec(engine="local_server", model="m", base_url=url, timeout=60, concurrency=1000)
        whole = [tournament(spec.build(), episodes, rounds, in_flight) for _ in range(repeats)]
        client = statistics.median(client_ms(url, 4000, in_flight) for _ in range(repeats))
    served = statistics.median(cost.cpu_ms for cost in whole)
    points = memory(many, in_flight)
    growth = points[-1][1] - points[1][1]
    turns = recorded_turns()
    rows = [
        ("whole tournament against the local server", f"{served:.3f} CPU-ms a decision, {1e3 / served:,.0f} requests per CPU-s", ""),
        ("the lean client alone, 1 kB prompts", f"{client:.3f} CPU-ms a request", ""),
        ("everything but the client (runner, players, rules, parsing, store)", f"{overhead:.3f} CPU-ms a decision", f"{AIM_MS} at most"),
        (f"resident memory from {points[1][0]:,} to {points[-1][0]:,} episodes", f"{points[1][1]:.0f} to {points[-1][1]:.0f} MB ({growth:+.1f})", "flat"),
        ("scripted, fully recorded repeated dilemma", f"{turns:,.0f} turns per CPU-s", "20,000 at least"),
    ]
    print(f"FIG runner.overhead | {overhead:.4f} cpu-ms/decision | aim {AIM_MS}")
    print(f"FIG runner.memory | {growth:+.1f} MB | {points}")
    print(f"FIG runner.peak | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    about = (
        f"{len(inside)} tournaments of {episodes} episodes, {2 * rounds} decisions each, {in_flight} episodes in flight, a server or model that waits 50 ms; "
        f"medians. Every reply is on disk (SQLite, WAL, synchronous) before it is used. {describe('sqlalchemy', 'orjson', 'aiohttp')}."
    )
    return "\n\n".join(["## Runner", about, markdown(rows, ("what", "measured", "aim"))])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--many", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=3)
    print(section(**vars(parser.parse_args())))
