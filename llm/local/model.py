"""The engine ``transformers``: a causal language model in this process, asked by every episode through one queue."""

from __future__ import annotations

import asyncio
import importlib.util
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from ...errors import MissingExtra, ParameterError
from ..chat import Reply, Request
from ..single import PerRequest
from .options import Options
from .weights import check_place, release
from .worker import Worker

if TYPE_CHECKING:
    from ..spec import ModelSpec
    from .worker import Answer

__all__ = ["TransformersModel"]

_NEEDED = ("torch", "transformers", "llguidance")


class TransformersModel(PerRequest):
    """A model whose weights are loaded into this process with the first request, and let go of by ``close``.

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
        for name in ("base_url", "api_key_env", "extra_body"):
            if getattr(spec, name):
                raise ParameterError(f"model {spec.name!r}: {name} is for servers; the engine 'transformers' has none")
        check_place(spec.model)
        self.name = spec.name
        self._spec, self._options = spec, options
        self._worker: Worker | None = None

    async def one(self, request: Request) -> Reply:
        start = time.perf_counter()
        if self._worker is None:
            self._worker = Worker(self.name, self._load, self._options.max_batch, self._options.max_wait_ms / 1000)
        reply = await asyncio.wrap_future(self._worker.submit(request))
        return replace(reply, latency=time.perf_counter() - start)

    async def close(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await asyncio.to_thread(worker.close)
            release()

    def _load(self) -> Answer:
        from .answers import Answers

        return Answers(self._spec, self._options)
