"""The pure rules of sweeping the floor; in words in :mod:`.sweep_floor`."""

from __future__ import annotations

from functools import lru_cache

from .task import NO_ACTION, Action, Joint, Position, Reason, Task

__all__ = ["BIN", "FLOOR", "LEVELS", "PAN", "SweepTask", "sweep_task"]

FLOOR, PAN, BIN = 0, 1, 2
LEVELS = {"Y1_G1": (1, 1, 7), "Y1_G2": (1, 2, 7), "Y2_G2": (2, 2, 7), "Y2_G3": (2, 3, 9), "Y3_G3": (3, 3, 9)}
"""Yellow, green and all cubes."""
_OTHERS = ("blue", "pink", "red", "purple", "orange")
"""Colours of the cubes that are to stay."""


class SweepTask(Task):
    """Positions: the cube (from 1; 0 for none) at which the dustpan and the broom stand, then for each cube floor, pan or bin.

    Args:
        level: its name.
    """

    roles = ("dustpan", "broom")

    def __init__(self, level: str) -> None:
        yellow, green, cubes = LEVELS[level]
        self.targets = yellow + green
        counted = [f"{colour}_cube{number if count > 1 else ''}" for colour, count in (("yellow", yellow), ("green", green)) for number in range(1, count + 1)]
        self.things = (*counted, *(f"{colour}_cube" for colour in _OTHERS[: cubes - self.targets]))
        move, sweep = ([Action(verb, cube, -1, f"{verb} {name}") for cube, name in enumerate(self.things)] for verb in ("MOVE", "SWEEP"))
        self.actions = (NO_ACTION, *move, Action("DUMP", -1, -1, "DUMP"), *sweep)
        both, dump = tuple(range(cubes + 1)), cubes + 1
        self.own = ((*both, dump), (*both, *range(dump + 1, len(self.actions))))
        self.sizes = (cubes + 1, cubes + 1) + (3,) * cubes
        self.starts = ((0, 0) + (FLOOR,) * cubes,)
        self.bounds = (float(self.targets - cubes), self.targets + 1.0)

    def reasons(self, position: Position, joint: Joint) -> tuple[Reason | None, ...]:
        pan, broom = (self.actions[number] for number in joint)
        return self._pan_reason(position, pan), self._broom_reason(position, broom, pan)

    def _pan_reason(self, position: Position, pan: Action) -> Reason | None:
        if pan.verb == "MOVE":
            return _move_reason(position, 0, pan.thing)
        if pan.verb == "SWEEP":
            return Reason.TOOL
        return Reason.EMPTY if pan.verb == "DUMP" and PAN not in position[2:] else None

    def _broom_reason(self, position: Position, broom: Action, pan: Action) -> Reason | None:
        if broom.verb == "MOVE":
            return _move_reason(position, 1, broom.thing)
        if broom.verb != "SWEEP":
            return Reason.TOOL if broom.verb == "DUMP" else None
        if position[2 + broom.thing] != FLOOR:
            return Reason.GONE
        if position[1] != broom.thing + 1:
            return Reason.AWAY
        if position[0] != broom.thing + 1:
            return Reason.PARTNER_AWAY
        return Reason.PARTNER_BUSY if pan.verb != "WAIT" else None

    def _change(self, entries: list[int], robot: int, action: Action) -> None:
        if action.verb == "MOVE":
            entries[robot] = action.thing + 1
        elif action.verb == "DUMP":
            entries[0] = 0
            entries[2:] = [BIN if place == PAN else place for place in entries[2:]]
        else:
            entries[0] = entries[1] = 0
            entries[2 + action.thing] = PAN

    def score(self, position: Position) -> float:
        left, others = position[2 : 2 + self.targets].count(FLOOR), position[2 + self.targets :]
        return float(self.targets - left - (len(others) - others.count(FLOOR)) + self.done(position))

    def done(self, position: Position) -> bool:
        return position[2 : 2 + self.targets].count(BIN) == self.targets

    def useful(self, position: Position, robot: int) -> tuple[int, ...]:
        # no plan is made shorter by a cube that may stay
        return tuple(number for number in self.able(position, robot) if self.actions[number].thing < self.targets)

    def canonical(self, position: Position) -> Position:
        pan, broom, *places = position
        cubes = [(place, pan == cube, broom == cube) for cube, place in enumerate(places, 1)]
        ordered = sorted(cubes[: self.targets]) + sorted(cubes[self.targets :])
        at = [next((cube for cube, item in enumerate(ordered, 1) if item[1 + robot]), 0) for robot in range(2)]
        return (*at, *(item[0] for item in ordered))


def _move_reason(position: Position, robot: int, cube: int) -> Reason | None:
    if position[2 + cube] != FLOOR:
        return Reason.GONE
    return Reason.ALREADY if position[robot] == cube + 1 else None


@lru_cache
def sweep_task(level: str) -> SweepTask:
    """Give a level's task."""
    return SweepTask(level)
