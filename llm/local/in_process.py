"""What all models in this process share: a thread that loads the weights with the first request, and one queue that every episode feeds."""

from __future__ import annotations

import asyncio
import importlib.util
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson

from ...errors import MissingExtra, ParameterError
from ..chat import Reply, Request
from ..single import PerRequest
from .home import Home, home
from .places import check_replacement
from .worker import Job, Worker

if TYPE_CHECKING:
    from ..spec import ModelSpec
    from .worker import Answerer

__all__ = ["InProcess", "Load", "require"]

Load = Callable[[Mapping[str, str]], "Answerer"]
"""Loads a model from its places, in the thread that will answer: the base model's folder or name under "", the folder of every adapter under its name."""


def require(engine: str, packages: Sequence[str], extra: str) -> None:
    """Make sure that packages are installed, without importing them.

    Raises:
        MissingExtra: one is not.
    """
    if any(importlib.util.find_spec(package) is None for package in packages):
        raise MissingExtra(f"the model engine {engine!r}", extra)


class InProcess(PerRequest):
    """A model whose weights are loaded into this process with the first request, and let go of by ``close``.

    Requests are answered in a thread of their own, so that the event loop stays free. Models with adapters share what is loaded with all others of this
    process whose settings lead to the same.

    Args:
        spec: the model.
        load: loads it.
        max_batch: most requests that are generated together; None leaves that to the engine.
        max_wait_ms: how long the first request of a batch waits for others.
        options: the engine's parameters, as far as what is loaded depends on them.
        adapters: folders of adapters by name.
        adapter: which of them answers; "" for the base model.

    Raises:
        ParameterError: the spec asks for what a model in this process does not have.
    """

    def __init__(
        self,
        spec: ModelSpec,
        load: Load,
        max_batch: int | None,
        max_wait_ms: float,
        *,
        options: Mapping[str, object] | None = None,
        adapters: Mapping[str, str] | None = None,
        adapter: str = "",
    ) -> None:
        for name in ("base_url", "api_key_env", "extra_body"):
            if getattr(spec, name):
                raise ParameterError(f"model {spec.name!r}: {name} is for servers; the engine {spec.engine!r} has none")
        self.name = spec.name
        self._spec, self._adapter = spec, adapter
        name, places = spec.name, {"": spec.model, **(adapters or {})}

        def start(places: Mapping[str, str]) -> Worker:
            return Worker(name, lambda: load(places), max_batch, max_wait_ms / 1000)

        if adapters:
            key = orjson.dumps([spec.engine, places, options], option=orjson.OPT_SORT_KEYS, default=dict).decode()
            self._home = home(key, lambda: Home(places, start))
        else:
            self._home = Home(places, start)
        self._user = threading.Event()

    @property
    def weights(self) -> str:
        """Which weights were put in by ``reload``; "" for those that the model was described with."""
        return self._home.weights(self._adapter)

    async def one(self, request: Request) -> Reply:
        start = time.perf_counter()
        reply = await asyncio.wrap_future(self._home.submit(Job(self._spec, request, self._adapter, self._user)))
        return replace(reply, latency=time.perf_counter() - start)

    async def reload(self, place: str) -> None:
        """Replace the adapter that answers, or the base model where none does, by the one in a folder."""
        check_replacement(place, self._adapter)
        await asyncio.wrap_future(self._home.reload(place, self._adapter, self._user))

    async def close(self) -> None:
        user, self._user = self._user, threading.Event()
        if await asyncio.to_thread(self._home.leave, user):
            self._release()

    def _release(self) -> None:
        """Give memory back after the last user has left."""
