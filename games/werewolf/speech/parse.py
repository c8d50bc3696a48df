"""Free text back to acts of speech: normalise, split into clauses, try the table of patterns, gather."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from .acts import ALL_ROLES, NOT_WEREWOLF, WEREWOLF, Kind, SpeechAct
from .normalise import MOST_CHARS, NO_SEAT, Clause, clauses, night_of
from .patterns import QUESTIONS, REASONS, RESULT, ROWS, Row

__all__ = ["parse"]

_GONE = "\x00"
"""Stands for words that have been read; no pattern matches it by accident."""
_ONE_SEAT = re.compile(r"@(\d{1,2})(?![\d+])")
_OWN_ROLE = re.compile(r"\bi am\b|\bmy role\b")
_I_AM = re.compile(r"^(?:because|since|as|and) i am(?: one| the real one)?$")
"""Names the role that was contested just before."""
_OPPOSITE = {Kind.ACCUSE: Kind.DEFEND, Kind.DEFEND: Kind.ACCUSE}


def parse(text: str, speaker: int, seats: int, roles: Collection[str] = ALL_ROLES) -> tuple[SpeechAct, ...]:
    """Read the acts that a text holds, in their order and each once.

    The text is untrusted: at most its first 4000 characters are read, and it never raises. What others are said to say, what is only supposed, and
    questions are not taken for the speaker's own view.

    Args:
        text: what was said.
        speaker: the seat that said it.
        seats: how many seats there are; higher numbers name nobody.
        roles: those of the game; others are not recognised.
    """
    reader = _Reader(speaker, seats)
    for clause in clauses(text, speaker, seats, roles):
        reader.read(clause)
    return reader.finish(text)


class _Reader:
    """Gathers acts clause by clause."""

    def __init__(self, speaker: int, seats: int) -> None:
        self.speaker = speaker
        self.seats = seats
        self.acts: list[tuple[SpeechAct, int]] = []  # with the number of the sentence
        self.pending: tuple[int, int | None] | None = None  # whose check has no result yet, and its night
        self.checked: dict[int, tuple[bool, int]] = {}  # of those checked: whether a werewolf, and the sentence that said so
        self.named = False
        self.last: list[str] = []

    def read(self, clause: Clause) -> None:
        self.named = self.named or "@" in clause.text or NO_SEAT in clause.text
        if self.pending and self._late_result(clause):
            return
        if _I_AM.search(clause.text) and self.acts and (last := self.acts[-1][0]).kind is Kind.COUNTER and last.role:
            self._add(_about_self(Kind.CLAIM, last.role), clause.number)
            return
        found = []
        for row, match in _matches(clause.text, clause.asks):
            found += [(match.start(), act) for act in self._acts(row, match, clause)]
            self.named = self.named or row.kind is None
        self.last = _ONE_SEAT.findall(clause.text) or self.last
        for _, act in sorted(found, key=lambda item: item[0]):
            self._add(act, clause.number)

    def finish(self, text: str) -> tuple[SpeechAct, ...]:
        if self.pending:
            self._early_result()
        if not self.acts and not self.named and any(char.isalpha() for char in text[:MOST_CHARS]):
            return (SpeechAct(Kind.SMALLTALK),)
        return tuple(act for act, _ in self.acts)

    def _acts(self, row: Row, match: re.Match[str], clause: Clause) -> list[SpeechAct]:
        """Make the acts of a match."""
        groups = match.groupdict()
        if row.kind is None:
            return []
        role = groups.get("r") or groups.get("q")
        if row.kind in (Kind.CLAIM, Kind.DENY):
            return [_about_self(row.kind, role or WEREWOLF)]
        if "t" not in groups:
            return self._about_last(row.kind, match.string[: match.start()])
        named = dict.fromkeys(int(number) for number in match["t"].split("+"))
        targets = [seat for seat in named if seat < self.seats and (row.kind is Kind.PROTECTED or seat != self.speaker)]
        if row.kind in (Kind.CHECK, Kind.IDENTIFIED):
            return self._learned(row, match, targets, clause)
        if row.states:
            bad = row.kind is Kind.ACCUSE
            targets = [seat for seat in targets if self.checked.get(seat) not in ((bad, clause.number), (bad, clause.number - 1))]
        return [self._made(row.kind, seat, role, clause) for seat in targets]

    def _about_last(self, kind: Kind, before: str) -> list[SpeechAct]:
        """Make an act whose pattern has no target; where it needs one, that is the seat named last."""
        if kind not in (Kind.AGREE, Kind.DISAGREE, Kind.COUNTER):
            return [SpeechAct(kind)]
        named = _ONE_SEAT.findall(before) or self.last
        seat = int(named[-1]) if named else self.speaker
        return [SpeechAct(kind, seat)] if seat != self.speaker and seat < self.seats else []

    def _made(self, kind: Kind, seat: int, role: str | None, clause: Clause) -> SpeechAct:
        reason = next((reason for reason, words in REASONS if words.search(clause.sentence)), None)
        return SpeechAct(
            kind,
            seat,
            role if kind is Kind.COUNTER else None,
            reason=reason if kind in _OPPOSITE else None,
            night=night_of(clause.sentence) if kind is Kind.PROTECTED else None,
        )

    def _learned(self, row: Row, match: re.Match[str], targets: list[int], clause: Clause) -> list[SpeechAct]:
        assert row.kind is not None
        night, result = night_of(clause.sentence), row.result
        if "tail" in match.groupdict():
            shown = RESULT.search(match["tail"])
            result = _result(shown) if shown else None
        if result is None:
            if row.kind is Kind.CHECK and len(targets) == 1:
                self.pending = (targets[0], night)
            return []
        for seat in targets:
            self.checked[seat] = result == WEREWOLF, clause.number
        return [SpeechAct(row.kind, seat, result=result, night=night) for seat in targets]

    def _late_result(self, clause: Clause) -> bool:
        """Read the result of a check from the clause after it."""
        assert self.pending is not None
        seat, night = self.pending
        shown = RESULT.search(clause.text)
        others = {name for name in re.findall(r"@([\d+]+)", clause.text) if name != str(seat)}
        if not shown or others or clause.asks or _OWN_ROLE.search(clause.text):
            return False
        self.pending = None
        self.checked[seat] = _result(shown) == WEREWOLF, clause.number
        self._add(SpeechAct(Kind.CHECK, seat, result=_result(shown), night=night), clause.number)
        return True

    def _early_result(self) -> None:
        """Take what was said of the seat before for the result of its check."""
        assert self.pending is not None
        seat, night = self.pending
        for k, (act, number) in enumerate(self.acts):
            if act.target == seat and act.kind in _OPPOSITE:
                result = WEREWOLF if act.kind is Kind.ACCUSE else NOT_WEREWOLF
                self.acts[k] = SpeechAct(Kind.CHECK, seat, result=result, night=night), number
                return

    def _add(self, act: SpeechAct, number: int) -> None:
        for k, (other, sentence) in enumerate(self.acts):
            if (act.kind, act.target, act.result) == (other.kind, other.target, other.result) and (act.role == other.role or act.kind is Kind.COUNTER):
                if (act.role and not other.role) or (act.reason and not other.reason):
                    self.acts[k] = act, sentence
                return
            if sentence == number and act.target == other.target and act.kind in _OPPOSITE and other.kind is _OPPOSITE[act.kind]:
                self.acts[k] = act, number
                return
        self.acts.append((act, number))


# the table is long, and people repeat themselves
@lru_cache(maxsize=20_000)
def _matches(text: str, asks: bool) -> tuple[tuple[Row, re.Match[str]], ...]:
    """Try the table on a clause, row by row; words that a row has read are gone for the rows after it, unless it keeps them."""
    found = []
    for row in QUESTIONS if asks else ROWS:
        start = 0
        while match := row.pattern.search(text, start):
            found.append((row, match))
            end = _end(row, match)
            start = max(end, match.start() + 1)
            if not row.keep:
                text = text[: match.start()] + _GONE * (end - match.start()) + text[end:]
    return tuple(found)


def _end(row: Row, match: re.Match[str]) -> int:
    """Say where the words end that a match used: of those after a check only the ones that tell its result."""
    if row.kind in (Kind.CHECK, Kind.IDENTIFIED) and "tail" in match.groupdict():
        shown = RESULT.search(match["tail"])
        return match.start("tail") + (shown.end() if shown else 0)
    return match.end()


def _about_self(kind: Kind, role: str) -> SpeechAct:
    return SpeechAct(Kind.REVEAL) if kind is Kind.CLAIM and role == WEREWOLF else SpeechAct(kind, role=role)


def _result(shown: re.Match[str]) -> str:
    return NOT_WEREWOLF if shown["clean"] else WEREWOLF if shown["wolf"] else shown["role"]
