"""Constrained answers: a JSON schema or a list of options says, token by token, what may come next (by llguidance)."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import ParameterError
from ..failures import one_line
from ..wire import Structured, bare_options

__all__ = ["SPACING", "Constraint", "Grammars"]

SPACING = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""Free white space would let a weak model fill its answer with it; what there is, is as prompts show it and as most models have learned to write JSON."""


_KEPT = 128
"""Compiled schemas that are kept: the requests of a game repeat few."""
_USES = 100
"""Answers by one compiled schema: they share the states of its lexer, which helps, but count against one limit."""


class Constraint:
    """What one answer may still say.

    Args:
        matcher: an ``LLMatcher`` at the beginning of its grammar.
    """

    def __init__(self, matcher: Any) -> None:
        self._matcher = matcher

    def mask(self) -> npt.NDArray[np.bool_]:
        """Tell for every token id whether it may come next (the ends of an answer where the answer is whole)."""
        packed = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        return np.unpackbits(packed, bitorder="little").view(bool)

    def take(self, token: int) -> bool:
        """Go on by a token that the mask allowed; returns whether the answer is whole and nothing can follow.

        Raises:
            ParameterError: the grammar is too large for the matcher's limits.
        """
        if not self._matcher.consume_token(token) or self._matcher.is_error():
            raise ParameterError(f"the schema cannot be followed: {one_line(self._matcher.get_error())}")
        return bool(self._matcher.is_stopped())


class Grammars:
    """Makes constraints for one tokenizer.

    Args:
        table: gives the tokenizer's ``LLTokenizer``; called once, for the first constraint.
    """

    def __init__(self, table: Callable[[], Any]) -> None:
        self._make = table
        self._table: Any = None
        self._compiled: OrderedDict[tuple[str, str], tuple[Any, int]] = OrderedDict()

    def constraint(self, schema: dict[str, Any] | None, structured: Structured, pattern: str | None = None) -> Constraint | None:
        """Make the constraint of one answer.

        Args:
            schema: the JSON schema, if any.
            structured: ``"json_schema"``; ``"json_object"`` for some JSON object; ``"choice"`` for one of the bare options where the schema asks for
                nothing else, as :class:`ludens.llm.wire.Dialect` has it; ``"none"`` for no constraint.
            pattern: a regular expression of the whole answer, where there is no schema.

        Raises:
            ParameterError: the schema or the pattern is unsound or says what cannot be followed.
        """
        if structured == "none" or (schema is None and pattern is None):
            return None
        # not sorted: an answer has its fields in the schema's order
        key = ("pattern", pattern or "") if schema is None else (structured, json.dumps(schema))
        matcher, left = self._compiled.pop(key, (None, 0))
        if not left:
            matcher, left = self._compile(schema, structured, pattern), _USES
        self._compiled[key] = matcher, left - 1
        if len(self._compiled) > _KEPT:
            self._compiled.popitem(last=False)
        return Constraint(matcher.deep_copy())

    def _compile(self, schema: dict[str, Any] | None, structured: Structured, pattern: str | None) -> Any:
        from llguidance import LLMatcher

        if self._table is None:
            self._table = self._make()
        options = bare_options(schema) if schema is not None and structured == "choice" else None
        try:
            if schema is None:
                grammar = LLMatcher.grammar_from_regex(pattern or "")
            elif options:
                grammar = LLMatcher.grammar_from_lark("start: " + " | ".join(json.dumps(option, ensure_ascii=False) for option in options))
            else:
                plain = {"type": "object"} if structured == "json_object" else schema
                grammar = LLMatcher.grammar_from_json_schema(plain, overrides=SPACING)
            matcher = LLMatcher(self._table, grammar)
        except ValueError as problem:
            raise ParameterError(f"the schema cannot be followed: {one_line(str(problem))}") from problem
        if matcher.is_error():
            raise ParameterError(f"the schema cannot be followed: {one_line(matcher.get_error())}")
        return matcher
