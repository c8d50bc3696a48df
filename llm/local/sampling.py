"""From logits to the next token of every row: masks, temperature, nucleus, and one draw a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .row import GREEDY, Row

__all__ = ["choose"]


def choose(logits: Any, rows: Sequence[Row]) -> tuple[Any, Any]:
    """Choose a token for every row.

    A draw inverts the cumulative distribution over the token ids in order (after temperature, then the nucleus of Holtzman et al., 2020, "The Curious Case of
    Neural Text Degeneration", section 3.1), so that rounding in the logits moves its borders by as little and hardly ever the token.

    Args:
        logits: float32, ``[rows, vocabulary]``; not changed.
        rows: whose they are.

    Returns:
        Token ids and their log-probabilities, both ``[rows]``: by the model's own distribution, before mask, temperature and nucleus.
    """
    import torch

    own = torch.log_softmax(logits, dim=-1)
    allowed = logits
    if any(row.constraint is not None for row in rows):
        allowed = logits.masked_fill(~_masks(rows, logits.shape[-1]).to(logits.device), -torch.inf)
    chosen = allowed.argmax(dim=-1)
    drawing = [index for index, row in enumerate(rows) if row.temperature >= GREEDY]
    if drawing:
        chosen[drawing] = _draw(allowed[drawing], [rows[index] for index in drawing])
    return chosen, own.gather(-1, chosen[:, None])[:, 0]


def _masks(rows: Sequence[Row], vocabulary: int) -> Any:
    import torch

    masks = np.ones((len(rows), vocabulary), dtype=bool)
    for mask, row in zip(masks, rows, strict=True):
        if row.constraint is not None:
            mask[:] = row.constraint.mask()[:vocabulary]
    return torch.from_numpy(masks)


def _draw(logits: Any, rows: Sequence[Row]) -> Any:
    import torch

    def column(values: list[float]) -> Any:
        return torch.tensor(values, dtype=logits.dtype, device=logits.device)[:, None]

    probabilities = torch.softmax(logits / column([row.temperature for row in rows]), dim=-1)
    if any(row.top_p < 1 for row in rows):
        falling, order = probabilities.sort(dim=-1, descending=True, stable=True)
        before = falling.cumsum(dim=-1) - falling
        # a token is in the nucleus while those before it do not fill it; the likeliest always is, with nothing before it
        outside = before >= column([row.top_p for row in rows])
        probabilities = probabilities.masked_fill(outside.scatter(-1, order, outside), 0.0)
    reached = probabilities.cumsum(dim=-1)
    total = reached[:, -1:]
    # below the total even after rounding, so that some token with a probability is always met
    target = torch.minimum(column([row.draw() for row in rows]) * total, torch.nextafter(total, torch.zeros_like(total)))
    # logits that are no numbers lead past the last token, and the row says so
    return torch.searchsorted(reached, target, right=True)[:, 0].clamp(max=logits.shape[-1] - 1)
