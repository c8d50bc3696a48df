"""Positions of :class:`~ludens.games.overcooked.tasks.OvercookedTasks`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..actions import ActionSpec, Move
from ..core import seat_name
from . import tasks_text, text
from .errands import INTERACT, STAY, actions_of, beside
from .kitchen import DIRECTIONS, MOST_INGREDIENTS, Cell
from .routes import FAR, routes
from .state import DISH, IDLE, OvercookedState
from .tasks import MAKE_WAY, WAIT, OvercookedTasks

__all__ = ["TasksState"]

_TILES = {"onion": "O", "tomato": "T", "dish": "D"}
_ASIDE = 3
"""Steps that ``make way`` lasts at most."""


class TasksState(OvercookedState):
    """A position.

    Attributes:
        tasks: per cook, what it is about; None for one that is asked.
        since: per cook, the clock when it began.
        walked: the steps since the last choice: for each the actions of all cooks.
        failures: per cook, how many of its tasks failed.
    """

    game: OvercookedTasks

    def __init__(self, game: OvercookedTasks, seed: int) -> None:
        super().__init__(game, seed)
        self.tasks: list[str | None] = [None] * game.seats
        self.since = [0] * game.seats
        self.walked: list[tuple[int, ...]] = []
        self.failures = [0] * game.seats

    # -- what is asked -----------------------------------------------------------------------------------------------

    def action_spec(self, seat: int) -> ActionSpec:
        return self.game.offer(tuple(task for task in self.game.tasks if self.problem(seat, task) is None))

    def request(self, seat: int) -> str:
        return tasks_text.request(self, seat)

    def default_move(self, seat: int) -> Move:
        """Wait."""
        return Move(WAIT)

    def problem(self, seat: int, task: str) -> str | None:
        """Say why a cook cannot do a task now; None when it can."""
        held, (kind, _, rest) = self.hands[seat], task.partition(" ")
        if task in (WAIT, MAKE_WAY):
            return None
        if kind in ("get", "start"):
            if held is not None:
                return f"it holds {text.thing(held)}"
        elif held is None:
            return "it holds nothing"
        if wrong := self._pot_problem(seat, task):
            return wrong
        if task == "serve" and held is not None and held[0] != "soup":
            return f"it holds {text.thing(held)}"
        places = self._reachable(seat, self._targets(seat, task))
        if task == "pass on" and places == self._reachable(seat, self._targets(seat, "put down")):
            return "every counter in reach is in reach of others too"
        if not places:
            return f"no {rest} can be reached" if kind == "get" else "no place for that can be reached"
        return None

    def _pot_problem(self, seat: int, task: str) -> str | None:
        if "pot" not in task:
            return None
        held, (onions, tomatoes, ticks) = self.hands[seat], self.pots.get(self.game.pot(task), (0, 0, IDLE))
        number = task.rpartition(" ")[2]
        if task.startswith("take"):
            if held != DISH:
                return f"it holds {'nothing' if held is None else text.thing(held)}"
            return f"pot {number} is not cooking" if ticks == IDLE else None
        if ticks != IDLE:
            return f"pot {number} is cooking already"
        if task.startswith("start"):
            return None if onions + tomatoes else f"pot {number} is empty"
        if held is None or held[0] not in ("onion", "tomato"):
            return f"it holds {'nothing' if held is None else text.thing(held)}"
        return f"pot {number} is full" if onions + tomatoes == MOST_INGREDIENTS else None

    def _targets(self, seat: int, task: str) -> list[Cell]:
        """List the cells of which one must be used for a task."""
        kitchen = self.game.kitchen
        if task.startswith("get "):
            name = task[4:]
            kept = self._reachable(seat, list(kitchen.cells(_TILES[name]))) if name in _TILES else []
            # what a cook that comes to no pot could have fetched itself was put there for others
            lying = not kept or self._reachable(seat, list(self.game.pots))
            return [*kept, *(cell for cell, item in self.counters.items() if item[0] == name and lying)]
        if "pot" in task:
            return [self.game.pot(task)]
        if task == "serve":
            return list(kitchen.cells("S"))
        free = [cell for cell in kitchen.cells("X") if cell not in self.counters]
        if task == "pass on":
            others = [other for other in range(self.game.seats) if other != seat]
            return [cell for cell in free if any(self._reachable(other, [cell]) for other in others)]
        return free if task == "put down" else []

    def _reachable(self, seat: int, cells: list[Cell]) -> list[Cell]:
        ways = routes(self.game.kitchen)
        return ways.reachable(ways.at(self.where[seat], self.facing[seat]), cells)

    def distance(self, seat: int, cells: tuple[Cell, ...]) -> int | None:
        """Count the steps until a cook faces one of some cells, the others not reckoned with; None where it cannot."""
        ways = routes(self.game.kitchen)
        place = ways.at(self.where[seat], self.facing[seat])
        fewest = min((ways.distance(place, cell) for cell in cells), default=FAR)
        return None if fewest == FAR else fewest

    # -- a move: steps until somebody is free --------------------------------------------------------------------------

    def _apply(self, moves: Mapping[int, Move]) -> None:
        for seat, move in moves.items():
            self.emit_speech(seat, move.say)
            self.tasks[seat], self.since[seat] = move.choice, self.clock
            self.emit("task", f"{seat_name(seat)} begins: {move.choice}.", seat=seat, data={"task": move.choice})
        self.walked, shaped = [], [0.0] * self.game.seats
        # all are asked at once at the beginning; a task that cannot be done any more costs no step
        while self.to_move and not (self.walked and None in self.tasks):
            for seat in range(self.game.seats):
                if self.tasks[seat] is not None and (why := self._hopeless(seat)) is not None:
                    self._fail(seat, why)
            if None in self.tasks:
                break
            self._advance()
            shaped = [total + now for total, now in zip(shaped, self.shaped, strict=True)]
        self.shaped = shaped
        if self.to_move:
            self.to_move = tuple(seat for seat, task in enumerate(self.tasks) if task is None)

    def _advance(self) -> None:
        """Play one step of all cooks, and free those whose tasks are done."""
        goals: list[frozenset[Cell] | None] = []
        ready: list[int | None] = []
        for seat in range(self.game.seats):
            goal, action = self._wish(seat)
            goals.append(goal)
            ready.append(action)
        actions = actions_of(self.game.kitchen, self.where, goals, ready)
        before, heard = list(self.where), len(self.events)
        self._tick(actions)
        self.walked.append(tuple(actions))
        news = self.events[heard:]
        acted = {event.seat for event in news if event.seat is not None}
        done = [seat for seat, action in enumerate(actions) if action == INTERACT and seat in acted]
        # one that used what it faced in vain, because another was quicker, finds out at its next step
        done += [seat for seat, task in enumerate(self.tasks) if task == MAKE_WAY and self._is_aside(seat, before[seat])]
        rouses = bool(done) or any(event.kind == "ready" for event in news)
        done += [seat for seat, task in enumerate(self.tasks) if task == WAIT and (rouses or self.clock - self.since[seat] >= self.game.pause)]
        for seat in done:
            self.tasks[seat] = None

    def _wish(self, seat: int) -> tuple[frozenset[Cell] | None, int | None]:
        """Give the cells that a cook wants to use, and the action if it faces one of them already."""
        task = self.tasks[seat]
        if task is None or task == WAIT:
            return None, None
        if task == MAKE_WAY:
            return None, self._aside(seat)
        targets = self._targets(seat, task)
        if self.game.kitchen.ahead(self.where[seat], self.facing[seat]) in targets:
            return frozenset(targets), STAY if task.startswith("take") and not self._is_ready(self.game.pot(task)) else INTERACT
        return frozenset(targets), None

    def _is_ready(self, pot: Cell) -> bool:
        onions, tomatoes, ticks = self.pots[pot]
        return ticks >= self.game.kitchen.time((onions, tomatoes))

    def _aside(self, seat: int) -> int:
        """Choose the step that takes a cook farthest from the others."""
        others = [cell for other, cell in enumerate(self.where) if other != seat]

        def room(cell: Cell) -> int:
            return min((abs(cell[0] - x) + abs(cell[1] - y) for x, y in others), default=0)

        best, action = room(self.where[seat]), STAY
        for direction in range(len(DIRECTIONS)):
            there = self.game.kitchen.ahead(self.where[seat], direction)
            if there in self.game.kitchen.floor and there not in others and room(there) > best:
                best, action = room(there), direction
        return action

    def _is_aside(self, seat: int, before: Cell) -> bool:
        return self.where[seat] == before or self.clock - self.since[seat] >= _ASIDE

    def _hopeless(self, seat: int) -> str | None:
        """Say why a task cannot be done any more; None while it may be."""
        task = self.tasks[seat]
        assert task is not None
        if (why := self.problem(seat, task)) is not None:
            return why
        waits = task in (WAIT, MAKE_WAY) or (task.startswith("take") and self.where[seat] in beside(self.game.kitchen, self._targets(seat, task)))
        late = self.clock - self.since[seat] >= self.game.patience and not waits
        return f"others have been in the way for {self.game.patience} steps" if late else None

    def _fail(self, seat: int, why: str) -> None:
        task, self.tasks[seat] = self.tasks[seat], None
        self.failures[seat] += 1
        self.emit("fail", f"{seat_name(seat)} gives up: {task}. {why[0].upper()}{why[1:]}.", seat=seat, data={"task": task, "why": why})

    # -- in numbers --------------------------------------------------------------------------------------------------

    def data(self, seat: int) -> dict[str, np.ndarray]:
        order = [seat, *(other for other in range(self.game.seats) if other != seat)]
        numbers = [-1 if (task := self.tasks[cook]) is None else self.game.tasks.index(task) for cook in order]
        return {**super().data(seat), "tasks": np.array(numbers, np.int64)}

    @property
    def outcome(self) -> dict[str, Any]:
        """Facts for the record."""
        return {**super().outcome, "steps": self.clock, "failures": list(self.failures)}
