"""SPO on control beside reward models with the same steps and queries: four bodies, four preferences, paired seeds.

    python benchmarks/spo_control.py PLACE [SEEDS [ARM or PREFERENCE ...]]

Trains what is not in PLACE yet, one after the other, and goes on where it was cut off; then writes ``benchmarks/spo_control.json``,
``docs/figures/spo-control.svg`` and the tables of docs/spo-control.md from all that is there. Intervals are Student's over seeds, pair by pair.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from _pages import write_between
from _timing import markdown

from ludens.analysis.resample import student_interval, student_intervals
from ludens.arena.report.findings import DataTable, Findings
from ludens.arena.report.summary import Cell, Estimate
from ludens.trainers import Task, trainer
from ludens.trainers.control.config import PREFERENCES, Config
from ludens.trainers.control.environments import MEASURES, RETURN, STRAIN
from ludens.trainers.control.judges import truth
from ludens.trainers.control.measuring import average_sample, heading_exploitability, pool_exploitability, preferred
from ludens.trainers.paired import edge

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "spo_control.json"
FIGURE = ROOT / "docs" / "figures" / "spo-control.svg"
PAGE = ROOT / "docs" / "spo-control.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"

BODIES = ("half_cheetah", "swimmer", "ant", "reacher")
SAME_GOAL = BODIES[:3]
"""A reacher's goal is drawn anew for each trajectory."""
SETTING: dict[str, Any] = {
    "learner": "sac",
    "rounds": 60,
    "envs": 10,
    "opponents": 20,
    "updates": 60,
    "batch": 256,
    "learning_rate": 2e-3,
    "following": 0.03,
    "fit_once": 1200,
    "episodes": 40,
}
QUEUE = {"max_reward": 20, "noisy": 20, "intransitive": 10, "constrained": 20}
"""Rounds that are compared with, learned from and fitted to: fewer where preferences go round in circles, since a policy runs ahead of them.

All was looked for with seed 0, and is the same for all methods and bodies.
"""
METHODS = ("spo", "reward_iterated", "reward_once")
REFERENCE = "hidden_return"
ON_POLICY: dict[str, Any] = {"learner": "ppo", "rounds": 30, "envs": 20, "queue": 3, "memory": 10, "epochs": 6, "learning_rate": 1e-3}
BY_PPO = {f"{method}_by_ppo": method for method in ("spo", "reward_iterated")}
"""The same steps and as many queries, but each round is learned from once; on maximal reward only."""
ARMS = (*METHODS, REFERENCE, *BY_PPO)

Key = tuple[str, str, str, int]
"""Environment, preference, one of :data:`ARMS`, seed."""


def settings(key: Key) -> dict[str, Any]:
    environment, preference, arm, _ = key
    given = {**SETTING, "queue": QUEUE[preference], "memory": QUEUE[preference], "environment": environment, "preference": preference}
    return {**given, "method": BY_PPO.get(arm, arm), **(ON_POLICY if arm in BY_PPO else {})}


def wanted(key: Key) -> bool:
    """Say whether it is part of the comparison: some is left out to save hours."""
    return key[2] in METHODS or key[1] == "max_reward"


def folder(place: Path, key: Key) -> Path:
    return place / "-".join(map(str, key))


def train(place: Path, seeds: int, preferences: Sequence[str], arms: Sequence[str]) -> None:
    """Train what is missing, seed by seed."""
    for seed, preference, environment, arm in product(range(1, seeds + 1), preferences, BODIES, arms):
        key = (environment, preference, arm, seed)
        if not wanted(key) or (folder(place, key) / "result.json").exists():
            continue
        found = trainer("spo_control").make(Task((), None, folder(place, key), seed), settings(key)).run(lambda line: None)
        print(f"{' '.join(map(str, key))}: return {found['return']:.2f}, {found['queries']} queries, {found['cpu_seconds']} CPU s", flush=True)


