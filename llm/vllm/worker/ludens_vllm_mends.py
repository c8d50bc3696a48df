"""Mends two things that vLLM 0.32 gets wrong on a CPU; both were found by the contract of engines, and neither shows as an error.

A reload leaves an output head that is tied to the embedding with the packed copy of its old weights. And where requests to the base model and to adapters are
computed together, those to the base model get an adapter: the index -1, which says "none", takes the last one.
"""

from __future__ import annotations

from typing import Any

__all__ = ["mend_adapters", "pack_heads"]


def mend_adapters() -> None:
    """Let rows without an adapter get none."""
    import torch
    from vllm.lora.ops.torch_ops import lora_ops
    from vllm.lora.punica_wrapper import punica_cpu

    shrink = lora_ops.bgmv_shrink
    if getattr(shrink, "mended", False):
        return

    def mended(inputs: Any, weights: Any, output: Any, indices: Any, scaling: float = 1.0) -> None:
        shrink(inputs, weights, output, indices, scaling)
        output[torch.as_tensor(indices) < 0] = 0.0  # what is added to the base model's result comes from here

    mended.mended = True  # type: ignore[attr-defined]
    lora_ops.bgmv_shrink = punica_cpu.bgmv_shrink = mended


def pack_heads(worker: Any) -> int:
    """Pack the weights of every output head anew; returns how many there were.

    Args:
        worker: a worker of vLLM.
    """
    from vllm.model_executor.layers.vocab_parallel_embedding import ParallelLMHead

    heads = [module for module in worker.model_runner.get_model().modules() if isinstance(module, ParallelLMHead)]
    for head in heads:
        head.quant_method.process_weights_after_loading(head)
    return len(heads)
