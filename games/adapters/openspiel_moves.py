"""Moves that OpenSpiel numbers for a whole game and names for each position: :class:`NamedMoves`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..domains import Domain, OneOf
from ..replies import clean_text, short

if TYPE_CHECKING:
    import numpy as np

__all__ = ["NamedMoves"]

_MARKS = " \t\r\n.,;:!?'\"`*_()[]<>"


@dataclass(frozen=True)
class NamedMoves(Domain):
    """Some of a game's numbered moves, each by the name it has in this position.

    A choice is the number, which means the same move all through the game (a network needs that); replies give the name, which
    may mean something else elsewhere (``Nf3`` in chess). A number in a reply is read only where it is a name.

    Attributes:
        numbers: the legal moves, ascending.
        names: their names, no two alike.
    """

    numbers: tuple[int, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, numbers: Sequence[int], names: Sequence[str]) -> NamedMoves:
        """Make it of a library's names: on one line each, and told apart by their number where two are alike."""
        words = [" ".join(clean_text(name).split()) for name in names]
        often = Counter(words)
        return cls(tuple(numbers), tuple(word if often[word] == 1 else f"{word} (move {number})" for word, number in zip(words, numbers, strict=True)))

    @cached_property
    def _words(self) -> OneOf:
        return OneOf(self.names)

    @cached_property
    def _numbered(self) -> dict[str, int]:
        return dict(zip(self.names, self.numbers, strict=True))

    @cached_property
    def _named(self) -> dict[int, str]:
        return dict(zip(self.numbers, self.names, strict=True))

    def explain(self) -> str:
        return self._words.explain()

    def form(self, style: str = "json") -> str:
        return self._words.form(style)

    def schema(self) -> dict[str, Any]:
        return self._words.schema()

    def pattern(self) -> str:
        return self._words.pattern()

    def check(self, value: Any) -> str | None:
        if type(value) is int:
            return None if value in self._named else f"{short(value)} is not the number of a legal move"
        return self._words.check(value) or f"{short(value)} is a name; the choice is its number"

    def read(self, raw: Any) -> tuple[Any, bool]:
        word, repaired = self._words.read(raw)
        if word not in self._numbered and len(hits := [name for name in self.names if name.strip(_MARKS) == word.strip(_MARKS)]) == 1:
            # marks at the ends of a name (a capture's asterisk) look like Markdown to whoever reads the reply
            word, repaired = hits[0], True
        return self._numbered.get(word, word), repaired

    def show(self, value: Any) -> str:
        return self._named[value]

    def written(self, value: Any) -> Any:
        return self._named[value]

    def sample(self, rng: np.random.Generator) -> Any:
        return self.numbers[int(rng.integers(len(self.numbers)))]

    def size(self) -> int:
        return len(self.numbers)

    def values(self) -> Iterator[Any]:
        return iter(self.numbers)
