"""One policy for several numbers of agents (trainer=mra): what its modes and its mutual information are worth, on numbers it saw and on others.

    python benchmarks/mra_population.py PLACE [SEEDS [WORLD ...]]

Trains what is not in PLACE yet, one after the other, and goes on where it was cut off; then writes ``benchmarks/mra_population.json`` and the tables of
docs/mra.md from all that is there. Intervals are Student's over seeds; differences are paired by seed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from _pages import write_between
from _timing import markdown

from ludens.analysis.resample import student_interval
from ludens.trainers import Task, trainer
from ludens.trainers.paired import edge, told

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "mra_population.json"
PAGE = ROOT / "docs" / "mra.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"

ARMS: dict[str, dict[str, Any]] = {"full": {}, "information=0": {"information": 0.0}, "modes=1": {"modes": 1}}
"""What each differs in from the defaults."""
SETTING: dict[str, dict[str, Any]] = {
    "congestion_blind": {"world": "congestion", "places": False, "rounds": 100},
    "congestion": {"world": "congestion"},
    "spread": {"world": "spread", "rounds": 120, "envs": 8, "learning_rate": 3e-3, "entropy": 0.01, "episodes": 200},
    "tag": {"world": "tag", "rounds": 60, "envs": 8, "learning_rate": 3e-3, "entropy": 0.01, "episodes": 200},
}
"""Particles are trained for minutes only: to see whether it works, not how far it goes."""

FIRST = 11
"""The first seed: settings were looked for with 0 and 1 of congestion."""

Row = dict[str, Any]
Results = dict[tuple[str, str, int], dict[int, Row]]
"""Of a world, an arm and a seed: what was measured of each population."""


def folder(place: Path, world: str, arm: str, seed: int) -> Path:
    return place / f"{world}-{arm.replace('=', '_')}-{seed}"


def train(place: Path, seeds: int, worlds: Sequence[str]) -> None:
    """Train what is missing, world by world and seed by seed."""
    for world, seed, (arm, given) in product(worlds, range(FIRST, FIRST + seeds), ARMS.items()):
        where = folder(place, world, arm, seed)
        if not (where / "result.json").exists():
            trainer("mra").make(Task((), None, where, seed), {**SETTING[world], **given}).run(lambda line: None)
            print(where.name, flush=True)


def read(place: Path) -> tuple[Results, dict[str, float]]:
    """Read all that was trained, and the CPU-seconds of each world's runs."""
    found: Results = {}
    spent: dict[str, float] = {}
    for world, arm, seed in product(SETTING, ARMS, range(FIRST, 100)):
        path = folder(place, world, arm, seed) / "result.json"
        if path.exists():
            facts = json.loads(path.read_text(encoding="utf-8"))
            found[world, arm, seed] = {row["population"]: row for row in facts["populations"]}
            spent[world] = spent.get(world, 0.0) + facts["cpu_seconds"]
    return found, spent


def table(found: Results, world: str, of: Callable[[Row], float], by_chance: Callable[[Row], float], form: str) -> str:
    """Lay out a measure: a population a row, the arms, and how far the full method is above each other one."""
    seeds = [seed for seed in range(FIRST, 100) if all((world, arm, seed) in found for arm in ARMS)]
    first = found[world, "full", seeds[0]]
    rows = []
    for population, row in first.items():
        values = {arm: [of(found[world, arm, seed][population]) for seed in seeds] for arm in ARMS}
        chance = student_interval([by_chance(found[world, "full", seed][population]) for seed in seeds]).value
        cells = [told(student_interval(values[arm]), form) for arm in ARMS]
        gaps = [told(edge(values["full"], values[arm]), f"+{form}") for arm in ARMS if arm != "full"]
        rows.append((f"{population}{'' if row['seen'] else ' (unseen)'}", format(chance, form), *cells, *gaps))
    return markdown(rows, ("agents", "random", *ARMS, *(f"full less {arm}" for arm in ARMS if arm != "full")))


def mean_return(whose: str, role: str, row: Row) -> float:
    value: float = row[whose][role]["value"]
    return value


def crowds(found: Results, world: str) -> str:
    """Lay out how many agents are on each landmark, beside both equilibria."""
    seeds = [seed for name, arm, seed in found if (name, arm) == (world, "full")]
    rows = []
    for population, row in found[world, "full", seeds[0]].items():
        numbers = [found[world, "full", seed][population]["numbers"] for seed in seeds]
        mean = [sum(column) / len(column) for column in zip(*numbers, strict=True)]
        cells = (" ".join(f"{value:.1f}" for value in one) for one in (mean, row["mixed_numbers"]))
        rows.append((f"{population}{'' if row['seen'] else ' (unseen)'}", *cells, " ".join(map(str, row["nash_numbers"]))))
    return markdown(rows, ("agents", "full", "mixed equilibrium", "pure equilibrium"))


def chosen(found: Results, world: str) -> str:
    """Lay out the modes that are chosen, a seed a column."""
    runs = {seed: rows for (name, arm, seed), rows in found.items() if (name, arm) == (world, "full")}
    populations = next(iter(runs.values()))

    def said(shares: Sequence[float]) -> str:
        return ", ".join(f"{number} ({share:.2f})" for number, share in enumerate(shares) if share >= 0.05)

    rows = [(str(population), *(said(rows[population]["modes"]) for rows in runs.values())) for population in populations]
    return markdown(rows, ("agents", *(f"seed {seed}" for seed in runs)))


def report(place: Path) -> None:
    found, spent = read(place)
    parts = []
    for world in (world for world in SETTING if any(key[0] == world for key in found)):
        if world.startswith("congestion"):
            gap = table(found, world, lambda row: row["nash_gap"]["value"], lambda row: row["even_gap"], ".3f")
            parts += [f"### {world}: exact Nash gap\n\n{gap}", f"### {world}: agents on each landmark, the smallest first\n\n{crowds(found, world)}"]
        measured = next(rows for key, rows in found.items() if key[0] == world)
        for role in next(iter(measured.values()))["returns"]:
            returns = table(found, world, partial(mean_return, "returns", role), partial(mean_return, "random", role), ".2f")
            parts.append(f"### {world}: return a head{'' if role == 'agent' else f', {role}'}\n\n{returns}")
        parts.append(f"### {world}: modes\n\n{chosen(found, world)}")
    lines = (json.dumps({"world": world, "arm": arm, "seed": seed, "populations": [*rows.values()]}) for (world, arm, seed), rows in found.items())
    runs = ",\n".join(lines)
    kept = {"settings": SETTING, "arms": ARMS, "cpu_seconds": {world: round(seconds) for world, seconds in spent.items()}}
    RESULTS.write_text(f'{json.dumps(kept)[:-1]}, "runs": [\n{runs}\n]}}\n', encoding="utf-8")
    write_between(PAGE, BEGIN, END, "\n\n".join(parts))


def main() -> None:
    place, seeds, named = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3, sys.argv[3:]
    train(place, seeds, [world for world in SETTING if world in named] or list(SETTING))
    report(place)


if __name__ == "__main__":
    main()
