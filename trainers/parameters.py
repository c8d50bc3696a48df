"""Filling a dataclass of parameters from a configuration, with mistakes told by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from ..errors import ParameterError, nearest

__all__ = ["filled"]

T = TypeVar("T")


def filled(kind: type[T], given: Mapping[str, Any], what: str) -> T:
    """Make a ``kind`` from ``given``.

    Args:
        kind: a dataclass.
        given: its fields by name.
        what: how messages call it.

    Raises:
        ParameterError: a name is unknown, or a value of the wrong type.
    """
    names = [item.name for item in fields(kind)]  # type: ignore[arg-type]
    for name in given:
        if name not in names:
            raise ParameterError(f"{what}: unknown parameter {name!r}{nearest(name, names)}")
    try:
        return kind(**given)
    except TypeError as problem:
        raise ParameterError(f"{what}: {problem}") from problem
