"""The shape shared by engines that answer one request at a time and by wrappers: write ``one``, get ``generate``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ..errors import LudensError
from .chat import ChatModel, ModelFailure, Reloadable, Reply, Request

__all__ = ["Around", "Batched", "PerRequest", "Wrapper", "per_request"]


class PerRequest:
    """A chat model written as one coroutine per request."""

    name: str

    async def one(self, request: Request) -> Reply:
        """Answer one request.

        Raises:
            ModelFailure: it could not be answered.
        """
        raise NotImplementedError

    async def generate(self, requests: Sequence[Request]) -> list[Reply]:
        if len(requests) == 1:
            return [await self.one(requests[0])]
        # all are seen to their end before a failure is raised: a reply that was paid for reaches the cache whatever happens to its neighbours
        done = await asyncio.gather(*(self.one(request) for request in requests), return_exceptions=True)
        problems = [item for item in done if isinstance(item, BaseException)]
        if problems:
            raise next((item for item in problems if isinstance(item, ModelFailure) and item.fatal), problems[0])
        return [item for item in done if isinstance(item, Reply)]

    async def close(self) -> None:
        return None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class Around(PerRequest):
    """What stands around another chat model: it has the other's name, closes it and hands new weights to it."""

    inner: ChatModel

    @property
    def weights(self) -> str:
        return self.inner.weights if isinstance(self.inner, Reloadable) else ""

    async def reload(self, place: str) -> None:
        if not isinstance(self.inner, Reloadable):
            raise LudensError(f"model {self.name!r}: its weights cannot be replaced from here; engines in this process and servers of its own can")
        await self.inner.reload(place)

    async def close(self) -> None:
        await self.inner.close()


class Batched(Around):
    """Any other chat model (a third-party one with nothing but ``generate``) in this shape."""

    def __init__(self, inner: ChatModel) -> None:
        self.inner, self.name = inner, inner.name

    async def one(self, request: Request) -> Reply:
        return (await self.inner.generate([request]))[0]

    async def generate(self, requests: Sequence[Request]) -> list[Reply]:
        return await self.inner.generate(requests)


def per_request(model: ChatModel) -> PerRequest:
    """Give a chat model the ``one`` method, if it lacks it."""
    return model if isinstance(model, PerRequest) else Batched(model)


class Wrapper(Around):
    """Behaviour around another chat model."""

    inner: PerRequest

    def __init__(self, inner: ChatModel) -> None:
        self.inner = per_request(inner)
        self.name = inner.name

    async def one(self, request: Request) -> Reply:
        return await self.inner.one(request)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.inner!r})"
