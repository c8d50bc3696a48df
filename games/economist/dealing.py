"""Hidden lives dealt anew: what single workers were told, handed to the seats that have their lives now."""

from __future__ import annotations

from collections.abc import Mapping

from ..events import Event
from .game import PLANNER

__all__ = ["dealt"]


def dealt(events: list[Event], now_at: Mapping[int, int]) -> list[Event]:
    """Hand what single workers were told to other seats; all else stays.

    Args:
        events: of an episode; workers are told things in the order of their seats, each as often as any other.
        now_at: the seat that has the life of each seat.
    """
    by_seat: dict[int, list[Event]] = {}
    for event in filter(_private, events):
        new = now_at[_reader(event)]
        by_seat.setdefault(new, []).append(event._replace(seat=new, visible_to=(new,)))
    waiting = {seat: iter(mine) for seat, mine in by_seat.items()}
    return [next(waiting[_reader(event)]) if _private(event) else event for event in events]


def _private(event: Event) -> bool:
    return event.visible_to is not None and event.visible_to != (PLANNER,)


def _reader(event: Event) -> int:
    assert event.visible_to is not None
    return event.visible_to[0]
