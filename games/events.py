"""What happened: :class:`Event`, and views of how much of it a seat had seen at some moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, overload

from .serial import named

__all__ = ["Event", "EventView"]


@named
class Event(NamedTuple):
    """What happened, in words and in data, and who may see it.

    Attributes:
        kind: a short word such as ``"deal"``, ``"say"``, ``"round"``, ``"offer"``.
        seat: who caused it; None for the rules themselves.
        text: one sentence, the same for everybody who may see it.
        data: JSON facts.
        visible_to: the seats that may see it; None for all (spectators too).
    """

    kind: str
    seat: int | None
    text: str
    data: dict[str, Any]
    visible_to: tuple[int, ...] | None = None


class EventView(Sequence[Event]):
    """A frozen-length view of an append-only list of events (no copy)."""

    __slots__ = ("_length", "_list")

    def __init__(self, events: list[Event], length: int) -> None:
        self._list = events
        self._length = length

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        if isinstance(index, slice):
            return self._list[: self._length][index] if index.start is None or index.start < 0 else self._list[slice(*index.indices(self._length))]
        if index < -self._length or index >= self._length:
            raise IndexError("event index out of range")
        return self._list[index if index >= 0 else self._length + index]

    def __iter__(self) -> Iterator[Event]:
        for index in range(self._length):
            yield self._list[index]
