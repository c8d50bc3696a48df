"""Cassettes: exchanges with a model in a JSONL file, recorded once and replayed in tests without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from ..errors import LudensError
from .chat import ChatModel, ModelFailure, Reply, Request
from .failures import one_line
from .plain import reply_from_plain, reply_to_plain, request_to_plain
from .single import PerRequest, per_request

__all__ = ["Cassette"]


class Cassette(PerRequest):
    """Replays what a file holds; what it lacks is asked of ``inner`` and recorded, or refused where there is no ``inner``.

    Args:
        path: a JSONL file; each line holds ``key``, ``model``, ``request`` and ``reply``.
        name: the model's name, by default ``inner``'s.
        inner: a live model to record from; None to replay strictly.
    """

    def __init__(self, path: Path | str, name: str = "", inner: ChatModel | None = None) -> None:
        self._path = Path(path)
        self._inner = per_request(inner) if inner is not None else None
        self.name = name or (inner.name if inner is not None else "cassette")
        if inner is None and not self._path.exists():
            raise LudensError(f"cassette {self._path} does not exist; give a model to record it from")
        self._replies = dict(_load(self._path)) if self._path.exists() else {}

    def __len__(self) -> int:
        return len(self._replies)

    async def one(self, request: Request) -> Reply:
        key = request.key(self.name)
        if key in self._replies:
            return self._replies[key]
        if self._inner is None:
            asked = one_line(request.messages[-1].content) if request.messages else ""
            raise ModelFailure(f"cassette {self._path.name} has no reply of {self.name!r} to the request that ends in {asked!r}", ("unrecorded",), fatal=True)
        reply = await self._inner.one(request)
        self._replies[key] = reply
        line = orjson.dumps({"key": key, "model": self.name, "request": request_to_plain(request), "reply": reply_to_plain(reply)})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(line + b"\n")
        return reply

    async def close(self) -> None:
        if self._inner is not None:
            await self._inner.close()


def _load(path: Path) -> list[tuple[str, Reply]]:
    out = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            made: dict[str, Any] = orjson.loads(line)
            out.append((made["key"], reply_from_plain(made["reply"])))
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as problem:
            raise LudensError(f"cassette {path}, line {number}: not a recorded exchange ({one_line(str(problem))})") from None
    return out
