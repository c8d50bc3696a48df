"""Untrusted text made fit to be shown, and the colours of seats in the terminal."""

from __future__ import annotations

import unicodedata

from rich.text import Text

__all__ = ["colour", "plain", "visible"]

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what follows, and could make words read other than they are."""

_SEATS = ("blue", "dark_orange3", "green4", "magenta", "gold3", "cyan", "deep_pink3", "grey58")


def plain(text: str, style: str = "") -> Text:
    """Make text in which nothing is markup and no control character reaches the terminal."""
    shown = "".join(char if char == "\n" or char.isprintable() else f"\\x{ord(char):02x}" for char in text.replace("\t", "    "))
    return Text(shown, style=style)


def visible(text: str) -> str:
    """Write control characters out, for a page: a browser drops or misreads them."""
    return "".join(f"\\x{ord(char):02x}" if _steers(char) else char for char in text)


def colour(seat: int) -> str:
    """Give the colour of a seat."""
    return _SEATS[seat % len(_SEATS)]


def _steers(char: str) -> bool:
    return char in _TURNING or (char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cs"))
