"""The one exception family that a user's mistake raises: each message is one line that says what, where and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["LudensError", "MissingExtra", "MissingPackage", "ParameterError", "UnknownName", "nearest"]


class LudensError(Exception):
    """A mistake in what was asked; the command line prints it as one line and ends with status 2."""


class ParameterError(LudensError, ValueError):
    """A parameter of a game, player, model or plan is out of range or unknown."""


class UnknownName(LudensError, KeyError):
    """A name that no registry holds."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"unknown {what} {name!r}{nearest(name, known)}")

    def __str__(self) -> str:  # KeyError would show the message in quotes
        return str(self.args[0])


class MissingExtra(LudensError, ImportError):
    """A part needs a package that is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the extra '{extra}': pip install 'ludens[{extra}]'")


class MissingPackage(LudensError, ImportError):
    """An adapter to another library needs that library, and it is not installed."""

    def __init__(self, what: str, package: str) -> None:
        super().__init__(f"{what} needs the package {package}: pip install {package}")


def nearest(name: str, known: Iterable[str], most: int = 3) -> str:
    """Say which known names come nearest: ``"; did you mean 'a' or 'b'?"``, or list some of them."""
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=most, cutoff=0.5)
    if close:
        return "; did you mean " + " or ".join(repr(word) for word in close) + "?"
    if not known:
        return ""
    shown = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    return f"; known: {shown}"
