"""What the analysis of a study found, as plain data: parts with tables, figures and notes, ready for any writer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ...arena.report.summary import Curves, DataTable, Estimate
from ..elicitation.spec import Elicitation
from ..spec import Hypothesis, Study

__all__ = ["Benchmark", "Contrast", "Dots", "Figure", "Histogram", "Part", "SpecificationCurve", "StudyResults"]


@dataclass(frozen=True)
class Benchmark:
    """A figure from people, to lay results beside.

    Attributes:
        outcome: of the study, by name.
        label: what it is, in few words.
        value: a mean or a share, in the outcome's unit.
        source: where it was read.
        verified: whether the source itself was read; what was not is marked wherever it is shown.
        how: what was done to verify it.
        n: people or studies behind it; None where unknown.
        caveat: what differs from the study at hand.
        margin: the difference from it that does not matter, for a test of equivalence; None for no test.
    """

    outcome: str
    label: str
    value: float
    source: str
    verified: bool = False
    n: int | None = None
    caveat: str = ""
    margin: float | None = None
    how: str = ""

    @property
    def tag(self) -> str:
        """Say whether it is verified, and how."""
        return ("verified" if self.verified else "not verified") + (f": {self.how}" if self.how else "")


@dataclass(frozen=True)
class Contrast:
    """A hypothesis and what the answers say about it.

    Attributes:
        hypothesis: as stated beforehand.
        high, low: means (shares) at its two levels, with intervals.
        difference: of the means, high less low.
        effects: standardised sizes of it by name (odds ratio; Hedges g, Cliff's delta).
        test: which, in words.
        p: of the test in the direction stated; None where nothing can be tested.
        adjusted: the same after correction over the hypothesis's family.
        opposite: whether the answers go against the direction stated, at the study's alpha.
        beside: other tests of the same question, as (name, p), uncorrected.
        bounds: least and largest difference that the missing answers allow; None where an outcome has no bounds.
        worst: p of the test when missing answers are all set against the hypothesis; None where nothing is missing or bounded.
        answers, missing: rows with and without an answer at (high, low).
        notes: what a reader must know of this comparison.
    """

    hypothesis: Hypothesis
    high: Estimate
    low: Estimate
    difference: Estimate
    effects: tuple[tuple[str, Estimate], ...]
    test: str
    p: float | None
    adjusted: float | None = None
    opposite: bool = False
    beside: tuple[tuple[str, float], ...] = ()
    bounds: tuple[float, float] | None = None
    worst: float | None = None
    answers: tuple[int, int] = (0, 0)
    missing: tuple[int, int] = (0, 0)
    notes: tuple[str, ...] = ()

    def verdict(self, alpha: float) -> str:
        """Say in a word or two what became of the hypothesis at a level of the tests."""
        if self.adjusted is None:
            return "not tested"
        if self.adjusted <= alpha:
            return "difference found" if self.hypothesis.direction == "two_sided" else "supported"
        return "contradicted" if self.opposite else "not supported"


@dataclass(frozen=True)
class Dots:
    """Estimates with intervals under one another: cell means, coefficients.

    Attributes:
        rows: (label, group, estimate); groups of more than one name have colours and a legend.
        reference: a value to mark, None for none.
        marks: further values to mark, as (name, value).
        ratio: the scale is logarithmic.
        bounds: the axis never reaches beyond these.
    """

    title: str
    about: str
    x_title: str
    rows: tuple[tuple[str, str, Estimate], ...]
    reference: float | None = None
    marks: tuple[tuple[str, float], ...] = ()
    ratio: bool = False
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True)
class Histogram:
    """How answers are spread, a panel a group.

    Attributes:
        edges: of the bins, one more than shares.
        panels: (group, share of its answers in each bin, mean, answers).
        marks: (name, value) of what people did.
    """

    title: str
    about: str
    x_title: str
    edges: tuple[float, ...]
    panels: tuple[tuple[str, tuple[float, ...], float, int], ...]
    marks: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class SpecificationCurve:
    """An effect under every reasonable choice, smallest first, and which choices each estimate is made of.

    Attributes:
        estimates: of the effect, in order.
        choices: (question, answer, for each estimate whether it was made with that answer).
        main: index of the analysis that was planned; None where it is not among them.
    """

    title: str
    about: str
    y_title: str
    estimates: tuple[Estimate, ...]
    choices: tuple[tuple[str, str, tuple[bool, ...]], ...]
    main: int | None = None


Figure: TypeAlias = Curves | Dots | Histogram | SpecificationCurve


@dataclass(frozen=True)
class Part:
    """A section of the report.

    Attributes:
        key: of its place in the page.
        title, about: what it is.
        tables, figures: by the names of their files.
        notes: what a reader must know.
    """

    key: str
    title: str
    about: str = ""
    tables: tuple[tuple[str, DataTable], ...] = ()
    figures: tuple[tuple[str, Figure], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class StudyResults:
    """All that the analysis of a study says, of an experiment or an elicitation.

    Attributes:
        study: what was planned.
        rows, analysed, missing, excluded: units played; with the (first) primary outcome measured; without an answer; left out by a rule.
        contrasts: the hypotheses, in the study's order.
        parts: sections of the report.
        notes: what must be read before anything else.
        deviations: what was done otherwise than planned.
        methods: how each figure was made, as (name, statement).
        versions: software, as (name, version).
        digest: of the table analysed.
    """

    study: Study | Elicitation
    rows: int
    analysed: int
    missing: int
    excluded: int
    contrasts: tuple[Contrast, ...]
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    deviations: tuple[str, ...] = ()
    methods: tuple[tuple[str, str], ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    digest: str = ""

    def part(self, key: str) -> Part:
        """Find a section.

        Raises:
            KeyError: there is none of that key.
        """
        for part in self.parts:
            if part.key == key:
                return part
        raise KeyError(key)

    @property
    def tables(self) -> dict[str, DataTable]:
        """All tables by the names of their files."""
        return {name: table for part in self.parts for name, table in part.tables}
