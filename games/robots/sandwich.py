"""The pure rules of making a sandwich; in words in :mod:`.make_sandwich`."""

from __future__ import annotations

from functools import lru_cache

from .task import NO_ACTION, WAIT, Action, Joint, Position, Reason, Task

__all__ = ["BOARD", "HELD", "LEVELS", "STACK", "TABLE", "SandwichTask", "sandwich_task"]

HELD, STACK = 2, 4
"""Where items are: 0 on the right and 1 on the left side, ``HELD`` + robot in a gripper, ``STACK`` on the sandwich."""
BOARD, TABLE = -2, -3
"""Targets beside the items."""
_BREAD = ("bread_slice1", "bread_slice2")
LEVELS = {
    "recipe1": (_BREAD[0], "ham", _BREAD[1]),
    "recipe2": (_BREAD[0], "bacon", "cheese", "tomato", _BREAD[1]),
    "recipe3": (_BREAD[0], "tomato", "bacon", "cucumber", "cheese", "ham", _BREAD[1]),
    "recipe4": (_BREAD[0], "tomato2", "cheese", "beef_patty2", "ham", "cucumber1", "bacon", "beef_patty1", _BREAD[1]),
}
_UNUSED = {"recipe4": ("tomato1", "cucumber2")}
"""Items that are no part of the recipe."""
_RIGHT = {"recipe4": ("beef_patty1", "cucumber2", "beef_patty2", "tomato2", "cucumber1")}
"""What lies on the right side, where a source says it."""


class SandwichTask(Task):
    """Positions: for each item, where it is. The items of the recipe come first, in its order.

    Args:
        level: its name.
    """

    roles = ("right", "left")

    def __init__(self, level: str) -> None:
        recipe = LEVELS[level]
        self.recipe = len(recipe)
        self.things = (*recipe, *_UNUSED.get(level, ()))
        targets = {BOARD: "cutting_board", **dict(enumerate(self.things)), TABLE: "table"}
        pick = [Action("PICK", item, -1, f"PICK {name}") for item, name in enumerate(self.things)]
        put = [
            Action("PUT", item, target, f"PUT {name} ON {place}")
            for item, name in enumerate(self.things)
            for target, place in targets.items()
            if target != item
        ]
        self.actions = (NO_ACTION, *pick, *put)
        self.own = (tuple(range(len(self.actions))),) * 2
        self.sizes = (5,) * len(self.things)
        if level in _RIGHT:
            self.starts = (tuple(int(name not in _RIGHT[level]) for name in self.things),)
        else:
            self.starts = tuple(tuple((item + first) % 2 for item in range(self.recipe)) for first in range(2))
        self.bounds = (0.0, self.recipe + 1.0)
        self._picks = (WAIT, *range(1, len(pick) + 1))
        self._puts = tuple((WAIT, *(n for n, action in enumerate(self.actions) if action.verb == "PUT" and action.thing == item)) for item in range(len(pick)))

    def height(self, position: Position) -> int:
        """Count the items on the sandwich."""
        return position.count(STACK)

    def held(self, position: Position, robot: int) -> int | None:
        """Give the item in a robot's gripper."""
        return position.index(HELD + robot) if HELD + robot in position else None

    def offered(self, position: Position, robot: int) -> tuple[int, ...]:
        held = self.held(position, robot)
        return self._picks if held is None else self._puts[held]

    def reasons(self, position: Position, joint: Joint) -> tuple[Reason | None, ...]:
        acts = [self.actions[number] for number in joint]
        both = all(action.verb == "PUT" for action in acts)
        return tuple(self._reason(position, robot, action) or (Reason.TWO_PUTS if both else None) for robot, action in enumerate(acts))

    def _reason(self, position: Position, robot: int, action: Action) -> Reason | None:
        if action.verb == "WAIT":
            return None
        place, held = position[action.thing], self.held(position, robot)
        if action.verb == "PICK":
            if held is not None:
                return Reason.GRIPPER
            return None if place == robot else {STACK: Reason.STACKED, 1 - robot: Reason.REACH}.get(place, Reason.HELD)
        if held != action.thing:
            return Reason.GRIPPER
        if action.target == TABLE:
            return None
        height = self.height(position)
        if action.thing != height or height >= self.recipe:
            return Reason.ORDER
        return None if action.target == (height - 1 if height else BOARD) else Reason.NOT_TOP

    def _change(self, entries: list[int], robot: int, action: Action) -> None:
        if action.verb == "PICK":
            entries[action.thing] = HELD + robot
        else:
            entries[action.thing] = robot if action.target == TABLE else STACK

    def score(self, position: Position) -> float:
        return float(self.height(position) + self.done(position))

    def done(self, position: Position) -> bool:
        return self.height(position) == self.recipe

    def useful(self, position: Position, robot: int) -> tuple[int, ...]:
        # an item that is no part of the recipe is never worth a pick
        return tuple(number for number in self.able(position, robot) if (act := self.actions[number]).verb != "PICK" or act.thing < self.recipe)


@lru_cache
def sandwich_task(level: str) -> SandwichTask:
    """Give a level's task."""
    return SandwichTask(level)
