"""Whether a parameter's value is of the kind that its annotation says: whole numbers, numbers, words, truth values, tuples of them."""

from __future__ import annotations

import math
import types
import typing
from dataclasses import fields
from functools import lru_cache
from typing import Any

__all__ = ["kind_problem"]


def kind_problem(cls: type, name: str, value: Any) -> str | None:
    """Say what a dataclass field's value should be, or None where it is that; annotations that are no plain kinds allow everything."""
    hint = _hints(cls).get(name, Any)
    return None if _fits(value, hint) else f"should be {_words(hint)}"


@lru_cache(maxsize=256)
def _hints(cls: type) -> dict[str, Any]:
    known = typing.get_type_hints(cls)
    return {item.name: known[item.name] for item in fields(cls) if item.init}


def _fits(value: Any, hint: Any) -> bool:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, one) for one in inner)
    if origin is typing.Literal:
        return value in inner and not isinstance(value, bool)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if len(inner) == 2 and inner[1] is Ellipsis:
            return all(_fits(item, inner[0]) for item in value)
        return len(value) == len(inner) and all(_fits(item, one) for item, one in zip(value, inner, strict=True))
    if hint is float:
        # True is a number to Python, and infinity to JSON is nothing
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if hint in (int, bool, str):
        return type(value) is hint
    return value is None if hint is type(None) else True


def _words(hint: Any) -> str:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_words(one) for one in inner)
    if origin is typing.Literal:
        return " or ".join(repr(one) for one in inner)
    if origin is tuple:
        many = len(inner) == 2 and inner[1] is Ellipsis
        return f"a list, each entry {_words(inner[0])}" if many else f"a list of {len(inner)}: {', '.join(_words(one) for one in inner)}"
    return {int: "a whole number", float: "a finite number", bool: "true or false", str: "text", type(None): "null"}.get(hint, "a value")
