"""Expressions over the facts of a row: what an outcome is, which rows are left out.

They look like Python and can do less: arithmetic, comparisons, ``and``/``or``/``not``, ``x if c else y``, ``fact.part`` and ``fact[0]`` to reach into lists and
mappings, and the functions of :data:`FUNCTIONS`. They reach nothing but the facts, and their size is bounded, so a study from elsewhere is safe to load.

What is missing is None, and so is what is made of it: ``code == 'refusal'`` is None where there is no ``code``. ``and``, ``or`` and ``not`` follow Kleene's
three-valued logic; ``x is None`` asks whether something is missing. A quotient by zero has no value, so it is None too.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import statistics
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any

from ..errors import LudensError, nearest

__all__ = ["FUNCTIONS", "Expression", "ExpressionError", "expression"]

_LONGEST = 1000
_DEEPEST = 25
_LARGEST = 1e300
_CONSTANTS = ("True", "False", "None")


class ExpressionError(LudensError):
    """An expression cannot be read, or a row's facts are not of the kind that it takes."""


class Expression:
    """A parsed expression.

    Attributes:
        text: as it was written.
        names: the facts that it takes.

    Raises:
        ExpressionError: it does not parse, is too large, or uses what expressions cannot do.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        if not isinstance(text, str) or not text.strip():
            raise ExpressionError(f"{text!r} should be an expression, such as \"code == 'refusal'\"")
        if len(text) > _LONGEST:
            raise ExpressionError(f"an expression of {len(text)} characters is too long; {_LONGEST} are the most")
        try:
            self._tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
            raise ExpressionError(f"{text!r} does not parse: {getattr(problem, 'msg', None) or problem}") from problem
        names: set[str] = set()
        self._check(self._tree, names, 0)
        self.names = frozenset(names)

    def check(self, known: Collection[str]) -> None:
        """Raise ExpressionError where it takes a fact that is not among ``known``."""
        for name in sorted(self.names - set(known)):
            raise ExpressionError(f"{self.text!r} takes the unknown fact {name!r}{nearest(name, {*known, *_CONSTANTS})}")

    def value(self, facts: Mapping[str, Any]) -> Any:
        """Work it out; facts that are absent are None.

        Raises:
            ExpressionError: a fact is not of the kind that it takes.
        """
        try:
            return _value(self._tree, facts)
        except _Misfit as problem:
            raise ExpressionError(f"{self.text!r}: {problem}") from problem

    def _check(self, node: ast.AST, names: set[str], depth: int) -> None:
        if depth > _DEEPEST:
            raise ExpressionError(f"{self.text!r} is nested too deeply; {_DEEPEST} levels are the most")
        if isinstance(node, ast.Name):
            names.add(node.id)
            return
        if isinstance(node, ast.Constant) and not isinstance(node.value, bool | int | float | str | None):
            raise ExpressionError(f"{self.text!r}: {ast.unparse(node)} is no value that expressions have")
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
            if called not in FUNCTIONS or not isinstance(node.func, ast.Name):
                raise ExpressionError(f"{self.text!r} calls {called!r}{nearest(called, FUNCTIONS)}")
            if node.keywords:
                raise ExpressionError(f"{self.text!r}: {called} takes no named arguments")
            children: list[ast.AST] = list(node.args)
        elif isinstance(node, _PLAIN):
            operators = (*_BINARY, *_COMPARE, ast.And, ast.Or, ast.Not, ast.USub, ast.UAdd, ast.Load)
            children = []
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.operator | ast.cmpop | ast.unaryop | ast.boolop | ast.expr_context):
                    if not isinstance(child, operators):
                        raise ExpressionError(f"{self.text!r} uses the operator {type(child).__name__}, which expressions do not have")
                else:
                    children.append(child)
        else:
            raise ExpressionError(f"{self.text!r} uses {type(node).__name__}, which expressions do not have")
        for child in children:
            self._check(child, names, depth + 1)


@lru_cache(maxsize=1024)
def expression(text: str) -> Expression:
    """Parse an expression, once."""
    return Expression(text)


class _Misfit(Exception):
    """A value is of the wrong kind; the message says which."""


_PLAIN = (ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.Compare, ast.IfExp, ast.Constant, ast.List, ast.Tuple, ast.Subscript, ast.Attribute)
_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_COMPARE: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, many: item in many,
    ast.NotIn: lambda item, many: item not in many,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}


def _value(node: ast.AST, facts: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return facts.get(node.id)
    if isinstance(node, ast.BoolOp):
        return _junction([_truth(_value(item, facts)) for item in node.values], both=isinstance(node.op, ast.And))
    if isinstance(node, ast.UnaryOp):
        given = _value(node.operand, facts)
        if isinstance(node.op, ast.Not):
            said = _truth(given)
            return None if said is None else not said
        return None if given is None else -_number(given) if isinstance(node.op, ast.USub) else _number(given)
    if isinstance(node, ast.BinOp):
        return _reckon(type(node.op), _value(node.left, facts), _value(node.right, facts))
    if isinstance(node, ast.Compare):
        return _compared(node, facts)
    if isinstance(node, ast.IfExp):
        said = _truth(_value(node.test, facts))
        return None if said is None else _value(node.body if said else node.orelse, facts)
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(item, facts) for item in node.elts]
    if isinstance(node, ast.Attribute):
        return _part(_value(node.value, facts), node.attr)
    if isinstance(node, ast.Subscript):
        return _part(_value(node.value, facts), _value(node.slice, facts))
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    given = [_value(item, facts) for item in node.args]
    # a missing argument makes a missing value
    try:
        return None if None in given else FUNCTIONS[node.func.id](*given)
    except (TypeError, ValueError) as problem:
        raise _Misfit(f"{node.func.id}({', '.join(map(_brief, given))}): {problem}") from problem


def _truth(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value != 0
    raise _Misfit(f"{_brief(value)} is neither true nor false")


def _junction(parts: list[bool | None], *, both: bool) -> bool | None:
    if (not both) in parts:
        return not both
    return None if None in parts else both


def _compared(node: ast.Compare, facts: Mapping[str, Any]) -> bool | None:
    values = [_value(item, facts) for item in (node.left, *node.comparators)]
    said: list[bool | None] = []
    for relation, left, right in zip(node.ops, values, values[1:], strict=False):
        if not isinstance(relation, ast.Is | ast.IsNot) and (left is None or right is None):
            said.append(None)
            continue
        try:
            said.append(bool(_COMPARE[type(relation)](left, right)))
        except TypeError as problem:
            raise _Misfit(f"{_brief(left)} and {_brief(right)} cannot be compared so") from problem
    return _junction(said, both=True)


def _reckon(kind: type[ast.AST], left: Any, right: Any) -> float | None:
    if left is None or right is None:
        return None
    left, right = _number(left), _number(right)
    if kind is ast.Pow:
        left, right = float(left), float(right)
    try:
        result = _BINARY[kind](left, right)
    except ZeroDivisionError:
        return None
    except OverflowError as problem:
        raise _Misfit(f"{left!r} and {right!r} make too large a number") from problem
    if isinstance(result, complex):
        return None
    if not math.isfinite(result) or abs(result) > _LARGEST:
        raise _Misfit(f"{left!r} and {right!r} make too large a number")
    return float(result) if abs(result) > 2**53 else result


def _number(value: Any) -> Any:
    if isinstance(value, int | float):
        return int(value) if isinstance(value, bool) else value
    raise _Misfit(f"{_brief(value)} is no number")


def _part(whole: Any, key: Any) -> Any:
    if whole is None or key is None:
        return None
    if isinstance(whole, Mapping):
        return whole.get(key)
    if isinstance(whole, list | tuple) and isinstance(key, int) and not isinstance(key, bool):
        return whole[key] if -len(whole) <= key < len(whole) else None
    raise _Misfit(f"{_brief(whole)} has no part {key!r}")


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


# -- functions -------------------------------------------------------------------------------------------------------


def _known(many: Any) -> list[Any]:
    """Take the values of a list or mapping that are there."""
    if isinstance(many, Mapping):
        many = list(many.values())
    if not isinstance(many, list | tuple):
        raise _Misfit(f"{_brief(many)} is no list")
    return [item for item in many if item is not None]


def _mean(many: Any) -> float | None:
    values = [_number(item) for item in _known(many)]
    return statistics.fmean(values) if values else None


def _extreme(pick: Callable[[Any], Any]) -> Callable[..., Any]:
    def chosen(*given: Any) -> Any:
        values = _known(given[0] if len(given) == 1 else list(given))
        return pick(values) if values else None

    return chosen


def _contains(text: Any, word: Any) -> bool:
    if not isinstance(text, str) or not isinstance(word, str):
        raise _Misfit(f"contains takes a text and a word, not {_brief(text)} and {_brief(word)}")
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None


def _lower(text: Any) -> str:
    if not isinstance(text, str):
        raise _Misfit(f"{_brief(text)} is no text")
    return text.lower()


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": lambda value: abs(_number(value)),
    "contains": _contains,
    "count": lambda many, value: sum(item == value for item in _known(many)),
    "len": lambda many: len(many) if isinstance(many, str) else len(_known(many)),
    "lower": _lower,
    "max": _extreme(max),
    "mean": _mean,
    "min": _extreme(min),
    "round": lambda value, digits=0: round(_number(value), int(digits)) if digits else round(_number(value)),
    "sum": lambda many: sum(_number(item) for item in _known(many)),
}
"""What can be called: ``contains(text, word)`` looks for a whole word in any case; ``count(list, value)``; the others are Python's. In lists and mappings what
is missing is passed over."""
