"""What can be said of a library beforehand: how much of what it takes is found by which query."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..core import Prediction
from .library import Library, recall

__all__ = ["card"]

_DRAWN = 300
_SOURCE = "computed on {drawn} questions drawn from the library, as Search-R1 (arXiv 2503.09516) counts recall"


def card(library: Library, kinds: Sequence[str], top: int, hops: bool) -> tuple[Prediction, ...]:
    """State recall by the question alone and, where the hops are known, hop by hop; the first is what a reader of one search can see at most."""
    rng = np.random.default_rng(0)
    drawn = [library.draw(kinds, rng) for _ in range(_DRAWN)]
    known = [question for question in drawn if question.support]
    if not known:
        return ()
    source = _SOURCE.format(drawn=len(known))
    once = float(np.mean([recall(library, question, [question.text], top) for question in known]))
    every = float(np.mean([recall(library, question, [question.text], top) == 1 for question in known]))
    lines = [
        Prediction("one search", "recall", round(once, 4), source, "share of the passages it takes which one search by the question's own words finds", 0.1),
        Prediction("one search", "all found", round(every, 4), source, "share of questions of which one search finds all of them"),
    ]
    if hops:
        bridged = float(np.mean([recall(library, question, question.queries, top) for question in known]))
        lines.append(Prediction("hop by hop", "recall", round(bridged, 4), source, "a search a hop, which names the thing and the relation", 0.1))
        lines.append(Prediction("hop by hop", "exact", 1.0, "the rules: every answer stands in the library"))
    return tuple(lines)
