"""A real local server that speaks the OpenAI chat protocol, for tests, demonstrations and benchmarks; it can misbehave on command.

    python -m ludens.llm.testserver --latency 0.05 --faults "429:0.1,500:0.1,timeout:0.02,drop:0.05"

prints its base URL once it listens (on 127.0.0.1 only). It answers ``POST /v1/chat/completions`` (streamed or whole), ``GET /v1/models`` and
``GET /stats``; ``x-ludens-fault: 500`` on a request asks for one fault. It is a bare asyncio protocol, because it shares the machine with what it measures.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import math
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from email.utils import formatdate
from typing import Any

import orjson

from ..errors import LudensError, ParameterError
from .brain import Draws, from_prompt, from_schema
from .faults import FAULTS, FaultTable, parse_faults

__all__ = ["Brain", "ChatServer", "server_process"]

Brain = Callable[[dict[str, Any]], str]
"""Turns the decoded body of a request into the text of the answer."""

_MAX_BODY = 64 * 2**20
_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 413: "Too Large", 429: "Too Many Requests"}
_FIXED = "I have no opinion."


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
        self.brain: Brain = brain if callable(brain) else _named_brain(brain)
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

    # -- one chat request --------------------------------------------------------------------------------------------

    def answer(self, body: dict[str, Any], draws: str) -> tuple[int, dict[str, Any]]:
        """Make the status and the object that answers a decoded body; ``draws`` names the fault that changes its content."""
        if self.model and body.get("model") != self.model:
            return 404, _error(f"the model {body.get('model')!r} does not exist; this server has {self.model!r}", "model_not_found")
        messages = body.get("messages")
        if not isinstance(messages, list) or not all(isinstance(item, dict) and isinstance(item.get("content"), str) for item in messages):
            return 400, _error("messages should be a list of objects with a role and a text content", "invalid_request_error")
        text, finish = self.brain(body), "stop"
        for stop in _stops(body):
            text = text.partition(stop)[0]
        tokens = _tokens(text)
        limit = body.get("max_completion_tokens") or body.get("max_tokens") or len(tokens)
        if draws == "length":
            limit = min(limit, max(len(tokens) // 2, 1))
        if len(tokens) > limit:
            tokens, finish = tokens[:limit], "length"
        text = "".join(tokens)
        message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
        if draws in ("null", "refusal"):
            message |= {"content": None, "refusal": "I cannot help with that." if draws == "refusal" else None}
        prompt = sum(len(item["content"]) // 4 + 4 for item in messages)
        choice = {"index": 0, "finish_reason": finish, "message": message, "logprobs": _logprobs(tokens, body) if body.get("logprobs") else None}
        made: dict[str, Any] = {
            "id": f"chatcmpl-{self.count}",
            "object": "chat.completion",
            "created": 0,
            "model": body.get("model") or "ludens-test",
            "system_fingerprint": "fp_ludens_test",
            "choices": [] if draws == "empty" else [choice],
            "usage": {"prompt_tokens": prompt, "completion_tokens": len(tokens), "total_tokens": prompt + len(tokens)},
        }
        if body.get("return_token_ids"):
            choice["token_ids"] = [_token_id(token) for token in tokens]
            made["prompt_token_ids"] = [_token_id(token) for item in messages for token in _tokens(item["content"])]
        return 200, made


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
                self._send(413, _error("the request is too large"))
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
            self._send(404, _error(f"no such page: {path[:80]!r}"))

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
            self._send(400, _error(f"the body is not JSON: {problem}"))
            return
        if server.keep:
            server.requests.append(body)
        status, made = server.answer(body, fault)
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
        self._send(status, _error(message, "insufficient_quota" if fault == "quota" else "model_not_found" if fault == "404" else ""), extra)

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
            for token in _tokens(choice["message"]["content"] or ""):
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


def _error(message: str, code: str = "") -> dict[str, Any]:
    return {"error": {"message": message, "type": "error", "param": None, "code": code or None}}


def _tokens(text: str) -> list[str]:
    # pieces of at most four characters stand in for tokens: enough for counting, cutting and lengths that must agree
    return [text[at : at + 4] for at in range(0, len(text), 4)]


def _token_id(token: str) -> int:
    return int.from_bytes(token.encode("utf-8", "replace")[:4], "big") % 50_000


def _logprobs(tokens: list[str], body: dict[str, Any]) -> dict[str, Any]:
    top = int(body.get("top_logprobs") or 0)
    content = []
    for token in tokens:
        value = -(1 + _token_id(token) % 100) / 50
        entry: dict[str, Any] = {"token": token, "logprob": value, "bytes": list(token.encode("utf-8", "replace"))}
        entry["top_logprobs"] = [{"token": token, "logprob": value - rank, "bytes": None} for rank in range(top)]
        content.append(entry)
    return {"content": content}


def _stops(body: dict[str, Any]) -> list[str]:
    stop = body.get("stop") or []
    return [stop] if isinstance(stop, str) else [word for word in stop if isinstance(word, str) and word]


# -- brains --------------------------------------------------------------------------------------------------------------


def _named_brain(name: str) -> Brain:
    if name == "schema":
        return schema_brain
    if name == "echo":
        return lambda body: str(body["messages"][-1]["content"]) if body["messages"] else ""
    if name.startswith("fixed:"):
        text = name.partition(":")[2]
        return lambda body: text
    raise ParameterError(f"brain {name!r} should be 'schema', 'echo' or 'fixed:TEXT'")


def schema_brain(body: dict[str, Any]) -> str:
    """Answer legally by the body's schema (``response_format`` or ``structured_outputs``), else by the prompt's words."""
    draws = Draws(orjson.dumps([body.get("model"), body["messages"], body.get("seed")]))
    structured = body.get("structured_outputs") or {}
    if options := structured.get("choice"):
        return str(options[draws.below(len(options))])
    schema = structured.get("json") or ((body.get("response_format") or {}).get("json_schema") or {}).get("schema")
    if schema:
        return orjson.dumps(from_schema(schema, draws)).decode()
    return from_prompt([item["content"] for item in body["messages"]], draws, _FIXED)


# -- as a process ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def server_process(*arguments: str) -> Iterator[str]:
    """Run the server in a process of its own and give its base URL; it ends with the block, or with its parent.

    Args:
        *arguments: of the command line, e.g. ``"--latency", "0.05"``.

    Raises:
        LudensError: the server did not start; with its own words.
    """
    command = [sys.executable, "-P", "-m", "ludens.llm.testserver", "--until-stdin-closes", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            if not url.startswith("http://"):
                _, problem = process.communicate(timeout=10)
                lines = problem.strip().splitlines()
                raise LudensError(f"the test server did not start: {lines[-1] if lines else 'no message'}")
            yield url
        finally:
            process.terminate()


def main(arguments: list[str] | None = None) -> int:
    """Run the server until it is interrupted; returns the exit status."""
    parser = argparse.ArgumentParser("ludens.llm.testserver", description="A local OpenAI-compatible server for tests; it can misbehave on command.")
    parser.add_argument("--port", type=int, default=0, help="0 for any free one")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds a request takes")
    parser.add_argument(
        "--faults", default="", help="rates, as in '429:0.1,drop:0.05'; known: " + "; ".join(f"{name}: {what}" for name, what in FAULTS.items())
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the faults")
    parser.add_argument("--brain", default="schema", help="schema, echo or fixed:TEXT")
    parser.add_argument("--model", default="", help="the only model name it answers to; any by default")
    parser.add_argument("--retry-after", type=float, default=0.0, help="seconds that a 429 asks to wait")
    parser.add_argument("--slow-seconds", type=float, default=5.0, help="how long a dripping body takes")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input does, so that it never outlives its parent")
    given = parser.parse_args(arguments)
    try:
        server = ChatServer(
            given.brain,
            latency=given.latency,
            faults=parse_faults(given.faults),
            seed=given.seed,
            model=given.model,
            retry_after=given.retry_after,
            slow_seconds=given.slow_seconds,
            port=given.port,
        )
        asyncio.run(_serve(server, given.until_stdin_closes))
    except KeyboardInterrupt:
        return 0
    except (LudensError, OSError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    return 0


async def _serve(server: ChatServer, until_stdin_closes: bool) -> None:
    async with server:
        print(server.url, flush=True)
        if until_stdin_closes:
            # a daemon thread may sit in read() at exit; that is why the loop's own executor (which joins its threads) is not used
            import threading

            closed = asyncio.Event()
            loop = asyncio.get_running_loop()

            def watch() -> None:
                sys.stdin.buffer.read()
                loop.call_soon_threadsafe(closed.set)

            threading.Thread(target=watch, daemon=True).start()
            await closed.wait()
        else:
            await asyncio.Event().wait()


if __name__ == "__main__":
    sys.exit(main())
