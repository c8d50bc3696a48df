"""Numbers and lists in words, as the rules and events of several families write them."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["listed", "number"]


def number(value: float) -> str:
    """Write an amount: at most four decimals, no trailing zeros, no negative zero."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def listed(parts: Iterable[str]) -> str:
    """Join words: ``"a, b and c"``; ``"nothing"`` where there are none."""
    words = list(parts)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else "nothing"
