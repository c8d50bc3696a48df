"""What was read before need not be read again: keys and values of earlier conversations, found by their beginnings."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from .forward import Cache, Floats

__all__ = ["Prefixes"]

_BLOCK = 16
"""Tokens by which beginnings are compared."""


class _Entry(NamedTuple):
    tokens: tuple[int, ...]
    keys: Floats
    values: Floats


class Prefixes:
    """Keeps the latest conversations' keys and values, and finds the longest beginning that a new prompt shares with one of them.

    A game's rules are shared by all its episodes, and a conversation begins with what it was before.

    Args:
        most_bytes: how much is kept.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most, self._size = most_bytes, 0
        self._entries: OrderedDict[int, _Entry] = OrderedDict()
        self._blocks: dict[int, int] = {}
        self._next = 0

    def begin(self, tokens: Sequence[int], cache: Cache, row: int) -> int:
        """Put into a row what is known of a prompt; return how many of its tokens that covers (one at least is left to be read)."""
        found, length = None, 0
        for end, digest in _digests(tokens, len(tokens) - 1):
            number = self._blocks.get(digest)
            if number is None:
                break
            found, length = number, end
        if found is None:
            return 0
        entry = self._entries[found]
        if entry.tokens[:length] != tuple(tokens[:length]):  # two beginnings of one digest
            return 0
        self._entries.move_to_end(found)
        cache.put(row, entry.keys[:, :, :length], entry.values[:, :, :length])
        return length

    def keep(self, tokens: Sequence[int], cache: Cache, row: int) -> None:
        """Remember the keys and values of a row's first ``len(tokens)`` tokens."""
        length = len(tokens) // _BLOCK * _BLOCK
        if not length:
            return
        keys, values = cache.copy(row, length)
        self._entries[self._next] = _Entry(tuple(tokens[:length]), keys, values)
        self._size += keys.nbytes + values.nbytes
        for _, digest in _digests(tokens, length):
            self._blocks[digest] = self._next
        self._next += 1
        while self._size > self._most:
            self._drop()

    def _drop(self) -> None:
        number, entry = self._entries.popitem(last=False)
        self._size -= entry.keys.nbytes + entry.values.nbytes
        for _, digest in _digests(entry.tokens, len(entry.tokens)):
            if self._blocks.get(digest) == number:
                del self._blocks[digest]


def _digests(tokens: Sequence[int], most: int) -> list[tuple[int, int]]:
    """Give a digest of every beginning of whole blocks, with its length."""
    out = []
    digest = 0
    for end in range(_BLOCK, most + 1, _BLOCK):
        digest = hash((digest, tuple(tokens[end - _BLOCK : end])))
        out.append((end, digest))
    return out
