"""The sections of a study's report, out of its table."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...arena.report.summary import Cell, Curves, DataTable, Estimate
from ...errors import LudensError
from ..design import level_word
from ..spec import Factor, Outcome
from .compare import Exact, equivalence
from .contrasts import CORRECTED, by_group, compared, contrast_table, effect_table, group_mean, verdict_table
from .fits import Fit, effects, exponential, regression_table
from .frame import Frame, limits
from .intervals import average
from .missing import bounds_table, cells, design_table, exclusion_table, means_table, missing_table
from .models import fit
from .nuisance import correlation_table, specification_curve, variance_table
from .results import Benchmark, Contrast, Dots, Figure, Histogram, Part

__all__ = ["answers", "distributions", "hypotheses", "learning", "missing", "models", "plan", "robustness", "tests"]

_MOST_CELLS = 48
_BINS = 20
_MOST_PANELS = 12


def hypotheses(frame: Frame, contrasts: Sequence[Contrast]) -> Part | None:
    """What was asked, and what became of it."""
    if not contrasts:
        return None
    study = frame.study
    shown = [one for one in contrasts if math.isfinite(one.difference.value)]
    figures: list[tuple[str, Figure]] = []
    for name in dict.fromkeys(one.hypothesis.outcome for one in shown):
        rows = tuple((f"{one.hypothesis.name}: {compared(one.hypothesis)}", "", one.difference) for one in shown if one.hypothesis.outcome == name)
        unit = study.outcome(name).unit
        what = ("difference of shares" if study.outcome(name).kind == "binary" else "difference of means") + (f", {unit}" if unit else "")
        figures.append(
            (
                f"differences_{name}",
                Dots(f"Differences in {name}", f"First level less second, with 95 % intervals ({shown[0].difference.method}).", what, rows, reference=0.0),
            )
        )
    about = f"Tests at {study.alpha:g}, the confirmatory family corrected ({CORRECTED[study.correction]}); p is of the direction stated beforehand, if one was."
    notes = tuple(dict.fromkeys(f"{one.hypothesis.name}: {note}" for one in contrasts for note in one.notes))
    return Part("hypotheses", "Hypotheses", about, (("hypotheses", verdict_table(contrasts, study.alpha, study.correction)),), tuple(figures), notes)


def factors_of_cells(frame: Frame) -> list[Factor]:
    """Give the factors that cells are made of: treatments and blocks, or treatments alone where those are too many."""
    whole = [*frame.treatments, *frame.blocks]
    return whole if math.prod(len(factor.levels) for factor in whole) <= _MOST_CELLS else list(frame.treatments)


def plan(frame: Frame, forecast: DataTable | None) -> Part:
    """What was planned and how much of it was played."""
    study = frame.study
    factors = tuple((factor.name, factor.role, ", ".join(map(level_word, factor.levels)), factor.about) for factor in study.factors)
    measured = tuple((one.name, one.kind + (", primary" if one.primary else ""), one.value, one.unit, one.about) for one in study.outcomes)
    tables: list[tuple[str, DataTable]] = [
        ("design", design_table(frame, frame.primary, factors_of_cells(frame))),
        ("factors", DataTable("Factors", "", ("Factor", "Role", "Levels", "About"), factors)),
        ("outcomes", DataTable("Outcomes", "Value: how it is read off what was played", ("Outcome", "Kind", "Value", "Unit", "About"), measured)),
    ]
    left = exclusion_table(frame)
    tables += [("left_out", left)] if left is not None else []
    tables += [("forecast", forecast)] if forecast is not None else []
    kind = "every combination of levels" if study.design == "full" else f"a fraction of resolution {study.resolution}"
    about = f"A row is {'an' if study.unit == 'episode' else 'a'} {study.unit}; {kind}, {study.replicates} replicates a cell. "
    about += f"When enough was played: {study.stopping}"
    return Part("design", "Design and sample", about, tuple(tables), (), study.notes)


def missing(frame: Frame, contrasts: Sequence[Contrast], notes: Sequence[str], seed: int) -> Part | None:
    """Answers that are missing, and what they could change."""
    outcomes = [outcome for outcome in frame.study.outcomes if outcome.primary] or [frame.primary]
    tables: list[tuple[str, DataTable]] = []
    for outcome in outcomes:
        table = missing_table(frame, outcome, seed)
        if table is not None:
            tables.append((f"missing_{outcome.name}", table))
    bounds = bounds_table(contrasts)
    if bounds is not None:
        tables.append(("bounds", bounds))
    return (
        Part("missing", "Missing answers", "Means and models leave missing answers out; here is what that may hide.", tuple(tables), (), tuple(notes))
        if tables
        else None
    )


def answers(frame: Frame, benchmarks: Sequence[Benchmark], seed: int, resamples: int) -> Part:
    """Means of every outcome in every cell."""
    tables: list[tuple[str, DataTable]] = []
    figures: list[tuple[str, Figure]] = []
    factors = factors_of_cells(frame)
    for outcome in frame.study.outcomes:
        if outcome.kind == "category":
            tables.append((f"cells_{outcome.name}", _counts(frame, outcome, factors)))
            continue
        tables.append((f"cells_{outcome.name}", means_table(frame, outcome, factors, seed, resamples)))
        figure = _cell_means(frame, outcome, benchmarks, seed, resamples)
        if figure is not None:
            figures.append((f"cells_{outcome.name}", figure))
    return Part("answers", "Answers by cell", "", tuple(tables), tuple(figures))


def _counts(frame: Frame, outcome: Outcome, factors: Sequence[Factor]) -> DataTable:
    labels = sorted(set(frame.kept[outcome.name].dropna().astype(str)))
    found = cells(frame, factors, frame.kept)
    rows: list[tuple[Cell, ...]] = []
    for _, part, levels in found:
        own = part[outcome.name].astype(str)
        rows.append((*(levels or ("all",)), *(int((own == one).sum()) for one in labels)))
    heads = tuple(factor.name for factor in factors) or ("Cell",)
    return DataTable(f"{outcome.name} by cell", f"{outcome.about or outcome.name}: how often each label occurred", (*heads, *labels), tuple(rows))


def _cell_means(frame: Frame, outcome: Outcome, benchmarks: Sequence[Benchmark], seed: int, resamples: int) -> Dots | None:
    blocks = list(frame.blocks) if len(factors_of_cells(frame)) > len(frame.treatments) else []
    rows: list[tuple[str, str, Estimate]] = []
    for label, part, _ in cells(frame, list(frame.treatments), frame.kept):
        for group, piece, _ in cells(frame, blocks, part):
            values, there = frame.values(piece, outcome)
            if len(values):
                rows.append((label, group if blocks else "", group_mean(values, outcome, frame.clusters(there), seed, resamples)))
    if not rows:
        return None
    low, high = limits(outcome)
    bounds = (low, high) if math.isfinite(low) and math.isfinite(high) else None
    marks = tuple((_marked(one), one.value) for one in benchmarks if one.outcome == outcome.name)
    what = "share" if outcome.kind == "binary" else "mean"
    title = f"{outcome.name} by cell"
    about = f"{(outcome.about or outcome.name).rstrip('.')}: {what} of those who answered, with 95 % intervals ({rows[0][2].method})."
    return Dots(title, about, f"{what} of {outcome.name}" + (f", {outcome.unit}" if outcome.unit else ""), tuple(rows), marks=marks, bounds=bounds)


def _marked(one: Benchmark) -> str:
    return f"{one.label} ({'verified' if one.verified else 'not verified'})"


def distributions(frame: Frame, benchmarks: Sequence[Benchmark], seed: int, resamples: int) -> Part | None:
    """How numbers are spread, beside what people did."""
    figures: list[tuple[str, Figure]] = []
    for outcome in frame.study.outcomes:
        if outcome.kind in ("binary", "category"):
            continue
        found = _histogram(frame, outcome, benchmarks)
        if found is not None:
            figures.append((f"distribution_{outcome.name}", found))
    rows: list[tuple[Cell, ...]] = []
    for one in benchmarks:
        outcome = frame.study.outcome(one.outcome)
        values, there = frame.values(frame.kept, outcome)
        if not len(values):
            continue
        cluster = frame.clusters(there)
        gap = average(values - one.value, cluster, seed=seed, resamples=resamples)
        same = equivalence(values, one.value, one.margin, cluster)[1] if one.margin is not None and len(values) > 1 else None
        rows.append((f"{outcome.name}: {one.label}", one.value, one.n, gap, one.margin, same, one.source, one.tag, one.caveat))
    columns = ("Benchmark", "Value", "n", "Difference of ours", "Margin", "p, equivalent", "Source", "Verified?", "Caveat")
    about = (
        "Mean over all cells less the benchmark; p of equivalence within the margin by two one-sided tests. "
        "What is not verified was not read in its source: no more than a guide"
    )
    tables = (("benchmarks", DataTable("Beside people", about, columns, tuple(rows))),) if rows else ()
    return Part("distributions", "Distributions", "", tables, tuple(figures)) if figures or tables else None


def _histogram(frame: Frame, outcome: Outcome, benchmarks: Sequence[Benchmark]) -> Histogram | None:
    values, _ = frame.values(frame.kept, outcome)
    if not len(values):
        return None
    marks = tuple((_marked(one), one.value) for one in benchmarks if one.outcome == outcome.name)
    low, high = limits(outcome)
    low = low if math.isfinite(low) else min(float(values.min()), *(value for _, value in marks)) if marks else float(values.min())
    high = high if math.isfinite(high) else max(float(values.max()), *(value for _, value in marks)) if marks else float(values.max())
    if high <= low:
        low, high = low - 0.5, high + 0.5
    whole = bool(np.all(values == np.round(values)))
    edges = np.arange(low - 0.5, high + 1.5) if whole and high - low <= _BINS else np.linspace(low, high, _BINS + 1)
    factors = factors_of_cells(frame)
    found = cells(frame, factors, frame.kept)
    if len(found) > _MOST_PANELS:
        factors = list(frame.treatments)
        found = cells(frame, factors, frame.kept)[: 2 * _MOST_PANELS]
    panels = []
    for _, part, levels in found:
        own, _ = frame.values(part, outcome)
        if len(own):
            panels.append((", ".join(levels) or "all", tuple((np.histogram(own, edges)[0] / len(own)).tolist()), float(own.mean()), len(own)))
    by = f" by {', '.join(factor.name for factor in factors)}" if factors else ""
    about = (
        f"Share of answers in each bin{by}; the full line is the mean"
        + ("; broken lines: " + ", ".join(f"{name} {value:g}" for name, value in marks) if marks else "")
        + "."
    )
    return Histogram(
        f"How {outcome.name} is spread", about, outcome.name + (f", {outcome.unit}" if outcome.unit else ""), tuple(edges.tolist()), tuple(panels), marks
    )


def models(frame: Frame) -> Part | None:
    """The regressions of the study."""
    tables: list[tuple[str, DataTable]] = []
    figures: list[tuple[str, Figure]] = []
    notes: list[str] = []
    for model in frame.study.models:
        try:
            fits = fit(frame, model)
        except LudensError as problem:
            notes.append(f"Model {model.name} was not fitted: {str(problem).removeprefix(f'model {model.name}: ')}")
            continue
        for index, one in enumerate(fits):
            key = f"model_{model.name}" + (f"_{index + 1}" if len(fits) > 1 else "")
            tables.append((key, regression_table(one)))
            marginal = effects(one, frame)
            tables += [(f"{key}_effects", marginal)] if marginal is not None else []
            figure = _forest(one)
            figures += [(key, figure)] if figure is not None else []
            notes += [f"Model {one.model.name}: {note}" for note in one.notes]
    if not (tables or notes):
        return None
    return Part("models", "Regressions", "As planned; the reference is the first level of each factor.", tuple(tables), tuple(figures), tuple(notes))


def _forest(one: Fit) -> Dots | None:
    terms = [(name, estimate) for name, estimate in zip(one.names, one.estimates, strict=True) if name != "intercept"]
    if not terms:
        return None
    rows = tuple((name, "", exponential(estimate) if one.ratio else estimate) for name, estimate in terms)
    what = one.ratio or "coefficient"
    about = f"{one.family} of {one.model.outcome}: {what} of each term with 95 % intervals" + (
        "; logarithmic scale, intervals are cut at the frame." if one.ratio else "."
    )
    return Dots(f"Model {one.model.name}", about, what, rows, reference=1.0 if one.ratio else 0.0, ratio=bool(one.ratio))


def tests(frame: Frame, contrasts: Sequence[Contrast], exact: Exact, seed: int) -> Part | None:
    """How each hypothesis was tested, sizes, and subjects one by one."""
    if not contrasts:
        return None
    tables = [("tests", contrast_table(contrasts)), ("effects", effect_table(contrasts))]
    for block in frame.blocks:
        apart = by_group(frame, block.name, exact, seed)
        tables += [(f"by_{block.name}", apart)] if apart is not None else []
    return Part("tests", "Tests and effect sizes", "", tuple(tables))


def learning(frame: Frame) -> Part | None:
    """Means round by round, where the table tells rounds."""
    if "round" not in frame.rows.columns or frame.kept["round"].nunique() < 2 or frame.study.unit != "decision":
        return None
    figures: list[tuple[str, Figure]] = []
    parts = cells(frame, list(frame.treatments), frame.kept)[:8]
    for outcome in frame.study.outcomes:
        if outcome.kind == "category":
            continue
        lines = []
        for label, part, _ in parts:
            points = []
            for turn in sorted(part["round"].dropna().unique()):
                values, there = frame.values(part[part["round"] == turn], outcome)
                if len(values):
                    points.append((float(turn), group_mean(values, outcome, frame.clusters(there), resamples=500)))
            if points:
                lines.append((label, tuple(points)))
        low, high = limits(outcome)
        bounds = (low, high) if math.isfinite(low) and math.isfinite(high) else None
        if lines:
            figures.append(
                (f"rounds_{outcome.name}", Curves(f"{outcome.name} by round", "Means with 95 % intervals.", "round", outcome.name, tuple(lines), bounds=bounds))
            )
    return Part("rounds", "Round by round", "", (), tuple(figures)) if figures else None


def robustness(frame: Frame, contrasts: Sequence[Contrast]) -> Part:
    """How far findings hang on choices that should not matter."""
    tables: list[tuple[str, DataTable]] = []
    figures: list[tuple[str, Figure]] = []
    for one in contrasts:
        if one.hypothesis.confirmatory and one.p is not None:
            curve = specification_curve(frame, one.hypothesis)
            figures += [(f"specifications_{one.hypothesis.name}", curve)] if curve is not None else []
    for outcome in [outcome for outcome in frame.study.outcomes if outcome.primary and outcome.kind != "category"] or [frame.primary]:
        if outcome.kind == "category":
            continue
        for key, table in ((f"variance_{outcome.name}", variance_table(frame, outcome)), (f"alike_{outcome.name}", correlation_table(frame, outcome))):
            tables += [(key, table)] if table is not None else []
    return Part("robustness", "Robustness", "", tuple(tables), tuple(figures))