class Trained:
    """What was trained: measures of trajectories by key, and seeds of which all of some methods are there."""

    def __init__(self, place: Path) -> None:
        self.last: dict[Key, np.ndarray] = {}
        self.rounds: dict[Key, np.ndarray] = {}
        self.facts: dict[Key, dict[str, Any]] = {}
        for found in sorted(place.glob("*/result.json")):
            environment, preference, method, seed = found.parent.name.split("-")
            key = (environment, preference, method, int(seed))
            self.facts[key] = json.loads(found.read_text(encoding="utf-8"))
            with np.load(found.parent / "played.npz") as played:
                self.last[key], self.rounds[key] = played["last"], played["rounds"]

        self.methods = tuple(name for name in METHODS if any(key[2] == name for key in self.last))
        self.rivals = tuple(name for name in self.methods if name != "spo")

    def average(self, key: Key) -> np.ndarray:
        return average_sample(self.rounds[key])

    def earned(self, key: Key) -> float:
        """Give the last policy's mean hidden return."""
        return float(self.last[key][:, RETURN].mean())

    def seeds(self, environment: str, preference: str, *methods: str) -> list[int]:
        """Give the seeds of which every method is there."""
        of = [{key[3] for key in self.last if key[:3] == (environment, preference, method)} for method in methods]
        return sorted(set.intersection(*of))

    def over_seeds(self, environment: str, preference: str, method: str, of: Callable[[Key], float]) -> Cell:
        seeds = self.seeds(environment, preference, method)
        return student_interval([of((environment, preference, method, seed)) for seed in seeds]) if seeds else None

    def edges(self, preference: str, rival: str, of: Callable[[Key], float], among: tuple[str, ...] = BODIES, ours: str = "spo") -> Cell:
        """Compare SPO with a rival seed by seed."""
        pairs = [(environment, seed) for environment in among for seed in self.seeds(environment, preference, ours, rival)]
        one, other = ([of((environment, preference, arm, seed)) for environment, seed in pairs] for arm in (ours, rival))
        return edge(one, other) if pairs else None

    def won(self, preference: str, rival: str, sample: Callable[[Key], np.ndarray], among: tuple[str, ...] = BODIES) -> Cell:
        """Give P(SPO > rival) by the true preference, seed by seed."""
        judge = truth(Config(preference=preference))
        pairs = [(environment, seed) for environment in among for seed in self.seeds(environment, preference, "spo", rival)]
        shares = [
            preferred(judge, sample((environment, preference, "spo", seed)), sample((environment, preference, rival, seed))) for environment, seed in pairs
        ]
        (found,) = student_intervals(np.array(shares), np.zeros(len(shares), int), np.arange(len(shares)), 1, level=0.95, bounds=(0, 1))
        return found


def returns(found: Trained, preference: str) -> DataTable:
    rows: list[tuple[Cell, ...]] = []
    for environment in BODIES:
        cells = [found.over_seeds(environment, preference, method, found.earned) for method in found.methods]
        ceiling = found.over_seeds(environment, "max_reward", REFERENCE, found.earned)
        gaps = [found.edges(preference, rival, found.earned, (environment,)) for rival in found.rivals]
        rows.append((environment, ceiling, *cells, *gaps))
    columns = ("body", "hidden return learned from", *found.methods, *(f"spo less {rival}" for rival in found.rivals))
    return DataTable(f"Hidden return, {preference}", "Of the last policies; 95 % intervals over seeds.", columns, measured(rows))


def by_ppo(found: Trained) -> DataTable:
    """Lay the same methods by both learners beside each other."""
    rows: list[tuple[Cell, ...]] = []
    for environment in BODIES:
        cells = [found.over_seeds(environment, "max_reward", arm, found.earned) for pair in BY_PPO.items() for arm in pair]
        rows.append((environment, *cells, found.edges("max_reward", "reward_iterated_by_ppo", found.earned, (environment,), ours="spo_by_ppo")))
    columns = ("body", *(f"{method}, {learner}" for method in BY_PPO.values() for learner in ("ppo", "sac")), "spo less reward_iterated, ppo")
    return DataTable("Hidden return by PPO and by SAC, max_reward", "Of the last policies; 95 % intervals over seeds.", columns, measured(rows))


