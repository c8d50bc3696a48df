"""Finite-state machines given by their table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import ParameterError
from .base import C, Strategy, Talk, actions_of

__all__ = ["Machine"]


class Machine(Strategy[tuple[int, int]]):
    """A machine that moves on by what the other did and then acts. It remembers its state and its next action.

    Args:
        table: one row a state: next state and action after the other's C, next state and action after its D, such as ``[0, "C", 1, "D"]``.
        first: the first action, ``"C"`` or ``"D"``; the first state is 0.
        talk: what it says where it may speak.
    """

    source = "Ashlock and Kim, Fingerprinting: visualization and automatic analysis of prisoner's dilemma strategies (2008), for the named machines"

    def __init__(self, table: Sequence[Sequence[Any]], first: str = "C", *, talk: Talk = "honest") -> None:
        super().__init__(talk=talk)
        self.table: list[tuple[tuple[int, int], tuple[int, int]]] = []
        for number, row in enumerate(table):
            if len(row) != 4 or any(type(state) is not int or not 0 <= state < len(table) for state in (row[0], row[2])):
                raise ParameterError(f"{type(self).__name__}: row {number} of table should be [state, action, state, action] with states 0 to {len(table) - 1}")
            name = f"table[{number}]"
            self.table.append(((row[0], actions_of(self, name, row[1])[0]), (row[2], actions_of(self, name, row[3])[0])))
        if not self.table:
            raise ParameterError(f"{type(self).__name__}: table should have at least one row")
        self.first = actions_of(self, "first", first)[0]

    def opening(self) -> tuple[int, int]:
        return 0, self.first

    def cooperates(self, memory: tuple[int, int]) -> float:
        return memory[1] == C

    def after(self, memory: tuple[int, int], mine: int, theirs: int) -> tuple[int, int]:
        return self.table[memory[0]][theirs]
