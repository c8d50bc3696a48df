"""The engine ``vllm``: a language model in this process by vLLM, whose continuous batching the requests of all episodes feed."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from ...errors import MissingExtra
from ..local.model import LocalModel
from ..local.worker import Worker
from .options import VllmOptions

if TYPE_CHECKING:
    from ..local.worker import Answerer
    from ..spec import ModelSpec

__all__ = ["VllmModel"]


class VllmModel(LocalModel):
    """A model that vLLM loads into this process with the first request; it steps in a thread of its own, so that the event loop stays free.

    What a reply says is what the engine ``transformers`` says (:class:`ludens.llm.local.model.TransformersModel`), but for rounding, for which random numbers
    a seed gives, and for the end token that vLLM adds after an answer that a schema made whole.

    Args:
        spec: the model: a folder or a name at the hub.
        options: the engine's own parameters.

    Raises:
        MissingExtra: vLLM is not installed.
        ParameterError: the spec asks for what a model in this process does not have.
        LudensError: there is no such folder, or no safetensors in it.
    """

    def __init__(self, spec: ModelSpec, options: VllmOptions) -> None:
        if importlib.util.find_spec("vllm") is None:
            raise MissingExtra("the model engine 'vllm'", "vllm")

        def start(places: Mapping[str, str]) -> Worker:
            # whatever waits goes to vLLM at once: it has a queue of its own, and takes the next from it whenever an answer is finished
            return Worker(spec.name, partial(_load, spec, options, places), None, 0.0)

        loading = {name: value for name, value in vars(options).items() if name != "adapter"}
        super().__init__(spec, {"": spec.model, **options.adapters}, options.adapter, start, loading)


def _load(spec: ModelSpec, options: VllmOptions, places: Mapping[str, str]) -> Answerer:
    from .answers import VllmAnswers

    return VllmAnswers(spec, options, places)
