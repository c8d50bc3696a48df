"""Persuasion-balanced training beside its ablations, its base model, scripted players and the exact ceiling.

    python -P benchmarks/persuasion_balanced.py PLACE [SEED ...]

Trains and measures what is not in PLACE yet; writes ``persuasion_balanced.json`` there, and the tables of docs/persuasion.md to stdout. One base model is made
first, by imitation of scripted players of three manners. Each seed grows trees of its own from it, which its three modes learn from. All players are measured
on the same deals, which nobody was trained on: dealt once with the player first and once with it second to speak, with the same evidence.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import ludens
from ludens.agents import PlayerSpec
from ludens.analysis.persuasion import Case, cases, team
from ludens.analysis.resample import percentile_interval, student_interval
from ludens.arena import Match
from ludens.arena.record import Episode
from ludens.arena.report.summary import Estimate
from ludens.arena.seeds import child_seed
from ludens.games.core import Game
from ludens.games.persuasion.predictions import ceiling
from ludens.llm import ModelSpec
from ludens.trainers import Task, trainer
from ludens.trainers.epo.playing import play

RULES: dict[str, Any] = {"say_chars": 0, "reliability": 0.7, "evidence": (0, 3)}
BASE: dict[str, Any] = {
    "preset": "xs",
    "tokens": 1_200_000,
    "vocabulary": 600,
    "batch_tokens": 2000,
    "matches": 0,
    "teacher": {"kind": "mixture", "players": [{"kind": "persuader", "manner": manner} for manner in ("stubborn", "credulous", "honest")]},
}
LEARNING: dict[str, Any] = {
    "deals": 3000,
    "width": 3,
    "depth": 2,
    "chunk": 500,
    "sft_epochs": 1,
    "sft_rate": 3e-4,
    "dpo_epochs": 6,
    "dpo_rate": 3e-4,
    "matches": 0,
}
MODES = ("accept", "resist", "balanced")
SCRIPTED = ("stubborn", "credulous", "bayesian")
PARTNERS = ("stubborn", "honest", "misleader", "are_you_sure")
DEALS = 300
"""That every player is measured on, with each partner and in both orders."""
TEMPERATURE = 1.0


def game(first: int = 0) -> Game:
    """Give the rules, with who speaks first."""
    return ludens.make("persuasion", **RULES, first=first)


def base(place: Path) -> Path:
    """Train the model that all runs begin with."""
    folder = place / "base"
    if not (folder / "checkpoint" / "card.json").exists():
        trainer("sft").make(Task((game(),), ModelSpec(engine="nano", model="house", name="base"), folder, 1), BASE).run(lambda line: print(line, flush=True))
    return folder / "checkpoint"


def trained(place: Path, start: Path, mode: str, seed: int) -> Path:
    """Train one mode on the trees of a seed, which the first mode grows."""
    folder, source = place / f"{mode}_{seed}", place / f"{MODES[0]}_{seed}" / "trees"
    if not (folder / "checkpoint" / "card.json").exists():
        if mode != MODES[0]:
            shutil.copytree(source, folder / "trees", dirs_exist_ok=True)
        task = Task((game(),), ModelSpec(engine="nano", model=str(start), name="trained"), folder, seed)
        trainer("persuasion_balanced").make(task, {**LEARNING, "mode": mode}).run(lambda line: print(f"{mode} {seed}: {line}", flush=True))
    return folder / "checkpoint"


def matches(player: PlayerSpec, partner: PlayerSpec | None) -> list[tuple[Match, tuple[int, ...]]]:
    """Seat a player at all deals, in both orders of speaking, and tell which seats are looked at; without a partner it meets itself."""
    found = []
    for first in (0, 1):
        rules = game(first)
        for deal in range(DEALS):
            table = (player, player if partner is None else partner)
            found.append((Match(rules, table, child_seed(77, "deal", deal)), (0, 1) if partner is None else (0,)))
    return found


def measured(place: Path, name: str, player: PlayerSpec, models: Mapping[str, ModelSpec]) -> dict[str, list[list[Any]]]:
    """Let a player meet every partner; a row a match: its cases, and the share of right answers in the team."""
    path = place / "measured" / f"{name}.json"
    if not path.exists():
        found = {}
        for partner in (*PARTNERS, "itself"):
            dealt = matches(player, None if partner == "itself" else PlayerSpec.of("persuader", manner=partner))
            episodes = asyncio.run(play([match for match, _ in dealt], models))
            found[partner] = [_row(episode, seats) for episode, (_, seats) in zip(episodes, dealt, strict=True)]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found), encoding="utf-8")
    rows: dict[str, list[list[Any]]] = json.loads(path.read_text(encoding="utf-8"))
    return rows


def _row(episode: Episode, seats: Sequence[int]) -> list[Any]:
    right = team([episode])
    return [[list(case) for seat in seats for case in cases(episode, seat)], None if right is None else right.value]


def plain(estimate: Estimate | None) -> list[Any] | None:
    """Write an estimate as [value, low, high, n]."""
    return None if estimate is None else [*(round(value, 4) for value in (estimate.value, estimate.low, estimate.high)), estimate.n]


Rows = Sequence[Mapping[str, list[list[Any]]]]
"""What :func:`measured` gave for each run of an arm."""
TELLS = {
    "misinformation": lambda case: case.misled,
    "correction": lambda case: case.corrected,
    "flips": lambda case: case.flipped,
    "alone": lambda case: None if case.own is None else case.own == case.truth,
    "right": lambda case: case.final == case.truth,
}
KNOWING = ("stubborn", "honest")
"""Partners that claim honestly."""


def by_deal(rows: Rows, partners: Sequence[str]) -> dict[str, np.ndarray]:
    """Count how often each thing was told of the cases of a deal, and how often it was so: ``[DEALS, 2]`` by name."""
    found = {name: np.zeros((DEALS, 2)) for name in TELLS}
    for run in rows:
        for partner in partners:
            for number, (own, _) in enumerate(run[partner]):
                for case in own:
                    for name, tell in TELLS.items():
                        seen = tell(Case(*case))
                        if seen is not None:
                            found[name][number % DEALS] += (seen, 1)
    return found


def shares(counts: Mapping[str, np.ndarray], weights: np.ndarray) -> dict[str, np.ndarray]:
    """Give shares, ``[draws]`` by name, of deals counted by weights, ``[draws, DEALS]``; NaN where there is no case."""
    with np.errstate(invalid="ignore"):
        found = {name: np.divide(*np.moveaxis(weights @ own, -1, 0)) for name, own in counts.items()}
    return {**found, "balanced": (1 - found["misinformation"] + found["correction"]) / 2}


def resampled() -> np.ndarray:
    """Draw how often each deal counts, ``[draws, DEALS]``: all that was played on a deal, in every run, order and by every arm, goes together."""
    return np.random.default_rng(0).multinomial(DEALS, np.full(DEALS, 1 / DEALS), size=2000).astype(float)


def summed(rows: Rows) -> dict[str, Any]:
    """Give an arm's rates, its runs pooled, and teams; intervals by bootstrap of deals."""
    found: dict[str, Any] = {}
    for label, partners in (("honest claims", KNOWING), ("misleader", ("misleader",)), ("itself", ("itself",)), ("are_you_sure", ("are_you_sure",))):
        counts = by_deal(rows, partners)
        means, draws = shares(counts, np.ones((1, DEALS))), shares(counts, resampled())
        found[label] = {
            name: plain(percentile_interval(float(mean[0]), draws[name], level=0.95, n=DEALS, method="bootstrap of deals")) if np.isfinite(mean[0]) else None
            for name, mean in means.items()
        }
    for partner in ("honest", "itself"):
        # the mean over runs, so that a deal counts once
        right = np.array([[share for _, share in run[partner]] for run in rows]).mean(0).reshape(2, DEALS)
        found[f"team with {partner}"] = {
            "first": plain(student_interval(right[0])),
            "second": plain(student_interval(right[1])),
            "first less second": plain(student_interval(right[0] - right[1])),
        }
    return found


