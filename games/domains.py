"""Domains: sets of JSON values that can explain themselves, give a JSON schema, read a value out of loose text, check one and draw one."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .replies import Unreadable, clean_text, read_fields, read_number, read_object, read_pairs, short

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Acts", "Domain", "Integer", "OneOf", "Real", "Record", "Text"]

_JOINTS = re.compile(r"[\s_-]+")
_LISTED = 2000
"""Whole numbers up to so many are listed one by one in a pattern; of more, only the number of digits is bounded."""


class Domain:
    """A set of JSON values. Subclasses are frozen dataclasses, so domains compare, hash and pickle."""

    def explain(self) -> str:
        """Say in words what is asked, as it stands in a prompt."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """Give the JSON schema of the values, for constrained decoding."""
        raise NotImplementedError

    def check(self, value: Any) -> str | None:
        """Return what is wrong with ``value``, or ``None`` when it belongs to the domain."""
        raise NotImplementedError

    def read(self, raw: Any) -> tuple[Any, bool]:
        """Turn a JSON value or a piece of text into a candidate value.

        Returns:
            The candidate (still to be checked) and whether it had to be repaired.

        Raises:
            Unreadable: nothing of the right shape is there.
        """
        raise NotImplementedError

    def sample(self, rng: np.random.Generator) -> Any:
        """Draw a value uniformly."""
        raise NotImplementedError

    def size(self) -> int | None:
        """Count the values; ``None`` when there is no useful finite count."""
        return None

    def values(self) -> Iterator[Any]:
        """Enumerate a finite domain in a fixed order."""
        raise TypeError(f"{type(self).__name__} is not enumerable")

    def show(self, value: Any) -> str:
        """Write a value as a reply in tagged text would."""
        return str(value)

    def written(self, value: Any) -> Any:
        """Give the JSON value that stands for ``value`` in a reply, as :meth:`schema` describes it and :meth:`read` reads it back."""
        return value

    def form(self, style: str = "json") -> str:
        """Show how a value is written, with placeholders, so that a prompt puts no particular value into anybody's head."""
        return "<value>"

    def pattern(self) -> str:
        """Give a regular expression of the values as tagged text writes them, for constrained decoding; without anchors, groups or look-around.

        It may admit values that :meth:`check` refuses (a sum that is too large), never exclude one that it allows.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class OneOf(Domain):
    """One of a few labels."""

    options: tuple[str, ...]

    def __post_init__(self) -> None:
        # not a field: a lookup made once, so that checking a move costs one set probe
        object.__setattr__(self, "_set", frozenset(self.options))

    def explain(self) -> str:
        return "one of: " + ", ".join(self.options)

    def form(self, style: str = "json") -> str:
        return '"<option>"' if style == "json" else "<option>"

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.options)}

    def pattern(self) -> str:
        return _either(self.options)

    def check(self, value: Any) -> str | None:
        if isinstance(value, str) and value in self._set:  # type: ignore[attr-defined]
            return None
        return f"{short(value)} is not one of: {', '.join(self.options)}"

    def read(self, raw: Any) -> tuple[Any, bool]:
        if isinstance(raw, bool) or not isinstance(raw, str | int):
            raise Unreadable(f"expected one of: {', '.join(self.options)}")
        word = str(raw) if not isinstance(raw, str) else raw.strip()
        if word in self._set:  # type: ignore[attr-defined]
            return word, not isinstance(raw, str)
        bare = word.strip(" \t\r\n.,;:!?'\"`*_()[]<>").casefold()
        hits = [option for option in self.options if option.casefold() == bare]
        if not hits:
            # "Player 3" and "3" can only mean player_3 where one option alone is so called or numbered
            joined = _JOINTS.sub("_", bare)
            hits = [option for option in self.options if _JOINTS.sub("_", option.casefold()) == joined or (bare.isdecimal() and option.endswith(f"_{bare}"))]
        return (hits[0], True) if len(hits) == 1 else (word, False)

    def sample(self, rng: np.random.Generator) -> Any:
        return self.options[int(rng.integers(len(self.options)))] if len(self.options) > 1 else self.options[0]

    def size(self) -> int:
        return len(self.options)

    def values(self) -> Iterator[Any]:
        return iter(self.options)


@dataclass(frozen=True)
class Integer(Domain):
    """A whole number from ``low`` to ``high``, both included, in steps."""

    low: int
    high: int
    step: int = 1
    unit: str = ""

    def explain(self) -> str:
        text = f"a whole number from {self.low} to {self.high}" + (f" {self.unit}" if self.unit else "")
        return text + (f" in steps of {self.step}" if self.step != 1 else "")

    def form(self, style: str = "json") -> str:
        return "<whole number>"

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "integer", "minimum": self.low, "maximum": self.high}
        if self.step != 1 and self.low % self.step == 0:
            schema["multipleOf"] = self.step
        return schema

    def pattern(self) -> str:
        return _either(map(str, self.values())) if self.size() <= _LISTED else _whole(self.low, self.high)

    def check(self, value: Any) -> str | None:
        if type(value) is int and self.low <= value <= self.high and (value - self.low) % self.step == 0:
            return None
        return f"{short(value)} is not {self.explain()}"

    def read(self, raw: Any) -> tuple[Any, bool]:
        number, repaired = read_number(raw)
        if number != int(number):
            return number, repaired
        return int(number), repaired or isinstance(number, float)

    def sample(self, rng: np.random.Generator) -> Any:
        return self.low + self.step * int(rng.integers(self.size()))

    def size(self) -> int:
        return (self.high - self.low) // self.step + 1

    def values(self) -> Iterator[Any]:
        return iter(range(self.low, self.high + 1, self.step))


@dataclass(frozen=True)
class Real(Domain):
    """A number from ``low`` to ``high``, both included, rounded to ``decimals`` places."""

    low: float
    high: float
    decimals: int = 2
    unit: str = ""

    def explain(self) -> str:
        text = f"a number from {self.low:g} to {self.high:g}" + (f" {self.unit}" if self.unit else "")
        return f"{text} with at most {self.decimals} decimals"

    def form(self, style: str = "json") -> str:
        return "<number>"

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": self.low, "maximum": self.high}

    def pattern(self) -> str:
        whole = _whole(math.floor(self.low), math.ceil(self.high))
        return f"{whole}(?:[.][0-9]{{1,{self.decimals}}})?" if self.decimals else whole

    def check(self, value: Any) -> str | None:
        if type(value) in (int, float) and math.isfinite(value) and self.low <= value <= self.high:
            return None
        return f"{short(value)} is not {self.explain()}"

    def read(self, raw: Any) -> tuple[Any, bool]:
        number, repaired = read_number(raw)
        rounded = round(float(number), self.decimals)
        return rounded, repaired or rounded != number

    def sample(self, rng: np.random.Generator) -> Any:
        return min(max(round(float(rng.uniform(self.low, self.high)), self.decimals), self.low), self.high)


@dataclass(frozen=True)
class Text(Domain):
    """Free text of at most ``max_chars`` characters, for games whose move is itself a text (a query, a description)."""

    max_chars: int = 1000

    def explain(self) -> str:
        return f"free text of at most {self.max_chars} characters"

    def form(self, style: str = "json") -> str:
        return '"<text>"' if style == "json" else "<text>"

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.max_chars}

    def pattern(self) -> str:
        return f"[^\\n]{{1,{self.max_chars}}}"

    def check(self, value: Any) -> str | None:
        if isinstance(value, str) and len(value) <= self.max_chars and clean_text(value) == value:
            return None
        return f"{short(value)} is not {self.explain()}"

    def read(self, raw: Any) -> tuple[Any, bool]:
        if not isinstance(raw, str):
            raise Unreadable(f"expected {self.explain()}")
        text = clean_text(raw)[: self.max_chars]
        return text, text != raw

    def sample(self, rng: np.random.Generator) -> Any:
        letters = "abcdefghijklmnopqrstuvwxyz "
        return "".join(letters[int(i)] for i in rng.integers(len(letters), size=int(rng.integers(1, min(self.max_chars, 20) + 1)))).strip() or "a"


@dataclass(frozen=True)
class Record(Domain):
    """Several named values at once. ``at_most`` and ``at_least`` bound the sum of the (whole) numbers in it."""

    fields: tuple[tuple[str, Domain], ...]
    at_most: int | None = None
    at_least: int | None = None

    @classmethod
    def of(cls, fields: Mapping[str, Domain], *, at_most: int | None = None, at_least: int | None = None) -> Record:
        return cls(tuple(fields.items()), at_most, at_least)

    def explain(self) -> str:
        text = "; ".join(f"{name}: {domain.explain()}" for name, domain in self.fields)
        if self.at_most is not None:
            text += f"; together at most {self.at_most}"
        if self.at_least is not None:
            text += f"; together at least {self.at_least}"
        return text

    def form(self, style: str = "json") -> str:
        if style == "json":
            return "{" + ", ".join(f"{json.dumps(name)}: {domain.form(style)}" for name, domain in self.fields) + "}"
        return " ".join(f"{name}={domain.form(style)}" for name, domain in self.fields)

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {name: domain.schema() for name, domain in self.fields},
            "required": [name for name, _ in self.fields],
            "additionalProperties": False,
        }

    def pattern(self) -> str:
        return " ".join(f"{re.escape(name)}={domain.pattern()}" for name, domain in self.fields)

    def check(self, value: Any) -> str | None:
        if not isinstance(value, dict) or len(value) != len(self.fields):
            return f"expected the fields {', '.join(name for name, _ in self.fields)}"
        for name, domain in self.fields:
            if name not in value:
                return f"the field {name} is missing"
            if problem := domain.check(value[name]):
                return f"{name}: {problem}"
        return self._sum_problem(value)

    def _sum_problem(self, value: dict[str, Any]) -> str | None:
        if self.at_most is None and self.at_least is None:
            return None
        total = sum(item for item in value.values() if isinstance(item, int | float))
        if self.at_most is not None and total > self.at_most:
            return f"together they are {total}, at most {self.at_most} is allowed"
        if self.at_least is not None and total < self.at_least:
            return f"together they are {total}, at least {self.at_least} is needed"
        return None

    def read(self, raw: Any) -> tuple[Any, bool]:
        repaired = isinstance(raw, str)
        if isinstance(raw, str):
            raw = read_object(raw.strip())
        if isinstance(raw, str):
            wordy = any(isinstance(domain, OneOf) and any(" " in str(option) for option in domain.options) for _, domain in self.fields)
            raw = read_fields(raw, [name for name, _ in self.fields]) if wordy else read_pairs(raw)
        if not isinstance(raw, dict):
            raise Unreadable(f"expected the fields {', '.join(name for name, _ in self.fields)}")
        known = {str(name).casefold(): item for name, item in raw.items()}
        out: dict[str, Any] = {}
        for name, domain in self.fields:
            if name in raw:
                item = raw[name]
            elif name.casefold() in known:
                item, repaired = known[name.casefold()], True
            else:
                raise Unreadable(f"the field {name} is missing")
            try:
                out[name], mended = domain.read(item)
            except Unreadable as problem:
                raise Unreadable(f"{name}: {problem}") from None
            repaired = repaired or mended
        return out, repaired or len(raw) != len(self.fields)

    def sample(self, rng: np.random.Generator) -> Any:
        for _ in range(1000):
            value = {name: domain.sample(rng) for name, domain in self.fields}
            if self._sum_problem(value) is None:
                return value
        if (self.size() or math.inf) > 1_000_000:
            raise RuntimeError(f"no value found that keeps the bounds of: {self.explain()}")
        allowed = list(self.values())
        return allowed[int(rng.integers(len(allowed)))]

    def size(self) -> int | None:
        sizes = [domain.size() for _, domain in self.fields]
        return None if None in sizes else math.prod(size for size in sizes if size is not None)

    def values(self) -> Iterator[Any]:
        names = [name for name, _ in self.fields]
        for items in itertools.product(*(list(domain.values()) for _, domain in self.fields)):
            value = dict(zip(names, items, strict=True))
            if self._sum_problem(value) is None:
                yield value

    def show(self, value: Any) -> str:
        return " ".join(f"{name}={domain.show(value[name])}" for name, domain in self.fields)


@dataclass(frozen=True)
class Acts(Domain):
    """One of several acts, each with fields of its own: ``{"act": "propose", "book": 1}`` or ``{"act": "accept"}``."""

    acts: tuple[tuple[str, Record], ...]

    @classmethod
    def of(cls, acts: Mapping[str, Record | Mapping[str, Domain] | None]) -> Acts:
        made = []
        for name, fields in acts.items():
            made.append((name, fields if isinstance(fields, Record) else Record.of(fields or {})))
        return cls(tuple(made))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.acts)

    def record(self, name: str) -> Record:
        """Return the fields of one act; raises KeyError for an act that is not open now."""
        return dict(self.acts)[name]

    def explain(self) -> str:
        return "one of these acts: " + " | ".join(f"{name} ({record.explain()})" if record.fields else name for name, record in self.acts)

    def form(self, style: str = "json") -> str:
        forms = []
        for name, record in self.acts:
            if style == "json":
                forms.append("{" + ", ".join([f'"act": {json.dumps(name)}', *([record.form(style)[1:-1]] if record.fields else [])]) + "}")
            else:
                forms.append(" ".join([name, *([record.form(style)] if record.fields else [])]))
        return " or ".join(forms)

    def schema(self) -> dict[str, Any]:
        kinds = []
        for name, record in self.acts:
            schema = record.schema()
            schema["properties"] = {"act": {"type": "string", "enum": [name]}, **schema["properties"]}
            schema["required"] = ["act", *schema["required"]]
            kinds.append(schema)
        return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}

    def pattern(self) -> str:
        written = (" ".join([re.escape(name), *([record.pattern()] if record.fields else [])]) for name, record in self.acts)
        return f"(?:{'|'.join(written)})"

    def check(self, value: Any) -> str | None:
        if not isinstance(value, dict) or not isinstance(value.get("act"), str):
            return f"expected an act out of: {', '.join(self.names)}"
        for name, record in self.acts:
            if name == value["act"]:
                problem = record.check({key: item for key, item in value.items() if key != "act"})
                return problem and f"{name}: {problem}"
        return f"the act {short(value['act'])} is not open now; open: {', '.join(self.names)}"

    def read(self, raw: Any) -> tuple[Any, bool]:
        if isinstance(raw, str):
            head, _, rest = raw.strip().partition(" ")
            raw = {**read_pairs(rest), "act": head.strip("[]().,;:!*`'\"")}
            repaired = True
        else:
            repaired = False
        if not isinstance(raw, dict) or not isinstance(raw.get("act"), str):
            raise Unreadable(f"expected an act out of: {', '.join(self.names)}")
        word, _ = OneOf(self.names).read(raw["act"])
        repaired = repaired or word != raw["act"]
        for name, record in self.acts:
            if name == word:
                fields, mended = record.read({key: item for key, item in raw.items() if key != "act"})
                return {"act": name, **fields}, repaired or mended
        return {"act": word}, repaired

    def sample(self, rng: np.random.Generator) -> Any:
        name, record = self.acts[int(rng.integers(len(self.acts)))]
        return {"act": name, **record.sample(rng)}

    def size(self) -> int | None:
        sizes = [record.size() for _, record in self.acts]
        return None if None in sizes else sum(size for size in sizes if size is not None)

    def values(self) -> Iterator[Any]:
        for name, record in self.acts:
            for fields in record.values():
                yield {"act": name, **fields}

    def show(self, value: Any) -> str:
        fields = {key: item for key, item in value.items() if key != "act"}
        return " ".join([value["act"], *([self.record(value["act"]).show(fields)] if fields else [])])


def _either(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, words))})"


def _whole(low: int, high: int) -> str:
    """Whole numbers of as many digits as the longer bound has."""
    digits = max(len(str(abs(low))), len(str(abs(high))))
    more = f"[0-9]{{0,{digits - 1}}}" if digits > 1 else ""
    return f"{'-?' if low < 0 else ''}(?:0|[1-9]{more})"
