"""Timing shared by the benchmarks: work done per CPU-second and per wall-second, medians over repetitions, one ``FIG`` line a figure.

On a machine that others use too, compare CPU-seconds (user and system time of this process, all its threads); wall time is right on an idle one only.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

__all__ = ["Figure", "describe", "markdown", "measure", "ratio", "single_core"]


@dataclass(frozen=True)
class Figure:
    """A measured rate.

    Attributes:
        name: dotted, what was measured.
        unit: what is counted.
        per_cpu_second: median over the repetitions.
        per_second: the same by wall time.
        low, high: the extremes of the CPU rate.
        setup: what was run, with versions.
    """

    name: str
    unit: str
    per_cpu_second: float
    per_second: float
    low: float
    high: float
    setup: str = ""

    def __str__(self) -> str:
        return (
            f"FIG {self.name} | {self.per_cpu_second:,.4g} {self.unit}/cpu-s | {self.per_second:,.4g} {self.unit}/s"
            f" | spread {self.low:,.4g}-{self.high:,.4g} | {self.setup}"
        )


def measure(name: str, unit: str, work: Callable[[], int], *, repetitions: int = 5, cpu_seconds: float = 0.4, setup: str = "", warm_up: bool = True) -> Figure:
    """Repeat ``work`` (which returns how many units it did) for ``cpu_seconds`` a repetition, print the figure and return it.

    Args:
        name: of the figure.
        unit: what ``work`` counts.
        work: one piece of work.
        repetitions: how often the rate is measured.
        cpu_seconds: the least CPU time of each measurement.
        setup: words for the reader.
        warm_up: call ``work`` once before (compilation, caches).
    """
    if warm_up:
        work()
    by_cpu, by_wall = [], []
    for _ in range(repetitions):
        done, cpu, wall = 0, time.process_time(), time.perf_counter()
        while True:
            done += work()
            spent = time.process_time() - cpu
            # work that mostly waits must end too
            if spent >= cpu_seconds or time.perf_counter() - wall > 20 * cpu_seconds:
                break
        by_cpu.append(done / max(spent, 1e-9))
        by_wall.append(done / (time.perf_counter() - wall))
    figure = Figure(name, unit, statistics.median(by_cpu), statistics.median(by_wall), min(by_cpu), max(by_cpu), setup)
    print(figure, flush=True)
    return figure


def ratio(ours: Figure, theirs: Figure) -> float:
    """Print and return how many times more a CPU-second does here than there."""
    times = ours.per_cpu_second / theirs.per_cpu_second
    print(f"RATIO {ours.name} : {theirs.name} | {times:,.3g}", flush=True)
    return times


def markdown(rows: Iterable[tuple[str, ...]], head: tuple[str, ...]) -> str:
    """Lay rows out as a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def describe(*distributions: str) -> str:
    """Name Python and the versions of some distributions (those that are installed)."""
    words = [f"Python {sys.version_info.major}.{sys.version_info.minor}"]
    for name in distributions:
        try:
            words.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            words.append(f"{name} not installed")
    return ", ".join(words)


def single_core() -> None:
    """Keep this process on one core where the system allows it, so that CPU-seconds are those of one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
