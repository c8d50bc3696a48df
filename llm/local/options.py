"""What the engine ``transformers`` takes besides the fields that every model has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from ...errors import ParameterError
from .places import check_adapters

__all__ = ["Options"]

Dtype = Literal["auto", "float32", "bfloat16", "float16"]


@dataclass(frozen=True)
class Options:
    """The engine's own parameters.

    Attributes:
        device: as torch calls it (``"cpu"``, ``"cuda"``, ``"cuda:1"``, ``"mps"``); ``"auto"`` is the first accelerator there is, else the CPU.
        dtype: of the weights; ``"auto"`` is what the checkpoint was saved in, and float32 on the CPU, where half precision is slow.
        max_batch: most requests that are generated together.
        max_wait_ms: how long the first request of a batch waits for company, in milliseconds.
        chat_template_kwargs: further variables for the tokenizer's chat template (``{"enable_thinking": False}``, say).
        adapters: LoRA adapters by name: folders that peft saved (needs the extra ``train``). Models whose settings differ in nothing that the loaded weights
            depend on, only in ``adapter``, say, share one copy of them.
        adapter: which of them answers; "" for the base model.
    """

    device: str = "auto"
    dtype: Dtype = "auto"
    max_batch: int = 32
    max_wait_ms: float = 5.0
    chat_template_kwargs: Mapping[str, Any] = field(default_factory=dict)
    adapters: Mapping[str, str] = field(default_factory=dict)
    adapter: str = ""

    def __post_init__(self) -> None:
        self._require(isinstance(self.device, str) and bool(self.device), "device", "should be auto or what torch calls it, such as cpu or cuda:0")
        self._require(self.dtype in get_args(Dtype), "dtype", f"should be one of {', '.join(get_args(Dtype))}")
        self._require(type(self.max_batch) is int and self.max_batch > 0, "max_batch", "should be a whole number above 0")
        wait = self.max_wait_ms
        self._require(isinstance(wait, int | float) and math.isfinite(wait) and wait >= 0, "max_wait_ms", "should be a number of milliseconds, 0 or more")
        self._require(isinstance(self.chat_template_kwargs, Mapping), "chat_template_kwargs", "should be a mapping")
        check_adapters("transformers", self.adapters, self.adapter)

    def _require(self, condition: bool, name: str, should: str) -> None:
        if not condition:
            raise ParameterError(f"engine 'transformers': {name}={getattr(self, name)!r} {should}")
