"""Models in this process: asked by every episode through one queue, and answered in a thread of their own. The engine ``transformers`` is one."""

from __future__ import annotations

import asyncio
import importlib.util
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import orjson

from ...errors import MissingExtra, ParameterError
from ..chat import Reply, Request
from ..single import PerRequest
from .home import Home, home
from .options import Options
from .places import check_place, check_replacement
from .worker import Job, Worker

if TYPE_CHECKING:
    from ..spec import ModelSpec
    from .worker import Answerer

__all__ = ["LocalModel", "TransformersModel"]

_NEEDED = ("torch", "transformers", "llguidance")


class LocalModel(PerRequest):
    """A model whose weights are loaded into this process with the first request, and let go of by ``close``.

    Models with adapters share what is loaded with all others of this process whose settings lead to the same.

    Args:
        spec: the model.
        places: the base model's folder or name under "", and the folder of every adapter under its name.
        adapter: which adapter answers; "" for the base model.
        start: makes the worker that loads from such places.
        loading: the settings that what is loaded depends on, as JSON values.

    Raises:
        ParameterError: the spec asks for what a model in this process does not have.
        LudensError: there is no such folder, or no safetensors in it.
    """

    def __init__(
        self, spec: ModelSpec, places: Mapping[str, str], adapter: str, start: Callable[[Mapping[str, str]], Worker], loading: Mapping[str, object]
    ) -> None:
        for name in ("base_url", "api_key_env", "extra_body"):
            if getattr(spec, name):
                raise ParameterError(f"model {spec.name!r}: {name} is for servers; the engine {spec.engine!r} has none")
        check_place(spec.model)
        self.name = spec.name
        self._spec, self._adapter = spec, adapter
        if len(places) > 1:
            key = orjson.dumps([spec.engine, places, loading], option=orjson.OPT_SORT_KEYS, default=dict).decode()
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


class TransformersModel(LocalModel):
    """A model in this process by transformers.

    Requests that arrive while a batch is generated are generated together in the next one, in a thread of their own, so that the event loop stays free.
    Every reply has its token ids (the end-of-answer token included, where the model gave one), and their log-probabilities under the model's own distribution:
    before temperature, nucleus and the mask of a schema. What a request and the model's ``sampling`` leave open is temperature 1, top_p 1 and as many tokens as
    the context has room for. A request without a seed is seeded by its own content.

    Args:
        spec: the model: a folder or a name at the hub. ``structured`` is obeyed by masks over the tokens.
        options: the engine's own parameters.

    Raises:
        MissingExtra: torch, transformers or llguidance is not installed.
        ParameterError: the spec asks for what a model in this process does not have.
        LudensError: there is no such folder, or no safetensors in it.
    """

    def __init__(self, spec: ModelSpec, options: Options) -> None:
        if any(importlib.util.find_spec(package) is None for package in _NEEDED):
            raise MissingExtra("the model engine 'transformers'", "local")
        if options.adapters and importlib.util.find_spec("peft") is None:
            raise MissingExtra("an adapter of the engine 'transformers'", "train")

        def start(places: Mapping[str, str]) -> Worker:
            return Worker(spec.name, partial(_load, spec, options, places), options.max_batch, options.max_wait_ms / 1000)

        loading = {name: value for name, value in vars(options).items() if name != "adapter"}
        super().__init__(spec, {"": spec.model, **options.adapters}, options.adapter, start, loading)

    def _release(self) -> None:
        from .weights import release

        release()


def _load(spec: ModelSpec, options: Options, places: Mapping[str, str]) -> Answerer:
    from .answers import Answers

    adapters = {name: place for name, place in places.items() if name}
    return Answers(replace(spec, model=places[""]), replace(options, adapters=adapters))
