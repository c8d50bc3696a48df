"""The loop: a batch of prompts, padded on the left, grows token by token on one key-value cache."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

from .row import Row
from .sampling import choose
from .weights import Weights

__all__ = ["cache_name", "decode"]


def decode(weights: Weights, rows: Sequence[Row]) -> Iterator[Row]:
    """Generate for all rows together and give each as soon as it is finished; finished and unwanted ones leave the batch.

    A row's tokens do not depend on its neighbours, up to the rounding of the same sums in another order: padding is masked, positions count from the row's
    own first token, and every row draws from its own generator.

    Args:
        weights: the model.
        rows: fresh rows of it, at least one.

    Yields:
        The finished rows, in the order in which they finish; those that nobody wants any more may be missing.
    """
    import torch

    active = list(rows)
    tokens, mask = _padded(active, weights.device)
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    name, cache = cache_name(weights.model), None
    while active:
        with torch.inference_mode(), torch.autocast(weights.device.type, torch.bfloat16, enabled=weights.half):
            out = weights.model(
                input_ids=tokens, attention_mask=mask, position_ids=positions, use_cache=True, logits_to_keep=1, return_dict=True, **{name: cache}
            )
            chosen, logprobs = choose(out.logits[:, -1].float(), active)
        cache = out[name]
        for row, token, logprob in zip(active, chosen.tolist(), logprobs.tolist(), strict=True):
            row.take(token, logprob)
        yield from (row for row in active if row.finish)
        stay = [index for index, row in enumerate(active) if not row.finish and row.wanted()]
        if stay and len(stay) < len(active):
            kept = torch.tensor(stay, device=weights.device)
            chosen, mask, positions = chosen[kept], mask[kept], positions[kept]
            cache.batch_select_indices(kept)
        active = [active[index] for index in stay]
        tokens, positions = chosen[:, None], positions[:, -1:] + 1
        mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=-1)


def cache_name(model: Any) -> str:
    """Say what a model calls its key-value cache: transformers renames ``past_key_values`` to ``cache``, model by model."""
    forward = inspect.unwrap(getattr(model, "get_base_model", lambda: model)().forward)
    return "cache" if "cache" in inspect.signature(forward).parameters else "past_key_values"


def _padded(rows: Sequence[Row], device: Any) -> tuple[Any, Any]:
    """Token ids and mask, ``[rows, longest prompt]``; what stands under the mask's zeros is never looked at."""
    import torch

    longest = max(len(row.prompt) for row in rows)
    tokens = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    for index, row in enumerate(rows):
        tokens[index, longest - len(row.prompt) :] = torch.tensor(row.prompt)
        mask[index, longest - len(row.prompt) :] = 1
    return tokens.to(device), mask.to(device)
