"""Meta policy optimisation begun with a rubric that can be hacked: a rubric that stays, rubrics that evolve, and the payoff itself.

    python -P benchmarks/meta_policy_acceptance.py PLACE ultimatum|trust [SEED ...]
    python -P benchmarks/meta_policy_acceptance.py PLACE ultimatum|trust smoke

Trains and measures what is not in PLACE yet, one run after the other; writes ``meta_policy_acceptance_GAME.json`` there, and the tables of
docs/meta-policy.md to stdout. ``smoke`` is one seed of two arms in small, in less than a minute. All arms of a seed begin with one model, which learned from a
player that moves at random. The first rubric rewards most of all what the other side earns: whoever gives everything away gets its points. What is measured
at the end was met by nobody: new deals, with the opponents of training and with others.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

import ludens
from ludens.agents import PlayerSpec
from ludens.analysis.resample import student_interval
from ludens.games.core import Game
from ludens.llm import ModelSpec
from ludens.trainers import Task, trainer
from ludens.trainers.epo.playing import deals, play, share_of
from ludens.trainers.meta_policy import Rubric
from ludens.trainers.meta_policy.accepting import agreement
from ludens.trainers.meta_policy.features import measured
from ludens.trainers.meta_policy.judges import ByFeatures, Shown

HACKABLE = {
    "ultimatum": ("+2 The game ended in an agreement.", "+5 The other side earned much."),
    "trust": ("+2 All sides together earned much.", "+5 The other side earned much."),
}
MET, UNMET = ("fair", "greedy", "generous"), ("tough", "deceptive", "cautious")
SHARED: dict[str, Any] = {"steps": 40, "deals": 12, "held": 12, "learning_rate": 2e-4, "opponents": MET, "matches": 60}
ARMS: dict[str, dict[str, Any]] = {
    "fixed": {"interval": 0},
    "evolving": {"interval": 4},
    "evolving, all accepted": {"interval": 4, "accept": "always"},
    "evolving, no prescreen": {"interval": 4, "prescreen": False},
    "payoff": {"interval": 0, "outcome": 1.0},
}
SMALL: dict[str, Any] = {"steps": 16, "deals": 6, "held": 6, "matches": 20}
DEALS = 200
"""That each part is measured on."""


def random_start(place: Path, game: Game, seed: int, tokens: int) -> Path:
    """Train the model that all arms of a seed begin with: it knows the rules, and plays at random."""
    if not (place / "checkpoint" / "card.json").exists():
        given = {
            "preset": "xs",
            "tokens": tokens,
            "vocabulary": 900,
            "batch_tokens": 1600,
            "save_every": 50,
            "matches": 0,
            "held_out": 3,
            "teacher": {"kind": "random"},
        }
        trainer("sft").make(Task((game,), ModelSpec(engine="nano", model="house", name="start"), place, seed), given).run(lambda line: print(line, flush=True))
    return place / "checkpoint"


def trained(place: Path, game: Game, arm: str, seed: int, *, start: Path, more: Mapping[str, Any]) -> tuple[Path, dict[str, Any]]:
    """Train one arm; give its checkpoint and what the trainer tells."""
    folder = place / f"{arm.replace(', ', '_').replace(' ', '_')}_{seed}"
    kept = folder / "checkpoint" / "rubrics.json"
    if not kept.exists():
        task = Task((game,), ModelSpec(engine="nano", model=str(start), name="trained"), folder, seed)
        trainer("meta_policy").make(task, {**SHARED, **ARMS[arm], **more}).run(lambda line: print(f"{arm} {seed}: {line}", flush=True))
    return kept.parent, json.loads(kept.read_text(encoding="utf-8"))


def met(checkpoint: Path, game: Game, rubric: Rubric, count: int) -> list[dict[str, list[float]]]:
    """Let a model play held-out deals; by part, what it earned, how the first rubric judges it, and what the other side earned."""
    player = PlayerSpec.of("language", model="m", window_tokens=2000, beyond="forget", temperature=1.0)
    models = {"m": ModelSpec(engine="nano", model=str(checkpoint), name="m", concurrency=None)}
    found = []
    for styles in (MET, UNMET):
        dealt = deals(game, count, [PlayerSpec.of("scripted", style=style) for style in styles], (), share=0.0, seed=12345)
        episodes = asyncio.run(play([deal.match(player) for deal in dealt], models))
        both = list(zip(episodes, dealt, strict=True))
        judged = asyncio.run(ByFeatures().judge(rubric, [Shown("", "", measured(episode, game, deal.seat)) for episode, deal in both]))
        found.append(
            {
                "payoff": [share_of(episode, game, deal.seat) for episode, deal in both],
                "judged": [rubric.share(one.total) for one in judged],
                "others": [share_of(episode, game, 1 - deal.seat) for episode, deal in both],
            }
        )
    return found


def interval(values: Any) -> list[float]:
    """A mean with its 95 % interval."""
    found = student_interval(np.ravel(values))
    return [round(number, 4) for number in (found.value, found.low, found.high)]


def compared(arms: Mapping[str, list[list[dict[str, list[float]]]]]) -> dict[str, Any]:
    """Give means by arm and part, and edges: paired over deals (each the mean over seeds), and over seeds."""
    stacked = {name: {key: np.array([[part[key] for part in seed] for seed in runs]) for key in runs[0][0]} for name, runs in arms.items()}
    parts = ("opponents of training", "others")
    means = {
        name: {key: {part: round(float(values[:, index].mean()), 4) for index, part in enumerate(parts)} for key, values in own.items()}
        for name, own in stacked.items()
    }
    edges: dict[str, Any] = {}
    for name in stacked:
        for against in ("start", "fixed"):
            if name not in ("start", against):
                apart = {key: stacked[name][key] - stacked[against][key] for key in ("payoff", "judged")}
                edges[f"{name} against {against}"] = {
                    key: {"over deals": interval(values.mean(0)), "over seeds": interval(values.mean((1, 2))) if len(values) > 1 else None}
                    for key, values in apart.items()
                }
    correlations = {
        name: [
            round(agreement(judged.ravel(), payoff.ravel(), range(judged.size)).overall, 4) for judged, payoff in zip(own["judged"], own["payoff"], strict=True)
        ]
        for name, own in stacked.items()
    }
    return {"means": means, "edges": edges, "correlation of the first rubric with payoff, by seed": correlations}


def run_facts(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a run's trainer told, in short: by step, its rubrics, and its time."""
    by_step = {name: [facts[name] for facts in told["history"]] for name in ("judged", "payoff", "overall", "within", "rubric")}
    rubrics = [
        {key: version.get(key) for key in ("number", "parent", "step", "accepted", "before", "agreement", "verdicts")}
        | {"items": [f"{item['points']:+d} {item['text']}" for item in version["items"]]}
        for version in told["rubrics"]
    ]
    return {"by_step": by_step, "rubrics": rubrics, "seconds": told["seconds"], "judging": told["judging"]}


