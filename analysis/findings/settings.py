"""Reading the settings of analyses, which come as text."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ...errors import LudensError, UnknownName

__all__ = ["choice", "flag", "whole"]


def whole(given: Mapping[str, str], name: str, default: int, *, least: int = 0) -> int:
    """Read a whole number. Raises LudensError for anything else, or one below ``least``."""
    text = given.get(name)
    if text is None:
        return default
    if not text.lstrip("-").isdecimal() or int(text) < least:
        raise LudensError(f"{name}={text} should be a whole number from {least}")
    return int(text)


def flag(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    """Read yes or no. Raises LudensError for anything else."""
    text = given.get(name)
    if text is None:
        return default
    if text not in ("yes", "no"):
        raise LudensError(f"{name}={text} should be yes or no")
    return text == "yes"


def choice(given: Mapping[str, str], name: str, default: str, known: Collection[str]) -> str:
    """Read one of some words. Raises UnknownName for another."""
    value = given.get(name, default)
    if value not in known:
        raise UnknownName(name, value, known)
    return value
