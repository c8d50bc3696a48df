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
    return _play(games, place, config, seed, config.matches, "json_schema", done)


def free_replies(games: Sequence[Game], place: Path, config: Config, seed: int) -> float:
    """Measure the share of replies that can be read when nothing holds the model to the format."""
    measured = _play(games, place, config, seed, max(config.matches // _FREE, 1), "none", None)
    return sum(item.parsed * item.decisions for item in measured) / max(sum(item.decisions for item in measured), 1)


def _play(
    games: Sequence[Game], place: Path, config: Config, seed: int, matches: int, structured: Structured, done: Callable[[Strength], None] | None
) -> list[Strength]:
    spec = ModelSpec(
        engine="nano",
        model=str(place),
        name="trained",
        concurrency=None,
        structured=structured,
        sampling=Sampling(temperature=config.temperature, max_tokens=None),
    )
    player = PlayerSpec.of("language", "trained", model="trained", window_tokens=config.window_tokens, beyond="forget")

    async def measured() -> list[Strength]:
        model = spec.build()
        try:
            return await strength(games, player, {"trained": model}, matches, seed, done=done)
        finally:
            await model.close()

    return asyncio.run(measured())
