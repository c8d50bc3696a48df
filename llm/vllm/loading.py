"""Making and unmaking an engine of vLLM in this process."""

from __future__ import annotations

import os
import threading
from dataclasses import fields
from typing import Any

from ...errors import LudensError
from ..failures import one_line
from ..local.places import folder
from .options import VllmOptions, engine_arguments, known_arguments
from .worker.ludens_vllm_mends import mend_adapters

__all__ = ["make_engine", "on_cpu", "unmake_engine"]

_ENVIRONMENT = {
    # the engine in this process, not in one of its own: a fifth of the time to start, the same speed, and nothing that outlives us
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    # or it would tie all threads of this process to cores
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "VLLM_NO_USAGE_STATS": "1",
    # its log would run over our display
    "VLLM_LOGGING_LEVEL": "ERROR",
}
_LOCK = threading.Lock()
_held = ""
"""The model that this process holds."""


def make_engine(model: str, options: VllmOptions, context: int | None) -> Any:
    """Load a model into a ``vllm.LLMEngine``.

    Args:
        model: folder, or name at the hub.
        options: the engine's parameters.
        context: most tokens of prompt and answer together, as far as it is known.

    Raises:
        ParameterError: vLLM has no such engine argument.
        LudensError: it cannot be loaded, or this process holds another.
    """
    global _held  # noqa: PLW0603 - vLLM's own state is one for the process, so this is too
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        from vllm import EngineArgs, LLMEngine
        from vllm.platforms import current_platform
    except Exception as problem:  # a build for another machine fails in many ways
        raise LudensError(f"vLLM is installed, but cannot be imported: {one_line(f'{type(problem).__name__}: {problem}')}") from problem
    if not current_platform.device_type:
        raise LudensError("vLLM is installed, but finds no device that its build can use: without a GPU it has to be the CPU build (see the how-to)")
    known_arguments(options.engine_args, {item.name: item.default for item in fields(EngineArgs)})
    arguments = engine_arguments(str(folder(model) or model), options, context, cpu=current_platform.is_cpu())
    with _LOCK:
        if _held:
            raise LudensError(f"vLLM holds one model in a process, and has {_held!r}: let one of the two be served (vllm_server), or share a base by adapters")
        if options.adapters and current_platform.is_cpu():
            mend_adapters()
        try:
            engine = LLMEngine.from_engine_args(EngineArgs(**{"use_tqdm_on_load": False, "disable_log_stats": True, **arguments}))
        except Exception as problem:  # in words of its own, and often many lines
            raise LudensError(f"vLLM cannot load {model!r}: {one_line(f'{type(problem).__name__}: {problem}')}") from problem
        _held = model
    return engine


def on_cpu() -> bool:
    """Whether vLLM's build is the one for CPUs."""
    from vllm.platforms import current_platform

    return bool(current_platform.is_cpu())


def unmake_engine(engine: Any) -> None:
    """Let go of an engine, and of vLLM's state for the process."""
    global _held  # noqa: PLW0603 - as above
    from vllm.distributed import cleanup_dist_env_and_memory

    with _LOCK:
        engine.engine_core.shutdown()
        cleanup_dist_env_and_memory()
        _held = ""