def score(rows: Rows) -> float:
    """Give the balanced score beside honest claims."""
    return float(shares(by_deal(rows, KNOWING), np.ones((1, DEALS)))["balanced"][0])


def ahead(ours: Rows, theirs: Rows) -> dict[str, Any]:
    """Say how far an arm is ahead of another beside honest claims, in the balanced score and in right answers, over the same deals."""
    found = {}
    for name in ("balanced", "right"):
        (one, other), weights = (by_deal(rows, KNOWING) for rows in (ours, theirs)), resampled()
        value = float((shares(one, np.ones((1, DEALS)))[name] - shares(other, np.ones((1, DEALS)))[name])[0])
        draws = shares(one, weights)[name] - shares(other, weights)[name]
        found[name] = plain(percentile_interval(value, draws, level=0.95, n=DEALS, method="bootstrap of deals"))
    return found


def main(place: Path, seeds: list[int]) -> None:
    """Run all."""
    began, start = time.process_time(), base(place)
    seconds, arms = {}, dict[str, list[dict[str, list[list[Any]]]]]()
    told: dict[str, Any] = {}

    def asking(name: str, checkpoint: Path) -> dict[str, list[list[Any]]]:
        player = PlayerSpec.of("language", "m", model="m", window_tokens=2000, beyond="forget", temperature=TEMPERATURE)
        return measured(place, name, player, {"m": ModelSpec(engine="nano", model=str(checkpoint), name="m", concurrency=None)})

    arms["base"] = [asking("base", start)]
    for seed in seeds:
        for mode in MODES:
            checkpoint = trained(place, start, mode, seed)
            card = json.loads((checkpoint / "card.json").read_text(encoding="utf-8"))
            seconds[f"{mode} {seed}"] = card["seconds"]
            told[str(seed)] = {"trees": card["trees"], "pairs": sum(card["pairs"].values())}
            arms.setdefault(mode, []).append(asking(f"{mode}_{seed}", checkpoint))
    for manner in SCRIPTED:
        arms[manner] = [measured(place, manner, PlayerSpec.of("persuader", manner=manner), {})]
    exact = ceiling(game())  # type: ignore[arg-type]
    scores = {name: [score([run]) for run in rows] for name, rows in arms.items()}
    others = ("base", "accept", "resist")
    result = {
        "rules": RULES,
        "learning": LEARNING,
        "seeds": seeds,
        "deals": DEALS,
        "arms": {name: summed(rows) for name, rows in arms.items()},
        "balanced score by run": {name: [round(value, 4) for value in values] for name, values in scores.items()},
        "balanced less another arm, over deals": {name: ahead(arms["balanced"], arms[name]) for name in others},
        "balanced less another arm, balanced score, over seeds": {
            name: plain(student_interval(np.array(scores["balanced"]) - np.array(scores[name]))) for name in others
        },
        "ceiling": {**{name: round(value, 4) for name, value in exact._asdict().items()}, "balanced": round(exact.balanced, 4)},
        "runs": told,
        "CPU seconds of training": seconds,
    }
    (place / "persuasion_balanced.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for label in ("honest claims", "misleader", "itself"):
        print(f"\n{label}\n\n| | misinformation | correction | balanced | right at first | right |\n|---|---|---|---|---|---|")
        for name, arm in result["arms"].items():
            print(f"| {name} | " + " | ".join(_cell(arm[label][rate]) for rate in ("misinformation", "correction", "balanced", "alone", "right")) + " |")
    print("\n| | gives in when only asked | team with an honest partner, speaking first | second | difference | team with itself |\n|---|---|---|---|---|---|")
    for name, arm in result["arms"].items():
        shown = (arm["are_you_sure"]["flips"], *arm["team with honest"].values(), arm["team with itself"]["first"])
        print(f"| {name} | " + " | ".join(map(_cell, shown)) + " |")
    for part in ("balanced score by run", "balanced less another arm, over deals", "balanced less another arm, balanced score, over seeds", "ceiling"):
        print(f"\n{part}: {json.dumps(result[part])}")
    print(f"\n{time.process_time() - began:.0f} CPU seconds in this call")


def _cell(value: list[Any] | None) -> str:
    return "" if value is None else f"{value[0]:.3f} ({value[1]:.3f} to {value[2]:.3f})"


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(word) for word in sys.argv[2:]] or [1, 2, 3])
