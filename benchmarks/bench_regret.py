"""Regret: of a stored run of ten thousand episodes, and of arrays alone; learners on many sequences at once.

    python benchmarks/bench_regret.py

Nothing is installed, and there is no peer: no library known to us tells regret of stored play.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from _timing import Figure, describe, markdown, measure, single_core

EPISODES = 10_000
HEAD = ("what", "per CPU-second", "spread", "what was done")


def runs(folder: Path) -> dict[str, Path]:
    """Play and store what is to be analysed; not part of any figure."""
    from ludens.agents import PlayerSpec
    from ludens.arena.episode import play_match
    from ludens.arena.plan import Match
    from ludens.arena.rows import episode_rows
    from ludens.arena.store import Run
    from ludens.arena.watchdog import Watchdog
    from ludens.games import make

    random = PlayerSpec.of("random")
    made = {}
    for name, rounds in (("experts", 25), ("prisoners_dilemma", 25)):
        game = make(name, rounds=rounds)
        matches = [Match(game, (random,) * game.seats, seed) for seed in range(EPISODES)]
        made[name] = folder / name
        with Run.create(made[name]) as run, Watchdog(None) as watchdog:
            run.add(matches)
            for begin in range(0, EPISODES, 500):
                run.save([episode_rows(play_match(match, watchdog=watchdog)) for match in matches[begin : begin + 500]])
    return made


def figures(folder: Path) -> list[Figure]:
    """Measure."""
    from ludens.agents.learners import learner
    from ludens.agents.learners.learning import run as learn
    from ludens.analysis.findings.regret import analyse
    from ludens.analysis.growth import mann_kendall, regression_test, trend_test
    from ludens.analysis.regret import dynamic, external, internal, swap
    from ludens.arena.store import Run

    note = describe("ludens", "numpy")
    rng = np.random.default_rng(0)
    losses = rng.random((EPISODES, 100, 3))
    mixed = rng.dirichlet([1.0] * 3, size=(EPISODES, 100))
    curves = external(losses, mixed)
    done = []
    for name, path in runs(folder).items():
        with Run.open(path) as run:

            def whole(run: Run = run) -> int:
                return 1 if analyse(run, {"policy": "20"}) else 0

            began = time.process_time()
            whole()
            spent = time.process_time() - began
            setup = f"{EPISODES:,} episodes of 25 rounds of {name} from the store to findings: {spent:.2f} CPU-seconds with what is loaded first; {note}"
            done.append(measure(f"ludens.regret.run.{name}", "run", whole, repetitions=3, setup=setup))

    def kinds() -> int:
        for kind in (external, dynamic, internal, swap):
            kind(losses, mixed)
        return EPISODES

    def tests() -> int:
        for test in (trend_test, mann_kendall, regression_test):
            test(curves)
        return EPISODES

    setup = f"100 rounds, three options, arrays of {EPISODES:,} episodes; {note}"
    done.append(measure("ludens.regret.kinds", "episode", kinds, setup=f"external, dynamic, internal and swap regret; {setup}"))
    done.append(measure("ludens.regret.tests", "episode", tests, setup=f"trend, Mann-Kendall and regression tests; {setup}"))
    for name in ("hedge", "regret_matching_plus", "exp3"):

        def learning(name: str = name) -> int:
            learn(learner(name), losses, rng)
            return losses.shape[0] * losses.shape[1]

        done.append(measure(f"ludens.learners.{name}", "round", learning, setup=setup))
    return done


def section() -> str:
    """Measure and describe, for RESULTS.md."""
    single_core()
    with tempfile.TemporaryDirectory() as folder:
        done = figures(Path(folder))
    rows = [(one.name, f"{one.per_cpu_second:,.4g}", f"{one.low:,.4g}-{one.high:,.4g}", one.setup) for one in done]
    return f"""## Regret

Analyses of a stored run begin at the database and end at tables and charts, calibration, reference learners and twenty replays for policy regret
among them. One core; the aim is a run of {EPISODES:,} episodes in seconds.

{markdown(rows, HEAD)}"""


if __name__ == "__main__":
    print(section())
    sys.exit(0)
