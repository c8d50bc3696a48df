"""Special tokens that somebody spelled out in a text: they are taken apart, so that a player's words can neither end its turn nor open another's."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["defused"]


def defused(text: str, special: Iterable[str]) -> str:
    """Write ``text`` so that none of the special tokens occurs in it: a blank is put behind the first character of each."""
    for token in special:
        if len(token) > 1 and token in text:
            text = text.replace(token, f"{token[0]} {token[1:]}")
    return text
