"""Who knew what for certain in a game of Werewolf, round by round: what each seat had been told, not what it could have worked out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ...games.core import Event
from ...games.werewolf.roles import ROLES
from ...games.werewolf.speech import NOT_WEREWOLF, WEREWOLF

__all__ = ["Known", "knowledge"]


class Known(NamedTuple):
    """What was known when a day was over, or the game.

    Attributes:
        round: of the day.
        told: per seat, what it had been told of others: a role, ``werewolf``, ``not werewolf`` or a side.
        public: the same, of what all had been told.
        dead: the seats that were dead then.
    """

    round: int
    told: tuple[dict[int, str], ...]
    public: dict[int, str]
    dead: frozenset[int]


def knowledge(events: Iterable[Event], seats: int) -> list[Known]:
    """Follow who was told what.

    Args:
        events: all events of an episode.
        seats: how many seats there are.
    """
    told: list[dict[int, str]] = [{} for _ in range(seats)]
    public: dict[int, str] = {}
    dead: set[int] = set()
    out: list[Known] = []
    now = 1

    def close() -> None:
        out.append(Known(now, tuple(dict(row) for row in told), dict(public), frozenset(dead)))

    for event in events:
        kind, data = event.kind, event.data
        if kind == "night" and data["round"] > now:
            close()
        if kind in ("night", "dawn", "day"):
            now = data["round"]
        gone = {"dawn": data.get("dead"), "exile": [data.get("seat")], "shot": [data.get("target")], "explode": [event.seat]}.get(kind)
        dead.update(seat for seat in gone or () if seat is not None)
        for target, what in _facts(event, seats):
            if event.visible_to is None:
                _learn(public, target, what)
            for seat in event.visible_to if event.visible_to is not None else range(seats):
                _learn(told[seat], target, what)
    close()
    return out


def _facts(event: Event, seats: int) -> list[tuple[int, str]]:
    kind, data = event.kind, event.data
    if kind == "role":
        return [(data["seat"], data["role"])]
    if kind == "pack":  # names all of them, so the others are none
        return [(seat, WEREWOLF if seat in data["wolves"] else NOT_WEREWOLF) for seat in range(seats)]
    if kind in ("check", "medium"):
        return [(data["target"], data["found"])]
    if kind == "reveal":
        return [(data["seat"], data["reveal"])]
    if kind in ("shot", "explode") and event.seat is not None:
        return [(event.seat, "hunter" if kind == "shot" else WEREWOLF)]
    return []


def _learn(row: dict[int, str], target: int, what: str) -> None:
    if row.get(target) not in ROLES:  # a role says all there is
        row[target] = what
