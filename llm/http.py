"""The lean client for servers of one's own (``vllm serve``, the test server, any OpenAI-compatible one): aiohttp, orjson and nothing between."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import orjson

from ..errors import MissingExtra, ParameterError
from .chat import Reply, Request
from .endpoint import Endpoint
from .failures import TryFailed, from_status
from .shared import Shared
from .single import PerRequest
from .wire import decode, payload, read_reply

if TYPE_CHECKING:
    import aiohttp

__all__ = ["HttpModel"]

MAX_BODY = 16 * 2**20
"""Most bytes of an answer that are read."""


async def _close(session: aiohttp.ClientSession) -> None:
    await session.close()


_SESSIONS: Shared[aiohttp.ClientSession] = Shared(_close)


class HttpModel(PerRequest):
    """One model behind an OpenAI-compatible server. One try per request: wrap it in :class:`ludens.llm.retry.Retry`.

    Args:
        endpoint: where and how; its ``base_url`` must be given.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        try:
            import aiohttp
            from yarl import URL
        except ImportError:
            raise MissingExtra("the lean HTTP client", "api") from None
        if not endpoint.base_url.startswith(("http://", "https://")):
            raise ParameterError(f"model {endpoint.name!r}: base_url={endpoint.base_url!r} should look like 'http://127.0.0.1:8000/v1'")
        self.name = endpoint.name
        self.endpoint = endpoint
        self._url = URL(endpoint.base_url.rstrip("/"))
        self._timeout = aiohttp.ClientTimeout(total=endpoint.timeout)
        self._headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {})}
        self._errors = (aiohttp.ClientError, OSError)
        self._urls = {path: self._url.joinpath(path) for path in ("chat/completions", "completions")}
        self._pool_key = (str(self._url.origin()), endpoint.key)
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def one(self, request: Request) -> Reply:
        start = time.perf_counter()
        made = await self.post("chat/completions", payload(request, self.endpoint.dialect))
        return read_reply(made, price=self.endpoint.price, latency=time.perf_counter() - start)

    async def post(self, path: str, body: Any) -> Any:
        """Send a body to ``"chat/completions"`` or ``"completions"`` below the base URL and give the decoded body of the answer.

        Raises:
            TryFailed: it was not answered, or not with status 200.
        """
        session = self._session if self._loop is asyncio.get_running_loop() and self._session is not None else self._connect()
        failed: TryFailed | None = None
        status, raw = 0, b""
        try:
            async with session.post(self._urls[path], data=orjson.dumps(body), headers=self._headers, timeout=self._timeout, allow_redirects=False) as response:
                status = response.status
                raw = await _read(response)
                if status != 200:
                    failed = from_status(status, raw, response.headers, self.endpoint.key)
        except TimeoutError:
            failed = TryFailed("timeout", f"no answer in {self.endpoint.timeout:g} s")
        except self._errors as problem:
            failed = TryFailed("connection", self.endpoint.scrub(f"{type(problem).__name__} {problem}"))
        if failed is not None:
            # raised out here, so that the transport's exception (which holds the request's headers) is not its context
            raise failed
        return decode(raw)

    def _connect(self) -> aiohttp.ClientSession:
        self._loop = asyncio.get_running_loop()
        self._session = _SESSIONS.take(self._pool_key, _new_session)
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            self._session = None
            await _SESSIONS.leave(self._pool_key)


def _new_session() -> aiohttp.ClientSession:
    import aiohttp

    return aiohttp.ClientSession(
        # how many requests run at once is the limiter's business
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=True,
        skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
    )


async def _read(response: aiohttp.ClientResponse) -> bytes:
    if response.content_length is not None and response.content_length <= MAX_BODY:
        return await response.read()
    parts, size = [], 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > MAX_BODY:
            raise TryFailed("oversize", f"the answer has more than {MAX_BODY} bytes")
        parts.append(part)
    return b"".join(parts)
