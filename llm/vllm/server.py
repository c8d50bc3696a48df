"""The engine ``vllm_server``: a server of vLLM that is started for the model, asked by the lean client."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from ...errors import LudensError, MissingExtra, ParameterError
from ..chat import ModelFailure, Reply, Request, Usage
from ..failures import TryFailed
from ..http import HttpModel
from ..local.asked import Unfit, settle
from ..local.places import check_place
from ..local.tokens import cut
from ..single import PerRequest
from .completions import body, read, read_scores, scoring_body
from .options import ServerOptions
from .parameters import constraint, wants_scores
from .process import vllm_of
from .station import station

if TYPE_CHECKING:
    from ..spec import ModelSpec

__all__ = ["ServedModel"]


class ServedModel(PerRequest):
    """A model behind a server of vLLM on this machine, which starts with the first request and ends with ``close``, or with this process.

    Prompts are written and answers read here, so that replies say what those of the engine ``vllm`` say (:class:`ludens.llm.vllm.model.VllmModel`).

    Args:
        spec: the model: a folder or a name at the hub.
        options: the engine's own parameters.

    Raises:
        MissingExtra: vLLM is not installed, or transformers, which reads the tokenizer here, is not.
        ParameterError: the spec asks for what only a server that runs already can give.
        LudensError: there is no such folder, or no safetensors in it; or the interpreter has no vLLM.
    """

    def __init__(self, spec: ModelSpec, options: ServerOptions) -> None:
        found, cpu = vllm_of(options.python or sys.executable)
        if not found:
            if options.python:
                raise LudensError(f"model {spec.name!r}: there is no vLLM in the environment of python={options.python!r}")
            raise MissingExtra("the model engine 'vllm_server'", "vllm")
        if importlib.util.find_spec("transformers") is None:
            raise MissingExtra("the model engine 'vllm_server'", "local")
        for name in ("base_url", "api_key_env"):
            if getattr(spec, name):
                raise ParameterError(f"model {spec.name!r}: {name} is for servers that run already (local_server); the engine 'vllm_server' starts its own")
        check_place(spec.model)
        self.name = spec.name
        self._spec, self._options = spec, options
        self._station = station(spec.model, options, cpu=cpu)
        self._user = threading.Event()
        self._clients: dict[str, HttpModel] = {}

    @property
    def weights(self) -> str:
        """Which weights were put in by ``reload``; "" for those that the model was described with."""
        return self._station.weights(self._options.adapter)

    async def one(self, request: Request) -> Reply:
        start = time.perf_counter()
        client = await self._client()
        bounds = constraint(request, self._spec.structured)
        # with adapters, vLLM 0.32 fails over the log-probabilities of a prompt
        scored = not self._options.adapters and wants_scores(request, self._spec)
        tokens, served = self._station.tokens, self._station.served(self._options.adapter)
        try:
            # an answer that is to be scored has to leave room for the token that vLLM insists on generating then
            asked = settle(request, self._spec, tokens, None if tokens.context is None else tokens.context - scored)
        except Unfit as problem:
            raise ModelFailure(f"model {self.name!r}: {problem.args[1]}", (": ".join(problem.args),)) from problem
        version = self._station.version(self._options.adapter)
        try:
            ids, allowed, finish, cached = read(await client.post("completions", {**body(asked, served, bounds), **self._spec.extra_body}))
            logprobs = allowed if bounds is None else None
            if scored:
                logprobs = read_scores(await client.post("completions", scoring_body(asked, served, ids)), ids)
        except TryFailed as problem:
            if self._station.running:
                raise
            raise ModelFailure(f"model {self.name!r}: {self._station.ended()}", (f"server: {self._station.ended()}",), fatal=True) from problem
        usage = Usage(len(asked.prompt), len(ids), cached)
        return Reply(
            text=cut(tokens.text(ids), asked.stop),
            finish=finish,
            token_ids=ids,
            logprobs=logprobs,
            prompt_token_ids=tuple(asked.prompt),
            usage=usage,
            cost=None if self._spec.price is None else self._spec.price.cost(usage),
            latency=time.perf_counter() - start,
            model=version,
        )

    async def _client(self) -> HttpModel:
        try:
            server = await self._station.open(self._user)
        except LudensError as problem:
            raise ModelFailure(f"model {self.name!r}: {problem}", (f"load: {problem}",), fatal=True) from problem
        if server.origin not in self._clients:
            self._clients[server.origin] = HttpModel(replace(self._spec.endpoint(), base_url=f"{server.origin}/v1", key=server.key))
        return self._clients[server.origin]

    async def reload(self, place: str) -> None:
        """Replace the adapter that answers, or the base model where none does, by the one in a folder."""
        await self._station.reload(place, self._options.adapter, self._user)

    async def close(self) -> None:
        user, self._user = self._user, threading.Event()
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.close()
        await asyncio.to_thread(self._station.leave, user)
