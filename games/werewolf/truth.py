"""What is said in the open, held against what the log shows: true, false, or not to be judged.

Read from stored events alone, so that no rules need to run: roles from the ``role`` events, what was found from ``check`` and ``medium``, what was done from
``protect`` and ``potion``. Only what had happened before the words were said counts. Nothing here asks what the speaker could know: a villager who wrongly
contests a true claim says something false without lying. For claims, reports and words about oneself the speaker knows better, so false is a lie.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..core import Event, seat_name
from .roles import ROLES
from .speech import NOT_WEREWOLF, WEREWOLF, Kind, SpeechAct, parse

__all__ = ["Judged", "as_event", "judged", "titled"]


class Judged(NamedTuple):
    """One act of speech in the open, and whether the log bears it out.

    Attributes:
        round: the night and day it was said in.
        speaker: who said it.
        act: what was said.
        truth: whether it is true; None where the log cannot tell, for an opinion, a wish or a question.
        why: what was said and, after a semicolon, what is the case.
        event: the position of the event that said it.
    """

    round: int
    speaker: int
    act: SpeechAct
    truth: bool | None
    why: str
    event: int


def judged(events: Iterable[Event | Mapping[str, Any] | Sequence[Any]]) -> list[Judged]:
    """Judge every act of speech that was made in the open.

    Args:
        events: all events of an episode, hidden ones among them: as they are, as mappings of their fields, or as the rows of a stored record.
    """
    log = [as_event(item) for item in events]
    facts = _Facts({int(event.data["seat"]): str(event.data["role"]) for event in log if event.kind == "role"})
    out = []
    for index, event in enumerate(log):
        if event.kind == "say" and event.visible_to is None and event.seat is not None:
            day = int(event.data.get("round", facts.round))
            acts = parse(str(event.data.get("text", "")), event.seat, len(facts.roles))
            out += [Judged(day, event.seat, act, *facts.judge(act, event.seat), index) for act in acts]
            facts.heard(acts, event.seat)
        else:
            facts.take(event)
    return out


def as_event(item: Event | Mapping[str, Any] | Sequence[Any]) -> Event:
    """Read an event in any of its plain forms."""
    if isinstance(item, Event):
        return item
    if isinstance(item, Mapping):
        kind, seat, text, data, seen = item["kind"], item.get("seat"), item.get("text", ""), item.get("data") or {}, item.get("visible_to")
    else:
        kind, seat, text, data = item[:4]
        seen = item[4] if len(item) > 4 else None
    return Event(str(kind), seat, str(text), dict(data), None if seen is None else tuple(seen))


def titled(name: str, count: int = 1) -> str:
    """Write what somebody is, or was found to be, with its article: ``a werewolf``, ``the seer``, ``not a werewolf``."""
    if name == NOT_WEREWOLF:
        return "not a werewolf"
    if name in ("village", "werewolves"):
        return f"on the side of the {name}"
    return f"{'a' if count > 1 or name in ('villager', WEREWOLF) else 'the'} {name}"


Verdict = tuple[bool | None, str]


class _Facts:
    """What had happened so far, by the log."""

    def __init__(self, roles: Mapping[int, str]) -> None:
        self.roles = roles
        self.round = 1
        self.victim: int | None = None
        self.found: dict[tuple[Kind, int], dict[int, tuple[str, int]]] = {}  # by kind of report and seat: of whom, what, in which night or day
        self.kept: dict[int, list[tuple[int, int]]] = {}  # by seat: night and whom
        self.claims: dict[int, str] = {}

    def take(self, event: Event) -> None:
        kind, data = event.kind, event.data
        if kind == "night":
            self.round, self.victim = int(data["round"]), None
        elif kind in ("attack", "attacked"):
            self.victim = data["target"]
        elif kind in ("check", "medium"):
            report = Kind.CHECK if kind == "check" else Kind.IDENTIFIED
            for seat in event.visible_to or ():
                self.found.setdefault((report, seat), {})[int(data["target"])] = (str(data["found"]), int(data.get("night", self.round)))
        elif event.seat is not None and kind == "protect":
            self.kept.setdefault(event.seat, []).append((int(data["night"]), int(data["target"])))
        elif event.seat is not None and kind == "potion" and data["save"] and self.victim is not None:
            self.kept.setdefault(event.seat, []).append((int(data["night"]), self.victim))

    def heard(self, acts: Iterable[SpeechAct], speaker: int) -> None:
        for act in acts:
            role = act.role if act.kind is Kind.CLAIM else {Kind.CHECK: "seer", Kind.IDENTIFIED: "medium"}.get(act.kind)
            if role is not None:
                self.claims[speaker] = role

    # -- one act -----------------------------------------------------------------------------------------------------

    def judge(self, act: SpeechAct, speaker: int) -> Verdict:
        if speaker not in self.roles:
            return None, "the log shows no roles"
        if act.kind is Kind.CLAIM:
            return self.roles[speaker] == act.role, f"claims to be {titled(act.role or '')}; {self._is(speaker)}"
        if act.kind is Kind.REVEAL:
            return self._wolf(speaker), f"says it is a werewolf; {self._is(speaker)}"
        if act.kind is Kind.DENY:
            return self._denial(act, speaker)
        if act.kind in (Kind.CHECK, Kind.IDENTIFIED):
            return self._report(act, speaker)
        if act.kind is Kind.PROTECTED:
            return self._protection(act, speaker)
        if act.kind is Kind.COUNTER:
            return self._contest(act)
        if act.kind in (Kind.ACCUSE, Kind.DEFEND) and act.target is not None and act.target in self.roles:
            return None, f"{'suspects' if act.kind is Kind.ACCUSE else 'trusts'} {seat_name(act.target)}; that player {self._is(act.target)}"
        return None, "nothing to judge"

    def _denial(self, act: SpeechAct, speaker: int) -> Verdict:
        words = f"says it is not {titled(act.role or '')}; {self._is(speaker)}"
        if act.role == WEREWOLF:
            held = ROLES.get(self.roles[speaker])
            # the act also stands for "I am on the side of the village", and which of the two was meant is lost
            astray = held is not None and held.side == "werewolves" and not self._wolf(speaker)
            return (None if astray else not self._wolf(speaker)), words
        return self.roles[speaker] != act.role, words

    def _report(self, act: SpeechAct, speaker: int) -> Verdict:
        assert act.target is not None
        assert act.result is not None
        done, target = ("checked" if act.kind is Kind.CHECK else "identified"), seat_name(act.target)
        words = f"says it {done} {target}: {titled(act.result)}"
        real = self.found.get((act.kind, speaker), {}).get(act.target)
        if real is None:
            return False, f"{words}; {self._is(speaker)}, and {done} {'nobody' if (act.kind, speaker) not in self.found else 'others'}"
        found, night = real
        words = f"{words}; found {titled(found)}"
        if act.night is not None and act.night != night:
            words = f"{words}, in night {night}"  # a slip in the number of a night makes no lie of a true finding
        return self._agrees(act.result, found, act.target), words

    def _agrees(self, said: str, found: str, target: int) -> bool | None:
        if said == found:
            return True
        if WEREWOLF in (said, found):
            return False
        if said == NOT_WEREWOLF or (said, found) == ("villager", NOT_WEREWOLF):
            return True  # a villager often stands for somebody harmless
        if found == NOT_WEREWOLF and self.roles.get(target) == said:
            return None  # right, and yet more than was found
        return False

    def _protection(self, act: SpeechAct, speaker: int) -> Verdict:
        assert act.target is not None
        kept, whom = self.kept.get(speaker, []), "itself" if act.target == speaker else seat_name(act.target)
        words = f"says it protected {whom}{f' in night {act.night}' if act.night is not None else ''}"
        if not kept:
            return False, f"{words}; {self._is(speaker)}, and protected nobody"
        nights = [night for night, target in kept if target == act.target]
        if (act.night in nights) if act.night is not None else nights:
            return True, f"{words}; so it did"
        real = ", ".join(f"{seat_name(target)} in night {night}" for night, target in kept)
        return False, f"{words}; protected {real}"

    def _contest(self, act: SpeechAct) -> Verdict:
        if act.target is None or act.target not in self.roles:
            return None, "nothing to judge"
        role = act.role or self.claims.get(act.target)
        if role is None:
            return None, f"contests {seat_name(act.target)}, who has claimed nothing"
        return self.roles[act.target] != role, f"says {seat_name(act.target)} is not {titled(role)}; that player {self._is(act.target)}"

    def _wolf(self, seat: int) -> bool:
        held = ROLES.get(self.roles[seat])
        return held.species == WEREWOLF if held is not None else self.roles[seat] == WEREWOLF

    def _is(self, seat: int) -> str:
        name = self.roles[seat]
        return f"is {titled(name, sum(other == name for other in self.roles.values()))}"
