"""DPO and GRPO on the house model beside TRL: steps and tokens per CPU-second on one core, the same weights, pairs, prompts, batches and rates.

The pairs are two answers each of the house model to the same point of a game of its own; the better one is found by a rule, which is GRPO's reward too. Before
anything is timed, both losses and the norms of their gradients are compared on one batch, with a model that has moved away from its reference. TRL pins other
packages than we do: it gets a virtual environment of its own under ``build/peers``, made at the first run.

    python benchmarks/bench_training.py --repetitions 3
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from _peers import environment
from _timing import describe, markdown
from peers.rule import rule
from threadpoolctl import threadpool_limits

from ludens.agents import PlayerSpec
from ludens.arena import Match, play_match_async
from ludens.arena.record import prompts as asked
from ludens.games import make
from ludens.llm.chat import Message, Reply, Request, Sampling
from ludens.llm.nano.house import house_folder
from ludens.llm.nano.network import load, save
from ludens.llm.nano.tokenizer import Tokenizer
from ludens.llm.spec import ModelSpec
from ludens.trainers import Task, trainer
from ludens.trainers.credit import group_scores
from ludens.trainers.language_policy import LanguagePolicy, TokenBatch, row_of
from ludens.trainers.preference import Config
from ludens.trainers.preference.answers import Answers, Drawn
from ludens.trainers.preference.config import PairsConfig
from ludens.trainers.preference.learning import gradients
from ludens.trainers.preference.on_pairs import Laid
from ludens.trainers.preference.pairs import Pair, Words, read_pairs
from ludens.trainers.preference.running import run
from ludens.trainers.preference.weights import policy_of
from ludens.trainers.sft.trainer import copy_words

HERE = Path(__file__).parent
PACKAGES = ("trl==1.16.0", "transformers==5.23.0", "torch==2.13.0", "accelerate==1.15.0", "datasets==5.2.0")
GAMES = ("negotiation", "campsite_negotiation")
GOLDEN = HERE / "peers" / "trl_losses.json"
CLOSE = 1e-5
OPTIONS: dict[str, dict[str, Any]] = {"nano": {}, "transformers": {"device": "cpu", "max_batch": 64}}
Clock = Callable[[], float]
MOVED = 0.02
"""How far weights are moved for the comparison of losses, as a share of each matrix's standard deviation."""


def moved(place: Path) -> Path:
    """Write the house model with all its weights moved a little, by a seed."""
    network, words, rng = load(house_folder()), Tokenizer(house_folder()), np.random.default_rng(7)
    with torch.no_grad():
        for _, weight in sorted(network.named_parameters()):
            weight.add_(torch.from_numpy(rng.normal(size=tuple(weight.shape))).float() * float(weight.std()) * MOVED)
    place.mkdir(parents=True, exist_ok=True)
    save(network, place, words, half=False)
    copy_words(house_folder(), place)
    return place


def losses(place: Path, engine: str, batch: dict[str, Any], settings: dict[str, Any]) -> dict[str, float]:
    """Compute both losses and the norms of their gradients, of a moved model with the house model as reference.

    Args:
        place: the moved model.
        engine: whose policy computes: nano or transformers.
        batch: ``pairs`` of token ids, and ``rewards`` of their two answers, which are a group of GRPO.
        settings: of both methods.
    """
    model, start = (policy_of(ModelSpec(engine=engine, model=str(at), name="m", options=OPTIONS[engine])) for at in (place, house_folder()))
    laid = Laid(start, [Pair(*(tuple(pair[name]) for name in Pair._fields)) for pair in batch["pairs"]], PairsConfig(pairs="-", temperature=1.0))
    seen = laid.seen(range(len(batch["pairs"])))
    scores = torch.from_numpy(group_scores(np.array(batch["rewards"]))).float()
    seen, known = seen._replace(advantages=scores), seen.answers.batch.logprobs
    out: dict[str, float] = {}
    for method in ("dpo", "grpo"):
        config = Config(method=method, temperature=settings[method]["temperature"], clip=settings["grpo"]["clip"])
        model.model.zero_grad()
        out[method], _ = gradients(Scored(model), model.model, config, seen, (known, known))
        out[f"{method}_norm"] = float(torch.nn.utils.get_total_norm([weight.grad for weight in model.model.parameters() if weight.grad is not None]))
    return out


