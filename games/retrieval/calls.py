"""What may be answered: calls with one argument each, in JSON, on a tagged line, or between the marks of Search-R1."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..domains import Acts, OneOf, Text
from ..replies import Unreadable, clean_text, short

__all__ = ["Calls", "Line"]

_SOUNDS = ("ba", "ko", "li", "mu", "ne", "ra", "so", "ti", "ve")


@dataclass(frozen=True)
class Line(Text):
    """A text on one line that is not blank."""

    max_chars: int = 120

    def explain(self) -> str:
        return f"one line of text of at most {self.max_chars} characters"

    def check(self, value: Any) -> str | None:
        if isinstance(value, str) and value.strip() and len(value) <= self.max_chars and "\n" not in value and clean_text(value) == value:
            return None
        return f"{short(value)} is not {self.explain()}"

    def read(self, raw: Any) -> tuple[Any, bool]:
        # a year as a number is as good as in letters
        given = str(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else raw
        if not isinstance(given, str):
            raise Unreadable(f"expected {self.explain()}")
        text = " ".join(clean_text(given).split())[: self.max_chars].strip()
        return text, text != raw

    def sample(self, rng: np.random.Generator) -> Any:
        return " ".join("".join(_SOUNDS[int(sound)] for sound in rng.integers(len(_SOUNDS), size=2)) for _ in range(int(rng.integers(1, 3))))


@dataclass(frozen=True)
class Calls(Acts):
    """Acts with at most one field each, so that on a tagged line all after ``field=`` is its value, blanks included.

    The marks of Search-R1 are read too: ``<search>words</search>``, the last of them in a reply.
    """

    def read(self, raw: Any) -> tuple[Any, bool]:
        if not isinstance(raw, str):
            return super().read(raw)
        text = raw.strip()
        marked = re.findall(rf"<({'|'.join(map(re.escape, self.names))})>(.{{0,2000}}?)</\1>", text, re.DOTALL)
        head, _, rest = text.partition(" ")
        name, _ = OneOf(self.names).read(marked[-1][0] if marked else head.strip("[]().,;:!*`'\""))
        if name not in self.names:
            return {"act": name}, True
        fields = self.record(name).fields
        if not fields:
            return {"act": name}, True
        key, domain = fields[0]
        value = marked[-1][1] if marked else (re.match(rf"\s*{re.escape(key)}\s*[=:](.*)", rest, re.IGNORECASE | re.DOTALL) or ["", ""])[1]
        if not value.strip():
            raise Unreadable(f"{name}: the field {key} is missing")
        return {"act": name, key: domain.read(value)[0]}, True
