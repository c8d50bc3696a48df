"""Reading untrusted replies: where in a text an answer stands, and what numbers and names in it mean.

Nothing here knows what may be answered; :mod:`ludens.games.actions` does. Work is bounded: no pattern goes back over a text again and
again, and the JSON that is tried is limited in characters.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any

__all__ = [
    "MAX_REPLY_CHARS",
    "Found",
    "Unreadable",
    "clean_text",
    "find_bracket",
    "find_json",
    "find_speech",
    "find_tagged",
    "find_whole",
    "last_object",
    "read_fields",
    "read_number",
    "read_object",
    "read_pairs",
    "short",
]

MAX_REPLY_CHARS = 100_000
"""Replies longer than this are not read at all."""
_MAX_JSON_STARTS = 64
"""How many opening braces of a reply are tried, counted from its end: a bound on work, not on sense."""
_MAX_JSON_CHARS = 3 * MAX_REPLY_CHARS
"""How many characters these tries may read together."""
_MAX_PAIR_CHARS = 4000


class Unreadable(ValueError):
    """A value has the wrong shape for its domain (as against being out of bounds)."""


# control characters, line separators, marks that change the direction of text, and the invisible "tag" letters that smuggle hidden text
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
_ANSWER = re.compile(r"^[ \t>*_#-]*answer[ \t*_]*[:=][ \t*_]*(.*)$", re.IGNORECASE | re.MULTILINE)
_SAY = re.compile(r"^[ \t>*_#-]*say[ \t*_]*[:=][ \t*_]*(.*)$", re.IGNORECASE | re.MULTILINE)
_BRACKET = re.compile(r"\[([^\[\]\n]{1,400})\]")
_PAIR = re.compile(r"(?<![^\s=:,;])([^\s=:,;]{1,80})[ \t]*[=:][ \t]*([^\s,;]{1,80})")
Found = tuple[Any, Any, str]
"""What was found: the choice as it stands there, what is said (None for nothing), and where (``json``, ``tag``, ``bracket``, ``whole``)."""


def clean_text(text: str) -> str:
    """Take control characters, direction marks, invisible tag letters and lone surrogates out of untrusted text."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    elif text.isprintable():
        return text
    return _CONTROL.sub("", text.replace("\r\n", "\n"))


# models put line breaks into strings where JSON wants \\n
_DECODER = json.JSONDecoder(strict=False)


def last_object(reply: str, keys: tuple[str, ...] = ("choice", "act")) -> dict[str, Any] | None:
    """Find the last JSON object in a reply that is an answer (has one of ``keys``); None when there is none."""
    starts = [match.start() for match in re.finditer(r"\{", reply)][-_MAX_JSON_STARTS:]
    best, end, budget = None, -1, _MAX_JSON_CHARS
    for start in starts:
        if start < end:
            continue
        try:
            value, end = _DECODER.raw_decode(reply, start)
            read = end - start
        except json.JSONDecodeError as problem:
            value, read = None, problem.pos - start
        except (ValueError, RecursionError):  # a number of thousands of digits, brackets thousands deep
            value, read = None, len(reply) - start
        if isinstance(value, dict) and any(key in value for key in keys):
            best = value
        budget -= read
        if budget < 0:
            break
    return best


def find_json(reply: str) -> Found | None:
    """Find an answer in JSON: a ``choice``, or an object that is the choice itself because it names an ``act``.

    Where there is a line ``Answer:``, an object in what is said is part of what is said.
    """
    found = last_object(_SAY.sub("", reply) if _ANSWER.search(reply) else reply)
    if found is None:
        return None
    choice = found["choice"] if "choice" in found else {key: item for key, item in found.items() if key != "say"}
    return choice, found.get("say"), "json"


def find_tagged(reply: str) -> Found | None:
    """Find the last line that begins with ``Answer:``, and the last that begins with ``Say:``."""
    answers = _ANSWER.findall(reply)
    if not answers:
        return None
    return answers[-1].strip().rstrip("*_ "), _said(reply), "tag"


def _said(reply: str) -> str | None:
    said = _SAY.findall(reply)
    return said[-1].rstrip(" \t*_") if said else None


