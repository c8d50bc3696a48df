"""The table of a study, looked at before it is trusted: levels as the study names them, outcomes as numbers, rows left out counted."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...analysis.results import Floats, Ints
from ...errors import MissingExtra, ParameterError
from ..design import level_word
from ..spec import Factor, Hypothesis, Level, Outcome, Study
from ..table import select

__all__ = ["Frame", "coded", "limits", "needs", "read"]


def needs(module: str) -> Any:
    """Import a library of the extra ``analysis``.

    Raises:
        MissingExtra: it is not installed.
    """
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as problem:
        raise MissingExtra("the analysis of a study", "analysis") from problem


@dataclass(frozen=True, eq=False)
class Frame:
    """The rows of a study, a unit each.

    Attributes:
        study: what was planned.
        rows: all units; factors as in :func:`read`, outcomes as floats with NaN where there is no answer (labels as text, None).
    """

    study: Study
    rows: Any

    @cached_property
    def kept(self) -> Any:
        """Rows that no rule leaves out."""
        return self.rows[self.rows["excluded"] == ""]

    @property
    def primary(self) -> Outcome:
        """The first primary outcome, or the first of all."""
        return next((outcome for outcome in self.study.outcomes if outcome.primary), self.study.outcomes[0])

    @property
    def treatments(self) -> tuple[Factor, ...]:
        """What is asked about."""
        return tuple(factor for factor in self.study.factors if factor.role == "treatment")

    @property
    def nuisances(self) -> tuple[Factor, ...]:
        """What must not matter."""
        return tuple(factor for factor in self.study.factors if factor.role == "nuisance")

    @cached_property
    def blocks(self) -> tuple[Factor, ...]:
        """What the sample is divided by: blocks, and subjects where there are several and no factor tells them apart already."""
        blocks = tuple(factor for factor in self.study.factors if factor.role == "block")
        if "subject" not in self.rows.columns or any(factor.name == "subject" for factor in self.study.factors):
            return blocks
        own = self.rows["subject"].astype(str)
        subjects = sorted(set(own))
        if len(subjects) < 2 or any(own.groupby(self.rows[factor.name].astype(str)).nunique().max() == 1 for factor in self.study.factors):
            return blocks
        return (*blocks, Factor("subject", tuple(subjects), "block", "player", "who is studied"))

    def pick(self, where: str) -> Any:
        """Give the kept rows for which an expression over their columns is true; "" stands for all.

        Raises:
            ExpressionError: the expression cannot be read, or takes what is no column.
        """
        return self.kept[select(self.kept, where)]

    def arms(self, hypothesis: Hypothesis) -> tuple[Any, Any]:
        """Give the kept rows at the high and at the low level of a hypothesis, with and without an answer."""
        rows = self.pick(hypothesis.where)
        factor = self.study.factor(hypothesis.factor)
        return tuple(rows[rows[factor.name] == coded(factor, level)] for level in (hypothesis.high, hypothesis.low))

    def clusters(self, rows: Any, column: str = "") -> Ints | None:
        """Number the clusters of some rows from 0; None where the study (and the caller) name no column.

        Raises:
            ParameterError: the table has no such column, or a row has nothing in it.
        """
        column = column or self.study.cluster
        if not column:
            return None
        if column not in rows.columns:
            raise ParameterError(f"cluster {column!r} is no column of the table; columns: {', '.join(map(str, rows.columns))}")
        if rows[column].isna().any():
            raise ParameterError(f"cluster column {column!r} is empty in {int(rows[column].isna().sum())} rows; every row belongs to a cluster")
        return np.unique(rows[column].astype(str).to_numpy(), return_inverse=True)[1]

    def values(self, rows: Any, outcome: Outcome) -> tuple[Floats, Any]:
        """Give the answers of some rows as numbers, and the rows that have one."""
        there = rows[rows[outcome.name].notna()]
        return there[outcome.name].to_numpy(np.float64), there

    def digest(self) -> str:
        """Give 16 hexadecimal digits that stand for the table."""
        return hashlib.sha256(self.rows.to_csv(index=False).encode()).hexdigest()[:16]


def coded(factor: Factor, level: Level) -> Any:
    """Give a level as it stands in a frame: truth and numbers as they are, anything else in words."""
    if all(isinstance(one, bool) for one in factor.levels):
        return level
    if all(isinstance(one, int | float) and not isinstance(one, bool) for one in factor.levels):
        return level if all(isinstance(one, int) for one in factor.levels) else float(level)  # type: ignore[arg-type]
    return level_word(level)


def read(study: Study, table: Any) -> Frame:
    """Look at a table of a study.

    Factors of yes and no become booleans, of numbers floats, of anything else categories in the study's order, so that a model's reference is the first level.

    Args:
        study: what was planned.
        table: a pandas DataFrame, a row a unit: a column a factor and an outcome, and ``excluded``.

    Raises:
        ParameterError: a column is missing, a level is none of the study's, or an outcome is no number.
        MissingExtra: pandas is not installed.
    """
    pandas = needs("pandas")
    wanted = [*(factor.name for factor in study.factors), *(outcome.name for outcome in study.outcomes), "excluded"]
    lacking = [name for name in wanted if name not in table.columns]
    if lacking:
        raise ParameterError(f"the table of study {study.name} lacks the columns {', '.join(lacking)}; it has {', '.join(map(str, table.columns))}")
    if not len(table):
        raise ParameterError(f"the table of study {study.name} has no rows; play the study first")
    rows = table.reset_index(drop=True).copy()
    rows["excluded"] = rows["excluded"].astype(object).where(rows["excluded"].notna(), "").astype(str)
    for factor in study.factors:
        names = {_key(level): coded(factor, level) for level in factor.levels}
        found = [_key(value) for value in rows[factor.name].tolist()]
        strange = sorted(set(found) - set(names))
        if strange:
            raise ParameterError(f"column {factor.name} holds {strange[0]!r}, which is no level of that factor; levels: {', '.join(names)}")
        values = [names[text] for text in found]
        text = isinstance(next(iter(names.values())), str)
        rows[factor.name] = pandas.Categorical(values, categories=list(names.values())) if text else np.asarray(values)
    for outcome in study.outcomes:
        rows[outcome.name] = _measured(rows[outcome.name], outcome)
    return Frame(study, rows)


def _key(value: Any) -> str:
    """Give a level as text that is the same for what a table made of it: truth values, whole floats, and what is empty."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "null"
    if str(value) in ("True", "False"):
        return level_word(str(value) == "True")
    return f"{value:.12g}" if isinstance(value, int | float) else str(value)


