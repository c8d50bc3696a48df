"""Scripted matches on many processes: chunks out, finished rows back, the same bytes as on one."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from .. import __version__
from ..agents import player
from .episode import Limits, play_match
from .plan import Match
from .record import Episode, Fault, SeatRecord
from .rows import EpisodeRows, episode_rows
from .watchdog import Watchdog

__all__ = ["Pool", "play_chunk", "worker_died"]

_CHUNK_SECONDS = 0.25
_MOST = 512


def play_chunk(matches: Sequence[Match], limits: Limits, watchdog: Watchdog | None = None) -> list[EpisodeRows]:
    """Play matches of players that answer at once, one after the other."""
    if watchdog is None:
        with Watchdog(limits.move_seconds) as fresh:
            return play_chunk(matches, limits, fresh)
    return [episode_rows(play_match(match, limits=limits, watchdog=watchdog)) for match in matches]


def worker_died(match: Match) -> Episode:
    """Make the record of a match that took its process down with it."""
    text = "the process that played it died (killed, out of memory, or a crash in native code)"
    return Episode(
        id=match.id,
        game=match.game.made_as,
        game_hash=match.game.hash,
        params=match.game.params,
        seed=match.seed,
        replicate=match.replicate,
        seats=tuple(SeatRecord(spec.hash, spec.name or spec.kind, spec.plain) for spec in match.players),
        decisions=(),
        events=(),
        returns=(0.0,) * match.game.seats,
        error=text,
        faults=(Fault(None, -1, "worker", text),),
        version=__version__,
        started=time.time(),
    )


class Pool:
    """Worker processes that play chunks of matches.

    A process that dies breaks the pool: what it and its neighbours were playing is played again match by match on a fresh one, so that only a match
    that kills its process is lost, and recorded as such.

    Args:
        processes: how many.
        limits: what a player may take.
    """

    def __init__(self, processes: int, limits: Limits) -> None:
        self.processes, self._limits = processes, limits
        self._executor: ProcessPoolExecutor | None = None
        self.stopping = False

    def _start(self) -> ProcessPoolExecutor:
        method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        context = multiprocessing.get_context(method)
        if isinstance(context, multiprocessing.context.ForkServerContext):
            context.set_forkserver_preload([__name__])
        # kinds that a script has registered by itself are not found by importing the package again
        return ProcessPoolExecutor(self.processes, context, initializer=_begin, initargs=(dict(player.kinds()), list(sys.path)))

    async def play(self, matches: Sequence[Match], rate: float) -> AsyncIterator[list[EpisodeRows]]:
        """Play matches and give their rows, chunk by chunk, as chunks end.

        Args:
            matches: what to play.
            rate: matches a second of one process, as measured; sets the size of a chunk.
        """
        size = max(1, min(_MOST, int(rate * _CHUNK_SECONDS), -(-len(matches) // (4 * self.processes))))
        chunks = iter([matches[start : start + size] for start in range(0, len(matches), size)])
        suspects: list[Match] = []
        async for done, rows in self._run(chunks):
            if rows is None:
                suspects += done
            else:
                yield rows
        for match in suspects:
            if self.stopping:
                return
            async for _, rows in self._run(iter([[match]])):
                yield rows if rows is not None else [episode_rows(worker_died(match))]

    async def _run(self, chunks: Iterator[Sequence[Match]]) -> AsyncIterator[tuple[Sequence[Match], list[EpisodeRows] | None]]:
        under_way: dict[asyncio.Future[list[EpisodeRows]], Sequence[Match]] = {}
        while True:
            # twice as many as there are processes, so that none waits for us
            while not self.stopping and len(under_way) < 2 * self.processes and (chunk := next(chunks, None)) is not None:
                under_way[self._submit(chunk)] = chunk
            if not under_way:
                return
            done, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for future in done:
                chunk = under_way.pop(future)
                try:
                    rows = future.result()
                except BrokenProcessPool:
                    self._drop()
                    yield chunk, None
                else:
                    yield chunk, rows

    def _submit(self, chunk: Sequence[Match]) -> asyncio.Future[list[EpisodeRows]]:
        loop = asyncio.get_running_loop()
        if self._executor is None:
            self._executor = self._start()
        try:
            return loop.run_in_executor(self._executor, play_chunk, chunk, self._limits)
        except BrokenProcessPool as problem:
            # it broke since the last look: this chunk has not begun, but joins those that are played one by one
            broken: asyncio.Future[list[EpisodeRows]] = loop.create_future()
            broken.set_exception(problem)
            return broken

    def _drop(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    def close(self) -> None:
        """End the processes."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None


def _begin(kinds: Mapping[str, Any], path: Sequence[str]) -> None:
    # Ctrl-C goes to every process of the terminal; when to stop is for the runner to say
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.path[:] = [*path, *(item for item in sys.path if item not in path)]
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    player.kinds()
    for kind in kinds.values():
        same = ("summary", "fits", "needs_model", "sync", "parts", "wraps", "models")
        shared = {name: getattr(kind, name) for name in same}
        player.player_kind(kind.name, kind.entry_point, **shared, **kind.presets)
