"""Filling a dataclass of parameters from a configuration, with mistakes told by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar, TypeVar

from ..errors import ParameterError, nearest

__all__ = ["Parameters", "filled"]

T = TypeVar("T")


class Parameters:
    """What the dataclasses of trainers' parameters have in common; ``TRAINER`` is how messages call theirs."""

    TRAINER: ClassVar[str]

    def _require(self, condition: bool, name: str, should: str) -> None:
        """Raise ParameterError with the parameter's name, its value and what would be right."""
        if not condition:
            raise ParameterError(f"trainer {self.TRAINER}: {name}={getattr(self, name)!r} {should}")


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