def main(place: Path, name: str, words: list[str]) -> None:
    """Run all of one game."""
    began, small, game, rubric = time.process_time(), words == ["smoke"], ludens.make(name), HACKABLE[name]
    seeds = [1] if small else [int(word) for word in words] or [1, 2, 3]
    names, more, count = (list(ARMS)[:2], SMALL, 40) if small else (list(ARMS), {}, DEALS)
    home, hacked = place / name, Rubric.written(rubric)
    arms: dict[str, list[list[dict[str, list[float]]]]] = {}
    runs: dict[str, Any] = {}
    for seed in seeds:
        start = random_start(home / f"start_{seed}", game, seed, 80_000 if small else 160_000)
        arms.setdefault("start", []).append(met(start, game, hacked, count))
        for arm in names:
            checkpoint, told = trained(home, game, arm, seed, start=start, more={"rubric": rubric, **more})
            arms.setdefault(arm, []).append(met(checkpoint, game, hacked, count))
            runs.setdefault(str(seed), {})[arm] = run_facts(told)
    result = {"game": game.made_as, "first rubric": rubric, "seeds": seeds, "deals": count, **compared(arms), "runs": runs}
    result["seconds"] = {arm: round(float(np.mean([sum(runs[str(seed)][arm]["seconds"].values()) for seed in seeds])), 1) for arm in names}
    result["share of time on judging and rubrics"] = {arm: round(float(np.mean([runs[str(seed)][arm]["judging"] for seed in seeds])), 4) for arm in names}
    # lists of numbers on one line each
    text = re.sub(r"\[[^\[\]{}\"]*\]", lambda found: " ".join(found[0].split()), json.dumps(result, indent=1))
    (place / f"meta_policy_acceptance_{name}.json").write_text(text + "\n", encoding="utf-8")
    print(json.dumps({name: value for name, value in result.items() if name != "runs"}, indent=1))
    print(f"{time.process_time() - began:.0f} CPU seconds in this call")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
