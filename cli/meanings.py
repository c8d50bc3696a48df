"""What parameters mean, read out of the docstrings of games and players."""

from __future__ import annotations

import inspect
import re
import sys

__all__ = ["described", "meanings"]

_ENTRY = re.compile(r"    (\w+(?:, \w+)*): (.*)")
_ROW = re.compile(r"\| `+(\w+)`+ \| ([^|]*) \|.*")
_ROLE = re.compile(r":\w+:`~?(?:\w+\.)*(\w+)`")


def meanings(docstring: str | None) -> dict[str, str]:
    """Read a Google docstring's ``Args:`` or ``Attributes:``, or a table of parameters: what each name means."""
    found: dict[str, str] = {}
    names: list[str] = []
    inside = False
    for line in inspect.cleandoc(docstring or "").splitlines():
        if row := _ROW.fullmatch(line):
            found[row[1]] = row[2].strip()
        elif line and not line.startswith(" "):
            inside = line in ("Args:", "Attributes:")
        elif inside and (entry := _ENTRY.fullmatch(line)):
            names = entry[1].split(", ")
            found.update(dict.fromkeys(names, entry[2].strip()))
        elif inside and line.strip():
            found.update({name: f"{found[name]} {line.strip()}" for name in names})
    return {name: _ROLE.sub(r"\1", text).replace("``", "") for name, text in found.items()}


def described(cls: type) -> dict[str, str]:
    """Read what a class, its bases and their modules say of its parameters; the nearest has the last word."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        found.update(meanings(sys.modules[base.__module__].__doc__))
        found.update(meanings(base.__doc__))
    return found
