"""The registry of engines: what can stand behind a :class:`ludens.llm.spec.ModelSpec`.

An engine is a factory ``factory(spec) -> ChatModel``. Third parties call :func:`model_engine` in a module named by an entry point of the group
``ludens.models``. Nothing is imported before a model of the engine is built.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ..errors import MissingExtra, UnknownName
from ..plugins import load_plugins
from .chat import ChatModel

if TYPE_CHECKING:
    from .spec import ModelSpec

__all__ = ["Engine", "engine", "engines", "model_engine"]


@dataclass(frozen=True)
class Engine:
    """A registered engine.

    Attributes:
        entry_point: ``"module:factory"``.
        summary: one line for lists.
        extra: the extra of the distribution that it needs; "" for none.
        remote: requests can fail in ways that trying again mends, so its models get the retry layer.
    """

    name: str
    entry_point: str
    summary: str = ""
    extra: str = ""
    remote: bool = True

    def load(self) -> Callable[[ModelSpec], ChatModel]:
        """Import the factory.

        Raises:
            MissingExtra: a package that the engine needs is not installed.
        """
        module, _, attribute = self.entry_point.partition(":")
        try:
            factory: Callable[[ModelSpec], ChatModel] = getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as problem:
            if not self.extra or (problem.name or "").partition(".")[0] == module.partition(".")[0]:
                raise
            raise MissingExtra(f"the model engine {self.name!r}", self.extra) from problem
        return factory


_ENGINES: dict[str, Engine] = {}


def model_engine(name: str, entry_point: str, *, summary: str = "", extra: str = "", remote: bool = True) -> None:
    """Register an engine: ``model_engine("mine", "my_package.models:from_spec")``."""
    _ENGINES[name] = Engine(name, entry_point, summary, extra, remote)


def engines() -> dict[str, Engine]:
    """All engines by name, third-party ones included."""
    _discover()
    return dict(sorted(_ENGINES.items()))


def engine(name: str) -> Engine:
    """Find an engine.

    Raises:
        UnknownName: no such engine; the message names the nearest ones.
    """
    _discover()
    if name not in _ENGINES:
        raise UnknownName("model engine", name, _ENGINES)
    return _ENGINES[name]


@lru_cache(maxsize=1)
def _discover() -> None:
    load_plugins("ludens.models")


model_engine("openai_api", "ludens.llm.factories:openai_api", summary="API providers, by the official client on its aiohttp transport", extra="api")
model_engine("local_server", "ludens.llm.factories:local_server", summary="servers of one's own that run already, by the lean client", extra="api")
model_engine("transformers", "ludens.llm.factories:transformers", summary="a model in this process, by transformers", extra="local", remote=False)
model_engine("vllm", "ludens.llm.factories:vllm", summary="a model in this process, by vLLM", extra="vllm", remote=False)
model_engine("vllm_server", "ludens.llm.factories:vllm_server", summary="starts a server of vLLM for the model and asks it", extra="vllm")
model_engine("nano", "ludens.llm.factories:nano", summary="a nano model in this process, on numpy; the house player's engine", remote=False)
model_engine("classifier", "ludens.llm.factories:classifier", summary="a linear classifier over hashed words, which answers one of a list", remote=False)
model_engine("testserver", "ludens.llm.factories:testserver", summary="starts the local test server and asks it", extra="api")
model_engine("scripted", "ludens.llm.factories:scripted", summary="fixed answers in order", remote=False)
model_engine("schema", "ludens.llm.factories:schema", summary="legal answers made up from the request", remote=False)
model_engine("cassette", "ludens.llm.factories:cassette", summary="answers recorded in a file", remote=False)
