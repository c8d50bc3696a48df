"""What every trainer of language models keeps: the losses of a short run, one gradient however a batch is parted, one model however a run is parted.

Traces are written anew by ``LUDENS_WRITE_TRACES=1 python -P -m pytest tests/trainers/test_invariants.py``, where what is learned is meant to change.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from ludens.games import make
from ludens.llm import ModelSpec
from ludens.trainers import Task, trainer

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from ludens.llm.nano import network  # noqa: E402
from ludens.llm.nano.house import house_folder  # noqa: E402
from ludens.llm.nano.shape import Shape  # noqa: E402
from ludens.llm.nano.tokenizer import Tokenizer  # noqa: E402
from ludens.trainers.epo.talks import Row  # noqa: E402
from ludens.trainers.epo.update import Batch, epo_loss, logprobs  # noqa: E402
from ludens.trainers.lspo import Config as LspoConfig  # noqa: E402
from ludens.trainers.lspo.preferences import Pair  # noqa: E402
from ludens.trainers.lspo.statements import Said, Statement  # noqa: E402
from ludens.trainers.sft.trainer import copy_words  # noqa: E402

TRACES = Path(__file__).with_name("traces.json")
RUNS = {
    "sft": ("dictator", {"preset": "xs", "tokens": 6000, "batch_tokens": 1000, "vocabulary": 300, "teacher": "fair", "held_out": 2, "matches": 0}),
    "rft": ("dictator", {"rounds": 2, "episodes": 16, "group": 4, "temperature": 1.6, "matches": 0, "batch_tokens": 500}),
    "epo": ("dictator", {"rounds": 2, "episodes": 16, "group": 4, "learning_rate": 3e-3, "batch": 8, "matches": 0}),
    "grpo": ("ultimatum", {"method": "grpo", "learning_rate": 1e-3}),
    "inpo": ("ultimatum", {"method": "inpo"}),
    "nash_mp": ("ultimatum", {"method": "nash_mp"}),
    "dpo": ("ultimatum", {"method": "dpo"}),
    "preference_tokens": (None, {"method": "inpo", "steps": 6, "group": 16}),
    "preference_pairs": (None, {"epochs": 2, "minibatch": 4, "learning_rate": 1e-3, "held_out": 0.0}),
}
PLAYED = {"prompts": 4, "group": 3, "steps": 3, "matches": 0, "structured": "json_schema", "judge": "logistic"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A random model with the words of the house model: a tokenizer of the test's own, trained anew, need not come out the same everywhere."""
    place, words = tmp_path_factory.mktemp("invariants"), Tokenizer(house_folder())
    copy_words(house_folder(), place)
    torch.manual_seed(5)
    network.save(network.Network(Shape(2, 64, 4, 2, 96, words.size, 1024), 0.2), place, words, half=False)
    return place


def losses(name, place, folder):
    """Run a trainer and give the losses of its updates in their order."""
    game, given = RUNS[name]
    kind = name if name in {"sft", "rft", "epo", "preference_tokens", "preference_pairs"} else "preference"
    if kind == "preference":
        given = {**PLAYED, **given}
    if kind == "preference_pairs":
        given = {**given, "pairs": str(written(folder))}
    model = None if kind == "preference_tokens" else ModelSpec(engine="nano", model=str(place), concurrency=None)
    task = Task((make(game),) if game else (), model, folder / "run", 4)
    result = trainer(kind).make(task, given).run(lambda line: None)
    if kind == "epo":
        return [loss for facts in result["rounds"] for loss in facts["losses"]]
    logs = sorted((folder / "run").glob("**/log.jsonl"))
    return [json.loads(line)["loss"] for log in logs for line in log.read_text().splitlines()]


def compare(name, found):
    known = json.loads(TRACES.read_text()) if TRACES.exists() else {}
    if os.environ.get("LUDENS_WRITE_TRACES"):
        known[name] = [round(loss, 6) for loss in found]
        TRACES.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    # sums in another order differ in the sixth digit, and a step of Adam may carry that a little further
    assert found == pytest.approx(known[name], rel=2e-3, abs=2e-4)
    assert len(set(found)) > 1


def written(folder):
    rng, path = np.random.default_rng(0), folder / "pairs.jsonl"
    rows = [{"prompt": f"How many of {number} do you offer?", **sides(rng, number)} for number in range(3, 15)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def sides(rng, number):
    one, two = rng.choice(number, 2, replace=False).tolist()
    return {"chosen": f'{{"choice": {max(one, two)}}}', "rejected": f'{{"choice": {min(one, two)}}}'}


@pytest.mark.parametrize("name", RUNS)
def test_the_losses_of_a_short_run_are_those_that_were_written_down(name, place, tmp_path):
    compare(name, losses(name, place, tmp_path))


def statements(rng, count):
    def said():
        reply = tuple(rng.integers(5, 200, 4).tolist())
        return Said("", None, reply, (0.0,) * len(reply))

    return [Statement(number, 0, 0, "player", (), (), tuple(rng.integers(5, 200, 9).tolist()), (said(), said()), 0) for number in range(count)]


def test_the_losses_of_aligning_are_those_that_were_written_down(place, tmp_path):
    pytest.importorskip("transformers")
    from ludens.trainers.lspo.alignment import align

    pairs = [Pair(one, 0, 1, 0.9, 1.0) for one in statements(np.random.default_rng(1), 8)]
    config = LspoConfig(batch=4, epochs=2, learning_rate=1e-3, anchor=0.05)
    found = [step["loss"] for step in align(ModelSpec(engine="nano", model=str(place)), tmp_path / "aligned", pairs, config, 3).trace]
    compare("lspo", found)


def test_the_halves_of_a_batch_have_the_gradient_of_the_whole_where_episodes_are_summed(place):
    """What epo and the policy's part of inspo learn by is a sum over episodes, so that their gradients add up."""
    rng, net = np.random.default_rng(2), network.load(place)
    found = []
    for length in (12, 20, 7, 16):
        places = tuple(range(length // 2, length))
        found.append(Row(tuple(rng.integers(5, 200, length).tolist()), places, tuple(rng.normal(size=len(places)).tolist()), (-2.0,) * len(places)))

    def gradient(parts, clip):
        net.zero_grad()
        for part in parts:
            batch = Batch.of(part)
            epo_loss(logprobs(net, batch), batch, clip).backward()
        return torch.cat([weight.grad.flatten().clone() for weight in net.parameters()])

    for clip in (None, 0.2):
        whole, halves = gradient([found], clip), gradient([found[:2], found[2:]], clip)
        assert whole.abs().max() > 0
        assert torch.allclose(whole, halves, rtol=0, atol=1e-5 * float(whole.abs().max()))
