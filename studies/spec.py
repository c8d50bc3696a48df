"""What a study is, as data: factors and their levels, outcomes, hypotheses, models, and when enough was played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..errors import ParameterError

__all__ = ["CORRECTIONS", "DIRECTIONS", "FAMILIES", "KINDS", "ROLES", "Factor", "Hypothesis", "Model", "Outcome", "Study"]

Level = str | int | float | bool | None
Kind = Literal["binary", "continuous", "share", "count", "ordinal", "category"]
Role = Literal["treatment", "nuisance", "block"]
Direction = Literal["greater", "less", "two_sided"]
Correction = Literal["holm", "bonferroni", "bh", "none"]
Family = Literal["logit", "firth", "gee", "ols", "mixed", "ordered", "tobit", "hurdle", "fractional", "poisson"]

KINDS: tuple[Kind, ...] = ("binary", "continuous", "share", "count", "ordinal", "category")
"""What an outcome can be: yes or no, a number, a number from 0 to 1, a whole number from 0, ranks, unordered labels."""
ROLES: tuple[Role, ...] = ("treatment", "nuisance", "block")
"""What a factor is for: what is asked about; what must not matter and is crossed with it; what the sample is divided by."""
DIRECTIONS: tuple[Direction, ...] = ("greater", "less", "two_sided")
CORRECTIONS: tuple[Correction, ...] = ("holm", "bonferroni", "bh", "none")
FAMILIES: tuple[Family, ...] = ("logit", "firth", "gee", "ols", "mixed", "ordered", "tobit", "hurdle", "fractional", "poisson")


@dataclass(frozen=True)
class Factor:
    """What is varied.

    Attributes:
        name: of its column.
        levels: its values, at least two.
        role: one of :data:`ROLES`.
        target: what is set to the level: ``game.PARAMETER`` (the default, ``game.NAME``), ``player.PARAMETER`` of the subject, ``model.PARAMETER`` of
            its model (``model.temperature``), ``player`` for the subject itself, ``model`` for its model, ``seat.N`` for who sits in that seat, or ``game``
            for several parameters at once, whose values are mappings.
        about: what it is, for the codebook.
        values: what the target is set to, level by level, where that is not the level itself (a persona in words, an opponent); empty otherwise.
    """

    name: str
    levels: tuple[Level, ...]
    role: Role = "treatment"
    target: str = ""
    about: str = ""
    values: tuple[Any, ...] = ()

    def setting(self, level: Level) -> Any:
        """What the target is set to at a level."""
        if not self.values:
            return level
        # True equals 1 in Python; as levels they are two
        return next(
            value for known, value in zip(self.levels, self.values, strict=True) if known == level and isinstance(known, bool) == isinstance(level, bool)
        )

    @property
    def aim(self) -> tuple[str, str]:
        """The target in two parts: ``("game", "persona")``, ``("player", "")``, ``("seat", "1")``."""
        what, _, which = (self.target or f"game.{self.name}").partition(".")
        return what, which


@dataclass(frozen=True)
class Outcome:
    """What is measured.

    Attributes:
        name: of its column.
        value: an expression over the facts of a row (see ``studies.expressions``); nothing (None) where there is no answer to measure.
        kind: one of :data:`KINDS`.
        primary: the hypotheses rest on it.
        unit: of a number.
        low, high: bounds of a number, for models of bounded outcomes; None for none.
        about: what it is, for the codebook.
        benchmarks: what people did, as ``GAME/MEASURE`` of ``analysis/human.csv``, in this outcome's unit; laid beside results with where they come from.
        margin: the difference from a benchmark that does not matter, for a test of equivalence; None for no test.
    """

    name: str
    value: str
    kind: Kind = "binary"
    primary: bool = False
    unit: str = ""
    low: float | None = None
    high: float | None = None
    about: str = ""
    benchmarks: tuple[str, ...] = ()
    margin: float | None = None


@dataclass(frozen=True)
class Hypothesis:
    """A comparison of two levels of a factor, stated beforehand: the mean of the outcome at ``high`` less that at ``low``.

    Attributes:
        name: short, such as ``H1``.
        outcome: by name.
        factor: by name.
        high, low: its levels.
        direction: what is expected of the difference: one of :data:`DIRECTIONS`.
        where: an expression that picks rows; "" for all.
        confirmatory: part of the family that is corrected together; others are exploratory, and corrected by false discovery rate.
        about: the claim in words.
    """

    name: str
    outcome: str
    factor: str
    high: Level
    low: Level
    direction: Direction = "two_sided"
    where: str = ""
    confirmatory: bool = True
    about: str = ""


@dataclass(frozen=True)
class Model:
    """A regression.

    Attributes:
        name: for tables.
        outcome: by name.
        family: one of :data:`FAMILIES`.
        formula: the right-hand side, as patsy reads it: ``"principal_informed * customer_informed + C(scenario)"``.
        cluster: column within which errors are correlated; "" for none.
    """

    name: str
    outcome: str
    family: Family
    formula: str
    cluster: str = ""


@dataclass(frozen=True)
class Study:
    """An experiment, from question to analysis.

    Attributes:
        name: of its file.
        title, question: for the report.
        game: id and fixed parameters.
        seats: who sits where, in seat order; ``"subject"`` is whoever is studied, others are entries of players; ``"..."`` at the end repeats the last one
            until all seats are taken.
        subjects: entries of players of known behaviour, who are studied where nobody else is named.
        factors, outcomes, hypotheses, models: see the classes.
        unit: what a row is: an ``episode``, a ``decision`` of the subject, or a ``seat`` (every seat held by the subject).
        design: ``full`` (every combination) or ``fractional`` (a fraction of the two-level factors at the given resolution).
        resolution: of a fractional design.
        replicates: episodes a cell and subject; nuisance factors are spread over them.
        seeds: ``paired`` gives the same replicate the same chance in every cell, so that treatments are compared like with like; ``independent`` gives every
            episode its own.
        exclude: expressions by name; a row for which one is true is left out, and counted.
        cluster: column within which rows are not independent, for every interval; "" for rows that are.
        correction: of the confirmatory family: one of :data:`CORRECTIONS`.
        alpha: of its tests.
        stopping: when enough was played, in words; the sample size is the design's.
        assumed: for the forecast of power: per hypothesis, the means (or shares) assumed at ``low`` and ``high``, and a standard deviation for numbers.
        seed: everything random follows from it.
        sources: what it follows.
        notes: what a reader must know.
    """

    name: str
    title: str
    question: str
    game: Mapping[str, Any]
    seats: tuple[Any, ...]
    factors: tuple[Factor, ...]
    outcomes: tuple[Outcome, ...]
    subjects: tuple[Any, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    models: tuple[Model, ...] = ()
    unit: Literal["episode", "decision", "seat"] = "episode"
    design: Literal["full", "fractional"] = "full"
    resolution: int = 4
    replicates: int = 30
    seeds: Literal["paired", "independent"] = "paired"
    exclude: Mapping[str, str] = field(default_factory=dict)
    cluster: str = ""
    correction: Correction = "holm"
    alpha: float = 0.05
    stopping: str = "The design is played once as planned; nobody looks at outcomes before."
    assumed: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    seed: int = 0
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def factor(self, name: str) -> Factor:
        """Find a factor.

        Raises:
            ParameterError: there is none of that name.
        """
        return _named(self.factors, name, "factor")

    def outcome(self, name: str) -> Outcome:
        """Find an outcome.

        Raises:
            ParameterError: there is none of that name.
        """
        return _named(self.outcomes, name, "outcome")


def _named(items: tuple[Any, ...], name: str, what: str) -> Any:
    for item in items:
        if item.name == name:
            return item
    raise ParameterError(f"{what} {name!r} should be one of: {', '.join(item.name for item in items)}")
