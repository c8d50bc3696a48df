"""One client per endpoint and event loop: models that talk to the same server with the same key share its connections."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

__all__ = ["Shared"]

T = TypeVar("T")


class Shared(Generic[T]):
    """A pool of clients by key, counted: the last user to leave closes the client.

    Args:
        close: closes a client.
    """

    def __init__(self, close: Callable[[T], Awaitable[None]]) -> None:
        self._close = close
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, tuple[T, int]]] = WeakKeyDictionary()

    def take(self, key: Hashable, make: Callable[[], T]) -> T:
        """Give the running loop's client of ``key``, made when it is the first; every ``take`` needs one ``leave``."""
        pool = self._pools.setdefault(asyncio.get_running_loop(), {})
        client, users = pool.get(key) or (make(), 0)
        pool[key] = (client, users + 1)
        return client

    async def leave(self, key: Hashable) -> None:
        """Say that one user is done."""
        pool = self._pools.get(asyncio.get_running_loop(), {})
        if key not in pool:
            return
        client, users = pool.pop(key)
        if users > 1:
            pool[key] = (client, users - 1)
        else:
            await self._close(client)
