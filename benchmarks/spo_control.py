"""SPO on control beside reward models with the same steps and queries: three bodies, four preferences, paired seeds.

    python benchmarks/spo_control.py PLACE [SEEDS [METHOD or PREFERENCE ...]]

Trains what is not in PLACE yet, one after the other, and goes on where it was cut off; then writes ``benchmarks/spo_control.json`` and
``docs/figures/spo-control.svg`` from all that is there, and the tables of docs/spo-control.md to stdout. Intervals are Student's over seeds, pair by pair.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from _timing import markdown

from ludens.analysis.resample import student_interval
from ludens.arena.report.findings import DataTable, Findings
from ludens.arena.report.summary import Cell, Estimate
from ludens.trainers import Task, trainer
from ludens.trainers.control.config import PREFERENCES, Config
from ludens.trainers.control.environments import RETURN, STRAIN
from ludens.trainers.control.judges import truth
from ludens.trainers.control.measuring import average_sample, heading_exploitability, pool_exploitability, preferred
from ludens.trainers.paired import edge

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "spo_control.json"
FIGURE = ROOT / "docs" / "figures" / "spo-control.svg"

ROUNDS = {"half_cheetah": 30, "reacher": 30, "swimmer": 20}
SETTING: dict[str, Any] = {"envs": 20, "queue": 3, "epochs": 6, "episodes": 40}
METHODS = ("spo", "reward_iterated", "reward_once")
REFERENCE = "hidden_return"

Key = tuple[str, str, str, int]
"""Environment, preference, method, seed."""


def settings(key: Key) -> dict[str, Any]:
    environment, preference, method, _ = key
    return {"environment": environment, "preference": preference, "method": method, "rounds": ROUNDS[environment], **SETTING}


def folder(place: Path, key: Key) -> Path:
    return place / "-".join(map(str, key))


def train(place: Path, seeds: int, preferences: Sequence[str], methods: Sequence[str]) -> None:
    """Train what is missing; the methods of one seed, body and preference beside each other."""
    for seed in range(1, seeds + 1):  # settings were looked for with seed 0
        for preference in preferences:
            for environment in ROUNDS:
                for method in methods:
                    key = (environment, preference, method, seed)
                    if (method == REFERENCE and preference != "max_reward") or (folder(place, key) / "result.json").exists():
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

    def seeds(self, environment: str, preference: str, *methods: str) -> list[int]:
        """Give the seeds of which every method is there."""
        of = [{key[3] for key in self.last if key[:3] == (environment, preference, method)} for method in methods]
        return sorted(set.intersection(*of))

    def over_seeds(self, environment: str, preference: str, method: str, of: Callable[[Key], float]) -> Cell:
        seeds = self.seeds(environment, preference, method)
        return student_interval([of((environment, preference, method, seed)) for seed in seeds]) if seeds else None

    def edges(self, preference: str, rival: str, of: Callable[[Key], float], among: tuple[str, ...] = tuple(ROUNDS)) -> Cell:
        """Compare SPO with a rival seed by seed."""
        pairs = [(environment, seed) for environment in among for seed in self.seeds(environment, preference, "spo", rival)]
        ours, theirs = ([of((environment, preference, method, seed)) for environment, seed in pairs] for method in ("spo", rival))
        return edge(ours, theirs) if pairs else None

    def won(self, preference: str, rival: str, sample: Callable[[Key], np.ndarray], among: tuple[str, ...] = tuple(ROUNDS)) -> Cell:
        """Give P(SPO > rival) by the true preference, seed by seed."""
        judge = truth(Config(preference=preference))
        pairs = [(environment, seed) for environment in among for seed in self.seeds(environment, preference, "spo", rival)]
        shares = [
            preferred(judge, sample((environment, preference, "spo", seed)), sample((environment, preference, rival, seed))) for environment, seed in pairs
        ]
        return student_interval(shares) if shares else None


def returns(found: Trained, preference: str) -> DataTable:
    def mean(key: Key) -> float:
        return float(found.last[key][:, RETURN].mean())

    rows: list[tuple[Cell, ...]] = []
    for environment in ROUNDS:
        cells = [found.over_seeds(environment, preference, method, mean) for method in found.methods]
        ceiling = found.over_seeds(environment, "max_reward", REFERENCE, mean)
        gaps = [found.edges(preference, rival, mean, (environment,)) for rival in found.rivals]
        rows.append((environment, ceiling, *cells, *gaps))
    columns = ("body", "hidden return learned from", *found.methods, *(f"spo less {rival}" for rival in found.rivals))
    return DataTable(f"Hidden return, {preference}", "Of the last policies; 95 % intervals over seeds.", columns, tuple(rows))


def admitted_returns(found: Trained) -> DataTable:
    rows: list[tuple[Cell, ...]] = []
    bound = Config().strained
    for environment in ROUNDS:
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
    return DataTable("Under the constraint", about, ("body, method", "admitted", "strained", "return"), tuple(rows))


def head_to_head(found: Trained) -> DataTable:
    rows: list[tuple[Cell, ...]] = []
    for preference in PREFERENCES:
        for name, among in (*((one, (one,)) for one in ROUNDS), ("all", tuple(ROUNDS))):
            cells = [found.won(preference, rival, sample, among) for rival in found.rivals for sample in (found.last.__getitem__, found.average)]
            rows.append((f"{preference}, {name}", *cells))
    columns = ("preference, body", *(f"{what} against {rival}" for rival in found.rivals for what in ("last", "average")))
    about = "How often SPO's trajectory is preferred by the true preference, of last and of average policies (second half of the training); over seeds."
    return DataTable("P(SPO > rival)", about, columns, tuple(rows))


def circles(found: Trained) -> DataTable:
    """Lay out exploitability under the preference that goes round in circles."""
    config = Config(preference="intransitive")
    judge, shown = truth(config), ("average", "last")
    in_pool: dict[tuple[str, Key], float] = {}
    for environment in ROUNDS:
        names = [(what, key) for key in found.last if key[:2] == (environment, "intransitive") for what in shown]
        pool = [found.average(key) if what == "average" else found.last[key] for what, key in names]
        in_pool |= dict(zip(names, pool_exploitability(judge, pool).tolist(), strict=True)) if pool else {}
    measures: dict[str, Callable[[Key], float]] = {
        "average, exact": lambda key: heading_exploitability(config.voters, found.average(key)),
        "last, exact": lambda key: heading_exploitability(config.voters, found.last[key]),
        "average, in the pool": lambda key: in_pool["average", key],
        "last, in the pool": lambda key: in_pool["last", key],
    }
    rows: list[tuple[Cell, ...]] = []
    for environment in ROUNDS:
        for method in found.methods:
            rows.append((f"{environment}, {method}", *(found.over_seeds(environment, "intransitive", method, of) for of in measures.values())))
    for rival in found.rivals:
        rows.append((f"all, spo less {rival}", *(found.edges("intransitive", rival, of) for of in measures.values())))
    about = "Against the best heading, and against the best of all final policies of the body; 95 % intervals over seeds, over bodies and seeds below."
    return DataTable("Exploitability, intransitive", about, ("body, method", *measures), tuple(rows))


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

    drawn, axes = plt.subplots(len(ROUNDS), len(PREFERENCES), figsize=(12, 7), constrained_layout=True, squeeze=False)
    for row, environment in enumerate(ROUNDS):
        for column, preference in enumerate(PREFERENCES):
            axis = axes[row][column]
            for index, method in enumerate(found.methods):
                curves = [curve((environment, preference, method, seed)) for seed in found.seeds(environment, preference, method)]
                for one in curves:
                    axis.plot(range(1, len(one) + 1), one, color=f"C{index}", lw=0.4, alpha=0.6)
                if curves:
                    axis.plot(range(1, len(curves[0]) + 1), np.mean(curves, 0), color=f"C{index}", lw=1.6, label=method)
            if row == 0:
                axis.set_title(preference)
            if row + 1 == len(ROUNDS):
                axis.set_xlabel("rounds")
        axes[row][0].set_ylabel(f"{environment}\nreturn (intransitive: exploitability)")
    axes[0][-1].legend(frameon=False)
    FIGURE.parent.mkdir(parents=True, exist_ok=True)
    drawn.savefig(FIGURE, metadata={"Date": None})


def report(place: Path) -> None:
    found = Trained(place)
    tables = (returns(found, "max_reward"), returns(found, "noisy"), head_to_head(found), circles(found), admitted_returns(found))
    spent = {name: sum(fact["cpu_seconds"] for key, fact in found.facts.items() if key[2] == name) for name in (*METHODS, REFERENCE)}
    asked = {f"{key[0]}, {key[2]}": fact["queries"] for key, fact in found.facts.items()}
    kept = Findings("spo_control", "SPO on control", "Bodies that learn by comparisons of trajectories.", tables).to_dict()
    kept |= {
        "settings": {"rounds": ROUNDS, **SETTING},
        "runs": len(found.facts),
        "queries": asked,
        "cpu_seconds": {key: round(value) for key, value in spent.items()},
    }
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    figure(found)
    for table in tables:
        print(f"## {table.title}\n\n{table.about}\n")
        print(markdown([tuple(map(told, row)) for row in table.rows], table.columns), "\n")


def main() -> None:
    place, seeds, named = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3, sys.argv[3:]
    preferences, methods = ([name for name in known if name in named] or known for known in (PREFERENCES, (*METHODS, REFERENCE)))
    train(place, seeds, preferences, methods)
    report(place)


if __name__ == "__main__":
    main()
