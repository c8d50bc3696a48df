"""Shortest ways in a kitchen: how many steps take a cook to where it faces a cell. Other cooks are not reckoned with."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .kitchen import DIRECTIONS, Cell, Kitchen

__all__ = ["FAR", "Routes", "routes"]

FAR = 30_000
"""Steps to what cannot be reached."""


class Routes:
    """The ways of a kitchen; a cook stands at a cell and looks in a direction.

    Args:
        kitchen: the map.

    Attributes:
        steps: by where a cook stands (``at``) and by goal: how many steps it takes, :data:`FAR` where there is no way.
    """

    def __init__(self, kitchen: Kitchen) -> None:
        self.kitchen = kitchen
        self._cells = sorted(kitchen.floor)
        self._number = {cell: number for number, cell in enumerate(self._cells)}
        size = len(self._cells) * len(DIRECTIONS)
        after = np.array([self._after(place, action) for place in range(size) for action in range(len(DIRECTIONS))]).reshape(size, len(DIRECTIONS))
        self.steps: NDArray[np.int16] = np.full((size, size), FAR, np.int16)
        for start in range(size):
            self._flood(start, after)

    def at(self, cell: Cell, facing: int) -> int:
        """Number where a cook stands and which way it looks."""
        return self._number[cell] * len(DIRECTIONS) + facing

    def goals(self, cell: Cell) -> list[int]:
        """List from where a cell can be used: a floor cell beside it, looking at it."""
        found = []
        for facing, (dx, dy) in enumerate(DIRECTIONS):
            beside = (cell[0] - dx, cell[1] - dy)
            if beside in self._number:
                found.append(self.at(beside, facing))
        return found

    def distance(self, place: int, cell: Cell) -> int:
        """Give the fewest steps until a cook faces a cell; :data:`FAR` where it cannot."""
        return min((int(self.steps[place, goal]) for goal in self.goals(cell)), default=FAR)

    def reachable(self, place: int, cells: Iterable[Cell]) -> list[Cell]:
        """List those of some cells that a cook can come to face."""
        return [cell for cell in cells if self.distance(place, cell) < FAR]

    def region(self, place: int) -> int:
        """Number the part of the floor that a place belongs to: places of one number lead to each other."""
        return int((self.steps[place] < FAR).argmax())

    def nearest(self, place: int, cells: Iterable[Cell]) -> Cell | None:
        """Find the cell that takes fewest steps, of several the first; None where none can be reached."""
        best, fewest = None, FAR
        for cell in cells:
            if (steps := self.distance(place, cell)) < fewest:
                best, fewest = cell, steps
        return best

    def first(self, cell: Cell, goals: Collection[Cell], barred: Collection[Cell]) -> int | None:
        """Give the action that begins a shortest way, turns not counted, from a cell to where one of some cells is used, around barred ones; None for none."""
        begun: dict[Cell, int | None] = {cell: None}
        queue = deque([cell])
        while queue:
            here = queue.popleft()
            for action in range(len(DIRECTIONS)):
                there = self.kitchen.ahead(here, action)
                if there in goals:
                    return action if begun[here] is None else begun[here]
                if there in self.kitchen.floor and there not in begun and there not in barred:
                    begun[there] = action if begun[here] is None else begun[here]
                    queue.append(there)
        return None

    def _after(self, place: int, action: int) -> int:
        number = place // len(DIRECTIONS)
        (x, y), (dx, dy) = self._cells[number], DIRECTIONS[action]
        return self._number.get((x + dx, y + dy), number) * len(DIRECTIONS) + action

    def _flood(self, start: int, after: NDArray[np.int64]) -> None:
        steps = self.steps[start]
        steps[start] = 0
        queue = deque([start])
        while queue:
            place = queue.popleft()
            for there in after[place].tolist():
                if steps[there] == FAR:
                    steps[there] = steps[place] + 1
                    queue.append(there)


@lru_cache(maxsize=64)
def routes(kitchen: Kitchen) -> Routes:
    """Give the ways of a kitchen, worked out once."""
    return Routes(kitchen)
