"""A rubric: items in words, each with the points that it may give or take."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...errors import ParameterError
from ...games.replies import clean_text
from ..inspo.proposers import alike

__all__ = ["MOST_ITEMS", "MOST_POINTS", "MOST_WORDS", "Item", "Rubric", "plain_words"]

MOST_ITEMS = 8
MOST_WORDS = 40
"""Of an item."""
MOST_POINTS = 5
_LINE = re.compile(r"([+-]\d+)\s+(\S.*)")


class Item(NamedTuple):
    """One thing that is looked at.

    Attributes:
        text: what, in a sentence.
        points: the most that it gives; below 0, the most that it takes.
    """

    text: str
    points: int

    @property
    def low(self) -> int:
        """The least that it may score."""
        return min(self.points, 0)

    @property
    def high(self) -> int:
        """The most that it may score."""
        return max(self.points, 0)

    @property
    def line(self) -> str:
        """The item as lines of rubrics are written, points first."""
        return f"{self.points:+d} {self.text}"

    @property
    def sound(self) -> bool:
        """Whether it is within the bounds of rubrics."""
        return 0 < abs(self.points) <= MOST_POINTS and 0 < len(self.text.split()) <= MOST_WORDS


@dataclass(frozen=True)
class Rubric:
    """What an episode is judged by, one item after the other; its total is the sum over items.

    Attributes:
        items: different from each other.
    """

    items: tuple[Item, ...]

    @classmethod
    def written(cls, lines: Iterable[str]) -> Rubric:
        """Read lines such as ``+3 The game ended in an agreement.``, points first.

        Raises:
            ParameterError: a line is no item; there are too many, or none; two say the same.
        """
        items = []
        for line in lines:
            found = _LINE.fullmatch(line.strip()) if isinstance(line, str) else None
            item = Item(" ".join(clean_text(found[2]).split()), int(found[1])) if found else None
            if item is None or not item.sound:
                raise ParameterError(
                    f"a rubric's line {line!r} should be points and a sentence of at most {MOST_WORDS} words, as in '+3 The game ended in an agreement.', "
                    f"with points from -{MOST_POINTS} to +{MOST_POINTS} but not 0"
                )
            items.append(item)
        if not 0 < len(items) <= MOST_ITEMS or len(distinct(items)) < len(items):
            raise ParameterError(f"a rubric should have 1 to {MOST_ITEMS} items that differ, not {[item.line for item in items]!r}")
        return cls(tuple(items))

    @classmethod
    def read(cls, plain: Any) -> Rubric | None:
        """Read what a model wrote: a list of mappings with ``text`` and ``points``; repetitions are left out. None where anything is out of bounds."""
        if not isinstance(plain, list) or not 0 < len(plain) <= MOST_ITEMS:
            return None
        items = []
        for given in plain:
            text, points = (given.get("text"), given.get("points")) if isinstance(given, dict) else (None, None)
            item = Item(" ".join(clean_text(text).split()), points) if isinstance(text, str) and type(points) is int else None
            if item is None or not item.sound:
                return None
            items.append(item)
        return cls(distinct(items))

    @property
    def low(self) -> int:
        """The lowest total."""
        return sum(item.low for item in self.items)

    @property
    def high(self) -> int:
        """The highest total."""
        return sum(item.high for item in self.items)

    @property
    def lines(self) -> list[str]:
        """The items as they are written."""
        return [item.line for item in self.items]

    @property
    def plain(self) -> list[dict[str, Any]]:
        """The items as JSON values; :meth:`read` undoes it."""
        return [item._asdict() for item in self.items]

    def share(self, total: int) -> float:
        """Give a total's place from 0 at the lowest to 1 at the highest."""
        return (total - self.low) / (self.high - self.low)


def distinct(items: Sequence[Item]) -> tuple[Item, ...]:
    """Leave out items that say what an earlier one says."""
    kept: list[Item] = []
    for item in items:
        if not any(alike(item.text, other.text) for other in kept):
            kept.append(item)
    return tuple(kept)


def plain_words(text: str) -> str:
    """Give a sentence's words alone, in small letters: what a script knows it by."""
    return " ".join(re.findall(r"\w+", text.lower()))
