"""The engine ``vllm``: a language model in this process by vLLM, whose continuous batching the requests of all episodes feed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..local.in_process import InProcess, require
from ..local.places import check_place
from .options import VllmOptions

if TYPE_CHECKING:
    from ..local.worker import Answerer
    from ..spec import ModelSpec

__all__ = ["VllmModel"]


class VllmModel(InProcess):
    """A model that vLLM loads into this process with the first request; it steps in a thread of its own, so that the event loop stays free.

    What a reply says is what the engine ``transformers`` says (:class:`ludens.llm.local.model.TransformersModel`), but for rounding, for which random numbers
    a seed gives, for log-probabilities under a schema, which are there only where a request asks for them, and for the end token that vLLM adds after an answer
    that a schema made whole.

    Args:
        spec: the model: a folder or a name at the hub.
        options: the engine's own parameters.

    Raises:
        MissingExtra: vLLM is not installed.
        ParameterError: the spec asks for what a model in this process does not have.
        LudensError: there is no such folder, or no safetensors in it.
    """

    def __init__(self, spec: ModelSpec, options: VllmOptions) -> None:
        require("vllm", ("vllm",), "vllm")

        def load(places: Mapping[str, str]) -> Answerer:
            from .answers import VllmAnswers

            return VllmAnswers(spec.name, options, places)

        loading = {name: value for name, value in vars(options).items() if name != "adapter"}
        # whatever waits goes to vLLM at once: it has a queue of its own, and takes the next from it whenever an answer is finished
        super().__init__(spec, load, None, 0.0, options=loading, adapters=options.adapters, adapter=options.adapter)
        check_place(spec.model)