def find_speech(reply: str, whole_lines: str, only: Any) -> Found | None:
    """Find what is said where there is only one choice; ``whole_lines`` is the reply without a last line that was cut off."""
    said = _said(whole_lines)
    # an object in the middle of what is said is part of it
    found = last_object(reply if said is None or said.startswith("{") else _SAY.sub("", reply), ("say", "choice"))
    if found is not None:
        return found.get("choice", only), found.get("say"), "json"
    return (only, said, "json") if said is not None else None


def find_bracket(reply: str) -> Found | None:
    """Find the last piece in square brackets."""
    brackets = _BRACKET.findall(reply)
    return (brackets[-1].strip(), None, "bracket") if brackets else None


def find_whole(reply: str) -> Found | None:
    """Take the whole reply for the answer; None where it is blank."""
    text = reply.strip()
    return (text, None, "whole") if text else None


def read_pairs(text: str) -> dict[str, Any]:
    """Read ``book=1 hat: 2``; raises Unreadable where a name is given two values or a number is left over (``price=2,5``)."""
    if len(text) > _MAX_PAIR_CHARS:
        raise Unreadable(f"expected pairs such as name=value, in at most {_MAX_PAIR_CHARS} characters")
    pairs: dict[str, Any] = {}
    for name, value in _PAIR.findall(text):
        if pairs.setdefault(name, value) != value:
            raise Unreadable(f"{short(name)} is given twice")
    if re.search(r"\d", _PAIR.sub(" ", text)):
        raise Unreadable("expected pairs such as name=value, and no other numbers")
    return pairs


def read_fields(text: str, names: Sequence[str]) -> dict[str, str]:
    """Read ``one=get onion two=wait``, values with blanks in them, by the names of the fields; raises Unreadable where something else stands before them."""
    if len(text) > _MAX_PAIR_CHARS:
        raise Unreadable(f"expected pairs such as name=value, in at most {_MAX_PAIR_CHARS} characters")
    found = list(re.finditer(rf"(?:^|[\s,;])({'|'.join(map(re.escape, names))})\s*[=:]\s*", text, re.IGNORECASE))
    if not found or text[: found[0].start()].strip():
        raise Unreadable("expected pairs such as name=value")
    pairs: dict[str, str] = {}
    for match, following in zip(found, [*found[1:], None], strict=True):
        value = text[match.end() : None if following is None else following.start()].strip(" ,;\n\r\t")
        if pairs.setdefault(match[1], value) != value:
            raise Unreadable(f"{short(match[1])} is given twice")
    return pairs


def read_object(text: str) -> Any:
    """Read a text that is one JSON object; anything else is returned as it stands."""
    if text[:1] == "{":
        try:
            return _DECODER.decode(text)
        except (ValueError, RecursionError):
            pass
    return text


_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_NUMBER = re.compile(r"[$€£]?\s*([-+]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:[eE][-+]?\d{1,2})?)\s*([a-zA-Z%€£$]{0,12})\.?")
_SCALES = frozenset({"k", "m", "b", "bn", "mn", "mio", "hundred", "thousand", "million", "billion", "dozen"})


def read_number(raw: Any) -> tuple[float, bool]:
    """Read a finite number; tells whether it had to be dug out of text (``$1,500.``). Raises Unreadable for anything else, ``5k`` and ``2,5`` among it."""
    if isinstance(raw, bool):
        raise Unreadable("expected a number")
    if isinstance(raw, int | float):
        if abs(raw) > 1e15 or not math.isfinite(raw):
            raise Unreadable("expected a finite number")
        return raw, False
    if isinstance(raw, str):
        match = _NUMBER.fullmatch(_THOUSANDS.sub("", raw.strip(" \t\r\n*_`'\"[]<>"))) if len(raw) <= 100 else None
        if match and match[2].casefold() not in _SCALES:
            number = float(match[1])
            if abs(number) <= 1e15:
                return (int(number) if number == int(number) else number), True
    raise Unreadable("expected a number")


def short(value: Any) -> str:
    """Quote a value in at most 60 plain characters, for messages."""
    try:
        text = ascii(value)
    except Exception:  # a number of thousands of digits, or an object whose repr raises: the message is about it all the same
        text = f"a {type(value).__name__} that cannot be written"
    return text if len(text) <= 60 else text[:57] + "..."
