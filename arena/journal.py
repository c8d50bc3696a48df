"""The one writer of a run: replies before they are used, episodes when they are over, many in one transaction.

Hundreds of episodes wait for their replies to be on disk at the same time. While one transaction is being written, all
that comes in meanwhile gathers for the next: the disk is asked to sync once for all of them, not once for each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ..llm.chat import Reply, Request
from .record import Episode
from .rows import EpisodeRows, episode_rows, load_reply, reply_row
from .store import Run

__all__ = ["Journal", "Stopping"]


class Stopping(BaseException):
    """The run is to stop: raised where the next request would be sent; not an Exception, so that no player takes it for a failed request."""


_Item = Episode | EpisodeRows | tuple[str, str, Request, Reply]


class Journal:
    """Writes to a run's store from within an event loop.

    Attributes:
        stopped: why no further request may be sent; None while all is well.
        replies, tokens, cost: what was asked and paid for, since this journal was made.
        reused: replies that a stopped run had paid for already.
        retries: tries that failed before those replies.
    """

    def __init__(self, run: Run) -> None:
        self.stopped: str | None = None
        self.replies = self.tokens = self.reused = self.retries = 0
        self.cost = 0.0
        self._run = run
        self._known = run.pending_replies()
        self._waiting: list[tuple[_Item, asyncio.Future[None]]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ludens-store")
        self._writer: asyncio.Task[None] | None = None

    # -- replies -----------------------------------------------------------------------------------------------------

    def find(self, key: str) -> Reply | None:
        """Give a reply that the run had got for an unfinished match before it was stopped."""
        stored = self._known.pop(key, None)
        if stored is None:
            return None
        self.reused += 1
        return load_reply(stored)

    def check(self) -> None:
        """Make sure that a request may be sent.

        Raises:
            Stopping: the run is to stop.
        """
        if self.stopped is not None:
            raise Stopping(self.stopped)

    def stop(self, reason: str) -> None:
        """Let no further request be sent; what is under way comes to its end and is kept. The first reason counts."""
        if self.stopped is None:
            self.stopped = reason

    async def keep(self, key: str, model: str, request: Request, reply: Reply) -> None:
        """Write a reply; it is on disk when this returns."""
        self.replies += 1
        self.retries += len(reply.retries)
        if not reply.cached:
            self.tokens += reply.usage.prompt_tokens + reply.usage.completion_tokens
            self.cost += reply.cost or 0.0
        await self._write([(key, model, request, reply)])

    # -- episodes ----------------------------------------------------------------------------------------------------

    async def save(self, episodes: Sequence[Episode | EpisodeRows]) -> None:
        """Write finished episodes; they are on disk when this returns.

        Raises:
            StoreError: they cannot be written; those of earlier calls are kept.
        """
        await self._write(episodes)

    # -- the writer --------------------------------------------------------------------------------------------------

    async def _write(self, items: Sequence[_Item]) -> None:
        if not items:
            return
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting += [(item, done) for item in items]
        if self._writer is None or self._writer.done():
            self._writer = loop.create_task(self._drain())
        await done

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, []
            problem: BaseException | None = None
            try:
                await loop.run_in_executor(self._thread, self._commit, [item for item, _ in batch])
            except Exception as failed:  # it belongs to those who wait for it, and is raised there
                problem = failed
            for future in {id(done): done for _, done in batch}.values():
                if future.done():
                    continue
                if problem is None:
                    future.set_result(None)
                else:
                    future.set_exception(problem)

    def _commit(self, items: Sequence[_Item]) -> None:
        episodes = [item if isinstance(item, EpisodeRows) else episode_rows(item) for item in items if isinstance(item, EpisodeRows | Episode)]
        replies = [reply_row(*item) for item in items if not isinstance(item, EpisodeRows | Episode)]
        self._run.save(episodes, replies)

    async def close(self) -> None:
        """Write what is waiting and end the writer."""
        if self._writer is not None:
            await asyncio.gather(self._writer, return_exceptions=True)
        self._thread.shutdown()
