"""A regression that was fitted: estimates, intervals, what they mean in the outcome's own unit, and what must be said of it."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...analysis.resample import student_quantile
from ...analysis.results import Floats, Ints
from ...arena.report.summary import DataTable, Estimate
from ...errors import ParameterError
from ..design import level_word
from ..spec import Model
from .frame import Frame, needs
from .intervals import LEVEL
from .separation import independent

__all__ = ["Design", "Fit", "build", "effects", "regression_table", "termed"]

Mean = Callable[[Floats, Floats], Floats]
"""From coefficients [k] and a design [n, k], the mean of the outcome [n]."""


@dataclass(frozen=True)
class Design:
    """What a model is fitted to.

    Attributes:
        x: shape [n, k], of full column rank.
        y: shape [n].
        names: of the columns, in words.
        kept: which columns of the formula's design these are.
        info: patsy's description of the design.
        rows: of the table.
        cluster: of each row, numbered from 0; None for independent rows.
        dropped: rows left out because something was missing.
        notes: columns left out, and why.
    """

    x: Floats
    y: Floats
    names: tuple[str, ...]
    kept: tuple[int, ...]
    info: Any
    rows: Any
    cluster: Ints | None
    dropped: int
    notes: tuple[str, ...]

    @property
    def clusters(self) -> int | None:
        """How many clusters there are."""
        return None if self.cluster is None else len(np.unique(self.cluster))

    def of(self, rows: Any) -> Floats:
        """Build the design of other rows."""
        return np.asarray(needs("patsy").build_design_matrices([self.info], rows, NA_action="raise")[0], np.float64)[:, self.kept]


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Attributes:
        model: as planned.
        family: as fitted, in words.
        design: it was fitted to.
        estimates: of the coefficients, in the design's order; further parameters after them.
        names: of all estimates.
        errors: standard errors, p: of all estimates; NaN where there is none.
        coefficients, covariance: of the design's columns and what else ``mean`` needs.
        mean: of the outcome; None where there is no such thing.
        ratio: what the exponential of a coefficient is; "" for nothing.
        facts: further statements, as (name, value).
        wild: p of the wild bootstrap by coefficient, where clusters are few.
        notes: what must be said of it.
    """

    model: Model
    family: str
    design: Design
    names: tuple[str, ...]
    estimates: tuple[Estimate, ...]
    errors: tuple[float, ...]
    p: tuple[float, ...]
    coefficients: Floats
    covariance: Floats
    mean: Mean | None = None
    ratio: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    wild: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


_NAMES = ("C", "I", "Q", "Sum", "Treatment", "center", "np", "standardize")


def build(frame: Frame, model: Model, rows: Any = None) -> Design:
    """Build the design of a model over the kept rows that have an answer.

    Raises:
        ParameterError: the formula cannot be read, names what is no column, or leaves no rows.
        MissingExtra: patsy is not installed.
    """
    patsy = needs("patsy")
    outcome = frame.study.outcome(model.outcome)
    if outcome.kind == "category":
        raise ParameterError(f"model {model.name}: outcome {outcome.name} is a category; model a yes-or-no outcome made of it")
    rows = frame.kept if rows is None else rows
    y, there = frame.values(rows, outcome)
    if not len(y):
        raise ParameterError(f"model {model.name}: no row has an answer for {outcome.name}")
    try:
        parsed = patsy.ModelDesc.from_formula(model.formula)
    except patsy.PatsyError as problem:
        raise ParameterError(f"model {model.name}: formula {model.formula!r} cannot be read: {problem.message}") from problem
    if parsed.lhs_termlist:
        raise ParameterError(f"model {model.name}: formula {model.formula!r} should be a right-hand side only; the outcome stands beside it")
    _look(model, parsed, there.columns)
    outside = patsy.EvalEnvironment([{"np": np}])
    matrix = patsy.dmatrix(model.formula, there, eval_env=outside, NA_action="drop", return_type="dataframe")
    complete = there.loc[matrix.index]
    info, x = matrix.design_info, matrix.to_numpy(np.float64)
    kept = independent(x)
    words = [termed(name) for name in info.column_names]
    lost = [words[index] for index in range(x.shape[1]) if index not in kept]
    notes = (f"The design cannot tell {', '.join(lost)} from the other terms: left out.",) if lost else ()
    column = model.cluster or frame.study.cluster
    y = complete[outcome.name].to_numpy(np.float64)
    cluster = frame.clusters(complete, column)
    return Design(x[:, kept], y, tuple(words[index] for index in kept), tuple(kept), info, complete, cluster, len(rows) - len(complete), notes)


