"""Answers that are missing: how many where, whether treatments made them so, and what they could change."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ...arena.report.numbers import number
from ...arena.report.summary import Cell, DataTable
from ..design import level_word
from ..spec import Factor, Outcome
from .compare import fisher
from .contrasts import group_mean, short
from .firth import NotConverged, ratio_test
from .frame import Frame, coded, needs
from .results import Contrast
from .separation import independent

__all__ = ["bounds_table", "cells", "design_table", "exclusion_table", "means_table", "missing_notes", "missing_table"]

_DEALS = 9999


class CellRows(NamedTuple):
    """A cell: its label, its rows, and its levels as text."""

    label: str
    rows: Any
    levels: tuple[str, ...] = ()


def cells(frame: Frame, factors: Sequence[Factor], rows: Any = None) -> list[CellRows]:
    """Give the cells of some factors that have rows, in the study's order of levels."""
    rows = frame.rows if rows is None else rows
    found = []
    for levels in itertools.product(*(factor.levels for factor in factors)):
        mask = np.ones(len(rows), bool)
        for factor, level in zip(factors, levels, strict=True):
            mask &= np.asarray(rows[factor.name] == coded(factor, level))
        if mask.any():
            label = ", ".join(f"{factor.name} = {level_word(level)}" for factor, level in zip(factors, levels, strict=True))
            found.append(CellRows(label or "all", rows[mask], tuple(map(level_word, levels))))
    return found


def design_table(frame: Frame, outcome: Outcome, factors: Sequence[Factor]) -> DataTable:
    """Make the table of the design: units played in each cell, left out by rules, without an answer, and analysed."""
    rows: list[tuple[Cell, ...]] = []
    whole = CellRows("all", frame.rows, ("all", *[""] * (len(factors) - 1)))
    for _, part, levels in [*cells(frame, factors), *([whole] if factors else [])]:
        out = int((part["excluded"] != "").sum())
        kept = part[part["excluded"] == ""]
        missing = int(kept[outcome.name].isna().sum())
        rows.append((*(levels or ("all",)), len(part), out, missing, missing / len(kept) if len(kept) else None, len(kept) - missing))
    about = f"Units by cell; an answer is missing where {outcome.name} could not be measured; the share is of what no rule leaves out"
    return DataTable("Design", about, (*_heads(factors), "Played", "Left out", "Missing", "Share missing", "Analysed"), tuple(rows))


def _heads(factors: Sequence[Factor]) -> tuple[str, ...]:
    return tuple(factor.name for factor in factors) or ("Cell",)


def means_table(frame: Frame, outcome: Outcome, factors: Sequence[Factor], seed: int, resamples: int) -> DataTable:
    """Make the table of cell means of an outcome with intervals."""
    rows = []
    for _, part, levels in cells(frame, factors, frame.kept):
        values, there = frame.values(part, outcome)
        deviation = float(values.std(ddof=1)) if len(values) > 1 else None
        cell: tuple[Cell, ...] = (
            *(levels or ("all",)),
            len(values),
            group_mean(values, outcome, frame.clusters(there), seed, resamples) if len(values) else None,
        )
        rows.append(cell if outcome.kind == "binary" else (*cell, deviation))
    what = "Share" if outcome.kind == "binary" else "Mean"
    columns = (*_heads(factors), "Answers", what, *(() if outcome.kind == "binary" else ("Std. deviation",)))
    unit = f", in {outcome.unit}" if outcome.unit else ""
    return DataTable(f"{outcome.name} by cell", f"{outcome.about or outcome.name}{unit}; intervals at 95 %", columns, tuple(rows))


def exclusion_table(frame: Frame) -> DataTable | None:
    """Make the table of rules that leave rows out; None where the study has none and none are left out."""
    counts = frame.rows["excluded"].value_counts()
    names = [*frame.study.exclude, *(name for name in sorted(counts.index) if name and name not in frame.study.exclude)]
    if not names:
        return None
    rows = tuple(
        (name, frame.study.exclude.get(name, "not in the study's file"), int(counts.get(name, 0)), int(counts.get(name, 0)) / len(frame.rows)) for name in names
    )
    return DataTable("Rows left out", "A row is counted under the first rule that holds of it", ("Rule", "Holds where", "Rows", "Share"), rows)


