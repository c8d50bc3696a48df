"""Putting what has been drawn anew into the events of a position."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..core import Event, State

__all__ = ["Words", "rewrite"]


class Words(NamedTuple):
    """What an event says, in words and in data."""

    text: str
    data: dict[str, Any]


def rewrite(state: State, anew: Mapping[tuple[str, int | None], Words]) -> None:
    """Give the events of the kinds and seats in ``anew`` other words, in place; who may see them stays."""

    def changed(event: Event) -> Event:
        words = anew.get((event.kind, event.seat))
        return event if words is None else event._replace(text=words.text, data=words.data)

    state.events = [changed(event) for event in state.events]
    state._seen = [[changed(event) for event in seen] for seen in state._seen]
    state._keys = [None] * state.game.seats