def _look(model: Model, parsed: Any, columns: Any) -> None:
    """Hold a formula to columns and a few functions: it is code, and studies come from others too."""
    known = {*map(str, columns), *_NAMES}
    for code in {factor.code for term in parsed.rhs_termlist for factor in term.factors}:
        for node in ast.walk(ast.parse(code, mode="eval")):
            if isinstance(node, ast.Name) and node.id not in known:
                raise ParameterError(f"model {model.name}: {node.id!r} in formula {model.formula!r} is no column; columns: {', '.join(map(str, columns))}")
            if isinstance(node, ast.Attribute) and not (
                isinstance(node.value, ast.Name) and node.value.id == "np" and node.attr in ("log", "log1p", "sqrt", "exp", "abs")
            ):
                raise ParameterError(
                    f"model {model.name}: {code!r} in formula {model.formula!r} is not allowed; of numpy there are np.log, np.log1p, np.sqrt, np.exp, np.abs"
                )


def termed(name: str) -> str:
    """Write patsy's name of a column in words: ``C(scenario)[T.car]:told[T.True]`` is ``scenario = car × told = true``."""
    parts = []
    for part in re.split(r":(?![^\[]*\])", name):
        found = re.fullmatch(r"(?:C\(([\w]+)[^)]*(?:\([^)]*\))?[^)]*\)|([\w]+))\[(?:[TS]\.)?(.*)\]", part)
        level = {"True": "true", "False": "false"}.get(found[3], found[3]) if found else ""
        parts.append(f"{found[1] or found[2]} = {level}" if found else part.lower() if part == "Intercept" else part)
    return " × ".join(parts)


def wald(
    design: Design, coefficients: Floats, covariance: Floats, *, df: float = math.inf, method: str, extra: int = 0
) -> tuple[list[Estimate], list[float], list[float]]:
    """Give estimates with intervals, standard errors and two-sided p-values from a covariance; Student's t at G - 1 where errors are clustered."""
    from scipy.special import ndtr, stdtr

    groups = design.clusters
    df = groups - 1 if groups is not None else df
    reach = student_quantile(LEVEL, df)
    errors = [math.sqrt(value) if value > 0 else math.nan for value in np.diag(covariance)]
    units = len(design.y) if groups is None else groups
    estimates = [
        Estimate(float(b), float(b - reach * e), float(b + reach * e), n=units, level=LEVEL, method=method) for b, e in zip(coefficients, errors, strict=True)
    ]
    p = [
        math.nan if not e > 0 else 2 * float(ndtr(-abs(b / e)) if math.isinf(df) else stdtr(df, -abs(b / e))) for b, e in zip(coefficients, errors, strict=True)
    ]
    return estimates, errors, p


