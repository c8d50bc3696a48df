"""Matches that trainers play and learn from or measure by, many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from ..arena.episode import Branch, Limits, play_match_async
from ..arena.plan import Match
from ..arena.record import Episode
from ..arena.watchdog import Watchdog
from ..llm.chat import ChatModel

__all__ = ["LIMITS", "played"]

LIMITS = Limits(60.0, 600.0)
"""Seconds for a move, and for an episode."""


async def played(matches: Sequence[Match], models: Mapping[str, ChatModel], *, in_flight: int = 64, branches: Sequence[Branch | None] = ()) -> list[Episode]:
    """Play matches side by side; give their episodes in the same order.

    Args:
        matches: what is played.
        models: by the name that players call theirs; they are left open.
        in_flight: episodes at once.
        branches: where each episode begins; by default at its own beginning.
    """
    gate = asyncio.Semaphore(in_flight)

    async def one(match: Match, branch: Branch | None, watchdog: Watchdog) -> Episode:
        async with gate:
            return await play_match_async(match, models, limits=LIMITS, watchdog=watchdog, branch=branch)

    begun = branches or [None] * len(matches)
    with Watchdog(LIMITS.move_seconds) as watchdog:
        return await asyncio.gather(*(one(match, branch, watchdog) for match, branch in zip(matches, begun, strict=True)))
