"""Searching the catalogue: words of a query against words of titles and descriptions, rare words counting for more."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..domains import OneOf, Record, Text
from ..replies import Unreadable, short
from .goods import COLOURS, KINDS

__all__ = ["ANY", "Query", "features", "found", "query_of", "terms", "tokens"]

ANY = "any"
"""A term or feature that does not matter."""
_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def features(kinds: Iterable[str]) -> tuple[str, ...]:
    """List what results can be narrowed to among goods of some kinds: colours, materials, and attributes that sellers may claim."""
    known = [KINDS[name] for name in kinds]
    materials, attributes = [kind.materials for kind in known], [kind.attributes for kind in known]
    return tuple(dict.fromkeys([*COLOURS, *itertools.chain(*materials, *attributes)]))


def terms(kinds: Iterable[str]) -> Record:
    """What can be searched for by terms, among goods of some kinds; ``any`` leaves a term out."""
    names = tuple(kinds)
    known = [KINDS[name] for name in names]
    fields = {
        "kind": names,
        "colour": COLOURS,
        "material": tuple(dict.fromkeys(itertools.chain(*(kind.materials for kind in known)))),
        "attribute": tuple(dict.fromkeys(itertools.chain(*(kind.attributes for kind in known)))),
    }
    return Record.of({name: OneOf((ANY, *values)) for name, values in fields.items()})


def query_of(choice: Mapping[str, Any]) -> str:
    """Give the query of a search, by words or by terms."""
    if "words" in choice:
        return str(choice["words"])
    return " ".join(term for name, term in choice.items() if name != "act" and term != ANY)


def tokens(text: str) -> list[str]:
    """Split a text into its words in lower case; a hyphen stays within a word."""
    return _WORD.findall(text.lower())


def found(query: str, texts: Sequence[str]) -> list[int]:
    """List the numbers of the texts that share a word with the query, best first; ties go to the earlier one.

    A text scores the sum over distinct words that it shares with the query of log((1 + n) / (1 + m)) + 1, where m of the n texts have the word.
    """
    words = [set(tokens(text)) for text in texts]
    spread = Counter(word for each in words for word in each)
    asked = sorted(set(tokens(query)))
    scores = [sum(math.log((1 + len(texts)) / (1 + spread[word])) + 1 for word in asked if word in each) for each in words]
    return sorted((number for number, score in enumerate(scores) if score > 0), key=lambda number: (-scores[number], number))


@dataclass(frozen=True)
class Query(Text):
    """Words to search for, on one line; tagged text joins them by underscores."""

    max_chars: int = 80

    def explain(self) -> str:
        return f"words to search for, at most {self.max_chars} characters"

    def form(self, style: str = "json") -> str:
        return '"<words>"' if style == "json" else "<words_joined_by_underscores>"

    def pattern(self) -> str:
        return f"[a-z0-9_-]{{1,{self.max_chars}}}"

    def check(self, value: Any) -> str | None:
        if isinstance(value, str) and len(value) <= self.max_chars and "\n" not in value:
            return None
        return f"{short(value)} is not {self.explain()}"

    def read(self, raw: Any) -> tuple[Any, bool]:
        if not isinstance(raw, str):
            raise Unreadable(f"expected {self.explain()}")
        text = " ".join(tokens(raw.replace("_", " ")))
        # again after the cut, which may end on a hyphen or a blank
        text = " ".join(tokens(text[: self.max_chars]))
        return text, text != raw

    def sample(self, rng: np.random.Generator) -> Any:
        known = (*features(KINDS), *KINDS)
        return " ".join(known[int(index)] for index in rng.integers(len(known), size=int(rng.integers(1, 4))))

    def show(self, value: Any) -> str:
        return "_".join(tokens(str(value)))
