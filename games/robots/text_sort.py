"""Sorting cubes in words."""

from __future__ import annotations

from ..core import seat_name
from ..words import listed
from .sort import REACH, TARGETS, SortTask
from .task import Action, Position, Reason
from .text import Words

__all__ = ["SortWords"]


class SortWords(Words):
    """See :class:`~ludens.games.robots.text.Words`."""

    places = ("at the left", "in the middle", "at the right")
    task: SortTask

    def opening(self) -> str:
        wanted = listed(f"{name} on {_panel(target)}" for name, target in zip(self.task.things, TARGETS, strict=True))
        reach = "; ".join(f"{seat_name(robot)} reaches {listed(map(_panel, panels))}" for robot, panels in enumerate(REACH))
        return (
            f"Seven panels lie in a line from left to right, panel1 to panel7, and three robots stand along it: {reach}. Three cubes must be sorted: {wanted}."
        )

    def actions(self) -> str:
        return (
            "A robot may PICK a cube and PLACE it on a panel: the panel that the cube lies on and the one that it is placed on must both be in the robot's "
            "reach. No cube may be placed on a panel where another cube belongs; on other panels several cubes may lie. When several robots pick one cube in "
            "one step, all of them fail. A robot may always WAIT."
        )

    def payoffs(self) -> str:
        return (
            "Everybody earns 1 point for each cube that comes to the panel where it belongs, loses 1 point for each that is taken away from there, and earns "
            "1 point when all three are where they belong, which ends the task."
        )

    def start(self, position: Position) -> str:
        return f"It begins: {self._lying(position)}"

    def scene(self, position: Position, seat: int) -> list[str]:
        near = [name for name, panel in zip(self.task.things, position, strict=True) if panel in REACH[seat]]
        return [self._lying(position), f"You reach {listed(map(_panel, REACH[seat]))}, so of the cubes {listed(near)}."]

    def did(self, position: Position, seat: int, action: Action) -> str:
        return f"moves {self.task.things[action.thing]} from {_panel(position[action.thing])} to {_panel(action.target)}"

    def why(self, position: Position, seat: int, action: Action, reason: Reason) -> str:
        name, panel = self.task.things[action.thing], _panel(action.target)
        owner = self.task.things[TARGETS.index(action.target)] if action.target in TARGETS else ""
        return {
            Reason.REACH: f"{name} is on {_panel(position[action.thing])}, out of reach",
            Reason.REACH_TARGET: f"{panel} is out of reach",
            Reason.ALREADY: f"{name} is on {panel} already",
            Reason.RESERVED: f"{panel} is where {owner} belongs",
            Reason.SAME_CUBE: f"another robot picks {name} too",
        }[reason]

    def _lying(self, position: Position) -> str:
        first, *others = (f"{name}{{}} on {_panel(panel)}" for name, panel in zip(self.task.things, position, strict=True))
        return f"{', '.join([first.format(' is'), *(other.format('') for other in others)])}."


def _panel(number: int) -> str:
    return f"panel{number + 1}"
