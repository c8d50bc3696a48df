"""How many walks Deep CFR needs: NashConv of its average policy on four-seat Werewolf in meanings, whose tree is small enough to be exact.

Uniform play, CFR and tabular external sampling stand beside it. Settings run side by side, a process each.

    python -P benchmarks/deep_cfr_samples.py deep_cfr_samples.json --workers 2 --minutes 4
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ludens.agents.neural.policy import shape_of
from ludens.analysis.cfr import CFR, ExternalSampling
from ludens.analysis.exploitability import nash_conv
from ludens.analysis.trees import tree_of
from ludens.games import make
from ludens.trainers.deep_cfr import DeepSolver
from ludens.trainers.deep_cfr.config import Config
from ludens.trainers.deep_cfr.exact import policy_in, sights

GAME: dict[str, Any] = {"of": "werewolf_lspo4", "meanings": (2, 2, 2), "memory": 2}
NODES = 200_000
SHARED: dict[str, Any] = {"share": "role", "memory": 1_000_000, "exact": 0, "learning_rate": 5e-3, "policy_steps": 2000}


def settings(iterations: int, traversals: int, wide: int, steps: int, *, batch: int = 512, depth: int = 4) -> dict[str, Any]:
    """Give one setting of what matters."""
    return {"iterations": iterations, "traversals": traversals, "hidden": (wide, wide), "steps": steps, "batch": batch, "depth": depth}


SETTINGS = [
    settings(20, 60, 128, 200),
    settings(20, 300, 128, 200),
    settings(100, 60, 128, 200),
    settings(100, 300, 128, 200),
    settings(40, 1000, 64, 400, batch=2048),
    settings(300, 60, 128, 60),
    settings(300, 60, 64, 60),
    settings(300, 60, 64, 60, depth=3),
    settings(200, 20, 64, 40),
    settings(1000, 20, 64, 20),
]


def tabular() -> dict[str, list[tuple[int, float]]]:
    """Measure what needs no network, by iterations."""
    tree = tree_of(make("latent", **GAME), NODES)
    found = {"uniform": [(0, nash_conv(tree, tree.uniform()))]}
    for name, solver, marks in (
        ("CFR", CFR(tree, weights="linear"), (10, 20, 40, 100)),
        ("external sampling, a table", ExternalSampling(tree, 0), (200, 2000, 10_000, 40_000)),
    ):
        done, found[name] = 0, []
        for mark in marks:
            solver.run(mark - done)
            done = mark
            found[name].append((mark, round(nash_conv(tree, solver.average()), 4)))
    return found


def deep(given: Mapping[str, Any], seconds: float, seed: int = 0) -> list[dict[str, float]]:
    """Run Deep CFR and measure its average policy five times on the way; it stops after so many seconds."""
    import torch

    torch.set_num_threads(1)
    game = make("latent", **GAME)
    tree, width = tree_of(game, NODES), int(np.prod(shape_of(game)))

    def see(state: Any, seat: int) -> Any:
        shown = np.asarray(state.data(seat)["observation"], np.float32).reshape(-1)
        return np.pad(shown, (0, width - len(shown)))

    seen = sights(tree, see)
    solver = DeepSolver(game, Config(**SHARED, **given), seed)
    rows: list[dict[str, float]] = []
    marks, spent, began = {round(given["iterations"] * part / 5) for part in range(1, 6)}, 0.0, time.process_time()

    def measure(iteration: int) -> None:
        nonlocal spent, began
        if iteration in marks:
            spent += time.process_time() - began
            exact = nash_conv(tree, policy_in(tree, solver.average(), seen))
            walks = iteration * given["traversals"] * len(solver.groups)
            rows.append({"iteration": iteration, "walks": walks, "nash_conv": round(exact, 4), "cpu_seconds": round(spent, 1)})
            began = time.process_time()
        if spent + time.process_time() - began > seconds:
            raise TimeoutError

    with suppress(TimeoutError):
        solver.run(measure)
    return rows


def run(workers: int, minutes: float) -> Iterator[tuple[dict[str, Any], list[dict[str, float]]]]:
    """Run all settings, so many at a time."""
    with ProcessPoolExecutor(workers) as pool:
        asked = {pool.submit(partial(deep, given, minutes * 60)): given for given in SETTINGS}
        for done in as_completed(asked):
            yield asked[done], done.result()


def main() -> None:
    """Measure, print, and write the JSON after every setting."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=10, help="most CPU-minutes a setting")
    given = parser.parse_args()
    facts: dict[str, Any] = {"game": make("latent", **GAME).label, "tabular": tabular(), "shared": SHARED, "deep": []}
    print(facts["tabular"], flush=True)
    for own, rows in run(given.workers, given.minutes):
        facts["deep"].append({**own, "measured": rows})
        print(own, [(row["walks"], row["nash_conv"], row["cpu_seconds"]) for row in rows], flush=True)
        given.path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