def missing_table(frame: Frame, outcome: Outcome, seed: int) -> DataTable | None:
    """Test whether answers are missing at random over treatments and subjects; None where all are there.

    Each factor by Fisher's exact test, or by the permutation distribution of chi-squared where it has more levels; all treatments together by the penalised
    likelihood ratio of a logistic regression (Firth), which stands empty cells.
    """
    kept = frame.kept
    gone = kept[outcome.name].isna().to_numpy()
    if not gone.any():
        return None
    rows: list[tuple[Cell, ...]] = []
    for factor in [*frame.treatments, *frame.blocks]:
        groups = [(label.split(" = ", 1)[1], part[outcome.name].isna().to_numpy()) for label, part, _ in cells(frame, [factor], kept)]
        if len(groups) > 1:
            told = "; ".join(f"{label} {int(part.sum())} of {len(part)}" for label, part in groups)
            rows.append(
                (
                    factor.name,
                    told,
                    _spread([(int(part.sum()), len(part)) for _, part in groups], seed),
                    "Fisher exact" if len(groups) == 2 else "chi-squared, permutation",
                )
            )
    p = _jointly(frame, kept, gone)
    if p is not None:
        rows.append(("all treatments", f"{int(gone.sum())} of {len(gone)}", p, "penalised likelihood ratio"))
    about = f"Rows without {outcome.name} by level, and whether levels differ more than chance would have it; uncorrected"
    return DataTable("Missing answers", about, ("Factor", "Missing", "p", "Test"), tuple(rows))


def _spread(counts: Sequence[tuple[int, int]], seed: int) -> float:
    """Test that groups have the same share, given (missing, all) of each."""
    if len(counts) == 2:
        (a, n), (b, m) = counts
        return fisher(a, n, b, m, "two_sided")
    sizes = np.array([n for _, n in counts])
    total = sum(a for a, _ in counts)
    wanted = total * sizes / sizes.sum()
    draws = np.random.default_rng(seed).multivariate_hypergeometric(sizes, total, size=_DEALS)

    def statistic(found: Any) -> Any:
        return ((found - wanted) ** 2 / (wanted * (1 - total / sizes.sum()) + 1e-300)).sum(axis=-1)

    seen = statistic(np.array([a for a, _ in counts]))
    return float(((statistic(draws) >= seen - 1e-9).sum() + 1) / (_DEALS + 1))


def _jointly(frame: Frame, kept: Any, gone: Any) -> float | None:
    names = [factor.name for factor in frame.treatments if kept[factor.name].nunique() > 1]
    if len(names) < 2:
        return None
    columns = [needs("pandas").get_dummies(kept[name].astype(str), drop_first=True, dtype=float).to_numpy() for name in names]
    design = np.column_stack([np.ones(len(kept)), *columns])
    design = design[:, independent(design)]
    try:
        return ratio_test(design, gone.astype(np.float64), range(1, design.shape[1]))
    except NotConverged:
        return None


def missing_notes(frame: Frame, contrasts: Sequence[Contrast]) -> list[str]:
    """Say, for each hypothesis, where missing answers are unbalanced between what it compares, and what that could change."""
    alpha, notes = frame.study.alpha, []
    for one in contrasts:
        if not any(one.missing):
            continue
        h = one.hypothesis
        sizes = [len(rows) for rows in frame.arms(h)]
        p = fisher(one.missing[0], sizes[0], one.missing[1], sizes[1], "two_sided") if all(sizes) else 1.0
        if p > alpha:
            continue
        where = f" (where {h.where})" if h.where else ""
        said = (
            f"{h.name}: missing answers are not spread evenly{where}: {one.missing[0]} of {sizes[0]} at {h.factor} = {level_word(h.high)}, "
            f"{one.missing[1]} of {sizes[1]} at {level_word(h.low)} (Fisher exact p = {short(p)}). "
        )
        if one.bounds is None or not all(map(math.isfinite, one.bounds)):
            said += "The outcome has no bounds, so nothing limits what they could change: the comparison is of those who answered."
        else:
            verdict = "holds" if one.worst is not None and one.worst <= alpha else "does not hold"
            found = one.adjusted is not None and one.adjusted <= alpha
            said += f"Whatever they were, the difference lies between {number(one.bounds[0])} and {number(one.bounds[1])}"
            said += f"; the finding {verdict} with all of them set against it (p = {short(one.worst)})." if found and one.worst is not None else "."
        notes.append(said)
    return notes


def bounds_table(contrasts: Sequence[Contrast]) -> DataTable | None:
    """Make the table of what missing answers could change; None where none are missing."""
    rows: list[tuple[Cell, ...]] = [
        (one.hypothesis.name, one.missing[0], one.missing[1], one.difference.value, *(one.bounds or (None, None)), one.p, one.worst)
        for one in contrasts
        if any(one.missing)
    ]
    if not rows:
        return None
    about = (
        "Least and largest difference of means that the missing answers allow (Manski bounds), and p with all of them set against the hypothesis, uncorrected"
    )
    columns = ("Hypothesis", "Missing, first level", "Missing, second", "Difference", "Least", "Largest", "p", "p, worst case")
    return DataTable("What missing answers could change", about, columns, tuple(rows))