class Scored:
    """A policy as what tells how likely tokens are."""

    def __init__(self, policy: LanguagePolicy) -> None:
        self.policy, self.shares = policy, policy.shares

    def logprobs(self, module: Any, batch: TokenBatch) -> torch.Tensor:
        return self.policy.around(module).logprobs(batch)


# -- what both sides read ------------------------------------------------------------------------------------------------------------------------------


async def conversations(count: int, seed: int) -> list[tuple[Message, ...]]:
    """Give what the house model was asked in games against itself, each once, in an order by the seed."""
    model = spec("nano", house_folder()).build()
    player = PlayerSpec.of("language", model="m", window_tokens=2000, beyond="forget")
    matches = [Match(make(name), (player, player), number) for name in GAMES for number in range(count // 6)]
    try:
        episodes = await asyncio.gather(*(play_match_async(match, {"m": model}) for match in matches))
    finally:
        await model.close()
    found = list(dict.fromkeys(tuple(messages) for episode in episodes for _, _, messages in asked(episode)))
    return [found[index] for index in np.random.default_rng(seed).permutation(len(found))[:count]]


async def answered(talks: Sequence[tuple[Message, ...]], each: int, model: ModelSpec, most: int, seed: int) -> list[list[Reply]]:
    """Have every conversation answered several times, unconstrained, at temperature 1."""
    built, sampling = model.build(), Sampling(temperature=1.0, max_tokens=most)
    try:
        requests = [Request(talk, sampling, seed=seed + number, replicate=str(number)) for talk in talks for number in range(each)]
        replies = await built.generate(requests)
    finally:
        await built.close()
    return [list(replies[begin : begin + each]) for begin in range(0, len(replies), each)]


def spec(engine: str, place: Path) -> ModelSpec:
    """Describe a model in this process."""
    return ModelSpec(engine=engine, model=str(place), name="m", concurrency=None, structured="none", options=OPTIONS[engine])


def pairs_of(talks: Sequence[tuple[Message, ...]], count: int, most: int) -> list[dict[str, Any]]:
    """Give pairs in words: the best and the worst of four answers by the rule, where they differ."""
    rows = []
    for talk, replies in zip(talks, asyncio.run(answered(talks, 4, spec("nano", house_folder()), most, 10**6)), strict=True):
        best, worst = (pick((reply.text for reply in replies), key=rule) for pick in (max, min))
        if rule(best) > rule(worst):
            sides = {name: [{"role": "assistant", "content": text}] for name, text in (("chosen", best), ("rejected", worst))}
            rows.append({"prompt": [message._asdict() for message in talk], **sides})
    if len(rows) < count:
        raise RuntimeError(f"only {len(rows)} of {count} pairs")
    return rows[:count]


# -- our loops -----------------------------------------------------------------------------------------------------------------------------------------


class Prompted(Scored):
    """Prompts that are answered by an engine of this process and rewarded by the rule."""

    def __init__(self, policy: LanguagePolicy, start: ModelSpec, talks: Sequence[tuple[Message, ...]], settings: dict[str, Any], place: Path) -> None:
        super().__init__(policy)
        self.start, self.talks, self.settings, self.place, self.tokens = start, talks, settings, place, 0

    def draw(self, answering: Any, rival: Any, number: int) -> Drawn:
        count, size = self.settings["prompts"], self.settings["group"]
        talks = [self.talks[(number * count + index) % len(self.talks)] for index in range(count)]
        place = self.policy.around(answering).publish(self.place / "policy")
        replies = asyncio.run(answered(talks, size, replace(self.start, model=str(place)), self.settings["max_tokens"], 1000 * number))
        rewards = np.array([[rule(reply.text) for reply in group] for group in replies])
        parts = []
        for reply in (reply for group in replies for reply in group):
            row = row_of(reply.prompt_token_ids, reply.token_ids, reply.logprobs)
            parts.append([row])
            self.tokens += len(row[0])
        table = (1 + np.sign(rewards[:, :, None] - rewards[:, None, :])) / 2
        return Drawn(Answers.of(parts, size), table, None, rewards, {"reward": float(rewards.mean())})


def dpo(start: ModelSpec, settings: dict[str, Any], pairs: Path, clock: Clock = time.process_time) -> float:
    """Learn the pairs once by the trainer; give the seconds, the reference's and the checkpoint's among them, reading the file not."""
    given = {name: settings[name] for name in ("temperature", "learning_rate", "minibatch")} | {"pairs": str(pairs), "held_out": 0.0}
    with tempfile.TemporaryDirectory() as folder:
        made = trainer("preference_pairs").make(Task((), start, Path(folder)), given)
        return spent(lambda: made.run(lambda line: None), clock)


def grpo(start: ModelSpec, settings: dict[str, Any], talks: Sequence[tuple[Message, ...]], clock: Clock = time.process_time) -> tuple[float, int]:
    """Learn by the loop of the trainer ``preference``; give the seconds and the tokens of prompts and answers."""
    shared = {name: settings[name] for name in ("temperature", "learning_rate", "prompts", "group", "steps", "clip")}
    config = Config(method="grpo", epochs=1, minibatch=settings["prompts"], save_every=settings["steps"], **shared)
    policy = policy_of(start)
    with tempfile.TemporaryDirectory() as folder:
        field = Prompted(policy, start, talks, settings, Path(folder))
        seconds = spent(lambda: run(field, policy.model, config, seed=0, place=Path(folder), done=lambda step: {}), clock)
        return seconds, field.tokens


def spent(work: Callable[[], Any], clock: Clock) -> float:
    """Give the seconds of some work, by a clock."""
    began = clock()
    work()
    return clock() - began


# -- both ----------------------------------------------------------------------------------------------------------------------------------------------


def section(repetitions: int = 3, pairs: int = 48, steps: int = 1, engines: Sequence[str] = ("nano",)) -> str:
    """Measure and describe, for RESULTS.md."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder, threadpool_limits(1):
        place = Path(folder)
        settings, talks, file = written(place, pairs, steps)
        peer = peers(place, repetitions)
        apart = compared(place / "moved", settings, peer["losses"])
        if peer["dpo_ids"] != [[*pair.prompt, *pair.chosen, *pair.rejected] for pair in file[:8]]:
            raise RuntimeError("the two sides read other tokens")
        ours = [measured(engine, place, settings, talks, repetitions) for engine in engines]
    theirs = Costs("TRL", peer["dpo"], peer["grpo"], peer["dpo_tokens"], int(median(peer["grpo_tokens"])))
    return told([replace(own, dpo_tokens=theirs.dpo_tokens) for own in ours], theirs, settings, apart)


@dataclass(frozen=True)
class Costs:
    """CPU-seconds of a side's runs, and the tokens that one of them reads."""

    name: str
    dpo: list[float]
    grpo: list[float]
    dpo_tokens: int
    grpo_tokens: int


def written(place: Path, pairs: int, steps: int) -> tuple[dict[str, Any], list[tuple[Message, ...]], list[Pair]]:
    """Write what both sides read; give the settings, the prompts and the pairs."""
    grpo = {"temperature": 0.04, "learning_rate": 5e-5, "clip": 0.2, "prompts": 8, "group": 8, "steps": steps, "max_tokens": 64}
    talks = asyncio.run(conversations(max(2 * pairs, 8 * steps), 0))
    rows = pairs_of(talks, pairs, grpo["max_tokens"])
    talks = talks[: 8 * steps]
    lines = {"pairs.jsonl": rows, "prompts.jsonl": [{"prompt": [message._asdict() for message in talk]} for talk in talks]}
    for name, part in lines.items():
        (place / name).write_text("".join(json.dumps(line) + "\n" for line in part), encoding="utf-8")
    house = spec("nano", house_folder())
    found = read_pairs(place / "pairs.jsonl", Words.of(house, policy_of(house))).pairs
    batch = {
        "pairs": [{name: list(ids) for name, ids in pair._asdict().items()} for pair in found[:4]],
        "rewards": [[rule(row[side][0]["content"]) for side in ("chosen", "rejected")] for row in rows[:4]],
    }
    dpo = {"temperature": 0.1, "learning_rate": 5e-5, "minibatch": 16, "pairs": pairs}
    settings = {"model": str(house_folder()), "moved": str(moved(place / "moved")), "dpo": dpo, "grpo": grpo, "batch": batch}
    (place / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    return settings, talks, found


def measured(engine: str, place: Path, settings: dict[str, Any], talks: Sequence[tuple[Message, ...]], repetitions: int) -> Costs:
    """Run our side with one engine."""
    costs = Costs(f"ludens, engine {engine}", [], [], 0, 0)
    for number in range(repetitions):
        start = spec(engine, house_folder())
        costs.dpo.append(dpo(start, settings["dpo"], place / "pairs.jsonl"))
        cpu, tokens = grpo(start, settings["grpo"], talks)
        costs.grpo.append(cpu)
        costs = replace(costs, grpo_tokens=tokens)
        print(f"{number + 1}/{repetitions} {engine}: {costs.dpo[-1]:.1f}, {cpu:.1f}", file=sys.stderr, flush=True)
    return costs


def peers(place: Path, repetitions: int) -> dict[str, Any]:
    """Run the peer's side."""
    command = [str(environment("trl", PACKAGES)), str(HERE / "peers" / "trl_training.py"), str(place), str(repetitions)]
    quiet = {"OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "HF_HOME": str(place / "hub")}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **quiet})
    return json.loads(done.stdout.splitlines()[-1])


def compared(place: Path, settings: dict[str, Any], theirs: dict[str, float]) -> float:
    """Compare losses and norms, print them, and keep the peer's for the tests; give the largest difference of a loss.

    Raises:
        RuntimeError: a loss is further apart than 1e-5, or a norm than a thousandth of itself.
    """
    furthest = 0.0
    for engine in OPTIONS:
        own = losses(place, engine, settings["batch"], settings)
        for name, value in theirs.items():
            print(f"FIG training.{name}.{engine} | ludens {own[name]:.8f} | trl {value:.8f} | apart {abs(own[name] - value):.1e}", flush=True)
            if name.endswith("_norm"):
                if abs(own[name] / value - 1) > 1e-3:
                    raise RuntimeError(f"{name} is {own[name]:.6f}, and {value:.6f} by TRL")
            else:
                furthest = max(furthest, abs(own[name] - value))
    if furthest > CLOSE:
        raise RuntimeError(f"losses are {furthest:.1e} apart, more than {CLOSE}")
    kept = {"packages": list(PACKAGES), "settings": {name: settings[name] for name in ("dpo", "grpo")}, "batch": settings["batch"], "trl": theirs}
    GOLDEN.write_text(json.dumps(kept) + "\n", encoding="utf-8")
    return furthest


def told(ours: Sequence[Costs], theirs: Costs, settings: dict[str, Any], apart: float) -> str:
    """Lay the figures out as Markdown."""
    pairs, steps, own = settings["dpo"]["pairs"], settings["grpo"]["steps"], settings["grpo"]
    updates, rows = {"dpo": -(-pairs // settings["dpo"]["minibatch"]), "grpo": steps}, []
    for method, number in updates.items():
        for side in (*ours, theirs):
            costs = getattr(side, method)
            rates = sorted(number / cost for cost in costs)
            spread, times = f"{rates[0]:.3f}-{rates[-1]:.3f}", median(getattr(theirs, method)) / median(costs)
            print(f"FIG training.{method} | {side.name} | {median(rates):.3f} steps/cpu-s | spread {spread} | {times:.2f} x TRL", flush=True)
            tokens = getattr(side, f"{method}_tokens") / median(costs)
            rows.append((method.upper(), side.name, f"{median(rates):.3f}", spread, f"{tokens:,.0f}", f"{times:.2f}"))
    return f"""## Training beside TRL

The house model (1.3 M weights, float32), one thread; medians of {len(theirs.dpo)}. Tokens are those of prompts and answers, for every answer the whole of its
prompt, padding not among them. DPO: {pairs} pairs, one pass, {settings["dpo"]["minibatch"]} a step, the reference's log-probabilities among the cost; ours by
the trainer `preference_pairs`, checkpoint included. GRPO: steps of {own["prompts"]} prompts with {own["group"]} answers of {own["max_tokens"]} tokens
at most, generation included, one update a step, a reward by rule; ours by the loop of the trainer `preference`, saves included; TRL with `loss_type="bnpo"` and
`scale_rewards="group"`, which is our loss. Losses on one batch are within {apart:.0e} of TRL's (asserted: {CLOSE:.0e}; norms of their gradients: a
thousandth). Aim: 2 times TRL. {", ".join(PACKAGES)}; ours {describe("torch", "transformers")}.

{markdown(rows, ("method", "loop", "steps per CPU-second", "spread", "tokens per CPU-second", "x TRL"))}"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--pairs", type=int, default=48)
    parser.add_argument("--steps", type=int, default=1)
    parser.add_argument("--engines", nargs="+", choices=list(OPTIONS), default=["nano"])
    sys.stdout.write(section(**vars(parser.parse_args())) + "\n")
