"""The engine ``transformers``: a causal language model in this process, asked by every episode through one queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .in_process import InProcess, require
from .options import Options
from .weights import check_place, release

if TYPE_CHECKING:
    from ..spec import ModelSpec
    from .worker import Answer

__all__ = ["TransformersModel"]


class TransformersModel(InProcess):
    """A model by transformers.

    Requests that arrive while a batch is generated are generated together in the next one.
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
        require("transformers", ("torch", "transformers", "llguidance"), "local")
        super().__init__(spec, options.max_batch, options.max_wait_ms)
        check_place(spec.model)
        self._options = options

    async def close(self) -> None:
        loaded = self._worker is not None
        await super().close()
        if loaded:
            release()

    def _load(self) -> Answer:
        from .answers import Answers
        from .decode import decode
        from .weights import load

        weights = load(self._spec.model, self._options)
        return Answers(self._spec, weights, lambda rows, more: decode(weights, rows) if rows else iter(()))
