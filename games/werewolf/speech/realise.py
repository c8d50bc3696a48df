"""Acts of speech in words: a phrase for each, with the words around it that the style asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ....errors import ParameterError, UnknownName
from ...core import seat_name
from .acts import Kind, SpeechAct
from .phrases import STYLES, Style, phrases

__all__ = ["MOST_ACTS", "realise"]

MOST_ACTS = 3
"""More acts than this are not said at once."""

FACTS = frozenset({Kind.CLAIM, Kind.DENY, Kind.CHECK, Kind.IDENTIFIED, Kind.PROTECTED})
OPINIONS = frozenset({Kind.ACCUSE, Kind.DEFEND, Kind.CALL_VOTE, Kind.AGREE, Kind.DISAGREE})
MANY = frozenset({"villager", "werewolf"})
"""Roles that several seats have, so that one is ``a villager``."""
WHEN = ("", " at night")


@dataclass(frozen=True)
class Sentence:
    """A phrase with what may be left out around it."""

    before: str
    core: str
    after: str

    def full(self) -> str:
        core = self.core if not self.before or self.core.startswith(("I ", "I'")) else self.core[0].lower() + self.core[1:]
        return f"{self.before}{core}{self.after}"


def realise(acts: Sequence[SpeechAct], speaker: int, rng: np.random.Generator, *, style: str = "plain", max_chars: int | None = None) -> str:
    """Say acts in English.

    Args:
        acts: one to three, in the order they are said.
        speaker: the seat that speaks.
        rng: draws the phrases; the same draws give the same text.
        style: ``plain``, ``calm``, ``pushy`` or ``timid``.
        max_chars: the most characters of the text. Openers and remarks are left out first, then the later acts; a phrase is never cut, and where not even
            the first fits the text is empty.

    Raises:
        ParameterError: there are no acts or too many, or one but a protection is about the speaker.
        UnknownName: there is no such style.
    """
    if style not in STYLES:
        raise UnknownName("style", style, STYLES)
    if not 1 <= len(acts) <= MOST_ACTS:
        raise ParameterError(f"{len(acts)} acts should be from 1 to {MOST_ACTS}")
    for act in acts:
        if act.target == speaker and act.kind is not Kind.PROTECTED:
            raise ParameterError(f"{seat_name(speaker)} cannot say an act of kind {act.kind.value!r} about itself")
    sentences = [_sentence(act, speaker, rng, STYLES[style], first=k == 0) for k, act in enumerate(acts)]
    text = " ".join(sentence.full() for sentence in sentences)
    if max_chars is None or len(text) <= max_chars:
        return text
    for count in range(len(sentences), 0, -1):
        text = " ".join(sentence.core for sentence in sentences[:count])
        if len(text) <= max_chars:
            return text
    return ""


def _sentence(act: SpeechAct, speaker: int, rng: np.random.Generator, style: Style, *, first: bool) -> Sentence:
    before = _maybe(style.openers if first else style.joins, rng, style.rate)
    core = _filled(_any(phrases(act, of_self=act.target == speaker), rng), act, rng)
    remarks = style.facts if act.kind in FACTS else style.opinions if act.kind in OPINIONS else ()
    after = _maybe(remarks, rng, style.rate / 2)
    return Sentence(before, core, f" {after}" if after else "")


def _filled(phrase: str, act: SpeechAct, rng: np.random.Generator) -> str:
    role = act.role or act.result or ""
    one = f"{'a' if role in MANY else 'the'} {role}"
    when = f" on night {act.night}" if act.night is not None else _any(WHEN, rng)
    target = "" if act.target is None else seat_name(act.target)
    return phrase.format(t=target, role=role, one=one, when=when)


def _any(lines: Sequence[str], rng: np.random.Generator) -> str:
    return lines[int(rng.integers(len(lines)))]


def _maybe(lines: Sequence[str], rng: np.random.Generator, rate: float) -> str:
    return _any(lines, rng) if lines and rng.random() < rate else ""
