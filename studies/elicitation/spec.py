"""What an elicitation of utilities is, as data; from a study's YAML with ``kind: elicitation``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from ...analysis.utility import usual_pairs
from ...errors import ParameterError, nearest
from ...games.choice.rules import ForcedChoice, Option
from ..loading import listed, make_of, mapped, study_entry

__all__ = ["KIND", "Elicitation", "is_elicitation", "load_elicitation"]

KIND = "elicitation"


@dataclass(frozen=True)
class Elicitation:
    """Choices between two of several options, in both orders, until enough pairs were asked.

    Attributes:
        name: of its file.
        title, question: for the report.
        options: by name, a description; or a lottery, a mapping from names of described options to chances.
        subjects: entries of players of known behaviour, who are studied where nobody else is named.
        sampling: ``active`` (pairs that are close in utility, of options asked about little) or ``random``.
        pairs: different pairs asked; None for ``2 n log2 n``, at most all.
        batch: pairs asked before utilities are fitted anew; None for as many as there are options.
        times: answers in each of the two orders of a pair.
        model: of the utilities that are shown: ``thurstone``, ``thurstone_spreads`` or ``bradley_terry``.
        alpha: intervals have coverage 1 - alpha.
        seed: everything random follows from it.
        sources: what it follows.
        notes: what a reader must know.
    """

    name: str
    title: str
    question: str
    options: Mapping[str, Any]
    subjects: tuple[Any, ...] = ()
    sampling: Literal["active", "random"] = "active"
    pairs: int | None = None
    batch: int | None = None
    times: int = 3
    model: Literal["thurstone", "thurstone_spreads", "bradley_terry"] = "thurstone"
    alpha: float = 0.05
    seed: int = 0
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the options, in order."""
        return tuple(self.options)

    @property
    def wanted(self) -> int:
        """Different pairs that are asked of each subject."""
        size = len(self.options)
        return usual_pairs(size) if self.pairs is None else min(self.pairs, size * (size - 1) // 2)

    @property
    def questions(self) -> int:
        """Answers of each subject."""
        return 2 * self.times * self.wanted

    def option(self, name: str) -> Option:
        """Give an option as the game takes it."""
        found = self.options[name]
        return tuple((float(chance), str(self.options[part])) for part, chance in found.items()) if isinstance(found, Mapping) else str(found)

    def game(self, one: str, other: str, *, swapped: bool) -> ForcedChoice:
        """Make the question."""
        from ...games import make

        made = make("forced_choice", options=(self.option(one), self.option(other)), swapped=swapped, worth=(0.0, 0.0))
        assert isinstance(made, ForcedChoice)
        return made

    def lotteries(self) -> tuple[list[int], list[int], np.ndarray]:
        """Give the numbers of the options that are sure, of those that are lotteries, and chances of shape (lotteries, sure options)."""
        sure = [number for number, name in enumerate(self.labels) if not isinstance(self.options[name], Mapping)]
        drawn = [number for number in range(len(self.labels)) if number not in sure]
        column = {self.labels[number]: place for place, number in enumerate(sure)}
        chances = np.zeros((len(drawn), len(sure)))
        for row, number in enumerate(drawn):
            for name, chance in self.options[self.labels[number]].items():
                chances[row, column[name]] = chance
        return sure, drawn, chances

    @property
    def plain(self) -> dict[str, Any]:
        """The JSON values from which :func:`load_elicitation` makes it again."""
        values = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}
        return {"kind": KIND, **values}


def is_elicitation(entry: Any, searched: Iterable[str] = ()) -> bool:
    """Tell whether a study (a name or a mapping) is one.

    Raises:
        UnknownName: no such study.
    """
    return study_entry(entry, searched).get("kind") == KIND


def load_elicitation(entry: Any, searched: Iterable[str] = ()) -> Elicitation:
    """Read an elicitation: a name of the group ``study``, or a mapping.

    Raises:
        UnknownName: no such study.
        ParameterError: something in it is unknown, missing or does not fit.
    """
    values = study_entry(entry, searched)
    values.pop("kind", None)
    where = f"study {values['name']}"
    for key in ("subjects", "sources", "notes"):
        if key in values:
            values[key] = listed(where, key, values[key])
    values["options"] = mapped(where, "options", values.get("options"))
    found: Elicitation = make_of(where, Elicitation, values)
    _check(where, found)
    return found


def _check(where: str, found: Elicitation) -> None:
    def require(condition: object, problem: str) -> None:
        if not condition:
            raise ParameterError(f"{where}: {problem}")

    require(len(found.options) >= 3, f"options={found.labels} should be at least three")
    require(found.times >= 1, f"times={found.times} should be 1 or more")
    require(0 < found.alpha < 1, f"alpha={found.alpha} should be between 0 and 1")
    require(found.seed >= 0, f"seed={found.seed} should be 0 or more")
    require(found.pairs is None or found.pairs >= len(found.options), f"pairs={found.pairs} should be at least as many as options, so that all are connected")
    require(found.batch is None or found.batch >= 1, f"batch={found.batch} should be 1 or more")
    sure = {name for name, what in found.options.items() if isinstance(what, str)}
    for name, what in found.options.items():
        if isinstance(what, str):
            continue
        require(isinstance(what, Mapping) and what, f"option {name}: {what!r} should be a description, or a lottery {{OPTION: CHANCE, ...}}")
        for part, chance in what.items():
            require(part in sure, f"option {name}: unknown outcome {part!r}{nearest(str(part), sure)}")
            number = isinstance(chance, int | float) and not isinstance(chance, bool) and 0 < chance <= 1
            require(number, f"option {name}: chance {chance!r} should be a number above 0")
        require(math.isclose(sum(what.values()), 1), f"option {name}: chances should sum to 1; they sum to {sum(what.values()):g}")
    first, *others = found.labels
    for other in others:
        try:
            found.game(first, other, swapped=False)
        except ParameterError as problem:
            raise ParameterError(f"{where}, option {other}: {problem}") from problem
