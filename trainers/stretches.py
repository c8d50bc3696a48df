"""Rows of tokens as a tree: what several of them begin with is read once, with gradients too.

The answers of a group follow one prompt, the prompts of a game one text of rules. What a causal model makes of a beginning does not depend on what follows, so
that one reading serves all rows; its gradient is then the sum of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Stretches", "alike", "stretches"]

LEAST = 8
"""What fewer tokens share is read again: a stretch of its own costs a little too."""


class Stretches(NamedTuple):
    """Runs of tokens end to end, each of which begins a conversation or goes on from an earlier one.

    Attributes:
        first: where the tokens stand in the rows that they were taken out of, row and column, ``[2, N]``.
        lengths: of the stretches, ``N`` in all.
        after: the stretch that each goes on from, -1 where it begins.
        place: where each token of each row stands among the ``N``, ``[U, T]``; 0 behind a row's end.
    """

    first: NDArray[np.int64]
    lengths: list[int]
    after: list[int]
    place: NDArray[np.int64]


def stretches(tokens: NDArray[np.int64], lengths: Sequence[int], least: int = LEAST) -> Stretches:
    """Lay rows out as a tree.

    Args:
        tokens: ids, filled up on the right with anything, ``[U, T]``.
        lengths: of the rows, ``[U]``.
        least: tokens that rows should share to be read together.
    """
    order, shared = alike(tokens, lengths)
    ends = np.asarray(lengths)[order]
    place = np.zeros(tokens.shape, np.int64)
    found = list(_walk(shared, ends, least))
    total = 0
    for begin, end, low, high, _ in found:
        place[order[low:high], begin:end] = total + np.arange(end - begin)
        total += end - begin
    first = [np.stack([np.full(end - begin, order[low]), np.arange(begin, end)]) for begin, end, low, _, _ in found]
    return Stretches(np.concatenate(first, 1), [end - begin for begin, end, *_ in found], [parent for *_, parent in found], place)


def alike(tokens: NDArray[np.int64], lengths: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Order rows so that those that begin the same follow each other.

    Args:
        tokens: ids, filled up on the right with anything, ``[U, T]``.
        lengths: of the rows, ``[U]``.

    Returns:
        The order, ``[U]``, and how many tokens each row begins with that the one before it does too, ``[U - 1]``.
    """
    rows = np.where(np.arange(tokens.shape[1]) < np.asarray(lengths)[:, None], tokens, -1)
    order = np.lexsort(rows.T[::-1])
    ordered, ends = rows[order], np.asarray(lengths)[order]
    apart = ordered[1:] != ordered[:-1]
    return order, np.minimum(np.where(apart.any(1), apart.argmax(1), tokens.shape[1]), np.minimum(ends[1:], ends[:-1]))


def _walk(shared: NDArray[np.int64], ends: NDArray[np.int64], least: int) -> Iterator[tuple[int, int, int, int, int]]:
    """Give stretches, parents first: first and last column, first and last of the ordered rows, and the number of the parent."""
    waiting, made = [(0, 0, len(ends), -1)], 0
    while waiting:
        begin, low, high, parent = waiting.pop()
        single = high - low == 1
        common = int(ends[low]) if single else int(shared[low : high - 1].min())
        # what ends here altogether need not be long
        if common > begin and (common - begin >= least or common == ends[low:high].max()):
            yield begin, common, low, high, parent
            parent, begin, made = made, common, made + 1
        if not single:
            cuts = [low, *(low + 1 + int(at) for at in np.nonzero(shared[low : high - 1] == common)[0]), high]
            waiting += [(begin, one, two, parent) for one, two in reversed(list(pairwise(cuts)))]