def admitted_returns(found: Trained) -> DataTable:
    rows: list[tuple[Cell, ...]] = []
    bound = Config().strained
    for environment in BODIES:
        for method in found.methods:
            rows.append(
                (
                    f"{environment}, {method}",
                    found.over_seeds(environment, "constrained", method, lambda key: float((found.last[key][:, STRAIN] <= bound).mean())),
                    found.over_seeds(environment, "constrained", method, lambda key: float(found.last[key][:, STRAIN].mean())),
                    found.over_seeds(environment, "constrained", method, lambda key: float(found.last[key][:, RETURN].mean())),
                )
            )
    about = f"Of the last policies: trajectories strained for at most {bound:g} of the time, how much of it they are, hidden return; 95 % intervals over seeds."
    return DataTable("Under the constraint", about, ("body, method", "admitted", "strained", "return"), measured(rows))


def head_to_head(found: Trained, rival: str) -> DataTable:
    rows: list[tuple[Cell, ...]] = []
    for preference in PREFERENCES:
        for name, among in (*((one, (one,)) for one in BODIES), ("all", BODIES), ("all but reacher", SAME_GOAL)):
            cells = [found.won(preference, rival, sample, among) for sample in (found.last.__getitem__, found.average)]
            rows.append((f"{preference}, {name}", *cells, *map(judged, cells)))
    columns = ("preference, body", "last policies", "average policies", "last", "average")
    about = "How often SPO's trajectory is preferred by the true preference, of last and of average policies (second half of the training); over seeds."
    return DataTable(f"P(spo > {rival})", about, columns, measured(rows))


def judged(share: Cell) -> str:
    """Say whether an interval of a share is above or below a half."""
    if not isinstance(share, Estimate) or not share.has_interval:
        return ""
    return "ahead" if share.low > 0.5 else "behind" if share.high < 0.5 else "level"


def circles(found: Trained) -> DataTable:
    """Lay out exploitability under the preference that goes round in circles."""
    config = Config(preference="intransitive")
    judge, shown = truth(config), ("average", "last")
    in_pool: dict[tuple[str, Key], float] = {}
    for environment in BODIES:
        names = [(what, key) for key in found.last if key[:2] == (environment, "intransitive") for what in shown]
        pool = [found.average(key) if what == "average" else found.last[key] for what, key in names]
        in_pool |= dict(zip(names, pool_exploitability(judge, pool).tolist(), strict=True)) if pool else {}
    measures: dict[str, Callable[[Key], float]] = {
        "all rounds": lambda key: heading_exploitability(config.voters, found.rounds[key].reshape(-1, len(MEASURES))),
        "second half": lambda key: heading_exploitability(config.voters, found.average(key)),
        "last": lambda key: heading_exploitability(config.voters, found.last[key]),
        "second half, in the pool": lambda key: in_pool["average", key],
        "last, in the pool": lambda key: in_pool["last", key],
    }
    rows: list[tuple[Cell, ...]] = []
    for environment in BODIES:
        for method in found.methods:
            rows.append((f"{environment}, {method}", *(found.over_seeds(environment, "intransitive", method, of) for of in measures.values())))
    for rival in found.rivals:
        rows.append((f"all, spo less {rival}", *(found.edges("intransitive", rival, of) for of in measures.values())))
    about = (
        "How far above a half the best heading is against the average policy of all rounds, of their second half, and the last one; and the best of all final "
        "policies of the body (in the pool). 95 % intervals over seeds, over bodies and seeds below."
    )
    return DataTable("Exploitability, intransitive", about, ("body, method", *measures), measured(rows))


