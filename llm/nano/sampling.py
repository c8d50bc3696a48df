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
    weights = logits - highest[:, None]
    total = highest + np.log(np.exp(weights, out=weights).sum(-1))
    chosen = [_one(own, row) for own, row in zip(logits, rows, strict=True)]
    return chosen, (logits[np.arange(len(rows)), chosen] - total).tolist()


def _one(logits: npt.NDArray[np.float32], row: Row) -> int:
    if row.constraint is None:
        return _pick(logits, row)
    # where an answer's form is fixed few tokens are allowed, often one
    allowed = np.flatnonzero(row.constraint.mask()[: len(logits)])
    return int(allowed[_pick(logits[allowed], row)]) if len(allowed) else 0


def _pick(logits: npt.NDArray[np.float32], row: Row) -> int:
    if row.temperature < GREEDY:
        return int(logits.argmax())
    drawn = row.draw()
    if len(logits) == 1:
        return 0
    weights = logits - logits.max()
    weights /= np.float32(row.temperature)
    np.exp(weights, out=weights)
    if row.top_p < 1:
        inside = _nucleus(weights, row.top_p)
        return int(inside[_drawn(weights[inside], drawn)])
    return _drawn(weights, drawn)


def _nucleus(weights: npt.NDArray[np.float32], top_p: float) -> npt.NDArray[np.intp]:
    """Find the likeliest tokens that have so much of the weight together, in the order of their ids."""
    total = weights.sum()
    # lighter ones, be they all, do not have what the nucleus leaves; the others are few, and to be sorted
    near = np.flatnonzero(~(weights < (1 - top_p) * total / len(weights)))
    order = np.argsort(-weights[near], kind="stable")
    falling = weights[near[order]]
    before = falling.cumsum() - falling
    return np.sort(near[order[~(before >= top_p * total)]])


def _drawn(weights: npt.NDArray[np.float32], drawn: float) -> int:
    reached = weights.cumsum(dtype=np.float64)
    # below the total even after rounding, so that some token with a probability is always met
    target = min(drawn * reached[-1], np.nextafter(reached[-1], 0.0))
    return min(int(reached.searchsorted(target, side="right")), len(weights) - 1)
