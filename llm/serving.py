"""The local test server's HTTP side: a bare asyncio protocol, because it shares the machine with what it measures."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from email.utils import formatdate
from typing import Any

import orjson

from ..errors import ParameterError
from .completions import Brain, complete, error, named_brain, tokens
from .faults import FAULTS, FaultTable

__all__ = ["ChatServer"]

_MAX_BODY = 64 * 2**20
_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 413: "Too Large", 429: "Too Many Requests"}


class ChatServer:
    """The server as an asynchronous context manager.

    Args:
        brain: ``"schema"`` (a legal answer by the schema or the prompt's words), ``"echo"`` (the last message), ``"fixed:TEXT"``, or a callable.
        latency: seconds between a request and its answer.
        faults: rates by name, or a list of faults in order of arrival; see :data:`ludens.llm.faults.FAULTS`.
        seed: seed of the faults.
        model: the model name it answers to; "" for any.
        retry_after: seconds that its 429 asks to wait.
        slow_seconds: how long a body that drips takes in all.
        port: 0 for any free one.

    Attributes:
        requests: decoded bodies as they arrived, when ``keep`` is set (for tests).
    """

    def __init__(
        self,
        brain: str | Brain = "schema",
        *,
        latency: float = 0.0,
        faults: Mapping[str, float] | Iterable[str] = (),
        seed: int = 0,
        model: str = "",
        retry_after: float = 0.0,
        slow_seconds: float = 5.0,
        port: int = 0,
        keep: bool = False,
    ) -> None:
        if not (isinstance(latency, int | float) and math.isfinite(latency) and latency >= 0):
            raise ParameterError(f"latency={latency!r} should be a number of seconds, 0 or more")
        self.brain: Brain = brain if callable(brain) else named_brain(brain)
        self.latency = latency
        self.faults = FaultTable(faults, seed)
        self.model = model
        self.retry_after = retry_after
        self.slow_seconds = slow_seconds
        self.keep = keep
        self.requests: list[dict[str, Any]] = []
        self.headers: list[bytes] = []
        self.count = 0
        self.in_flight = 0
        self.peak = 0
        self.by_fault: Counter[str] = Counter()
        self._port = port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.BaseTransport] = set()

    @property
    def url(self) -> str:
        """The base URL to give a client."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._open)

    @property
    def stats(self) -> dict[str, Any]:
        """Requests, requests in flight now and at most, and how often each fault was committed."""
        return {"requests": self.count, "in_flight": self.in_flight, "peak": self.peak, "faults": dict(sorted(self.by_fault.items()))}

    async def __aenter__(self) -> ChatServer:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", self._port, backlog=4096)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
            for transport in list(self._open):
                transport.close()
            await self._server.wait_closed()
            self._server = None


class _Connection(asyncio.Protocol):
    """One keep-alive connection; requests on it are answered in turn, each after the server's latency."""

    def __init__(self, server: ChatServer) -> None:
        self._server = server
        self._buffer = b""
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._server._open.add(transport)

    def connection_lost(self, problem: Exception | None) -> None:
        self._server._open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            low = head.lower()
            length = _header(low, b"content-length")
            size = int(length) if length.isdigit() else 0
            if size > _MAX_BODY:
                self._send(413, error("the request is too large"))
                self._transport.close()
                return
            if len(self._buffer) < end + 4 + size:
                return
            body, self._buffer = self._buffer[end + 4 : end + 4 + size], self._buffer[end + 4 + size :]
            self._route(head, low, body)

    def _route(self, head: bytes, low: bytes, body: bytes) -> None:
        server = self._server
        method, path, *_ = (*head.split(b" ", 2), b"", b"")
        if method == b"POST" and path == b"/v1/chat/completions":
            server.count += 1
            server.in_flight += 1
            server.peak = max(server.peak, server.in_flight)
            asked = _header(low, b"x-ludens-fault").decode("latin-1")
            fault = asked if asked in FAULTS else server.faults.draw(body)
            server.by_fault[fault] += 1
            if server.keep:
                server.headers.append(head)
            self._loop.call_later(server.latency, self._reply, head, body, fault)
        elif path == b"/stats":
            self._send(200, server.stats)
        elif path == b"/v1/models":
            self._send(200, {"object": "list", "data": [{"id": server.model or "ludens-test", "object": "model", "owned_by": "ludens"}]})
        else:
            self._send(404, error(f"no such page: {path[:80]!r}"))

    def _reply(self, head: bytes, raw: bytes, fault: str) -> None:
        server = self._server
        server.in_flight -= 1
        if self._transport.is_closing():
            return
        if fault == "timeout":
            return
        if fault == "drop":
            self._transport.abort()
            return
        if fault[:3].isdigit() or fault == "quota":
            self._fail(head, fault)
            return
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError as problem:
            self._send(400, error(f"the body is not JSON: {problem}"))
            return
        if server.keep:
            server.requests.append(body)
        try:
            status, made = complete(body, server.brain, model=server.model, fault=fault, number=server.count)
        except Exception as problem:  # a client must hear of a broken brain or an odd field, not wait for ever
            status, made = 500, error(f"{type(problem).__name__}: {problem}")
        if fault == "malformed":
            whole = orjson.dumps(made)
            self._transport.write(_head(status, len(whole) // 2) + whole[: len(whole) // 2])
        elif fault == "truncate":
            whole = orjson.dumps(made)
            self._transport.write(_head(status, len(whole)) + whole[: len(whole) // 2])
            self._transport.close()
        elif fault == "slow":
            whole = orjson.dumps(made)
            self._transport.write(_head(status, len(whole)))
            self._drip(whole, 0)
        elif status == 200 and body.get("stream"):
            self._stream(made)
        else:
            self._send(status, made)

    def _fail(self, head: bytes, fault: str) -> None:
        server = self._server
        extra = b""
        if fault == "429":
            extra = b"retry-after: %s\r\n" % f"{server.retry_after:g}".encode()
        elif fault == "429date":
            extra = b"retry-after: %s\r\n" % formatdate(0, usegmt=True).encode()
        elif fault == "503":
            extra = b"retry-after: 0\r\n"
        if fault == "502":
            page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
            self._transport.write(_head(502, len(page), extra, b"text/html") + page)
            return
        message = f"told to fail with {fault}"
        if fault == "401":
            sent = [line for line in head.decode("latin-1").split("\r\n") if line.lower().startswith("authorization:")]
            message = f"incorrect API key provided: {sent[0].partition(':')[2].strip() if sent else 'none'}"
        status = 429 if fault == "quota" else int(fault[:3])
        self._send(status, error(message, "insufficient_quota" if fault == "quota" else "model_not_found" if fault == "404" else ""), extra)

    def _send(self, status: int, made: dict[str, Any], extra: bytes = b"") -> None:
        if not self._transport.is_closing():
            body = orjson.dumps(made)
            self._transport.write(_head(status, len(body), extra) + body)

    def _drip(self, whole: bytes, at: int) -> None:
        if self._transport.is_closing() or at >= len(whole):
            return
        self._transport.write(whole[at : at + 1])
        self._loop.call_later(self._server.slow_seconds / len(whole), self._drip, whole, at + 1)

    def _stream(self, made: dict[str, Any]) -> None:
        self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        base = {key: made[key] for key in ("id", "created", "model", "system_fingerprint")} | {"object": "chat.completion.chunk"}
        for choice in made["choices"]:
            for token in tokens(choice["message"]["content"] or ""):
                self._chunk(base | {"choices": [{"index": 0, "delta": {"content": token}, "finish_reason": None}]})
            self._chunk(base | {"choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]})
        self._chunk(base | {"choices": [], "usage": made["usage"]})
        self._transport.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")

    def _chunk(self, made: dict[str, Any]) -> None:
        data = b"data: " + orjson.dumps(made) + b"\n\n"
        self._transport.write(b"%x\r\n%s\r\n" % (len(data), data))


def _head(status: int, length: int, extra: bytes = b"", kind: bytes = b"application/json") -> bytes:
    reason = _REASONS.get(status, "Error").encode()
    return b"HTTP/1.1 %d %s\r\ncontent-type: %s\r\ncontent-length: %d\r\n%s\r\n" % (status, reason, kind, length, extra)


def _header(low: bytes, name: bytes) -> bytes:
    at = low.find(b"\r\n" + name + b":")
    if at < 0:
        return b""
    end = low.find(b"\r\n", at + 2)
    return low[at + len(name) + 3 : end if end > 0 else len(low)].strip()
