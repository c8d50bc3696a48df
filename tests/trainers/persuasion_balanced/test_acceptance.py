"""What benchmarks/persuasion_balanced.py measures, in small: each ablation loses one half of persuasion, and balance is better than either."""

import shutil

import pytest

from ludens.agents import PlayerSpec
from ludens.analysis.persuasion import cases, rates
from ludens.games import make
from ludens.llm import ModelSpec
from ludens.trainers import Task, trainer
from ludens.trainers.epo.playing import deals, play

pytest.importorskip("torch")
pytest.importorskip("tokenizers")

GAME = make("persuasion", say_chars=0, reliability=0.7, evidence=(0, 3))
TAUGHT = {"kind": "mixture", "players": [{"kind": "persuader", "manner": manner} for manner in ("stubborn", "credulous", "honest")]}
BASE = {"preset": "xs", "tokens": 1_200_000, "vocabulary": 600, "batch_tokens": 2000, "matches": 0, "teacher": TAUGHT}


async def measured(checkpoint, count=1000):
    """Rates on deals that nobody was trained on, beside a partner that claims honestly."""
    player = PlayerSpec.of("language", model="m", window_tokens=2000, beyond="forget", temperature=1.0)
    dealt = deals(GAME, count, [PlayerSpec.of("persuader", manner="stubborn")], (), share=0.0, seed=99)
    episodes = await play([deal.match(player) for deal in dealt], {"m": ModelSpec(engine="nano", model=str(checkpoint), name="m", concurrency=None)})
    return rates([case for episode, deal in zip(episodes, dealt, strict=True) for case in cases(episode, deal.seat)])


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_each_ablation_loses_a_half_and_balance_wins(tmp_path):
    import asyncio

    trainer("sft").make(Task((GAME,), ModelSpec(engine="nano", model="house", name="x"), tmp_path / "base", 1), BASE).run(print)
    start = tmp_path / "base" / "checkpoint"
    found = {}
    for mode in ("accept", "resist", "balanced"):
        place = tmp_path / mode
        if mode != "accept":
            shutil.copytree(tmp_path / "accept" / "trees", place / "trees")
        # a deal tells what was right in it, not what was likelier: many are needed before evidence is weighed by them
        given = {"mode": mode, "deals": 8000, "chunk": 500, "matches": 0}
        trainer("persuasion_balanced").make(Task((GAME,), ModelSpec(engine="nano", model=str(start), name="x"), place, 5), given).run(print)
        found[mode] = asyncio.run(measured(place / "checkpoint"))
    accept, resist, balanced = found["accept"], found["resist"], found["balanced"]
    assert accept.misinformation.low > balanced.misinformation.high
    assert resist.correction.high < balanced.correction.low
    assert balanced.balanced.low > max(accept.balanced.high, resist.balanced.high)
