"""Answers to prompts that carry no schema: what the prompt says may be chosen is read, and something of it is drawn.

Understood is how action specs explain themselves: ``Choose one of: a, b.``, ``Choose a whole number from 0 to 9.``,
``Choose a: ...; b: ...; together at most 3.`` and ``Choose one of these acts: propose (n: ...) | accept.``; and ``one of: a, b`` wherever it stands last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .brain import Draws

__all__ = ["from_prompt"]

_CHOOSE = re.compile(r"^Choose ([^\n]{1,20000}?)\.?$", re.MULTILINE)
_ACTS = "one of these acts: "
_ACT = re.compile(r"([^\s(|]+)(?: \((.*)\))?")
_OPTIONS = re.compile(r"one of: ([^\n]{1,20000}?)\.?$", re.MULTILINE)
_WHOLE = re.compile(r"a whole number from (-?\d{1,15}) to (-?\d{1,15})(?:.* in steps of (\d{1,15}))?")
_NUMBER = re.compile(r"a number from (-?[\d.e+-]{1,25}) to (-?[\d.e+-]{1,25})")
_FIELD = re.compile(r"([^:;]{1,200}): (.*)")
_TOGETHER = re.compile(r"together at (most|least) (-?\d{1,15})")
_SAY = re.compile(r"^Say: ", re.MULTILINE)


def from_prompt(contents: Sequence[str], draws: Draws, fallback: str) -> str:
    """Answer as the last message asks, in tagged text; where it does not say how, as the latest one before it that does.

    Args:
        contents: the texts of the messages, oldest first.
        draws: where the draws come from.
        fallback: what to answer when no choice is understood.
    """
    text = next((content for content in reversed(contents) if _CHOOSE.search(content) or _SAY.search(content)), contents[-1] if contents else "")
    said = [f"Say: {draws.sentence(60)}"] if _SAY.search(text) else []
    asked = _CHOOSE.findall(text) or [f"one of: {options}" for options in _OPTIONS.findall(text)]
    answer = _choose(asked[-1], draws) if asked else None
    if answer is None:
        return "\n".join(said) or fallback
    return "\n".join([*said, f"Answer: {answer}"])


def _choose(asked: str, draws: Draws) -> str | None:
    """Draw something of a stated choice, written as tagged text writes it; None when it is not understood."""
    if asked.startswith(_ACTS):
        acts = [match for part in asked[len(_ACTS) :].split(" | ") if (match := _ACT.fullmatch(part.strip()))]
        if not acts:
            return None
        name, inner = acts[draws.below(len(acts))].groups()
        fields = _fields(inner, draws) if inner else ""
        return None if fields is None else f"{name} {fields}".strip()
    return _value(asked, draws) or _fields(asked, draws)


def _value(asked: str, draws: Draws, most: int | None = None) -> str | None:
    if asked.startswith("one of: "):
        options = asked.removeprefix("one of: ").split(", ")
        return options[draws.below(len(options))].strip()
    if match := _WHOLE.match(asked):
        low, high, step = int(match[1]), int(match[2]), int(match[3] or 1)
        high = high if most is None else min(high, max(most, low))
        return str(low + step * draws.below((high - low) // step + 1)) if high >= low else None
    if match := _NUMBER.match(asked):
        least, greatest = float(match[1]), float(match[2])
        return f"{least + (greatest - least) * draws.unit():.2f}"
    return None


def _fields(asked: str, draws: Draws) -> str | None:
    left: int | None = None
    pairs: list[tuple[str, str]] = []
    for part in asked.split("; "):
        if match := _TOGETHER.fullmatch(part):
            left = int(match[2]) if match[1] == "most" else left
        elif match := _FIELD.fullmatch(part):
            pairs.append((match[1].strip(), match[2]))
        else:
            return None
    written = []
    for name, domain in pairs:
        value = _value(domain, draws, left)
        if value is None:
            return None
        left = left - int(value) if left is not None and value.lstrip("-").isdigit() else left
        written.append(f"{name}={value}")
    return " ".join(written) or None
