"""The reply cache: a request that was answered once is never sent or paid again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Protocol

from .chat import ChatModel, Reply, Request
from .single import Wrapper

__all__ = ["Cache", "MemoryReplies", "Replies"]


class Replies(Protocol):
    """Where replies are kept; a run's store is one."""

    async def get(self, key: str) -> Reply | None:
        """Find the reply of a request key (:meth:`Request.key`)."""
        ...

    async def put(self, key: str, model: str, request: Request, reply: Reply) -> None:
        """Keep a reply; when this returns, it outlives a crash."""
        ...


class MemoryReplies:
    """Replies in memory, for one process and as long as it lives."""

    def __init__(self) -> None:
        self._replies: dict[str, Reply] = {}

    def __len__(self) -> int:
        return len(self._replies)

    async def get(self, key: str) -> Reply | None:
        return self._replies.get(key)

    async def put(self, key: str, model: str, request: Request, reply: Reply) -> None:
        self._replies[key] = reply


class Cache(Wrapper):
    """Answers from the store what it knows, and stores every new reply before handing it on.

    Identical requests in flight at the same time are sent once; all but the first get the reply marked as cached. Failures are not kept. Weights that were
    replaced (:class:`ludens.llm.chat.Reloadable`) are part of the key, and a reply that came while they were being replaced is handed on but not kept.

    Args:
        inner: the model; its name is part of the key.
        replies: where replies are kept.
    """

    def __init__(self, inner: ChatModel, replies: Replies) -> None:
        super().__init__(inner)
        self._replies = replies
        self._flights: dict[str, asyncio.Task[Reply]] = {}

    async def one(self, request: Request) -> Reply:
        weights = self.weights
        key = request.key(f"{self.name}@{weights}" if weights else self.name)
        flight = self._flights.get(key)
        if flight is not None:
            # shielded: whoever gives up waiting must not take the reply from the others
            return replace(await asyncio.shield(flight), cached=True)
        flight = asyncio.get_running_loop().create_task(self._find(key, weights, request))
        self._flights[key] = flight
        flight.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(flight)

    async def _find(self, key: str, weights: str, request: Request) -> Reply:
        known = await self._replies.get(key)
        if known is not None:
            return known if known.cached else replace(known, cached=True)
        reply = await self.inner.one(request)
        if self.weights == weights:
            await self._replies.put(key, self.name, request, reply)
        return reply

    def _landed(self, key: str, done: asyncio.Task[Reply]) -> None:
        del self._flights[key]
        if not done.cancelled():
            done.exception()  # heard: those who waited got it, and if none was left there is nobody to tell

    async def close(self) -> None:
        # a reply under way has been paid for: let it reach the store
        await asyncio.gather(*self._flights.values(), return_exceptions=True)
        await super().close()
