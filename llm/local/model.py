"""The engine ``transformers``: a causal language model in this process, asked by every episode through one queue."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...errors import MissingExtra
from .in_process import InProcess, require
from .lent import borrowed
from .options import Options
from .places import check_place

if TYPE_CHECKING:
    from ..spec import ModelSpec
    from .worker import Answerer

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
        MissingExtra: torch, transformers or llguidance is not installed; or peft, and there are adapters.
        ParameterError: the spec asks for what a model in this process does not have.
        LudensError: there is no such folder, or no safetensors in it.
    """

    def __init__(self, spec: ModelSpec, options: Options) -> None:
        require("transformers", ("torch", "transformers", "llguidance"), "local")
        if options.adapters and importlib.util.find_spec("peft") is None:
            raise MissingExtra("an adapter of the engine 'transformers'", "train")

        def load(places: Mapping[str, str]) -> Answerer:
            from .loaded import Loaded

            return Loaded(options, places)

        loading = {name: value for name, value in vars(options).items() if name != "adapter"}
        super().__init__(spec, load, options.max_batch, options.max_wait_ms, options=loading, adapters=options.adapters, adapter=options.adapter)
        check_place(spec.model)
        self._lent = borrowed(spec.model) is not None

    def _release(self) -> None:
        from .weights import release

        # whoever lends a network goes on with it: memory that was given back would have to be asked for again at once
        if not self._lent:
            release()
