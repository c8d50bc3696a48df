"""INSPO with a model that learns, against GRPO under the first instruction alone: in retrieval, and in the ultimatum game.

    python -P benchmarks/inspo_acceptance.py PLACE retrieval|retrieval_seeds|ultimatum [SEED ...]

Trains and measures what is not in PLACE yet, one run after the other; writes ``inspo_acceptance_GAME.json`` there, and the tables of docs/inspo.md to stdout.
All runs of a game begin with one model, which the trainer ``told`` makes first. Both arms play the same deals with the same seeds; the static one has as many
episodes a step, and as many more steps as the instructions' trials are worth. What is measured at the end was met by nobody: in retrieval, questions with names
that occurred nowhere before; in the ultimatum game, new deals, with the opponents of training and with others. ``retrieval_seeds`` goes on from
``retrieval``: the static arm once more under each of the other instructions that the full loop begins with.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

import ludens
from ludens.agents import PlayerSpec
from ludens.agents.bots import STYLES
from ludens.agents.bots.retrieval import CLAUSES
from ludens.analysis.resample import student_interval
from ludens.games.core import Game
from ludens.games.retrieval.library import recall
from ludens.llm import ModelSpec
from ludens.trainers import Task, trainer
from ludens.trainers.epo.playing import deals, play, share_of


@dataclass(frozen=True)
class Setting:
    """One game's experiment.

    Attributes:
        told: games that obeying is learned in.
        stages: parameters of the trainer ``told``, one training after the other.
        full, static: parameters of the two arms.
        others: instructions of further static arms, whose mean with the first one's tells what is earned under a seed that somebody happened to begin with.
        parts: what is measured: a game and opponents each.
        temperature: at which it is.
        world: whether every seed trains in a library of its own.
    """

    told: tuple[Game, ...]
    stages: tuple[dict[str, Any], ...]
    full: dict[str, Any]
    static: dict[str, Any]
    parts: Mapping[str, tuple[Game, tuple[str, ...]]]
    temperature: float
    world: bool = False
    others: tuple[str, ...] = ()

    def trains_in(self, seed: int) -> Game:
        """Give the game that a seed trains in."""
        return ludens.make("retrieval", **SEARCHES, world=100 + seed) if self.world else self.told[0]


SEARCHES: dict[str, Any] = {"show": "passages", "top": 2, "kinds": ("one_hop", "two_hop"), "steps": 4}
SEARCHERS = (
    "Search for the whole question. Stop after one search. Answer with the bare name or number, without a sentence around it.",
    "Answer at once, without a search.",
    "Search by a name and what you want to know of it, and read what is found. Stop after one search. Say unknown where you are not sure.",
    "Search for the whole question. Answer in a whole sentence.",
)
TOLD: dict[str, Any] = {"batch_tokens": 1600, "save_every": 50, "matches": 0, "held_out": 3}
LEARNING: dict[str, Any] = {"learn": True, "deals": 8, "learning_rate": 3e-4, "matches": 0}
SHARERS = ("Be fair.", "Be generous.", "Be cautious.")
MET, UNMET = ("fair", "greedy", "generous"), ("tough", "deceptive", "cautious")


def _retrieval(others: tuple[str, ...] = ()) -> Setting:
    return Setting(
        told=tuple(ludens.make("retrieval", **SEARCHES, world=world) for world in range(24)),
        stages=(
            # copying is learned from exercises and all that is read; when it has been, what is left is to obey
            {"preset": "s", "recall": 2_200_000, "tokens": 2_000_000, "epochs": 0.8, "vocabulary": 1600, "reading": 0.5, **TOLD},
            {"preset": None, "tokens": 3_000_000, "epochs": 1.3, "reading": 0.1, "learning_rate": 2e-3, **TOLD},
        ),
        full={"seeds": SEARCHERS, "bank": tuple(CLAUSES), "steps": 80, "group": 4, "evolve": 20, "verify": 48, **LEARNING},
        static={"seeds": SEARCHERS[:1], "steps": 88, "group": 8, "evolve": 1000, **LEARNING},
        parts={kind: (ludens.make("retrieval", **{**SEARCHES, "kinds": (kind,)}, split="test", world=7), ()) for kind in SEARCHES["kinds"]},
        temperature=0.0,
        world=True,
        others=others,
    )


SETTINGS: dict[str, Callable[[], Setting]] = {
    "retrieval": _retrieval,
    "retrieval_seeds": lambda: _retrieval(SEARCHERS[1:]),
    "ultimatum": lambda: Setting(
        told=(ludens.make("ultimatum"),),
        stages=({"preset": "xs", "tokens": 160_000, "vocabulary": 900, "most": 1, **TOLD},),
        full={
            "seeds": SHARERS,
            "bank": tuple(f"Be {style}." for style in STYLES),
            "steps": 25,
            "group": 4,
            "evolve": 8,
            "verify": 12,
            "opponents": MET,
            **LEARNING,
        },
        static={"seeds": SHARERS[:1], "steps": 27, "group": 8, "evolve": 1000, "opponents": MET, **LEARNING},
        parts={"opponents of training": (ludens.make("ultimatum"), MET), "others": (ludens.make("ultimatum"), UNMET)},
        temperature=1.0,
    ),
}
DEALS = 80
"""That each part is measured on."""


def obeying(place: Path, setting: Setting) -> Path:
    """Train the model that all runs begin with."""
    start = "house"
    for stage, given in enumerate(setting.stages):
        folder = place / f"told_{stage + 1}"
        if not (folder / "checkpoint" / "card.json").exists():
            model = ModelSpec(engine="nano", model=start, name="told")
            trainer("told").make(Task(setting.told, model, folder, 0), given).run(lambda line: print(line, flush=True))
        start = str(folder / "checkpoint")
    return Path(start)


def trained(place: Path, setting: Setting, arm: str, seed: int, start: Path) -> tuple[Path, dict[str, Any]]:
    """Train one arm; give its checkpoint and what the trainer tells."""
    folder = place / f"{arm}_{seed}"
    kept = folder / "checkpoint" / "instruction.json"
    if not kept.exists():
        task = Task((setting.trains_in(seed),), ModelSpec(engine="nano", model=str(start), name="trained"), folder, seed)
        given = setting.full if arm == "full" else setting.static
        if arm.startswith("static_told"):
            given = {**given, "seeds": (setting.others[int(arm[-1]) - 1],)}
        trainer("inspo").make(task, given).run(lambda line: print(f"{arm} {seed}: {line}", flush=True))
    return kept.parent, json.loads(kept.read_text(encoding="utf-8"))


def measured(place: Path, setting: Setting, whose: str, checkpoint: Path, instruction: str) -> list[list[float]]:
    """Let a model play held-out deals under an instruction; rewards by part."""
    path = place / "measured" / f"{whose}_{blake2b(instruction.encode(), digest_size=4).hexdigest()}.json"
    if not path.exists():
        found = []
        player = PlayerSpec.of("language", model="m", persona=instruction, window_tokens=2000, beyond="forget", temperature=setting.temperature)
        models = {"m": ModelSpec(engine="nano", model=str(checkpoint), name="m", concurrency=None)}
        for game, styles in setting.parts.values():
            pool = [PlayerSpec.of("scripted", style=style) for style in styles] or [PlayerSpec.of("random")]
            dealt = deals(game, DEALS, pool, (), share=0.0, seed=12345)
            episodes = asyncio.run(play([deal.match(player) for deal in dealt], models))
            found.append([share_of(episode, game, deal.seat) for episode, deal in zip(episodes, dealt, strict=True)])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found), encoding="utf-8")
    rewards: list[list[float]] = json.loads(path.read_text(encoding="utf-8"))
    return rewards


def searching() -> dict[str, Any]:
    """Share of questions of the split test whose passages are found."""
    found = {}
    for kind in ("one_hop", "two_hop", "three_hop"):
        game = ludens.make("retrieval", split="test", world=7)
        rng = np.random.default_rng(0)
        drawn = [game.library.draw([kind], rng) for _ in range(300)]
        found[kind] = {
            "last passage, one search by the question": round(float(np.mean([one.support[-1] in game.library.finder.search(one.text, 3) for one in drawn])), 3),
            "all passages, one search a hop": round(float(np.mean([recall(game.library, one, one.queries, 3) == 1 for one in drawn])), 3),
        }
    return found


def main(place: Path, name: str, seeds: list[int]) -> None:
    """Run all of one game."""
    setting, place = SETTINGS[name](), place / name.partition("_")[0]
    began, start, first = time.process_time(), obeying(place, setting), setting.static["seeds"][0]
    arms: dict[str, list[list[list[float]]]] = {}
    runs: dict[str, Any] = {}
    for seed in seeds:
        full, told = trained(place, setting, "full", seed, start)
        static, plain = trained(place, setting, "static", seed, start)
        for arm, whose, checkpoint, instruction in (
            ("full loop, its best instruction", f"full_{seed}", full, told["best"]),
            ("static, the first instruction", f"static_{seed}", static, first),
            ("full loop, the first instruction", f"full_{seed}", full, first),
            ("before learning, the best instruction", "before", start, told["best"]),
            ("before learning, the first instruction", "before", start, first),
        ):
            arms.setdefault(arm, []).append(measured(place, setting, whose, checkpoint, instruction))
        for number, instruction in enumerate(setting.others, 1):
            arm = f"static_told{number}"
            checkpoint, _ = trained(place, setting, arm, seed, start)
            arms.setdefault(f"static, {instruction}", []).append(measured(place, setting, f"{arm}_{seed}", checkpoint, instruction))
        if setting.others:
            names = ["static, the first instruction", *(f"static, {instruction}" for instruction in setting.others)]
            arms.setdefault("static, mean over instructions", []).append(np.mean([arms[name][-1] for name in names], axis=0).tolist())
        runs[str(seed)] = {
            "best": told["best"],
            "overhead": told["overhead"],
            "seconds": {"full": told["seconds"], "static": plain["seconds"]},
            "episodes": {arm: sum(facts["episodes"] for facts in one["history"]) for arm, one in (("full", told), ("static", plain))},
        }
    result = {"game": name, "seeds": seeds, "runs": runs, **compared(arms, tuple(setting.parts))}
    if setting.world:
        result["recall"] = searching()
    (place.parent / f"inspo_acceptance_{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))
    print(f"{time.process_time() - began:.0f} CPU seconds in this call")


def compared(arms: Mapping[str, list[list[list[float]]]], parts: tuple[str, ...]) -> dict[str, Any]:
    """Give means by part, and how far the full loop is ahead: paired over deals (each the mean over seeds), and over seeds."""
    stacked = {name: np.array(rewards) for name, rewards in arms.items()}  # [seeds, parts, deals]
    first, *others = stacked
    edges = {}
    for name in others:
        difference = stacked[first] - stacked[name]
        found = {"over deals": student_interval(difference.mean(0).ravel()), "over seeds": student_interval(difference.mean((1, 2)))}
        edges[name] = {unit: [round(value, 4) for value in (one.value, one.low, one.high)] for unit, one in found.items()}
    means = {name: {part: round(float(values[:, index].mean()), 4) for index, part in enumerate(parts)} for name, values in stacked.items()}
    return {"means": means, "edges": edges}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], [int(word) for word in sys.argv[3:]] or [1, 2, 3])
