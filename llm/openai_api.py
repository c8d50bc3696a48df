"""API providers through the official ``openai`` client on its aiohttp transport."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtra
from .chat import Reply, Request
from .endpoint import Endpoint
from .failures import TryFailed, from_status
from .shared import Shared
from .single import PerRequest
from .wire import payload, read_reply

if TYPE_CHECKING:
    from openai import AsyncOpenAI

__all__ = ["OpenAIModel"]


async def _close(client: AsyncOpenAI) -> None:
    await client.close()


_CLIENTS: Shared[AsyncOpenAI] = Shared(_close)


class OpenAIModel(PerRequest):
    """One model at an API provider. One try per request (the client's own retries are off): wrap it in :class:`ludens.llm.retry.Retry`.

    The client sends, signs, decodes and names errors; its typed response objects are not built, because they cost more than the rest together.

    Args:
        endpoint: where and how; an empty ``base_url`` means the official one.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        try:
            import aiohttp
            import openai
        except ImportError:
            raise MissingExtra("the OpenAI client", "api") from None
        self.name = endpoint.name
        self.endpoint = endpoint
        self._status_error = openai.APIStatusError
        # with the client's own time-out off, its APITimeoutError (a kind of APIConnectionError) only ever means that the server hung up; and a body that
        # breaks off surfaces as aiohttp's own error in some versions of the transport
        self._connection_errors = (openai.APIConnectionError, aiohttp.ClientError, OSError)
        self._body_errors = (openai.APIResponseValidationError, ValueError)
        self._pool_key = (endpoint.base_url, endpoint.key)
        self._client: AsyncOpenAI | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def one(self, request: Request) -> Reply:
        client = self._client if self._loop is asyncio.get_running_loop() and self._client is not None else self._connect()
        start = time.perf_counter()
        failed: TryFailed | None = None
        made: Any = None
        try:
            # the client's own time-out starts anew with every piece of the body; this one covers the whole try
            async with asyncio.timeout(self.endpoint.timeout):
                made = await client.post("/chat/completions", body=payload(request, self.endpoint.dialect), cast_to=object)
        except TimeoutError:
            failed = TryFailed("timeout", f"no answer in {self.endpoint.timeout:g} s")
        except self._status_error as problem:
            failed = from_status(problem.status_code, problem.response.content, problem.response.headers, self.endpoint.key)
        except self._connection_errors as problem:
            failed = TryFailed("connection", self.endpoint.scrub(_root(problem)))
        except self._body_errors as problem:
            failed = TryFailed("malformed", self.endpoint.scrub(f"the body is not JSON: {problem}"))
        if failed is not None:
            # raised out here, so that the client's exception (which holds the request's headers) is not its context
            raise failed
        return read_reply(made, price=self.endpoint.price, latency=time.perf_counter() - start)

    def _connect(self) -> AsyncOpenAI:
        self._loop = asyncio.get_running_loop()
        self._client = _CLIENTS.take(self._pool_key, self._new_client)
        return self._client

    def _new_client(self) -> AsyncOpenAI:
        import openai

        return openai.AsyncOpenAI(
            base_url=self.endpoint.base_url or None,
            api_key=self.endpoint.key or "none",
            max_retries=0,
            timeout=None,
            http_client=openai.DefaultAioHttpClient(timeout=None),
        )

    async def close(self) -> None:
        if self._client is not None:
            self._client = None
            await _CLIENTS.leave(self._pool_key)


def _root(problem: BaseException) -> str:
    """Name what went wrong first: the client wraps the transport's error, and the transport wraps aiohttp's."""
    while problem.__cause__ is not None:
        problem = problem.__cause__
    return f"{type(problem).__name__} {problem}"
