"""The two stages of learning: the preferred replies by likelihood, then the pairs by direct preference optimisation, the first stage being its reference."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...arena.seeds import child_seed
from ...llm.spec import ModelSpec
from ..preference.on_pairs import PairsTrainer
from ..registry import Say, Task
from ..sft.config import Config as FitConfig
from ..sft.corpus import CHOICE, OWN, Corpus
from .config import Config
from .tree import Pair

__all__ = ["corpus_of", "fitted"]

_FILE = "pairs.jsonl"


def fitted(start: Path, found: Sequence[Pair], config: Config, place: Path, *, seed: int, say: Say) -> tuple[Path, dict[str, Any]]:
    """Learn from pairs, from the last save where there is one.

    Args:
        start: the checkpoint to begin with.
        found: what is learned from.
        config: how.
        place: the run's folder.
        seed: of the order of pairs.
        say: takes lines about how it goes.

    Returns:
        The folder of the checkpoint, and what each stage tells.
    """
    facts: dict[str, Any] = {}
    if config.sft_epochs:
        start, facts["sft"] = _imitated(start, found, config, place / "sft", seed)
        say(f"{len(found)} preferred replies read {config.sft_epochs} times: {facts['sft']['loss']:.3f} nats a token in the end")
    if config.dpo_epochs:
        start, facts["dpo"] = _preferred(start, found, config, place / "dpo", seed=seed, say=say)
    return start, facts


def corpus_of(found: Sequence[Pair], *, whole: bool = True) -> Corpus:
    """Lay dialogues out of which the preferred replies, and the learner's other ones, are learned.

    Args:
        found: pairs; a dialogue each.
        whole: learn the other replies too; else the preferred one alone is marked, and what follows it is left out.
    """
    ids, marks = list[int](), list[int]()
    starts = [0]
    for pair in found:
        end = len(pair.prompt) + len(pair.better)
        row = pair.dialogue if whole else pair.dialogue[:end]
        own = [0] * len(row)
        for begin, stop in pair.own if whole else ():
            own[begin:stop] = [OWN] * (stop - begin)
        own[len(pair.prompt) : end] = [CHOICE] * len(pair.better)
        ids += row
        marks += own
        starts.append(len(ids))
    return Corpus(np.array(ids, np.int32), np.array(marks, np.uint8), np.array(starts, np.int64))


def _imitated(start: Path, found: Sequence[Pair], config: Config, place: Path, seed: int) -> tuple[Path, dict[str, Any]]:
    from ...llm.nano.network import load, save
    from ...llm.nano.tokenizer import Tokenizer
    from ..sft.fit import fit
    from ..sft.trainer import copy_words

    done = place / "sft.json"
    if not done.exists():
        place.mkdir(parents=True, exist_ok=True)
        network, corpus = load(start), corpus_of(found, whole=config.keep > 0)
        batch = max(1, int(corpus.starts[-1]) * config.minibatch // len(corpus))
        tokens = int(corpus.starts[-1]) * config.sft_epochs
        how = FitConfig(preset=None, tokens=tokens, batch_tokens=batch, learning_rate=config.sft_rate, warmup=0, speech_weight=config.keep or 1.0)
        losses: list[float] = []
        seconds = fit(network, corpus, how, seed=child_seed(seed, "sft"), place=place, log=lambda point: losses.append(point.loss))
        copy_words(start, place / "checkpoint")
        # whole: rounded to half the digits, the reference would not be what is learned from next
        save(network, place / "checkpoint", Tokenizer(start), half=False)
        last = [json.loads(line)["loss"] for line in (place / "log.jsonl").read_text(encoding="utf-8").splitlines()][-5:]
        done.write_text(json.dumps({"loss": round(float(np.mean(last)), 5), "seconds": round(seconds, 2)}) + "\n", encoding="utf-8")
    facts: dict[str, Any] = json.loads(done.read_text(encoding="utf-8"))
    return place / "checkpoint", facts


def _preferred(start: Path, found: Sequence[Pair], config: Config, place: Path, *, seed: int, say: Say) -> tuple[Path, Mapping[str, Any]]:
    done = place / "result.json"
    if not done.exists():
        place.mkdir(parents=True, exist_ok=True)
        rows = [{"prompt_ids": pair.prompt, "chosen_ids": pair.better, "rejected_ids": pair.worse} for pair in found]
        (place / _FILE).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        how = {"temperature": config.beta, "epochs": config.dpo_epochs, "minibatch": config.minibatch, "learning_rate": config.dpo_rate, "held_out": 0.0}
        task = Task((), ModelSpec(engine="nano", model=str(start), name="reference"), place, child_seed(seed, "dpo"))
        PairsTrainer(task, pairs=str(place / _FILE), **how).run(say)
    last = json.loads((place / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    facts = {**json.loads(done.read_text(encoding="utf-8")), "accuracy": last["accuracy"], "margin": last["margin"]}
    return place / "checkpoint", {name: value for name, value in facts.items() if name != "checkpoint"}
