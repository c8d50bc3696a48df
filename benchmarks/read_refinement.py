"""ReAd against its own planner without refinement: three tasks of robots at three levels each, and kitchens. Held-out seeds, paired intervals.

    python -P benchmarks/read_refinement.py PLACE [NAME ...]
    python -P benchmarks/read_refinement.py PLACE zero [NAME ...]       # afterwards: the same critics at the threshold 0
    python -P benchmarks/read_refinement.py PLACE words [NAME ...]      # critics that read words

Trains and measures what is not in PLACE yet, one setting after the other; writes ``read_refinement.json`` (``read_refinement_words.json``) there, and the
tables of docs/read.md to stdout.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import ludens
from ludens.agents import PlayerSpec
from ludens.analysis.refining import counts, means, paired
from ludens.arena.episode import play_match
from ludens.arena.plan import Match
from ludens.arena.report.findings import Findings, kept_findings
from ludens.arena.report.summary import Cell, Estimate
from ludens.arena.seeds import child_seed
from ludens.trainers import Task, trainer
from ludens.trainers.read.config import ORDERS

ROBOTS = {
    "sweep_floor": (("Y1_G1", 0.4), ("Y2_G2", 0.4), ("Y3_G3", 0.3)),
    "make_sandwich": (("recipe1", 0.5), ("recipe2", 0.5), ("recipe3", 0.5)),
    "sort_cubes": (("sort3", 0.7), ("sort4", 0.7), ("sort5", 0.7)),
}
KITCHENS = (("cramped_room", 0.4), ("coordination_ring", 0.4), ("forced_coordination", 0.3))
SETTINGS: dict[str, dict[str, Any]] = {
    **{
        level: {"of": task, "kwargs": {"level": level}, "planner": {"kind": "noisy_planner", "noise": noise}, "discount": 0.9, "goal": 1}
        for task, levels in ROBOTS.items()
        for level, noise in levels
    },
    **{
        layout: {
            "of": "overcooked_tasks",
            "kwargs": {"layout": layout, "horizon": 100, "encoding": "features"},
            "planner": {"kind": "team", "of": {"kind": "scripted", "style": "fair"}, "noise": noise},
            "discount": 0.98,
            "goal": 2,
        }
        for layout, noise in KITCHENS
    },
}
TRAINING = {"episodes": 600, "trace": 0.5, "steps": 2000, "validation": 16, "held_out": 60}
KITCHEN_TRAINING = {"episodes": 400, "trace": 0.5, "steps": 2000, "validation": 12, "held_out": 60}
IN_WORDS = {"reads": "words", "steps": None}
"""As many as are usual for words, whatever the settings above say of numbers."""
READ_IN_WORDS = ("Y1_G1", "Y2_G2", "recipe2", "sort4", "cramped_room")


def measure(place: Path, name: str, more: Mapping[str, Any]) -> Findings:
    """Train and measure one setting, or read what was measured."""
    folder = place / (f"{name}_words" if more else name)
    if not (folder / "games" / "analyses" / "read.json").exists():
        setting = SETTINGS[name]
        game = ludens.make("joint", of=setting["of"], kwargs=setting["kwargs"])
        usual = KITCHEN_TRAINING if setting["of"] == "overcooked_tasks" else TRAINING
        given = {**usual, **{key: setting[key] for key in ("planner", "discount", "goal")}, **more}
        began = time.process_time()
        trainer("read").make(Task((game,), None, folder), given).run(lambda line: print(f"{name}: {line}", flush=True))
        print(f"{name}: {time.process_time() - began:.0f} CPU seconds", flush=True)
    (found,) = kept_findings(folder / "games")
    return found


def at_zero(place: Path, name: str) -> None:
    """Play the held-out seeds with the same critics at the threshold 0, where nothing is chosen, and write a row for each order."""
    setting = SETTINGS[name]
    for order, label in ORDERS.items():
        game = ludens.make("joint", of=setting["of"], kwargs=setting["kwargs"], order=order)
        plain = PlayerSpec.of(**setting["planner"])
        refined = PlayerSpec.of("refined", of=setting["planner"], critic=str(place / name / "critic"), budget=10, threshold=0)
        seeds = [child_seed(0, "held out", number) for number in range(int(TRAINING["held_out"]))]
        one, other = ([counts(play_match(Match(game, (player,), seed)), setting["goal"]) for seed in seeds] for player in (refined, plain))
        means_, gains = means(one), paired(one, other)
        figures = ("success", "steps", "queries")
        told = f"{means_['success'].value:.2f}, {means_['steps'].value:.1f}, {means_['queries'].value:.1f}"
        print(f"| `{name}` | {label} | {told} | {' | '.join(interval(gains[figure]) for figure in figures)} |", flush=True)


def mean(cell: Cell) -> float:
    """Give the value of a cell that holds an estimate."""
    assert isinstance(cell, Estimate)
    return cell.value


def interval(cell: Cell) -> str:
    """Write a difference with its interval."""
    assert isinstance(cell, Estimate)
    return f"{cell.value:+.2f} ({cell.low:+.2f} to {cell.high:+.2f})"


def main(place: Path, names: Iterable[str], more: Mapping[str, Any]) -> None:
    """Measure settings and write the tables."""
    found = {name: measure(place, name, more) for name in names}
    (place / f"read_refinement{'_words' if more else ''}.json").write_text(
        json.dumps({name: one.to_dict() for name, one in found.items()}, indent=1) + "\n", encoding="utf-8"
    )
    print("| setting, noise | alone | ReAd-J | alone, in turn | ReAd-S | advantage of first proposals, of what was played (J) |\n|---|---|---|---|---|---|")
    for name, one in found.items():
        columns = one.tables[0].columns
        told = [f"{mean(row[1]):.2f}, {mean(row[2]):.1f}, {mean(row[3]):.1f}" for row in one.tables[0].rows]
        first, played = (mean(one.tables[0].rows[1][columns.index(what)]) for what in ("first", "played"))
        print(f"| `{name}`, {SETTINGS[name]['planner']['noise']} | {' | '.join(told)} | {first:+.2f}, {played:+.2f} |")
    print("\n| setting | player | success | steps | queries |\n|---|---|---|---|---|")
    for name, one in found.items():
        for row in one.tables[1].rows:
            print(f"| `{name}` | {row[0]} | {' | '.join(map(interval, row[1:4]))} |")


if __name__ == "__main__":
    if sys.argv[2:3] == ["zero"]:
        for named in sys.argv[3:] or SETTINGS:
            at_zero(Path(sys.argv[1]), named)
    elif sys.argv[2:3] == ["words"]:
        main(Path(sys.argv[1]), sys.argv[3:] or READ_IN_WORDS, IN_WORDS)
    else:
        main(Path(sys.argv[1]), sys.argv[2:] or SETTINGS, {})
