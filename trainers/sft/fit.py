"""The fitting itself: AdamW on the player's own words, saved so that a run that was cut off goes on as if it had not been."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from ...llm.nano.network import Network
from ..rates import set_rate, to_zero
from ..saves import open_log, read_state, write_state
from .config import Config
from .corpus import CHOICE, Corpus

__all__ = ["HeldOut", "Point", "evaluate", "fit", "steps_of"]


class Point(NamedTuple):
    """Where training stands after a step.

    Attributes:
        step, steps: so far, and in all.
        tokens: read so far.
        loss: mean negative log-likelihood of the player's own tokens in this step's batch, in nats, those of speech weighted as configured.
        rate: the learning rate of this step.
        seconds: of computing so far, earlier sittings included.
    """

    step: int
    steps: int
    tokens: int
    loss: float
    rate: float
    seconds: float


def steps_of(config: Config) -> int:
    """How many steps the budget of tokens is."""
    return max(1, config.tokens // config.batch_tokens)


def fit(network: Network, corpus: Corpus, config: Config, *, seed: int, place: Path, log: Callable[[Point], None]) -> float:
    """Train a network to the end, from the last save where there is one.

    Args:
        network: is trained in place.
        corpus: what is read.
        config: how.
        seed: of the order of conversations.
        place: where saves and ``log.jsonl`` go.
        log: called after every step.

    Returns:
        Seconds of computing, earlier sittings included.
    """
    device = torch.device(config.device if config.device != "auto" else "cuda" if torch.cuda.is_available() else "cpu")
    network.to(device).train()
    optimizer = _optimizer(network, config)
    point = _resume(network, optimizer, place)
    began, steps = time.perf_counter() - point.seconds, steps_of(config)
    with open_log(place, point.step) as file:
        # what was read before the save is passed over, so that the order is that of an unbroken run
        for step, batch in enumerate(islice(corpus.batches(config.batch_tokens, seed), point.step, steps), point.step + 1):
            rate = config.learning_rate * _share(step, steps, config.warmup)
            set_rate(optimizer, rate)
            ids, marks, lengths = corpus.gather(batch)
            with _precision(config, device):
                loss = _loss(network, torch.from_numpy(ids).long().to(device), torch.from_numpy(marks).to(device), lengths, config)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), config.clip)
            optimizer.step()
            point = Point(step, steps, point.tokens + len(ids), loss.item(), rate, time.perf_counter() - began)
            file.write(
                json.dumps({"step": step, "tokens": point.tokens, "loss": round(point.loss, 5), "rate": rate, "seconds": round(point.seconds, 2)}) + "\n"
            )
            log(point)
            if step % config.save_every == 0 or step == steps:
                file.flush()
                write_state(place, network, optimizer, point)
    network.eval()
    return point.seconds


class HeldOut(NamedTuple):
    """What a model makes of conversations that it was not trained on.

    Attributes:
        nats: mean negative log-likelihood of a token of the player's own.
        replies: share of the replies that its likeliest tokens repeat word for word, speech included.
        choices: share of the replies whose choice they repeat, given what was said before it.
    """

    nats: float
    replies: float
    choices: float


def evaluate(network: Network, corpus: Corpus, batch_tokens: int) -> HeldOut:
    """Measure a network on conversations that it was not trained on."""
    device = next(network.parameters()).device
    total, count = 0.0, 0
    missed: list[Tensor] = []
    with torch.inference_mode():
        for batch in _once(corpus, batch_tokens):
            gathered, marked, lengths = corpus.gather(batch)
            ids, marks = torch.from_numpy(gathered).long().to(device), torch.from_numpy(marked).to(device)
            at = marks.nonzero()[:, 0]
            logits = network.logits(network(ids, lengths)[at - 1]).float()
            total += float(cross_entropy(logits, ids[at], reduction="sum"))
            count += len(at)
            wrong = (logits.argmax(-1) != ids[at]).float()
            # a reply is a stretch of own tokens
            first = (marks[at - 1] == 0).long()
            misses = torch.zeros(int(first.sum()), 2, device=device)
            misses.index_add_(0, first.cumsum(0) - 1, torch.stack([wrong, wrong * (marks[at] == CHOICE)], -1))
            missed.append(misses)
    whole = (torch.cat(missed) == 0).float().mean(0).tolist()
    return HeldOut(total / max(count, 1), *whole)


def _once(corpus: Corpus, batch_tokens: int) -> Iterator[Any]:
    seen = 0
    for batch in corpus.batches(batch_tokens, 0):
        yield batch
        seen += len(batch)
        if seen >= len(corpus):
            return


def _loss(network: Network, ids: Tensor, marks: Tensor, lengths: list[int], config: Config) -> Tensor:
    # logits are made of those positions alone that something is learned at
    learned = marks > 0
    if config.reading:
        learned[:] = True
        learned[[0, *accumulate(lengths[:-1])]] = False  # nothing stands before the first token of a conversation
    at = learned.nonzero()[:, 0]
    losses = cross_entropy(network.logits(network(ids, lengths)[at - 1]).float(), ids[at], reduction="none")
    weights = torch.where(marks[at] == CHOICE, 1.0, torch.where(marks[at] > 0, config.speech_weight, config.reading))
    return (losses * weights).sum() / weights.sum()


def _optimizer(network: Network, config: Config) -> torch.optim.Optimizer:
    matrices = [weight for weight in network.parameters() if weight.dim() > 1]
    norms = [weight for weight in network.parameters() if weight.dim() == 1]
    groups = [{"params": matrices, "weight_decay": config.weight_decay}, {"params": norms, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.98))


def _share(step: int, steps: int, warmup: int) -> float:
    if step <= warmup:
        return step / warmup
    return to_zero((step - warmup) / max(steps - warmup, 1))


def _precision(config: Config, device: torch.device) -> Any:
    fast = device.type == "cuda" or (device.type == "cpu" and torch.cpu._is_amx_tile_supported())
    half = config.precision == "bfloat16" or (config.precision == "auto" and fast)
    return torch.autocast(device.type, torch.bfloat16) if half else contextlib.nullcontext()


# -- saves -------------------------------------------------------------------------------------------------------------


def _resume(network: Network, optimizer: torch.optim.Optimizer, place: Path) -> Point:
    found = read_state(place, network, optimizer)
    if found is None:
        return Point(0, 0, 0, 0.0, 0.0, 0.0)
    return Point(*found)
