"""Observations and descriptions of other libraries in words."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..replies import clean_text
from ..words import number

__all__ = ["about", "shown", "unpainted"]

_MOST = 512
"""Arrays of more numbers are only named."""
_PAINTED = re.compile(r"\x1b\[[0-9;]*m(.*?)\x1b\[0m", re.DOTALL)
_CODE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_HEADING = re.compile(r"^ *#{1,6} +(.*)$", re.MULTILINE)
_LEFT_OUT = ("argument", "citation", "information", "install", "reference", "usage", "vectoriz", "version")
_OUT = re.compile(
    r"^ *``` *(?:python|\{).*?```"  # programs and pictures
    r"|^\| *(?:Import|Creation)\b.*?(?:\n\n|\Z)"  # the table of facts for programmers
    r"|</?[a-zA-Z][^>]*>"
    r"|^This environment is part of [^\n]*$",
    re.DOTALL | re.MULTILINE,
)
_LONGEST = 6000


def shown(value: Any) -> str:
    """Write an observation: text as it is, numbers with at most four decimals, arrays row by row, planes one after the other."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {_indented(shown(part))}" for name, part in value.items())
    if isinstance(value, tuple | list):
        return "(" + ", ".join(map(shown, value)) + ")"
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        return clean_text(str(value))
    if array.size > _MOST:
        return f"an array of shape {array.shape} with numbers from {number(float(array.min()))} to {number(float(array.max()))}"
    return _written(array)


def _written(array: NDArray[Any]) -> str:
    if array.ndim == 0:
        return number(float(array))
    if array.ndim == 1:
        return " ".join(number(float(item)) for item in array)
    if array.ndim == 2:
        return "\n" + "\n".join(_written(row) for row in array)
    # planes lie along the axis that is shortest, which is the last one by custom
    planes = np.moveaxis(array, -1, 0) if array.shape[-1] <= array.shape[0] else array
    return "".join(f"\nplane {index}:{_written(plane)}" for index, plane in enumerate(planes))


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def unpainted(text: str) -> str:
    """Take the colours of a terminal out of a drawing; what was painted stands in brackets, as colour may be what says where somebody is."""
    return clean_text(_CODE.sub("", _PAINTED.sub(r"[\1]", text))).strip("\n")


def about(docstring: str | None) -> str:
    """Take from an environment's own page what a player needs: not its arguments, versions, references, programs and pictures."""
    text = _OUT.sub("", inspect.cleandoc(docstring or "")).replace("```", "")
    pieces = _HEADING.split(text)
    kept = [pieces[0].strip()]
    for title, body in zip(pieces[1::2], pieces[2::2], strict=True):
        if not title.casefold().startswith(_LEFT_OUT):
            kept.append(f"{title.strip()}:\n{body.strip()}")
    words = re.sub(r"\n{3,}", "\n\n", "\n\n".join(part for part in kept if part))
    return words if len(words) <= _LONGEST else words[:_LONGEST].rsplit("\n", 1)[0] + "\n(cut short)"
