"""Models in this process: an engine's own ceiling, and how much of it whole tournaments use.

A tournament of negotiation between two language players of the house model, 64 episodes in flight, is played with each engine, everything recorded. Its
requests are then given to a fresh engine of the same kind by 64 callers that do nothing else: what comes out
is the ceiling, on the same prompts and answers.

    python benchmarks/bench_models.py --episodes 128
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from _timing import describe, markdown

from ludens import make
from ludens.agents import PlayerSpec
from ludens.arena import Options, Run, play, round_robin
from ludens.llm.chat import ChatModel, Message, Reply, Request, Sampling
from ludens.llm.nano.house import house_folder
from ludens.llm.single import Wrapper
from ludens.llm.spec import ModelSpec

IN_FLIGHT = 64
AIM = 0.8
ENGINES = {"nano": {"max_batch": 64}, "transformers": {"max_batch": 64, "device": "cpu"}}
LONGER = {"nano": 3}
"""How many times more episodes an engine plays that is fast: what the last of them take alone, fewer and fewer at once, should not count."""


@dataclass(frozen=True)
class Speed:
    """Tokens of answers, and what they took."""

    tokens: int
    wall: float
    cpu: float

    @property
    def per_second(self) -> float:
        """Tokens per second of wall time."""
        return self.tokens / self.wall


class Watched(Wrapper):
    """Keeps what it was asked, and counts the tokens that came back."""

    def __init__(self, inner: ChatModel) -> None:
        super().__init__(inner)
        self.requests: list[Request] = []
        self.tokens = 0

    async def one(self, request: Request) -> Reply:
        self.requests.append(request)
        reply = await self.inner.one(request)
        self.tokens += reply.usage.completion_tokens
        return reply


def model(engine: str, options: dict[str, object]) -> ChatModel:
    """Make an engine over the house checkpoint."""
    return ModelSpec(
        engine=engine, model=str(house_folder()), name="m", concurrency=None, options=options, sampling=Sampling(temperature=0.5, max_tokens=None)
    ).bare()


def loaded(engine: str, options: dict[str, object]) -> ChatModel:
    """Make an engine and have it answer once, so that loading is not measured."""
    made = model(engine, options)
    asyncio.run(made.generate([Request((Message("user", "Hello."),), Sampling(max_tokens=2))]))
    return made


def tournament(engine: str, options: dict[str, object], episodes: int) -> tuple[Speed, list[Request]]:
    """Play the tournament; give its speed and what the model was asked."""
    players = [
        PlayerSpec.of("language", name=name, model="m", temperature=heat, beyond="forget", window_tokens=2000) for name, heat in (("a", 0.5), ("b", 0.6))
    ]
    plan = round_robin([make("negotiation")], players, replicates=max(1, episodes // 2))
    watched = Watched(loaded(engine, options))
    with tempfile.TemporaryDirectory(prefix="ludens-bench-") as folder, Run.create(Path(folder) / "run") as run:
        cpu, wall = time.process_time(), time.perf_counter()
        summary = play(plan, run, {"m": watched}, options=Options(in_flight=IN_FLIGHT, processes=1))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if not summary.complete:
        raise RuntimeError(summary.line)
    return Speed(watched.tokens, wall, cpu), watched.requests


def ceiling(engine: str, options: dict[str, object], requests: Sequence[Request], callers: int) -> Speed:
    """Give the requests to a fresh engine, so many at a time."""

    async def go() -> Speed:
        made = model(engine, options)
        await made.generate([Request((Message("user", "Hello."),), Sampling(max_tokens=2))])
        waiting = iter(requests)
        tokens = 0

        async def caller() -> None:
            nonlocal tokens
            for request in waiting:
                (reply,) = await made.generate([request])
                tokens += reply.usage.completion_tokens  # not across the wait: others add to it meanwhile

        cpu, wall = time.process_time(), time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(callers)))
        found = Speed(tokens, time.perf_counter() - wall, time.process_time() - cpu)
        await made.close()
        return found

    return asyncio.run(go())


def section(episodes: int = 128, repeats: int = 2) -> str:
    """Measure, and lay the figures out as Markdown."""
    rows = []
    for engine, options in ENGINES.items():
        played = [tournament(engine, options, episodes * LONGER.get(engine, 1)) for _ in range(repeats)]
        requests = played[0][1]
        alone = [ceiling(engine, options, requests, IN_FLIGHT) for _ in range(repeats)]
        single = ceiling(engine, options, requests[:100], 1)
        shares = [speed.per_second / bare.per_second for (speed, _), bare in zip(played, alone, strict=True)]
        share = statistics.median(shares)
        speed = statistics.median(found.per_second for found, _ in played)
        top = statistics.median(found.per_second for found in alone)
        per_cpu = statistics.median(found.tokens / found.cpu for found, _ in played)
        print(f"FIG models.{engine}.share | {share:.3f} | {min(shares):.3f}-{max(shares):.3f} | aim {AIM}")
        figures = (single.per_second, top, speed, per_cpu)
        rows.append((engine, f"{len(requests):,}", *(f"{value:,.0f}" for value in figures), f"{share:.2f} ({min(shares):.2f} to {max(shares):.2f})"))
    about = (
        f"Negotiation between two language players of the house model, {episodes} episodes (nano: {episodes * LONGER['nano']}), {IN_FLIGHT} in flight, "
        "answers held to their schema, "
        "everything recorded; one thread. "
        f"The ceiling is the same requests given to a fresh engine by {IN_FLIGHT} callers that do nothing else. Aim: {AIM} of it. "
        f"{describe('numpy', 'torch', 'transformers', 'llguidance')}; medians of {repeats}."
    )
    speeds = ("one at a time, tokens/s", f"ceiling, {IN_FLIGHT} at a time, tokens/s", "tournament, tokens/s", "tournament, tokens per CPU-s")
    head = ("engine", "requests", *speeds, "share of the ceiling")
    return "\n\n".join(["## Models in this process", about, markdown(rows, head)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=2)
    print(section(**vars(parser.parse_args())))
