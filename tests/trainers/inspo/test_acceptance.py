"""The full loop against GRPO under the first instruction alone, in small: benchmarks/inspo_acceptance.py does the same in retrieval."""

import asyncio

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.analysis.resample import student_interval
from ludens.games import make
from ludens.llm import ModelSpec
from ludens.trainers import Task, trainer
from ludens.trainers.epo.playing import deals, play, share_of

pytest.importorskip("torch")
pytest.importorskip("tokenizers")

GAME = make("ultimatum")
SEEDS = ["Be generous.", "Be cautious."]
LEARNING = {"learn": True, "deals": 6, "learning_rate": 2e-4, "matches": 0, "opponents": ["fair", "greedy", "generous"]}
FULL = {"seeds": SEEDS, "bank": ["Be greedy.", "Be fair."], "steps": 9, "group": 4, "evolve": 3, "verify": 12, "least": 3, **LEARNING}
STATIC = {"seeds": SEEDS[:1], "steps": 10, "group": 8, "evolve": 100, **LEARNING}


@pytest.fixture(scope="module")
def obeying(tmp_path_factory):
    """A model that has learned to obey, more or less."""
    place = tmp_path_factory.mktemp("told")
    given = {"preset": "xs", "tokens": 120_000, "vocabulary": 900, "batch_tokens": 1500, "held_out": 2, "matches": 0, "most": 1, "obeyed": 0.9}
    trainer("told").make(Task((GAME,), ModelSpec(engine="nano", model="house", name="x"), place, 1), given).run(print)
    return place / "checkpoint"


def earned(checkpoint, instruction, count=200):
    """Rewards on deals that nobody was trained on."""
    player = PlayerSpec.of("language", model="m", persona=instruction, window_tokens=2000, beyond="forget", temperature=1.0)
    dealt = deals(GAME, count, [PlayerSpec.of("scripted", style=style) for style in ("fair", "greedy", "generous")], (), share=0.0, seed=99)
    episodes = asyncio.run(play([deal.match(player) for deal in dealt], {"m": ModelSpec(engine="nano", model=str(checkpoint), name="m", concurrency=None)}))
    return [share_of(episode, GAME, deal.seat) for episode, deal in zip(episodes, dealt, strict=True)]


@pytest.mark.slow
def test_the_full_loop_beats_the_first_instruction_alone(tmp_path, obeying):
    differences = []
    for seed in (1, 2, 3):
        found = {}
        for arm, given in (("full", FULL), ("static", STATIC)):
            task = Task((GAME,), ModelSpec(engine="nano", model=str(obeying), name="x"), tmp_path / f"{arm}{seed}", seed)
            result = trainer("inspo").make(task, given).run(print)
            found[arm] = earned(result["checkpoint"], result["best"])
        differences.append(np.subtract(found["full"], found["static"]))
    edge = student_interval(np.mean(differences, axis=0))
    assert edge.low > 0, edge