def _measured(column: Any, outcome: Outcome) -> Any:
    if outcome.kind == "category":
        return column.where(column.notna(), None).astype(object)
    try:
        numbers = column.astype(object).where(column.notna(), np.nan).astype(float)
    except (TypeError, ValueError) as problem:
        raise ParameterError(f"outcome {outcome.name} is {outcome.kind} but its column holds what is no number: {problem}") from problem
    there = numbers[numbers.notna()]
    low, high = limits(outcome)
    if outcome.kind == "binary" and not there.isin([0.0, 1.0]).all():
        raise ParameterError(
            f"outcome {outcome.name} is binary but its column holds {there[~there.isin([0.0, 1.0])].iloc[0]}; values should be 0, 1 or missing"
        )
    if ((there < low) | (there > high)).any():
        raise ParameterError(
            f"outcome {outcome.name} should lie between {low:g} and {high:g}; its column holds {there[(there < low) | (there > high)].iloc[0]:g}"
        )
    return numbers


def limits(outcome: Outcome) -> tuple[float, float]:
    """Give the least and largest value an outcome can take, infinite where it has no bound."""
    low = 0.0 if outcome.low is None and outcome.kind in ("binary", "share", "count") else outcome.low
    high = 1.0 if outcome.high is None and outcome.kind in ("binary", "share") else outcome.high
    return (-np.inf if low is None else low, np.inf if high is None else high)