def regression_table(fit: Fit) -> DataTable:
    """Make the table of a regression: coefficients, errors, what their exponentials are, p."""
    design = fit.design
    columns = [
        "Term",
        "Coefficient",
        "Std. error",
        *([fit.ratio[0].upper() + fit.ratio[1:]] if fit.ratio else []),
        "p",
        *(["p, wild bootstrap"] if fit.wild else []),
    ]
    rows: list[tuple[Any, ...]] = []
    for index, (name, one, error, p) in enumerate(zip(fit.names, fit.estimates, fit.errors, fit.p, strict=True)):
        row: list[Any] = [name, one, None if math.isnan(error) else error]
        if fit.ratio:
            row.append(exponential(one) if index < len(design.names) else None)
        row.append(None if math.isnan(p) else p)
        if fit.wild:
            row.append(fit.wild[index] if index < len(fit.wild) and not math.isnan(fit.wild[index]) else None)
        rows.append(tuple(row))
    size = f"{len(design.y)} rows" + (f" in {design.clusters} clusters" if design.cluster is not None else "")
    left = f", {design.dropped} without an answer left out" if design.dropped else ""
    facts = "".join(f"; {name} {value}" for name, value in fit.facts)
    about = f"{fit.family} of {fit.model.outcome} on {fit.model.formula}; {size}{left}{facts}"
    return DataTable(f"Model {fit.model.name}", about, tuple(columns), tuple(rows))


def exponential(one: Estimate) -> Estimate:
    """Give the exponential of an estimate and of the ends of its interval."""

    def grown(value: float) -> float:
        return math.exp(value) if value < 700 else math.inf

    return Estimate(grown(one.value), grown(one.low), grown(one.high), one.n, one.level, one.method)


def effects(fit: Fit, frame: Frame) -> DataTable | None:
    """Make the table of average marginal effects: how the mean outcome changes when all rows are set to a level rather than to the first, all else as it is.

    Standard errors by the delta method. None where the model has no mean outcome, uses no factor of the study, or is linear without products, so that its
    coefficients are these effects.
    """
    if fit.mean is None or (fit.family in ("OLS", "Mixed linear model") and not any("×" in name for name in fit.names)):
        return None
    used = {name for factor in fit.design.info.factor_infos for name in re.findall(r"\w+", factor.code)}
    rows: list[tuple[Any, ...]] = []
    for factor in frame.study.factors:
        if factor.name not in used:
            continue
        column = fit.design.rows[factor.name]
        levels = list(column.cat.categories) if hasattr(column, "cat") else sorted(set(column))
        first, *others = [level for level in levels if (column == level).any()]
        base = fit.design.of(_set(fit.design.rows, factor.name, first))
        for level in others:
            there = fit.design.of(_set(fit.design.rows, factor.name, level))
            rows.append((f"{factor.name} = {level_word(level)} rather than {level_word(first)}", *_effect(fit, base, there)))
    if not rows:
        return None
    about = "Change of the mean outcome when every row is set to the level, all else as it is; delta method."
    return DataTable(f"Average marginal effects, model {fit.model.name}", about, ("Factor", "Effect", "Std. error", "p"), tuple(rows))


def _set(rows: Any, name: str, level: Any) -> Any:
    changed = rows.copy()
    if hasattr(rows[name], "cat"):
        changed[name] = needs("pandas").Categorical([level] * len(rows), categories=rows[name].cat.categories)
    else:
        changed[name] = level
    return changed


def _effect(fit: Fit, base: Floats, there: Floats) -> tuple[Estimate, float | None, float | None]:
    mean = fit.mean
    assert mean is not None

    def change(at: Floats) -> float:
        return float((mean(at, there) - mean(at, base)).mean())

    slope = np.empty(len(fit.coefficients))
    for index in range(len(slope)):
        step = np.zeros(len(slope))
        step[index] = 1e-5 * max(1.0, abs(fit.coefficients[index]))
        slope[index] = (change(fit.coefficients + step) - change(fit.coefficients - step)) / (2 * step[index])
    value, variance = change(fit.coefficients), float(slope @ fit.covariance @ slope)
    if not variance > 0:
        return Estimate(value, method="no interval"), None, None
    estimates, errors, p = wald(fit.design, np.array([value]), np.array([[variance]]), method="delta method")
    return estimates[0], errors[0], p[0]
