"""Limits of one model: requests in flight, requests a minute, tokens a minute."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ..errors import MissingExtra, ParameterError
from .chat import ChatModel, Reply, Request
from .single import Wrapper

if TYPE_CHECKING:
    from aiolimiter import AsyncLimiter

__all__ = ["Limit", "prompt_tokens_at_most"]

_MINUTE = 60.0


def prompt_tokens_at_most(request: Request) -> int:
    """Estimate the prompt's tokens from above without a tokenizer: one for two bytes (English has about four), and ten a message for its frame."""
    return sum(len(message.content.encode("utf-8", "replace")) // 2 + 10 for message in request.messages)


class Limit(Wrapper):
    """Holds a request back until the model may have it. It belongs inside the retry layer, so that every try counts and none waits in a slot.

    Args:
        inner: the model.
        concurrency: most requests in flight; None for no limit.
        requests_per_minute: most requests begun a minute; None for no limit.
        tokens_per_minute: most tokens a minute, counted beforehand as the prompt (estimated from above) and the most the answer may have.
        assumed_tokens: the answer's tokens where a request sets no limit.
    """

    def __init__(
        self,
        inner: ChatModel,
        concurrency: int | None = None,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        *,
        assumed_tokens: int = 1024,
    ) -> None:
        super().__init__(inner)
        for name, value in (("concurrency", concurrency), ("requests_per_minute", requests_per_minute), ("tokens_per_minute", tokens_per_minute)):
            if value is not None and value <= 0:
                raise ParameterError(f"model {self.name!r}: {name}={value} should be more than 0, or null for no limit")
        self._given = (concurrency, requests_per_minute, tokens_per_minute)
        self._assumed = assumed_tokens
        self._loop: asyncio.AbstractEventLoop | None = None
        self._slots: asyncio.Semaphore | None = None
        self._requests: AsyncLimiter | None = None
        self._tokens: AsyncLimiter | None = None

    async def one(self, request: Request) -> Reply:
        if self._loop is not asyncio.get_running_loop():
            self._begin()
        if self._requests is not None:
            await self._requests.acquire()
        if self._tokens is not None:
            asked = prompt_tokens_at_most(request) + (request.sampling.max_tokens or self._assumed)
            # a request larger than a whole minute's share waits for all of it rather than for ever
            await self._tokens.acquire(min(asked, self._tokens.max_rate))
        if self._slots is None:
            return await self.inner.one(request)
        async with self._slots:
            return await self.inner.one(request)

    def _begin(self) -> None:
        """Make the locks of the running loop: they serve one loop only."""
        concurrency, requests, tokens = self._given
        self._loop = asyncio.get_running_loop()
        self._slots = asyncio.Semaphore(concurrency) if concurrency else None
        self._requests = _per_minute(requests) if requests else None
        self._tokens = _per_minute(tokens) if tokens else None


def _per_minute(rate: float) -> AsyncLimiter:
    try:
        from aiolimiter import AsyncLimiter
    except ImportError:
        raise MissingExtra("a rate limit", "api") from None
    # the limiter never lets through more than its rate at once: less than one a minute is one in more than a minute
    return AsyncLimiter(rate, _MINUTE) if rate >= 1 else AsyncLimiter(1, _MINUTE / rate)
