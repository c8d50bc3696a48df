"""What training a strategist is worth: EPO as released, with and without key turns, beside the recommended weights and the baselines of the comparison.

A small language model is warm-started on tagged scripted play and then trained in each way from the very same checkpoint, beside a scripted actor that follows
the style it is advised. Every strategist then plays the same deals, in the same seats, against opponents that were met in training and that were not, beside
the actor of training and beside others. Differences to the warm-started strategist are paired by deal; seeds (of warm start, training and deals) are pooled.

    python -P benchmarks/epo_acceptance.py PLACE              # about half an hour of one idle core; what is in PLACE already is not done again
    python -P benchmarks/epo_acceptance.py PLACE --quick      # minutes, to see that it runs

Figures: benchmarks/epo_acceptance.json and docs/epo.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from ludens.agents.player import PlayerSpec
from ludens.arena.record import prompts
from ludens.arena.seeds import child_seed
from ludens.games import Game, make
from ludens.llm import ModelSpec
from ludens.llm.nano import network, tokenizer
from ludens.llm.nano.shape import Shape
from ludens.trainers import Task, trainer
from ludens.trainers.epo.config import Config
from ludens.trainers.epo.demonstrating import demonstrator
from ludens.trainers.epo.measuring import Measured, measured
from ludens.trainers.epo.playing import Cast, deals, play, pool_of
from ludens.trainers.paired import edge, told

GAMES: dict[str, dict[str, Any]] = {
    "negotiation": {"discount": (0.93, 0.93), "say_chars": 0},
    "travellers_dilemma": {"rounds": 3},
}
COMMON: dict[str, Any] = {"rounds": 12, "episodes": 128, "group": 8, "batch": 32, "matches": 0}
WARM: dict[str, Any] = {"warm": 256, "warm_epochs": 6, "warm_rate": 2e-3}
LEARNERS: dict[str, dict[str, Any]] = {
    "nano": {"learning_rate": 1e-3},
    "classifier": {"method": "ppdpp", "learning_rate": 5e-3, **WARM},
}
"""A language model of two layers; and, hundreds of times cheaper, a linear classifier over the tags (the policy of PPDPP) under the same weights."""
ARMS: dict[str, dict[str, Any]] = {
    "released, key turns": {"norm": "traj_maxabs", "process": "rule"},
    "released, no key turns": {"norm": "traj_maxabs"},
    "group": {"norm": "group"},
    "seat": {"norm": "seat"},
    "turn": {"norm": "turn"},
    "clone the best": {"norm": "best"},
    "dpo": {"method": "dpo"},
}
TRANSFERRED = ("warm", "none", "released, key turns", "group")
"""Who is also played beside other actors."""
ACTORS: dict[str, dict[str, Any]] = {"own": {"kind": "follower"}, "heeds half": {"kind": "follower", "heeds": 0.5}}
SINGLE = "single model"


def begin(place: Path, game: Game, seed: int) -> Path:
    """Make a random model whose tokenizer has read what strategists are told in this game."""
    if (place / "model.safetensors").exists():
        return place
    import torch

    config, texts = Config(), list[str]()
    cast, talker = Cast.of(config), demonstrator(config.tags, seed)
    dealt = deals(game, 60, pool_of(game, config.opponents), (), share=0.0, seed=seed)
    for episode in asyncio.run(play([deal.match(cast.demonstrator()) for deal in dealt], {"demonstrated": talker})):
        for _, call, messages in prompts(episode):
            texts += [messages[0].content, messages[-1].content, call.text or ""]
    tokenizer.train(texts, 1600, place)
    words = tokenizer.Tokenizer(place)
    torch.manual_seed(seed)
    network.save(network.Network(Shape(2, 64, 4, 2, 128, words.size, 2048)), place, words, half=False)
    return place


def train(place: Path, game: Game, start: Path, seed: int, given: dict[str, Any]) -> tuple[Path, float]:
    """Train in one way, where that has not been done; give the checkpoint and the seconds of processor time."""
    done = place / "done.json"
    if not done.exists():
        began = time.process_time()
        task = Task((game,), ModelSpec(engine="nano", model=str(start), name="start"), place, seed)
        result = trainer("epo").make(task, {"warm": 0, **COMMON, **given}).run(lambda line: print(f"  {line}", flush=True))
        rounds = [{"outcome": facts["outcome"], "entropy": facts["entropy"], "strategies": facts["strategies"]} for facts in result["rounds"]]
        done.write_text(json.dumps({"seconds": round(time.process_time() - began, 1), "actor": result["actor"], "rounds": rounds}))
    return place / "checkpoint", json.loads(done.read_text())["seconds"]


def warm(place: Path, game: Game, seed: int, learner: str) -> tuple[Path, float]:
    """Warm-start a model, where that has not been done; a classifier is warm-started the same way by every arm."""
    if learner == "classifier":
        begin(place / "start", game, seed)
        return place / next(iter(ARMS)).replace(" ", "_").replace(",", "") / "warm" / "checkpoint", 0.0
    # a round of no gain is left out: the checkpoint of before it is what all arms begin with
    train(place, game, begin(place / "start", game, seed), seed, {**WARM, "warm": 128, "batch": 16, "rounds": 1, "episodes": 8})
    return place / "warm" / "checkpoint", json.loads((place / "done.json").read_text())["seconds"]


def compare(place: Path, game: Game, learner: str, arms: dict[str, dict[str, Any]], *, seed: int, matches: int) -> dict[str, Any]:
    """Train every arm of one seed and play them all on the same deals; give payoffs by field, actor and player."""
    start, seconds = warm(place, game, seed, learner)
    costs, made = {"warm": seconds}, dict[str, Path]()
    for name, given in arms.items():
        print(f"{game.label}, seed {seed}: {name}", flush=True)
        model = place / "start" if learner == "classifier" else start
        made[name], costs[name] = train(place / name.replace(" ", "_").replace(",", ""), game, model, seed, {**LEARNERS[learner], **given})
    kept, file = dict[str, Any](), place / "played.json"
    if file.exists():
        kept = json.loads(file.read_text())
    config = Config(**{name: value for name, value in LEARNERS[learner].items() if name == "method"})
    for actor, parameters in ACTORS.items():
        for field, styles in (("met", config.opponents), ("held out", config.held_out)):
            dealt = deals(game, matches, pool_of(game, styles), (), share=0.0, seed=child_seed(seed, "acceptance", field))
            held = kept.setdefault(f"{field}, {actor}", {"opponents": [opponent(deal) for deal in dealt], "earned": {}})
            cast = Cast.beside(config, parameters)
            players = {"warm": cast.strategist("warm", start), "drawn": cast.strategist("drawn", None), "none": cast.alone()}
            if (actor, field, learner) == ("own", "met", "nano"):
                players[SINGLE] = PlayerSpec.of("language", SINGLE, model="house")
                cast.models["house"] = ModelSpec(engine="nano", model="house", name="house", concurrency=None)
            for name, checkpoint in made.items():
                players[name] = cast.strategist(name, checkpoint)
            for name, player in players.items():
                if name not in held["earned"] and (actor == "own" or name in TRANSFERRED):
                    models = {label: spec for label, spec in cast.models.items() if label in (name, "house" if name == SINGLE else name)}
                    found = Measured(game, field, actor, dealt, asyncio.run(measured({name: player}, dealt, models)))
                    held["earned"][name] = [round(float(value), 4) for value in found.earned(name)]
                    file.write_text(json.dumps(kept))
    return {"seed": seed, "seconds": costs, "played": kept}


def opponent(deal: Any) -> str:
    """Name the one that sits opposite."""
    return str(next(other.name for seat, other in enumerate(deal.others) if seat != deal.seat))


def table(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Pool seeds: mean payoffs, and differences to the warm-started strategist, paired by deal."""
    lines = []
    for field, first in found[0]["played"].items():
        for name in first["earned"]:
            both = [(played["earned"][name], played["earned"]["warm"]) for one in found if name in (played := one["played"][field])["earned"]]
            ours, theirs = (np.concatenate(side) for side in zip(*both, strict=True))
            ahead = edge(ours, theirs)
            line = {"field": field, "player": name, "seeds": len(both), "deals": len(ours), "mean": round(float(ours.mean()), 3)}
            line |= {"edge": round(ahead.value, 3), "low": round(ahead.low, 3), "high": round(ahead.high, 3)}
            lines.append(line | {"by_seed": [round(float(np.mean(mine) - np.mean(warm)), 3) for mine, warm in both]})
            print(f"{field:24} {name:24} {ours.mean():9.3f}  {told(ahead) if name != 'warm' else ''}")
    return lines


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("place", type=Path)
    words.add_argument("--quick", action="store_true")
    words.add_argument("--seeds", type=int, default=3)
    words.add_argument("--matches", type=int, default=300)
    words.add_argument("--games", default=",".join(GAMES), help="by name, with commas between them; all by default")
    words.add_argument("--learners", default=",".join(LEARNERS), help="nano, classifier")
    words.add_argument("--arms", help="by name, with two commas between them; all by default")
    words.add_argument("--out", type=Path)
    given = words.parse_args()
    if given.quick:
        COMMON.update(rounds=2, episodes=32)
        WARM.update(warm=16, warm_epochs=1)
        given.seeds, given.matches = 1, 20
    results = []
    for learner in given.learners.split(","):
        for name in given.games.split(","):
            game = make(name, **GAMES[name])
            arms = {arm: ARMS[arm] for arm in (given.arms.split(",,") if given.arms else ARMS) if learner == "nano" or "method" not in ARMS[arm]}
            found, lines = [], []
            for seed in range(1, 1 + given.seeds):
                found.append(compare(given.place / learner / name / f"seed_{seed}", game, learner, arms, seed=seed, matches=given.matches))
                lines = table(found)
            results.append({"game": game.label, "learner": learner, "seconds": [one["seconds"] for one in found], "table": lines})
            if given.out:
                given.out.write_text(json.dumps({"common": COMMON, "learners": LEARNERS, "warm": WARM, "arms": ARMS, "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
