"""What a trained checkpoint can do, measured by playing it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from ...agents.player import PlayerSpec
from ...games.core import Game
from ...llm.chat import Sampling
from ...llm.spec import ModelSpec
from ...llm.wire import Structured
from ..strength import Strength, strength
from .config import Config

__all__ = ["free_replies", "play"]

_FREE = 4
"""Unconstrained replies are looked at in so many times fewer episodes."""


def play(games: Sequence[Game], place: Path, config: Config, seed: int, done: Callable[[Strength], None]) -> list[Strength]:
    """Measure a checkpoint's strength in every game, its answers held to the schema as the players of it are."""
    return asyncio.run(_measured(games, _model(place, config, "json_schema"), config, seed=seed, matches=config.matches, done=done))


def free_replies(games: Sequence[Game], place: Path, config: Config, seed: int) -> float:
    """Measure the share of replies that can be read when nothing holds the model to the format."""
    measured = asyncio.run(_measured(games, _model(place, config, "none"), config, seed=seed, matches=max(config.matches // _FREE, 1)))
    return sum(item.parsed * item.decisions for item in measured) / max(sum(item.decisions for item in measured), 1)


def _model(place: Path, config: Config, structured: Structured) -> ModelSpec:
    sampling = Sampling(temperature=config.temperature, max_tokens=None)
    return ModelSpec(engine="nano", model=str(place), name="trained", concurrency=None, structured=structured, sampling=sampling)


async def _measured(
    games: Sequence[Game], spec: ModelSpec, config: Config, *, seed: int, matches: int, done: Callable[[Strength], None] | None = None
) -> list[Strength]:
    player = PlayerSpec.of("language", "trained", model=spec.name, window_tokens=config.window_tokens, beyond="forget")
    model = spec.build()
    try:
        return await strength(games, player, {spec.name: model}, matches, seed, done=done)
    finally:
        await model.close()
