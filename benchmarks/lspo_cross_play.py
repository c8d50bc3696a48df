"""Cross-play of LSPO on seven-seat Werewolf: agents that were trained with different seeds from one speaker, every pair of them on the two sides.

Each seed hears, clusters, solves and teaches for itself, so that agents of two seeds mean different things by the numbers of their meanings; what they say
to each other are words. What a side had learned about its own opponents alone would be lost against those of another seed.

    python benchmarks/lspo_cross_play.py PLACE SPEAKER_CHECKPOINT --seeds 1 2 3   # 15 minutes of an idle core a seed; what is in PLACE already is kept

SPEAKER_CHECKPOINT is what benchmarks/lspo_werewolf.py leaves in PLACE/speaker/checkpoint. Figures: benchmarks/lspo_cross_play.json and docs/lspo.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lspo_werewolf import LSPO, nano
from numpy.typing import NDArray

from ludens.agents.player import PlayerSpec
from ludens.analysis.resample import student_interval
from ludens.games import make
from ludens.trainers import Task, trainer
from ludens.trainers.lspo.evaluation import earnings, sides

ITERATIONS, MATCHES, DEALS = 1, 200, 0


def trained(place: Path, speaker: Path, seed: int) -> Path:
    """Train an agent with a seed; what was done before is kept."""
    task = Task(place=place / f"seed_{seed}", games=(make("werewolf"),), model=nano(speaker), seed=seed)
    trainer("lspo").make(task, {**LSPO, "iterations": ITERATIONS}).run(print)
    return task.place / f"iteration_{ITERATIONS}"


async def crossed(place: Path, folders: Mapping[int, Path]) -> NDArray[np.float64]:
    """Play every agent as werewolves against every agent as the village, on the same deals: what a werewolf earned, ``(seeds, seeds, MATCHES)``."""
    game, specs = make("werewolf"), {f"speaker_{seed}": nano(folder / "checkpoint", f"speaker_{seed}") for seed, folder in folders.items()}
    agents = [
        PlayerSpec.of("latent", f"seed {seed}", path=str(folder), model=f"speaker_{seed}", temperature=LSPO["speaking"]) for seed, folder in folders.items()
    ]
    wolves = next(side for side in sides(game) if "werewolf" in side)
    models = {name: spec.build() for name, spec in specs.items()}
    found = np.zeros((len(agents), len(agents), MATCHES))
    try:
        for row, one in enumerate(agents):
            for column, other in enumerate(agents):
                path = place / f"{row}_{column}.npy"
                if not path.exists():
                    np.save(path, await earnings(game, one, other, wolves, models, matches=MATCHES, seed=DEALS))
                found[row, column] = np.load(path)
                print(f"{one.name} as werewolves, {other.name} as the village: won {(found[row, column] > 0).mean():.3f}", flush=True)
    finally:
        for model in models.values():
            await model.close()
    return found


def told(found: NDArray[np.float64], seeds: Sequence[int]) -> dict[str, Any]:
    """Sum up: shares of games that werewolves won, and how much less a side wins among strangers than at home, with 95 % intervals over deals."""
    won = (found > 0).astype(float)
    home = won[range(len(seeds)), range(len(seeds))].mean(0)
    away = won[~np.eye(len(seeds), dtype=bool)].mean(0)
    gap = student_interval(away - home)
    return {
        "seeds": list(seeds),
        "iterations": ITERATIONS,
        "matches": MATCHES,
        "werewolves_won": won.mean(-1).round(4).tolist(),
        "at_home": round(float(home.mean()), 4),
        "among_strangers": round(float(away.mean()), 4),
        "more_among_strangers": [round(value, 4) for value in (gap.value, gap.low, gap.high)],
        "lspo": {**LSPO, "iterations": ITERATIONS},
    }


def main() -> None:
    """Train, cross and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("place", type=Path)
    parser.add_argument("speaker", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    given = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    given.place.mkdir(parents=True, exist_ok=True)
    folders = {seed: trained(given.place, given.speaker, seed) for seed in given.seeds}
    facts = told(asyncio.run(crossed(given.place, folders)), given.seeds)
    (given.place / "lspo_cross_play.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: value for name, value in facts.items() if name != "lspo"}))


if __name__ == "__main__":
    main()
