"""What can be said in Werewolf, as data: the acts of speech. Whether an act is true is not part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from ....errors import ParameterError

__all__ = ["ALL_ROLES", "NOT_WEREWOLF", "RESULTS", "WEREWOLF", "Kind", "Reason", "SpeechAct"]

E = TypeVar("E", bound=StrEnum)

WEREWOLF = "werewolf"
NOT_WEREWOLF = "not werewolf"
"""The result of a check that tells the side only."""

ALL_ROLES = ("villager", WEREWOLF, "seer", "doctor", "bodyguard", "witch", "hunter", "medium", "possessed", "minion")
RESULTS = (*ALL_ROLES, NOT_WEREWOLF)
"""What a check may have shown: the side, or the exact role."""


class Kind(StrEnum):
    """What an act of speech does; the fields it needs stand in brackets, optional ones with a question mark."""

    CLAIM = "claim"
    """I have this role [role]."""
    DENY = "deny"
    """I do not have this role; of the role ``werewolf`` also: I am on the villagers' side [role]."""
    CHECK = "check"
    """I looked at the target and learned this [target, result, night?]."""
    IDENTIFIED = "identified"
    """As the medium I learned what the eliminated target was [target, result, night?]."""
    PROTECTED = "protected"
    """I kept the target safe, by guarding, healing or a potion; the target may be oneself [target, night?]."""
    ACCUSE = "accuse"
    """I suspect the target of being against the village [target, reason?]."""
    DEFEND = "defend"
    """I hold the target for a friend of the village, or would not eliminate it [target, reason?]."""
    COUNTER = "counter"
    """What the target claims to be is false; the role is the one that it claims [target, role?]."""
    CALL_VOTE = "call_vote"
    """I will vote for the target, or ask others to [target]."""
    NO_VOTE = "no_vote"
    """Let us eliminate nobody today []."""
    ASK = "ask"
    """The target should speak or explain [target]."""
    AGREE = "agree"
    """I agree with the target [target]."""
    DISAGREE = "disagree"
    """I disagree with the target [target]."""
    REVEAL = "reveal"
    """A werewolf admits being one, which is bad play []."""
    SMALLTALK = "smalltalk"
    """A greeting, or words that do nothing of the above []."""


class Reason(StrEnum):
    """Why one accuses or defends."""

    SILENCE = "silence"
    """How much the target talks."""
    VOTE_RECORD = "vote_record"
    """How the target voted."""
    CONTRADICTION = "contradiction"
    """Whether the words of the target fit together."""
    NIGHT_DEATH = "night_death"
    """Who died at night."""
    BANDWAGON = "bandwagon"
    """Whether the target runs after the crowd."""


_ABOUT = frozenset({"target"})
_FIELDS: Mapping[Kind, tuple[frozenset[str], frozenset[str]]] = {
    Kind.CLAIM: (frozenset({"role"}), frozenset()),
    Kind.DENY: (frozenset({"role"}), frozenset()),
    Kind.CHECK: (frozenset({"target", "result"}), frozenset({"night"})),
    Kind.IDENTIFIED: (frozenset({"target", "result"}), frozenset({"night"})),
    Kind.PROTECTED: (_ABOUT, frozenset({"night"})),
    Kind.ACCUSE: (_ABOUT, frozenset({"reason"})),
    Kind.DEFEND: (_ABOUT, frozenset({"reason"})),
    Kind.COUNTER: (_ABOUT, frozenset({"role"})),
    Kind.CALL_VOTE: (_ABOUT, frozenset()),
    Kind.NO_VOTE: (frozenset(), frozenset()),
    Kind.ASK: (_ABOUT, frozenset()),
    Kind.AGREE: (_ABOUT, frozenset()),
    Kind.DISAGREE: (_ABOUT, frozenset()),
    Kind.REVEAL: (frozenset(), frozenset()),
    Kind.SMALLTALK: (frozenset(), frozenset()),
}
"""Of each kind, the fields that must be given and those that may be."""


@dataclass(frozen=True)
class SpeechAct:
    """One act of speech.

    Attributes:
        kind: what is done.
        target: the seat that it is about.
        role: the role claimed, denied or contested.
        result: what a check or a medium's look showed: a role, or ``"not werewolf"``.
        reason: why one accuses or defends.
        night: the night of a check or protection, from 1.
    """

    kind: Kind
    target: int | None = None
    role: str | None = None
    result: str | None = None
    reason: Reason | None = None
    night: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", _member(Kind, self.kind, "kind"))
        if self.reason is not None:
            object.__setattr__(self, "reason", _member(Reason, self.reason, "reason"))
        needs, may = _FIELDS[self.kind]
        for field in ("target", "role", "result", "reason", "night"):
            given = getattr(self, field) is not None
            if given and field not in needs | may:
                raise ParameterError(f"a speech act of kind {self.kind.value!r} has no {field}")
            if not given and field in needs:
                raise ParameterError(f"a speech act of kind {self.kind.value!r} needs a {field}")
        _check_number("target", self.target, 0)
        _check_number("night", self.night, 1)
        _check_word("role", self.role, ALL_ROLES)
        _check_word("result", self.result, RESULTS)
        if self.kind is Kind.CLAIM and self.role == WEREWOLF:
            raise ParameterError("to claim the role 'werewolf' is a speech act of kind 'reveal'")

    def to_json(self) -> dict[str, Any]:
        """Write the act as plain data, without the fields that are not set."""
        found = {"kind": self.kind.value, "target": self.target, "role": self.role, "result": self.result}
        found |= {"reason": self.reason.value if self.reason else None, "night": self.night}
        return {name: value for name, value in found.items() if value is not None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SpeechAct:
        """Read what :meth:`to_json` wrote.

        Raises:
            ParameterError: a field is missing, unknown or out of range.
        """
        unknown = sorted(str(name) for name in data if name not in cls.__dataclass_fields__)
        if unknown:
            raise ParameterError(f"a speech act has no field {unknown[0]!r}; it has {', '.join(cls.__dataclass_fields__)}")
        if "kind" not in data:
            raise ParameterError("a speech act needs a kind")
        return cls(**data)


def _member(kind: type[E], value: Any, what: str) -> E:
    try:
        return kind(value)
    except ValueError:
        raise ParameterError(f"unknown {what} {value!r} of a speech act; known: {', '.join(kind)}") from None


def _check_number(what: str, value: Any, least: int) -> None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < least):
        raise ParameterError(f"{what}={value!r} of a speech act should be an integer from {least}")


def _check_word(what: str, value: Any, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        raise ParameterError(f"{what}={value!r} of a speech act should be one of {', '.join(known)}")
