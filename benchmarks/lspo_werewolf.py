"""LSPO on seven-seat Werewolf from nothing: a speaker with planted habits is trained, improved over iterations, and all of it is measured.

A small language model learns from scripted players to whom habits were given that language models were seen to have: as a werewolf it attacks the first seat
that it may (more often than they, since a small model takes on a part only), as a doctor it protects itself in .62 of its nights, it tells at times that it
is a werewolf, and it abstains. LSPO then hears it,
solves the game in meanings, and teaches it. Every agent plays one side against the agent of the last iteration on the other, on the same deals. Beside the
iterations stand ablations of the first: its policy with the speaker as it was (no teaching), with a speaker that was taught by coins (preferences that are
not the solver's), and its speaker without a policy. Then all play by themselves, and habits are counted.

    python -P benchmarks/lspo_werewolf.py PLACE           # about an hour of one idle core; what is in PLACE already is not done again
    python -P benchmarks/lspo_werewolf.py PLACE --quick   # minutes, to see that it runs
    python -P benchmarks/lspo_werewolf.py PLACE --slots   # two iterations in which meanings name somebody, so that listeners know who is accused

Figures: benchmarks/lspo_werewolf.json and docs/lspo.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ludens.agents.latent import LatentSpace
from ludens.agents.player import PlayerSpec
from ludens.analysis.resample import wilson_interval
from ludens.analysis.werewolf.measures import abstention
from ludens.analysis.werewolf.reading import Played, read
from ludens.arena.plan import Match
from ludens.arena.seeds import child_seed
from ludens.games import make
from ludens.games.werewolf.speech import Kind
from ludens.llm import ModelSpec
from ludens.llm.chat import ChatModel
from ludens.trainers import Task, trainer
from ludens.trainers.lspo.alignment import align
from ludens.trainers.lspo.config import Config
from ludens.trainers.lspo.evaluation import cell, earnings, rows, sides
from ludens.trainers.lspo.preferences import judge, larger
from ludens.trainers.lspo.solvers import Solution
from ludens.trainers.lspo.statements import read_statements
from ludens.trainers.matches import played

SEED = 0
HABITS = {"kill_first": 0.7, "self_save": 0.62, "reveal": 0.1, "abstain": 0.3}
SPEAKER: dict[str, Any] = {"preset": "xs", "tokens": 3_000_000, "vocabulary": 1200, "matches": 0}
LSPO: dict[str, Any] = {
    "iterations": 3,
    "games": 150,
    "most_pairs": 800,
    "matches": 0,
    "speaking": 0.8,
    "deep": {"iterations": 300, "traversals": 60, "depth": 3, "hidden": [64, 64], "steps": 80, "batch": 512, "policy_steps": 3000, "memory": 400_000},
}
SLOTS: dict[str, Any] = {"slots": True, "iterations": 2, "deep": {**LSPO["deep"], "depth": 2}}
MATCHES, ALONE = 600, 600
QUICK: dict[str, Any] = {
    "speaker": {"tokens": 60_000},
    "lspo": {"games": 10, "most_pairs": 40, "deep": {"iterations": 2, "traversals": 8, "depth": 2, "hidden": [16], "steps": 10, "policy_steps": 20}},
    "matches": 8,
}


class Timer:
    """CPU-seconds by stage, kept in a file: a stage that was done before keeps its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seconds: dict[str, float] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def __call__(self, name: str, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        found = work()
        if name not in self.seconds:
            self.seconds[name] = round(time.process_time() - began, 1)
            self.path.write_text(json.dumps(self.seconds, indent=1) + "\n", encoding="utf-8")
        return found


def task(place: Path, model: ModelSpec) -> Task:
    """Describe a run of a trainer in a folder."""
    return Task(place=place, games=(make("werewolf"),), model=model, seed=SEED)


def nano(folder: Path, name: str = "") -> ModelSpec:
    """Name a checkpoint as a model."""
    return ModelSpec(engine="nano", model=str(folder), name=name)


def taught_by_coins(place: Path, base: Path, config: Config) -> Path:
    """Teach the first iteration's pairs, each turned round or not by a coin."""
    made, first = place / "coins", place / "lspo" / "iteration_1"
    if not made.exists():
        judged = judge(read_statements(first / "statements.jsonl"), LatentSpace.load(first), Solution.load(first))
        rng = np.random.default_rng(SEED)
        pairs = larger(judged, config)
        pairs = [pairs[row] for row in sorted(rng.permutation(len(pairs))[: config.most_pairs].tolist())]
        coins = rng.random(len(pairs)) < 0.5
        turned = [pair._replace(first=pair.second, second=pair.first) if coin else pair for pair, coin in zip(pairs, coins, strict=True)]
        align(nano(base), place / "coins.new", turned, config, SEED)
        (place / "coins.new").replace(made)
    return made


def cast(place: Path, base: Path, config: Config) -> tuple[list[PlayerSpec], dict[str, ModelSpec]]:
    """Give all agents, the last iteration's last, and the models by the names that players call them."""
    run = place / "lspo"
    numbers = range(1, config.iterations + 1)
    models = {f"speaker_{number}": nano(run / f"iteration_{number}" / "checkpoint", f"speaker_{number}") for number in numbers}
    models |= {"speaker_0": nano(base, "speaker_0"), "coins": nano(place / "coins", "coins")}

    def alone(name: str, model: str) -> PlayerSpec:
        return PlayerSpec.of("language", name, model=model, window_tokens=2000, beyond="forget", temperature=config.speaking)

    def both(name: str, number: int, model: str) -> PlayerSpec:
        return PlayerSpec.of("latent", name, path=str(run / f"iteration_{number}"), model=model, temperature=config.speaking)

    ablations = [alone("speaker 1 alone", "speaker_1"), both("policy 1, no teaching", 1, "speaker_0"), both("policy 1, coins", 1, "coins")]
    return [alone("base", "speaker_0"), *ablations, *(both(f"iteration {number}", number, f"speaker_{number}") for number in numbers)], models


async def evaluated(place: Path, agents: Sequence[PlayerSpec], models: Mapping[str, ChatModel], matches: int) -> list[dict[str, Any]]:
    """Play every agent on each side against the last one; earnings are kept by cell."""
    game, cells = make("werewolf"), []
    for side in sides(game):
        first = None
        for agent in agents:
            path = place / "cells" / f"{agent.name}, {'-'.join(side)}.npy".replace(" ", "_")
            if not path.exists():
                path.parent.mkdir(exist_ok=True)
                earned = await earnings(game, agent, agents[-1], side, models, matches=matches, seed=SEED)
                np.save(path, earned)
            earned = np.load(path)
            first = earned if first is None else first
            cells.append(cell(game, agent.name, side, earned, earned - first))
            print(f"{cells[-1].agent} as {cells[-1].side}: won {cells[-1].won:.3f}, edge {cells[-1].edge:+.3f}", flush=True)
    return rows(cells)


async def by_itself(agent: PlayerSpec, models: Mapping[str, ChatModel], matches: int) -> list[Played]:
    """Let an agent play in all seats, on deals that are the same for all agents."""
    game = make("werewolf")
    tables = [Match(game, (agent,) * game.seats, child_seed(SEED, "habits", number)) for number in range(matches)]
    return [read(episode) for episode in await played(tables, models, in_flight=32)]


def habits(played: Sequence[Played]) -> dict[str, Any]:
    """Count what was planted.

    Returns:
        ``kill_entropy``: of the seat that is attacked in the first night, in nats; werewolves sit anywhere, so that the most is log 7 = 1.946.
        ``kill_first``: how often that is the first seat that is no werewolf's. ``self_save``: how often the doctor protects itself in the first night.
        ``reveal``: on how many of the days on which a werewolf speaks it tells that it is one. ``abstain``: votes not cast. Shares
        with 95 % intervals (Wilson).
    """
    targets = [(game, target) for game in played for night, target in game.attacks if night == 1]
    counts = np.array([*Counter(target for _, target in targets).values()]) / max(len(targets), 1)
    first = [target == min(seat for seat in range(len(game.roles)) if seat not in game.wolves) for game, target in targets]
    saves = [seat == target for game in played for night, seat, target in game.protections if night == 1]
    said = [revealed for game in played for revealed in _reveals(game)]
    votes = [bool(value) for game in played for _, value in abstention(game)]
    village = [game.winner == "village" for game in played]
    shares = {"kill_first": first, "self_save": saves, "reveal": said, "abstain": votes, "village_won": village}
    entropy = float(-(counts * np.log(counts)).sum())
    return {
        "kill_entropy": round(entropy, 4),
        **{name: [round(value, 4) for value in _share(found)] for name, found in shares.items()},
    }


def _reveals(game: Played) -> list[bool]:
    """Tell of every werewolf and day on which it spoke whether it gave itself away."""
    days: dict[tuple[int, int], bool] = {}
    for item in game.said:
        if item.speaker in game.wolves:
            days[item.speaker, item.round] = days.get((item.speaker, item.round), False) or item.act.kind is Kind.REVEAL
    return [*days.values()]


def _share(found: Sequence[bool]) -> tuple[float, float, float]:
    share = sum(found) / len(found)
    return share, *wilson_interval(share, len(found), 0.95)


async def played_out(place: Path, agents: Sequence[PlayerSpec], specs: Mapping[str, ModelSpec], matches: int, alone: int) -> dict[str, Any]:
    """Evaluate all agents, and count the habits of base and iterations."""
    models = {name: spec.build() for name, spec in specs.items()}
    try:
        cells = await evaluated(place, agents, models, matches)
        counted = {}
        for agent in agents:
            if agent.name == "base" or agent.name.startswith("iteration"):
                counted[agent.name] = habits(await by_itself(agent, models, alone))
                print(agent.name, counted[agent.name], flush=True)
    finally:
        for model in models.values():
            await model.close()
    return {"cells": cells, "habits": counted}


def main() -> None:
    """Do all of it, and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("place", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--slots", action="store_true")
    given = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    place: Path = given.place
    place.mkdir(parents=True, exist_ok=True)
    quick = QUICK if given.quick else {"speaker": {}, "lspo": {}, "matches": None}
    parameters = {**LSPO, **(SLOTS if given.slots else {}), **quick["lspo"]}
    timer = Timer(place / "seconds.json")
    base = place / "speaker" / "checkpoint"
    if not (base / "model.safetensors").exists():
        teacher = {"kind": "villager", "habits": HABITS}
        speaker = {**SPEAKER, **quick["speaker"], "teacher": teacher}
        timer("speaker", lambda: trainer("sft").make(task(place / "speaker", ModelSpec(engine="nano", model="house")), speaker).run(print))
    learned = timer("lspo", lambda: trainer("lspo").make(task(place / "lspo", nano(base)), parameters).run(print))
    config = Config(**parameters)
    timer("coins", lambda: taught_by_coins(place, base, config))
    agents, specs = cast(place, base, config)
    matches = quick["matches"] or MATCHES
    found = timer("evaluating", lambda: asyncio.run(played_out(place, agents, specs, matches, quick["matches"] or ALONE)))
    kept = (
        "iteration",
        "statements",
        "meanings",
        "heard",
        "entropy",
        "exemplars",
        "policy",
        "advantages",
        "pairs",
        "learned_from",
        "margins",
        "drift",
        "seconds",
    )
    facts = {
        "game": make("werewolf").label,
        "seed": SEED,
        "habits_planted": HABITS,
        "parameters": {"speaker": SPEAKER, "lspo": parameters, "matches": matches},
        "iterations": [{name: item[name] for name in kept if name in item} for item in learned["iterations"]],
        **found,
        "cpu_seconds": timer.seconds,
    }
    (place / "lspo_werewolf.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
