"""What the commands that play a schedule into a run share: the cast, the purse, playing, the forecast."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..arena import Run, Schedule, Summary
    from ..arena.forecast import Forecast
    from ..conf.resolve import Cast
    from ..llm.budget import Spending

__all__ = ["cast_of", "digest", "forecast", "play_into", "say_how_it_ended", "spending"]

_MODEL_SECONDS = 1800.0
"""A move of a model player may wait for retries and rate limits this long at least; one try has the model's own time-out."""


def cast_of(config: Mapping[str, Any], searched: Sequence[str], players: Iterable[Any] = ()) -> Cast:
    """Cast a command's players."""
    from ..conf.resolve import Cast

    cast = Cast(config["model"], tuple(searched))
    for entry in players:
        cast.add(entry)
    return cast


def spending(config: Mapping[str, Any]) -> Spending | None:
    """Make the purse of a command; None where it has no limit."""
    from ..llm.budget import Spending

    limits = config["budget"]
    return None if limits["dollars"] is None and limits["tokens"] is None else Spending(limits["dollars"], limits["tokens"])


def digest(identity: Mapping[str, Any]) -> str:
    """Digest what is played, for the name of a run that has none."""
    return hashlib.blake2b(json.dumps(identity, sort_keys=True, default=list).encode(), digest_size=4).hexdigest()


def forecast(schedule: Schedule, folder: Path, cast: Cast) -> Forecast:
    """Forecast what a schedule would take, by what its run has played already where there is one."""
    from ..arena import Run
    from ..arena.forecast import dry_run

    prices = {name: model.price for name, model in cast.models.items()}
    if folder.exists():
        with Run.open(folder) as run:
            return dry_run(schedule, run, prices)
    return dry_run(schedule, None, prices)


def play_into(run: Run, schedule: Schedule, cast: Cast, config: Mapping[str, Any]) -> Summary:
    """Play a schedule into a run with the settings of a command."""
    from ..arena import Limits, Options, play_async, spending_of
    from ..arena.progress import RichProgress

    options = Options(config["in_flight"], config["processes"], Limits(config["move_seconds"], max(config["move_seconds"], _MODEL_SECONDS)))

    async def go() -> Summary:
        limits = config["budget"]
        purse = spending_of(run, limits["dollars"], limits["tokens"])
        models = {name: spec.build(spending=purse) for name, spec in cast.models.items()}
        try:
            return await play_async(schedule, run, models, options=options, progress=RichProgress() if config["progress"] else None)
        finally:
            for model in models.values():
                await model.close()

    return asyncio.run(go())


def say_how_it_ended(summary: Summary) -> int:
    """Print how playing ended and give the exit status."""
    print(summary.line, file=sys.stderr)
    return 0 if summary.complete else 130 if summary.interrupted else 1
