"""What the engines ``vllm`` and ``vllm_server`` take besides the fields that every model has."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from ...errors import ParameterError, nearest
from ..local.options import Dtype
from ..local.places import check_adapters

__all__ = ["ServerOptions", "VllmOptions", "engine_arguments", "known_arguments"]

_RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
"""The ranks of adapters that vLLM makes room for."""
_OURS = {
    "model": "the model's own field",
    "max_num_seqs": "max_batch",
    "max_model_len": "context",
    "dtype": "dtype",
    "enable_lora": "adapters",
    "load_format": "safetensors, always",
    "trust_remote_code": "never: a checkpoint's code is not run",
    "logprobs_mode": "raw_logprobs, always",
    "generation_config": "vllm, always: what requests leave open is the field sampling",
    "structured_outputs_config": "the field structured",
}


@dataclass(frozen=True)
class VllmOptions:
    """The parameters of both engines.

    Attributes:
        dtype: of the weights; ``"auto"`` is what the checkpoint was saved in, and float32 on the CPU, where half precision is slow.
        max_batch: most requests that are generated together; others wait in vLLM's own queue.
        context: most tokens of prompt and answer together; None for what the model can. Less needs less memory.
        chat_template_kwargs: further variables for the tokenizer's chat template (``{"enable_thinking": False}``, say).
        adapters: LoRA adapters by name: folders that peft saved. Models whose settings differ in nothing that the loaded weights depend on, only in
            ``adapter``, say, share one engine.
        adapter: which of them answers; "" for the base model.
        engine_args: further arguments of vLLM's ``EngineArgs`` (``{"tensor_parallel_size": 2, "gpu_memory_utilization": 0.8}``).
    """

    dtype: Dtype = "auto"
    max_batch: int = 256
    context: int | None = None
    chat_template_kwargs: Mapping[str, Any] = field(default_factory=dict)
    adapters: Mapping[str, str] = field(default_factory=dict)
    adapter: str = ""
    engine_args: Mapping[str, Any] = field(default_factory=dict)

    @property
    def engine(self) -> str:
        """The engine's name, for messages."""
        return "vllm"

    def __post_init__(self) -> None:
        self._require(self.dtype in get_args(Dtype), "dtype", f"should be one of {', '.join(get_args(Dtype))}")
        self._require(type(self.max_batch) is int and self.max_batch > 0, "max_batch", "should be a whole number above 0")
        context = self.context
        self._require(context is None or (type(context) is int and context > 1), "context", "should be a whole number of tokens above 1, or null")
        for name in ("chat_template_kwargs", "engine_args"):
            self._require(isinstance(getattr(self, name), Mapping), name, "should be a mapping")
        for name in self.engine_args:
            if name in _OURS:
                raise ParameterError(f"engine {self.engine!r}: engine_args must not set {name!r}: it is {_OURS[name]}")
        check_adapters(self.engine, self.adapters, self.adapter)

    def _require(self, condition: bool, name: str, should: str) -> None:
        if not condition:
            raise ParameterError(f"engine {self.engine!r}: {name}={getattr(self, name)!r} {should}")


@dataclass(frozen=True)
class ServerOptions(VllmOptions):
    """The parameters of ``vllm_server``.

    Attributes:
        python: an interpreter whose environment has vLLM; "" for this one.
        start_seconds: how long the server may take until it answers.
        reloadable: opens the server's development routes on 127.0.0.1, by which weights are replaced. They ask for no key: whoever has an account on the
            machine can use them.
        env: further environment variables of the server.
    """

    python: str = ""
    start_seconds: float = 900.0
    reloadable: bool = False
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def engine(self) -> str:
        """The engine's name, for messages."""
        return "vllm_server"

    def __post_init__(self) -> None:
        super().__post_init__()
        seconds = self.start_seconds
        self._require(isinstance(seconds, int | float) and math.isfinite(seconds) and seconds > 0, "start_seconds", "should be a number of seconds above 0")
        self._require(isinstance(self.env, Mapping), "env", "should be a mapping of names to values")
        self._require(isinstance(self.python, str), "python", "should be an interpreter's path")
        self._require(isinstance(self.reloadable, bool), "reloadable", "should be true or false")


def engine_arguments(model: str, options: VllmOptions, context: int | None, *, cpu: bool) -> dict[str, Any]:
    """Write a model's settings as arguments of vLLM's ``EngineArgs``.

    Args:
        model: folder, or name at the hub.
        options: the engine's parameters.
        context: most tokens of prompt and answer together, as far as it is known.
        cpu: vLLM's build is the one for CPUs.
    """
    made: dict[str, Any] = {
        "model": model,
        "dtype": "float32" if cpu and options.dtype == "auto" else options.dtype,
        "max_num_seqs": options.max_batch,
        "load_format": "safetensors",
        "trust_remote_code": False,
        "logprobs_mode": "raw_logprobs",
        "generation_config": "vllm",
        "enable_prefix_caching": True,
        # the library that the engine transformers constrains by; free white space would let a weak model fill its answer with it
        "structured_outputs_config": {"backend": "guidance", "disable_any_whitespace": True},
    }
    if options.context is not None:
        made["max_model_len"] = options.context
    if cpu:
        # a prompt computed in parts ends in "CPU Generator does not use offset" where requests have seeds, and ours have
        made |= {"enable_chunked_prefill": False, "max_num_batched_tokens": max(8192, context or 0)}
    if options.adapters:
        ranks = [_rank(place) for place in options.adapters.values()]
        made |= {"enable_lora": True, "max_loras": len(ranks), "max_lora_rank": next((rank for rank in _RANKS if rank >= max(ranks)), max(ranks))}
    return made | dict(options.engine_args)


def known_arguments(given: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Check names of ``engine_args`` against those that vLLM has.

    Raises:
        ParameterError: it has no such argument.
    """
    for name in given:
        if name not in known:
            raise ParameterError(f"engine 'vllm': vLLM has no engine argument {name!r}{nearest(name, known)}")


def _rank(place: str) -> int:
    settings = json.loads((Path(place).expanduser() / "adapter_config.json").read_text(encoding="utf-8"))
    return max(int(settings.get("r") or 1), *(int(rank) for rank in (settings.get("rank_pattern") or {"": 1}).values()))
