"""Filling a dataclass of parameters from a configuration, with mistakes told by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

    def _whole(self, *names: str, least: int = 1) -> None:
        """Require whole numbers from ``least`` on."""
        should = {0: "should be a whole number, 0 or more", 1: "should be a whole number above 0"}.get(least, f"should be a whole number from {least}")
        for name in names:
            self._require(type(getattr(self, name)) is int and getattr(self, name) >= least, name, should)

    def _positive(self, *names: str) -> None:
        """Require numbers above 0."""
        for name in names:
            self._require(_is_number(getattr(self, name)) and getattr(self, name) > 0, name, "should be a number above 0")

    def _not_negative(self, *names: str) -> None:
        """Require numbers of 0 or more."""
        for name in names:
            self._require(_is_number(getattr(self, name)) and getattr(self, name) >= 0, name, "should be 0 or more")

    def _shares(self, *names: str) -> None:
        """Require numbers from 0 to 1."""
        for name in names:
            self._require(_is_number(getattr(self, name)) and 0 <= getattr(self, name) <= 1, name, "should be from 0 to 1")

    def _one_of(self, **choices: Sequence[str]) -> None:
        """Require each named parameter to be one of the words given for it."""
        for name, known in choices.items():
            self._require(getattr(self, name) in known, name, f"should be one of {', '.join(known)}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


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