def measured(rows: Sequence[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    """Leave out what was not trained."""
    return tuple(row for row in rows if any(isinstance(cell, Estimate) for cell in row))


def told(cell: Cell) -> str:
    if not isinstance(cell, Estimate):
        return "" if cell is None else str(cell)
    value = f"{cell.value:.3g}"
    return f"{value} ({cell.low:.3g} to {cell.high:.3g})" if cell.has_interval else value


def figure(found: Trained) -> None:
    """Draw what each round earned by the preference's own measure: return, or the exploitability of the running average."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "ludens", "svg.fonttype": "none", "font.size": 8})
    import matplotlib.pyplot as plt

    voters = Config().voters

    def curve(key: Key) -> np.ndarray:
        rounds = found.rounds[key]
        if key[1] == "intransitive":
            halves = [rounds[(upto + 1) // 2 : upto + 1].reshape(-1, rounds.shape[-1]) for upto in range(len(rounds))]
            return np.array([heading_exploitability(voters, half) for half in halves])
        return np.asarray(rounds[:, :, RETURN].mean(1))

    shown = [preference for preference in PREFERENCES if any(key[1] == preference for key in found.last)]
    drawn, axes = plt.subplots(len(BODIES), len(shown), figsize=(3 * len(shown), 9), constrained_layout=True, squeeze=False)
    for row, environment in enumerate(BODIES):
        for column, preference in enumerate(shown):
            axis = axes[row][column]
            for index, method in enumerate(found.methods):
                curves = [curve((environment, preference, method, seed)) for seed in found.seeds(environment, preference, method)]
                for one in curves:
                    axis.plot(range(1, len(one) + 1), one, color=f"C{index}", lw=0.4, alpha=0.6)
                if curves:
                    axis.plot(range(1, len(curves[0]) + 1), np.mean(curves, 0), color=f"C{index}", lw=1.6, label=method)
            if row == 0:
                axis.set_title(preference)
            if row + 1 == len(BODIES):
                axis.set_xlabel("rounds")
        axes[row][0].set_ylabel(f"{environment}\nreturn (intransitive: exploitability)")
    axes[0][0].legend(frameon=False)
    FIGURE.parent.mkdir(parents=True, exist_ok=True)
    drawn.savefig(FIGURE, metadata={"Date": None})


def report(place: Path) -> None:
    found = Trained(place)
    every = (
        *(returns(found, preference) for preference in ("max_reward", "noisy")),
        *(head_to_head(found, rival) for rival in found.rivals),
        circles(found),
        admitted_returns(found),
        by_ppo(found),
    )
    tables = tuple(table for table in every if table.rows)
    spent = {name: sum(fact["cpu_seconds"] for key, fact in found.facts.items() if key[2] == name) for name in ARMS}
    asked = {method: sorted({fact["queries"] for key, fact in found.facts.items() if key[2] == method}) for method in ARMS}
    kept = Findings("spo_control", "SPO on control", "Bodies that learn by comparisons of trajectories.", tables).to_dict()
    kept |= {
        "settings": {**SETTING, "queue": QUEUE, "memory": QUEUE, "by ppo": ON_POLICY},
        "runs": len(found.facts),
        "queries": asked,
        "cpu_seconds": {key: round(value) for key, value in spent.items()},
    }
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    figure(found)
    parts = [f"### {table.title}\n\n{table.about}\n\n{markdown([tuple(map(told, row)) for row in table.rows], table.columns)}" for table in tables]
    write_between(PAGE, BEGIN, END, "\n\n".join(parts))


def main() -> None:
    place, seeds, named = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3, sys.argv[3:]
    preferences, arms = ([name for name in known if name in named] or known for known in (PREFERENCES, ARMS))
    train(place, seeds, preferences, arms)
    report(place)


if __name__ == "__main__":
    main()
