"""The hypotheses of a study, tested as they were stated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...analysis.resample import student_quantile
from ...analysis.results import Floats, Ints
from ...arena.report.summary import Cell, DataTable, Estimate
from ...errors import ParameterError
from ..design import level_word
from ..spec import Hypothesis, Outcome
from .compare import Exact, Tested, compare, corrected, turned
from .effects import cliffs_delta, hedges_g, mean_difference, odds_ratio, risk_difference
from .frame import Frame, limits, needs
from .intervals import LEVEL, average, share
from .results import Contrast

__all__ = ["CORRECTED", "by_group", "claim", "compared", "contrast_table", "contrasts_of", "difference", "effect_table", "group_mean", "short", "verdict_table"]

CORRECTED = {"holm": "Holm", "bonferroni": "Bonferroni", "bh": "Benjamini-Hochberg", "none": "not at all"}
_SHOWN = {"greater": "higher", "less": "lower", "two_sided": "different"}


def contrasts_of(frame: Frame, *, exact: Exact = "fisher", seed: int = 0, resamples: int = 2000) -> tuple[Contrast, ...]:
    """Test every hypothesis of the study.

    Confirmatory ones are corrected together as the study says, exploratory ones by false discovery rate. The family is as large as it was planned: what
    cannot be tested stays in it.

    Args:
        frame: the table.
        exact: test of yes and no.
        seed: of rearrangements and resampling.
        resamples: of the bootstrap.

    Raises:
        ParameterError: a hypothesis asks for the mean of labels.
    """
    found = [_test(frame, hypothesis, exact, seed, resamples) for hypothesis in frame.study.hypotheses]
    for confirmatory, how in ((True, frame.study.correction), (False, "bh")):
        family = [index for index, one in enumerate(found) if one.hypothesis.confirmatory is confirmatory]
        adjusted = corrected(np.array([1.0 if (p := found[index].p) is None else p for index in family]), how)
        for index, p in zip(family, adjusted, strict=True):
            if found[index].p is not None:
                found[index] = replace(found[index], adjusted=float(p))
    return tuple(found)


def _test(frame: Frame, hypothesis: Hypothesis, exact: Exact, seed: int, resamples: int) -> Contrast:
    outcome = frame.study.outcome(hypothesis.outcome)
    if outcome.kind == "category":
        raise ParameterError(f"hypothesis {hypothesis.name}: outcome {outcome.name} is a category, which has no mean; ask about a yes-or-no outcome made of it")
    arms = frame.arms(hypothesis)
    (high, high_rows), (low, low_rows) = (frame.values(rows, outcome) for rows in arms)
    clusters = _clusters(frame, high_rows, low_rows)
    tested = compare(high, low, outcome.kind, hypothesis.direction, clusters, exact=exact, seed=seed)
    against = compare(high, low, outcome.kind, turned(hypothesis.direction), clusters, exact=exact, beside=False, seed=seed)
    both = compare(high, low, outcome.kind, "two_sided", clusters, exact=exact, beside=False, seed=seed)
    beside = ((f"{both.test}, two-sided", both.p),) if both.p is not None and hypothesis.direction != "two_sided" else ()
    missing = len(arms[0]) - len(high), len(arms[1]) - len(low)
    opposite = hypothesis.direction != "two_sided" and against.p is not None and against.p <= frame.study.alpha
    plain = Contrast(
        hypothesis,
        group_mean(high, outcome, clusters and clusters[0], seed, resamples),
        group_mean(low, outcome, clusters and clusters[1], seed, resamples),
        difference(high, low, outcome, clusters),
        _effects(high, low, outcome, clusters, seed=seed, resamples=resamples),
        tested.test, tested.p, None, opposite, (*beside, *tested.beside), answers=(len(high), len(low)), missing=missing,
        notes=_notes(frame, tested, clusters),
    )  # fmt: skip
    return _bounded(plain, arms, frame, outcome, exact=exact, seed=seed) if any(missing) else plain


def _clusters(frame: Frame, high: Any, low: Any) -> tuple[Ints, Ints] | None:
    codes = frame.clusters(needs("pandas").concat([high, low]))
    return None if codes is None else (codes[: len(high)], codes[len(high) :])


def _notes(frame: Frame, tested: Tested, clusters: tuple[Ints, Ints] | None) -> tuple[str, ...]:
    if clusters is None or tested.p is None:
        return ()
    count = len(np.unique(np.concatenate(clusters)))
    least = 0.5 ** (count - 1)
    if count < 7 and "sign flips" in tested.test and least > frame.study.alpha / 2:
        return (f"{count} clusters ({frame.study.cluster}): no arrangement of so few can give a two-sided p below {least:.3g}.",)
    return ()


def group_mean(values: Floats, outcome: Outcome, cluster: Ints | None, seed: int = 0, resamples: int = 2000) -> Estimate:
    """Estimate the mean of an outcome in a group: Wilson's interval for yes and no, the bootstrap for numbers, clusters heeded."""
    if outcome.kind == "binary":
        return share(values, cluster)
    return average(values, cluster, seed=seed, resamples=resamples, bounds=limits(outcome))


