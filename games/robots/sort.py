"""The pure rules of sorting cubes; in words in :mod:`.sort_cubes`."""

from __future__ import annotations

from functools import lru_cache

from .task import NO_ACTION, Action, Joint, Position, Reason, Task

__all__ = ["LEVELS", "REACH", "TARGETS", "SortTask", "sort_task"]

TARGETS = (1, 3, 5)
"""The panel that each cube belongs on; panels are counted from 0 here, and from 1 in words."""
REACH = ((0, 1, 2), (2, 3, 4), (4, 5, 6))
"""The panels that each robot reaches."""
_PANELS = 7
LEVELS: dict[str, tuple[Position, ...]] = {
    "sort1": ((1, 3, 5), (1, 3, 7), (1, 5, 7), (3, 5, 7)),
    "sort2": ((1, 5, 3), (1, 7, 5), (3, 1, 5), (3, 1, 7), (3, 7, 5), (5, 3, 7)),
    "sort3": ((1, 7, 3), (5, 1, 7)),
    "sort4": ((3, 5, 1), (3, 7, 1), (5, 1, 3), (5, 3, 1), (5, 7, 1), (5, 7, 3), (7, 1, 3), (7, 1, 5), (7, 3, 5), (7, 5, 3)),
    "sort5": ((7, 3, 1),),
}
"""The panels, from 1, on which the cubes may lie at the start."""


class SortTask(Task):
    """Positions: for each cube, the panel that it lies on, from 0.

    Args:
        level: its name.
    """

    roles = ("left", "middle", "right")
    things = ("blue_square", "pink_polygon", "yellow_trapezoid")
    sizes = (_PANELS,) * 3
    bounds = (0.0, 4.0)

    def __init__(self, level: str) -> None:
        place = [Action("PICK", cube, panel, f"PICK {name} PLACE panel{panel + 1}") for cube, name in enumerate(self.things) for panel in range(_PANELS)]
        self.actions = (NO_ACTION, *place)
        self.own = (tuple(range(len(self.actions))),) * 3
        self.starts = tuple(tuple(panel - 1 for panel in start) for start in LEVELS[level])

    def reasons(self, position: Position, joint: Joint) -> tuple[Reason | None, ...]:
        acts = [self.actions[number] for number in joint]
        own = [_reason(position, robot, action) for robot, action in enumerate(acts)]
        picked = [action.thing for action, reason in zip(acts, own, strict=True) if action.verb == "PICK" and reason is None]
        if len(set(picked)) == len(picked):
            return tuple(own)
        return tuple(reason or (Reason.SAME_CUBE if picked.count(action.thing) > 1 else None) for action, reason in zip(acts, own, strict=True))

    def _change(self, entries: list[int], robot: int, action: Action) -> None:
        entries[action.thing] = action.target

    def score(self, position: Position) -> float:
        return float(sum(panel == target for panel, target in zip(position, TARGETS, strict=True)) + self.done(position))

    def done(self, position: Position) -> bool:
        return position == TARGETS


def _reason(position: Position, robot: int, action: Action) -> Reason | None:
    if action.verb == "WAIT":
        return None
    if position[action.thing] not in REACH[robot]:
        return Reason.REACH
    if action.target not in REACH[robot]:
        return Reason.REACH_TARGET
    if action.target == position[action.thing]:
        return Reason.ALREADY
    return Reason.RESERVED if action.target in TARGETS and action.target != TARGETS[action.thing] else None


@lru_cache
def sort_task(level: str) -> SortTask:
    """Give a level's task."""
    return SortTask(level)
