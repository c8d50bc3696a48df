"""Plays recorded moves again, one a turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import LudensError, ParameterError
from ..games.actions import Move
from ..games.core import GameType, Observation, seat_name
from .player import BasePlayer

__all__ = ["ReplayError", "ReplayPlayer"]


class ReplayError(LudensError):
    """A recording does not fit the game it is played in."""


class ReplayPlayer(BasePlayer):
    """Plays a list of moves in order.

    Args:
        moves: each a mapping with ``choice`` and, where something was said, ``say``; or a :class:`~ludens.games.Move`.

    Raises:
        ParameterError: an entry is no move.
        ReplayError: at a turn, when the moves have run out or the next one is not legal now.
    """

    def __init__(self, moves: Sequence[Mapping[str, Any] | Move]) -> None:
        self._moves = tuple(_move(index, entry) for index, entry in enumerate(moves))

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._next = 0

    def act(self, observation: Observation) -> Move:
        who = f"replay of {seat_name(self.seat)}"
        if self._next >= len(self._moves):
            raise ReplayError(f"{who}: all {len(self._moves)} recorded moves are played, but the game asks for another one at turn {observation.turn}")
        move = self._moves[self._next]
        if problem := observation.action_spec.check(move):
            raise ReplayError(f"{who}: recorded move {self._next + 1} of {len(self._moves)} does not fit turn {observation.turn}: {problem}")
        self._next += 1
        return move


def _move(index: int, entry: Mapping[str, Any] | Move) -> Move:
    if isinstance(entry, Move):
        return entry
    if not isinstance(entry, Mapping) or "choice" not in entry or set(entry) - {"choice", "say"}:
        raise ParameterError(f"replay: moves[{index}] should look like {{choice: ..., say: ...}}, not {entry!r}")
    return Move(entry["choice"], entry.get("say"))