def difference(high: Floats, low: Floats, outcome: Outcome, clusters: tuple[Ints, Ints] | None) -> Estimate:
    """Estimate the difference of means of an outcome."""
    if outcome.kind == "binary":
        return risk_difference(high, low, clusters)
    least, most = limits(outcome)
    return mean_difference(high, low, clusters, bounds=(least - most, most - least))


def _effects(high: Floats, low: Floats, outcome: Outcome, clusters: tuple[Ints, Ints] | None, *, seed: int, resamples: int) -> tuple[tuple[str, Estimate], ...]:
    if outcome.kind == "binary":
        design = 1.0
        if clusters is not None and len(high) and len(low):
            found = risk_difference(high, low, clusters)
            plain = high.var() / len(high) + low.var() / len(low)
            if found.has_interval and plain > 0 and found.n > 1:
                design = max(1.0, ((found.high - found.low) / 2 / student_quantile(LEVEL, found.n - 1)) ** 2 / float(plain))
        return (("odds ratio", odds_ratio(high, low, design=design)),)
    draws = min(resamples, 1000)
    delta = ("Cliff's delta", cliffs_delta(high, low, clusters, seed=seed, resamples=draws))
    return (delta,) if outcome.kind == "ordinal" else (("Hedges g", hedges_g(high, low, clusters, seed=seed, resamples=draws)), delta)


def _bounded(contrast: Contrast, arms: tuple[Any, Any], frame: Frame, outcome: Outcome, *, exact: Exact, seed: int) -> Contrast:
    """Add what missing answers could change (Manski 1990): all of them at one end in one group and at the other in the other."""
    low_end, high_end = limits(outcome)
    if not (math.isfinite(low_end) and math.isfinite(high_end)):
        return replace(contrast, notes=(*contrast.notes, "Answers are missing and the outcome has no bounds: nothing limits what they could change."))
    columns = [rows[outcome.name] for rows in arms]

    def filled(high: float, low: float) -> tuple[Floats, Floats]:
        return columns[0].fillna(high).to_numpy(np.float64), columns[1].fillna(low).to_numpy(np.float64)

    least, most = filled(low_end, high_end), filled(high_end, low_end)
    bounds = tuple(float(one.mean() - other.mean()) if len(one) and len(other) else math.nan for one, other in (least, most))
    up = contrast.hypothesis.direction == "greater" or (contrast.hypothesis.direction == "two_sided" and contrast.difference.value >= 0)
    high, low = least if up else most
    against = compare(high, low, outcome.kind, contrast.hypothesis.direction, _clusters(frame, *arms), exact=exact, beside=False, seed=seed)
    return replace(contrast, bounds=(bounds[0], bounds[1]), worst=against.p)


def compared(hypothesis: Hypothesis) -> str:
    """Say which levels a hypothesis compares, and where."""
    where = f", where {hypothesis.where}" if hypothesis.where else ""
    return f"{hypothesis.factor} = {level_word(hypothesis.high)} against {level_word(hypothesis.low)}{where}"


