"""The engines that pass the contract of ``test_engine_contract.py``: one entry each.

An entry gives the settings of a :class:`ludens.llm.ModelSpec` for the folders of a tiny checkpoint. Settings are given while the context lasts, so that an
engine that needs something around it (a server) can have it. Tests build many models of one entry; entries with adapters share what is loaded.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chat_of_model import chat_of

from ludens.llm import ModelSpec

__all__ = ["CONTEXT", "ENGINES", "Folders", "UnderTest"]

CONTEXT = 1024
"""Most tokens of prompt and answer together that the checkpoint can."""
Settings = dict[str, Any]


@dataclass(frozen=True)
class Folders:
    """Checkpoints: ``base``, ``other`` with other weights of the same shape, ``wider`` of another shape; adapters of ``base``."""

    base: Path
    other: Path
    wider: Path
    hawk: Path
    dove: Path

    @property
    def adapters(self) -> dict[str, str]:
        return {"hawk": str(self.hawk), "dove": str(self.dove)}


@dataclass(frozen=True)
class UnderTest:
    """One engine.

    Attributes:
        name: of the entry.
        open: gives its settings.
        gap: most difference of a log-probability from a plain forward pass in float32.
        needs: packages without which it is skipped.
        vllm: takes vLLM, and minutes: runs by ``make test-vllm``.
        nano: loads checkpoints of the nano family alone.
        remote: is asked by the protocol of servers, which passes patterns on where ``structured`` is ``choice``.
        adapters: takes ``options.adapters``.
        reloads: replaces weights.
        settles: writes prompts itself: takes special tokens apart, seeds requests that have no seed, and knows the context's length.
        spaces: writes JSON as prompts show it, with a blank after commas and colons; else without any.
        scores_schemas: log-probabilities under a schema are the model's own, where a request asks for them.
    """

    name: str
    open: Callable[[Folders], AbstractAsyncContextManager[Settings]]
    gap: float
    needs: tuple[str, ...] = ()
    vllm: bool = False
    nano: bool = False
    remote: bool = False
    adapters: bool = True
    reloads: bool = True
    settles: bool = True
    scores_schemas: bool = True
    spaces: bool = True


@asynccontextmanager
async def transformers(folders: Folders) -> AsyncIterator[Settings]:
    yield {"engine": "transformers", "model": str(folders.base), "options": {"adapters": folders.adapters}}


@asynccontextmanager
async def nano(folders: Folders) -> AsyncIterator[Settings]:
    yield {"engine": "nano", "model": str(folders.base)}


@asynccontextmanager
async def local_server(folders: Folders) -> AsyncIterator[Settings]:
    settings = {"engine": "transformers", "model": str(folders.base), "name": "behind"}
    models = {structured: ModelSpec.of({**settings, "structured": structured}).bare() for structured in ("json_schema", "choice")}
    async with chat_of(models) as url:
        yield {"engine": "local_server", "model": "any", "base_url": url, "extra_body": {"return_token_ids": True}, "sampling": {"logprobs": 0}}
    for model in models.values():
        await model.close()


# eager: compiling takes longer than all the tests; a small batch, because the checkpoint is tiny and the machine may be
_VLLM = {"max_batch": 64, "engine_args": {"enforce_eager": True}}


@asynccontextmanager
async def vllm(folders: Folders) -> AsyncIterator[Settings]:
    yield {"engine": "vllm", "model": str(folders.base), "options": {"adapters": folders.adapters, **_VLLM}}


@asynccontextmanager
async def vllm_server(folders: Folders) -> AsyncIterator[Settings]:
    yield {"engine": "vllm_server", "model": str(folders.base), "options": {"adapters": folders.adapters, "reloadable": True, **_VLLM}}


@asynccontextmanager
async def vllm_remote(folders: Folders) -> AsyncIterator[Settings]:
    """A server of vLLM that runs already, with the options that the how-to names."""
    from ludens.llm.vllm.process import Server, vllm_of

    options = ["--model", str(folders.base), "--served-model-name", "tiny", "--enforce-eager", "--max-num-seqs", "64", "--generation-config", "vllm"]
    options += ["--structured-outputs-config", '{"backend": "guidance", "disable_any_whitespace": true}']
    if vllm_of(sys.executable)[1]:
        options += ["--dtype", "float32", "--no-enable-chunked-prefill", "--max-num-batched-tokens", "8192"]
    server = Server(options, python=sys.executable, env={}, seconds=900)
    os.environ["LUDENS_TEST_VLLM_KEY"] = server.key
    try:
        yield {
            "engine": "local_server",
            "model": "tiny",
            "base_url": f"{server.origin}/v1",
            "api_key_env": "LUDENS_TEST_VLLM_KEY",
            "extra_body": {"return_token_ids": True},
            "sampling": {"logprobs": 0},
        }
    finally:
        del os.environ["LUDENS_TEST_VLLM_KEY"]
        server.close()


_TORCH = ("torch", "transformers", "llguidance", "peft")
ENGINES = [
    UnderTest("transformers", transformers, gap=1e-4, needs=_TORCH),
    UnderTest("nano", nano, gap=1e-4, needs=_TORCH, nano=True, adapters=False),
    UnderTest("local_server", local_server, gap=1e-4, needs=(*_TORCH, "aiohttp"), remote=True, adapters=False, reloads=False, settles=False),
    UnderTest("vllm", vllm, gap=1e-4, needs=("vllm", "peft"), vllm=True),
    UnderTest("vllm_server", vllm_server, gap=1e-4, needs=("vllm", "peft", "aiohttp"), vllm=True),
    UnderTest(
        "vllm_remote",
        vllm_remote,
        gap=1e-4,
        needs=("vllm", "aiohttp"),
        vllm=True,
        remote=True,
        adapters=False,
        reloads=False,
        settles=False,
        scores_schemas=False,
        spaces=False,
    ),
]
