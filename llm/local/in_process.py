"""What all models in this process share: a thread that loads the weights with the first request, and one queue that every episode feeds."""

from __future__ import annotations

import asyncio
import importlib.util
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ...errors import MissingExtra, ParameterError
from ..chat import Reply, Request
from ..single import PerRequest
from .worker import Worker

if TYPE_CHECKING:
    from ..spec import ModelSpec
    from .worker import Answer

__all__ = ["InProcess", "require"]


def require(engine: str, packages: Sequence[str], extra: str) -> None:
    """Make sure that packages are installed, without importing them.

    Raises:
        MissingExtra: one is not.
    """
    if any(importlib.util.find_spec(package) is None for package in packages):
        raise MissingExtra(f"the model engine {engine!r}", extra)


class InProcess(PerRequest):
    """A model whose weights are loaded into this process with the first request, and let go of by ``close``.

    Requests are answered in a thread of their own, so that the event loop stays free.

    Args:
        spec: the model.
        max_batch: most requests that are generated together.
        max_wait_ms: how long the first request of a batch waits for others.

    Raises:
        ParameterError: the spec asks for what a model in this process does not have.
    """

    def __init__(self, spec: ModelSpec, max_batch: int, max_wait_ms: float) -> None:
        for name in ("base_url", "api_key_env", "extra_body"):
            if getattr(spec, name):
                raise ParameterError(f"model {spec.name!r}: {name} is for servers; the engine {spec.engine!r} has none")
        self.name = spec.name
        self._spec, self._most, self._wait = spec, max_batch, max_wait_ms / 1000
        self._worker: Worker | None = None

    async def one(self, request: Request) -> Reply:
        start = time.perf_counter()
        if self._worker is None:
            self._worker = Worker(self.name, self._load, self._most, self._wait)
        reply = await asyncio.wrap_future(self._worker.submit(request))
        return replace(reply, latency=time.perf_counter() - start)

    async def close(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await asyncio.to_thread(worker.close)

    def _load(self) -> Answer:
        """Load the model; called in its thread.

        Raises:
            LudensError: it cannot be loaded.
        """
        raise NotImplementedError