def claim(one: Contrast) -> str:
    """Say a hypothesis in words."""
    hypothesis = one.hypothesis
    if hypothesis.about:
        return hypothesis.about
    return f"{hypothesis.outcome} is {_SHOWN[hypothesis.direction]} at {hypothesis.factor} = {level_word(hypothesis.high)} than at {level_word(hypothesis.low)}"


def verdict_table(contrasts: Sequence[Contrast], alpha: float, correction: str) -> DataTable:
    """Make the table of verdicts: one row a hypothesis."""
    rows = [
        (one.hypothesis.name, claim(one), one.high, one.low, one.difference, one.p, one.adjusted, one.verdict(alpha))
        for one in contrasts
    ]  # fmt: skip
    about = f"Means at the two levels, their difference, and p in the direction stated; adjusted by {CORRECTED[correction]} over the confirmatory family, "
    about += f"by Benjamini-Hochberg over exploratory ones; level {alpha:g}"
    return DataTable(
        "Hypotheses", about, ("Hypothesis", "Claim", "At the first level", "At the second", "Difference", "p", "Adjusted p", "Verdict"), tuple(rows)
    )


def contrast_table(contrasts: Sequence[Contrast]) -> DataTable:
    """Make the table of tests: what was tested how, other tests of the same question, and what missing answers could change."""
    rows: list[tuple[Cell, ...]] = []
    for one in contrasts:
        h = one.hypothesis
        family = "confirmatory" if h.confirmatory else "exploratory"
        beside = "; ".join(f"{name} p = {short(p)}" for name, p in one.beside)
        rows.append((h.name, compared(h), h.direction.replace("_", "-"), family, one.test, one.p, one.adjusted, beside))
    about = "Direction: of the first level less the second. p and adjusted p as in the table of hypotheses; other tests are not corrected"
    return DataTable("Tests", about, ("Hypothesis", "Compared", "Direction", "Family", "Test", "p", "Adjusted p", "Beside it"), tuple(rows))


def effect_table(contrasts: Sequence[Contrast]) -> DataTable:
    """Make the table of effect sizes, one row a size."""
    rows: list[tuple[Cell, ...]] = []
    for one in contrasts:
        for name, size in (("difference of means", one.difference), *one.effects):
            ends = (size.low, size.high) if size.has_interval else (None, None)
            rows.append((one.hypothesis.name, name, size.value if math.isfinite(size.value) else None, *ends, size.method))
    return DataTable("Effect sizes", "With 95 % intervals", ("Hypothesis", "Measure", "Value", "Low", "High", "Interval by"), tuple(rows))


def short(p: float) -> str:
    """Write a p-value."""
    return f"{p:.3f}" if p >= 0.001 else f"{p:.1e}".replace("e-0", "e-")


def by_group(frame: Frame, column: str, exact: Exact, seed: int) -> DataTable | None:
    """Make the table of each hypothesis within the groups of a column (subjects): uncorrected, to see whether one of them carries the whole.

    None where every hypothesis is about one group.
    """
    rows: list[tuple[Cell, ...]] = []
    for hypothesis in frame.study.hypotheses:
        outcome = frame.study.outcome(hypothesis.outcome)
        arms = frame.arms(hypothesis)
        groups = sorted(set(arms[0][column].astype(str)) | set(arms[1][column].astype(str)))
        for group in groups if len(groups) > 1 else []:
            parts = [rows_of[rows_of[column].astype(str) == group] for rows_of in arms]
            (high, high_rows), (low, low_rows) = (frame.values(part, outcome) for part in parts)
            clusters = _clusters(frame, high_rows, low_rows) if len(high) and len(low) else None
            tested = compare(high, low, outcome.kind, hypothesis.direction, clusters, exact=exact, beside=False, seed=seed)
            rows.append((hypothesis.name, group, difference(high, low, outcome, clusters), len(high) + len(low), tested.p))
    if not rows:
        return None
    about = f"Each hypothesis within each {column}: difference of means with its interval, answers, and p, uncorrected: for looking, not for deciding"
    return DataTable(f"By {column}", about, ("Hypothesis", column.capitalize(), "Difference", "Answers", "p"), tuple(rows))
