"""The built-in engines' factories: from a spec to a model."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import fields, replace
from typing import Any, TypeVar

from ..errors import ParameterError, nearest
from .chat import ChatModel
from .scripted import SchemaModel, ScriptedModel
from .single import Wrapper
from .spec import ModelSpec

__all__ = ["cassette", "classifier", "local_server", "nano", "openai_api", "schema", "scripted", "testserver", "transformers", "vllm", "vllm_server"]

T = TypeVar("T")


def classifier(spec: ModelSpec) -> ChatModel:
    """A linear classifier over hashed words."""
    from .classifier import ClassifierModel

    return ClassifierModel(spec)


def openai_api(spec: ModelSpec) -> ChatModel:
    """An API provider, by the official client."""
    from .openai_api import OpenAIModel

    _options(spec, {})
    return OpenAIModel(spec.endpoint())


def local_server(spec: ModelSpec) -> ChatModel:
    """A server of one's own, by the lean client."""
    from .http import HttpModel

    _options(spec, {})
    return HttpModel(spec.endpoint())


def transformers(spec: ModelSpec) -> ChatModel:
    """A model in this process. Options: see :class:`ludens.llm.local.options.Options`."""
    from .local.model import TransformersModel
    from .local.options import Options

    return TransformersModel(spec, _typed(spec, Options))


def vllm(spec: ModelSpec) -> ChatModel:
    """A model in this process by vLLM. Options: see :class:`ludens.llm.vllm.options.VllmOptions`."""
    from .vllm.model import VllmModel
    from .vllm.options import VllmOptions

    return VllmModel(spec, _typed(spec, VllmOptions))


def vllm_server(spec: ModelSpec) -> ChatModel:
    """A server of vLLM that is started for the model. Options: see :class:`ludens.llm.vllm.options.ServerOptions`."""
    from .vllm.options import ServerOptions
    from .vllm.server import ServedModel

    return ServedModel(spec, _typed(spec, ServerOptions))


def nano(spec: ModelSpec) -> ChatModel:
    """A model of the nano family in this process, on numpy. Options: see :class:`ludens.llm.nano.model.Options`."""
    from .nano.model import NanoModel, Options

    return NanoModel(spec, _typed(spec, Options))


def scripted(spec: ModelSpec) -> ChatModel:
    """Fixed answers in order. Options: ``answers`` (a list of texts), ``loop`` (begin anew at the end)."""
    given = _options(spec, {"answers": [], "loop": True})
    return ScriptedModel([str(answer) for answer in given["answers"]], spec.name, loop=bool(given["loop"]), price=spec.price, keep=False)


def schema(spec: ModelSpec) -> ChatModel:
    """Legal answers made up from the request. Options: ``fallback`` (the answer where nothing says what is legal)."""
    given = _options(spec, {"fallback": "I have no opinion."})
    return SchemaModel(spec.name, fallback=str(given["fallback"]), price=spec.price)


def cassette(spec: ModelSpec) -> ChatModel:
    """Answers recorded in a file. Options: ``path``."""
    from .record import Cassette

    given = _options(spec, {"path": ""})
    return Cassette(str(given["path"]), spec.name)


def testserver(spec: ModelSpec) -> ChatModel:
    """The local test server in a process of its own, asked by the lean client; it ends when the model is closed or this process ends.

    Options: ``latency``, ``faults`` (``"429:0.1,drop:0.05"``), ``seed``, ``brain``, ``retry_after``, ``slow_seconds``.
    """
    return _ServedModel(spec)


class _ServedModel(Wrapper):
    def __init__(self, spec: ModelSpec) -> None:
        from .http import HttpModel
        from .testserver import server_process

        given = _options(spec, {"latency": 0.0, "faults": "", "seed": 0, "brain": "schema", "retry_after": 0.0, "slow_seconds": 5.0})
        arguments = [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
        self._server = ExitStack()
        url = self._server.enter_context(server_process(*arguments))
        super().__init__(HttpModel(replace(spec.endpoint(), base_url=url)))

    async def close(self) -> None:
        await super().close()
        self._server.close()


def _typed(spec: ModelSpec, kind: type[T]) -> T:
    """Make an engine's options of a dataclass."""
    known = {item.name: None for item in fields(kind)}  # type: ignore[arg-type]
    _options(spec, known)
    return kind(**spec.options)


def _options(spec: ModelSpec, defaults: Mapping[str, Any]) -> dict[str, Any]:
    for name in spec.options:
        if name not in defaults:
            known = nearest(name, defaults) if defaults else "; this engine has none"
            raise ParameterError(f"model {spec.name!r}: unknown option {name!r} of the engine {spec.engine!r}{known}")
    return {**defaults, **spec.options}
