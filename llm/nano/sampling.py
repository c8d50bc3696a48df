"""The next token of every row, in numpy: what :mod:`ludens.llm.local.sampling` does in torch, draw by draw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..local.row import GREEDY, Row

__all__ = ["choose"]


def choose(logits: npt.NDArray[np.float32], rows: Sequence[Row]) -> tuple[list[int], list[float]]:
    """Choose a token for every row.

    Args:
        logits: ``[rows, vocabulary]``.
        rows: whose they are.

    Returns:
        Token ids and their log-probabilities by the model's own distribution, before mask, temperature and nucleus.
    """
    highest = logits.max(-1)
    total = highest + np.log(np.exp(logits - highest[:, None]).sum(-1))
    chosen = [_one(own, row) for own, row in zip(logits, rows, strict=True)]
    return chosen, (logits[np.arange(len(rows)), chosen] - total).tolist()


def _one(logits: npt.NDArray[np.float32], row: Row) -> int:
    if row.constraint is not None:
        logits = np.where(row.constraint.mask()[: len(logits)], logits, np.float32(-np.inf))
    if row.temperature < GREEDY:
        return int(logits.argmax())
    scaled = (logits - logits.max()) / np.float32(row.temperature)
    weights = np.exp(scaled)
    if row.top_p < 1:
        order = np.argsort(-weights, kind="stable")
        falling = weights[order]
        before = falling.cumsum() - falling
        weights[order[before >= row.top_p * falling.sum()]] = 0.0
    reached = weights.cumsum(dtype=np.float64)
    # below the total even after rounding, so that some token with a probability is always met
    target = min(row.draw() * reached[-1], np.nextafter(reached[-1], 0.0))
    return min(int(np.searchsorted(reached, target, side="right")), len(logits) - 1)
