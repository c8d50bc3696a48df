"""From the facts of a row to its outcomes, and to whether it counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..errors import LudensError
from .expressions import ExpressionError, expression
from .spec import Outcome, Study

__all__ = ["excluded_by", "measure"]


def measure(study: Study, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Work out the outcomes of a row by name: numbers, text for categories, None for what is missing.

    Raises:
        LudensError: an outcome is not of its kind, or its expression does not fit the facts.
    """
    return {outcome.name: _measured(study, outcome, facts) for outcome in study.outcomes}


def _measured(study: Study, outcome: Outcome, facts: Mapping[str, Any]) -> Any:
    where = f"study {study.name}, outcome {outcome.name}"
    try:
        value = expression(outcome.value).value(facts)
    except ExpressionError as problem:
        raise ExpressionError(f"{where}, episode {facts['episode']}: {problem}") from problem
    if value is None:
        return None
    if outcome.kind == "category":
        return value if isinstance(value, str) else json.dumps(value)
    if not isinstance(value, int | float):
        raise LudensError(f"{where}, episode {facts['episode']}: {value!r} should be a number, since its kind is {outcome.kind}")
    number = float(value)
    fits = {"binary": number in (0.0, 1.0), "share": 0 <= number <= 1, "count": number >= 0 and number.is_integer()}.get(outcome.kind, True)
    low, high = (bound if bound is not None else number for bound in (outcome.low, outcome.high))
    if not fits or not low <= number <= high:
        bounds = f" from {outcome.low} to {outcome.high}" if fits else ""
        raise LudensError(f"{where}, episode {facts['episode']}: {number:g} is no {outcome.kind}{bounds}")
    return number


def excluded_by(study: Study, facts: Mapping[str, Any]) -> str:
    """Name the first rule of exclusion that is true of a row, whose facts hold its outcomes too; "" where none is.

    Raises:
        ExpressionError: a rule does not fit the facts.
    """
    for rule, text in study.exclude.items():
        try:
            if expression(text).value(facts):
                return rule
        except ExpressionError as problem:
            raise ExpressionError(f"study {study.name}, exclude {rule}, episode {facts['episode']}: {problem}") from problem
    return ""
