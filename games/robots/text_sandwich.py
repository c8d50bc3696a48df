"""Making a sandwich in words."""

from __future__ import annotations

from ..core import seat_name
from ..words import listed
from .sandwich import TABLE, SandwichTask
from .task import Action, Position, Reason
from .text import Words

__all__ = ["SandwichWords"]


class SandwichWords(Words):
    """See :class:`~ludens.games.robots.text.Words`."""

    places = ("on the right side", "on the left side")
    task: SandwichTask

    def opening(self) -> str:
        recipe = ", ".join(self.task.things[: self.task.recipe])
        return f"Two robots at a table, {listed(self.names())}, make a sandwich. The recipe, from the bottom up: {recipe}."

    def actions(self) -> str:
        return (
            "A robot with an empty gripper may PICK an item that lies on its own side of the table. A robot that holds an item may PUT it ON something. The "
            "first item of the recipe goes ON cutting_board; each other item goes ON the item before it in the recipe, once that is on top of the sandwich. "
            "PUT ... ON table lays an item back on the robot's own side. When both robots PUT in one step, both fail. What is on the sandwich stays there. "
            "A robot may always WAIT."
        )

    def payoffs(self) -> str:
        return "Everybody earns 1 point for each item put on the sandwich, and 1 point when the sandwich is complete, which ends the task."

    def start(self, position: Position) -> str:
        sides = " ".join(self._side(position, side, f"On the {place} side") for side, place in enumerate(self.task.roles))
        return f"It begins. {sides} The cutting_board and both grippers are empty."

    def scene(self, position: Position, seat: int) -> list[str]:
        stacked = self.task.things[: self.task.height(position)]
        lines = [f"The sandwich on the cutting_board, from the bottom up: {', '.join(stacked)}." if stacked else "The cutting_board is empty."]
        for robot, place in enumerate(self.task.roles):
            side = f"On the {place} side, which is your own" if robot == seat else f"On the {place} side, out of your reach"
            lines.append(self._side(position, robot, side))
        for robot in range(2):
            held = self.task.held(position, robot)
            item = "nothing" if held is None else self.task.things[held]
            lines.append(f"You hold {item}." if robot == seat else f"{seat_name(robot)} holds {item}.")
        return lines

    def did(self, position: Position, seat: int, action: Action) -> str:
        name = self.task.things[action.thing]
        if action.verb == "PICK":
            return f"picks {name}"
        if action.target == TABLE:
            return f"puts {name} back on the table"
        return f"puts {name} on {'the cutting_board' if action.target < 0 else self.task.things[action.target]}"

    def why(self, position: Position, seat: int, action: Action, reason: Reason) -> str:
        name, height = self.task.things[action.thing], self.task.height(position)
        held = self.task.held(position, seat)
        gripper = f"{seat_name(seat)} holds {'nothing' if held is None else self.task.things[held]}"
        top = self.task.things[height - 1] if height else "cutting_board"
        return {
            Reason.GRIPPER: gripper,
            Reason.REACH: f"{name} lies on the {self.task.roles[1 - seat]} side",
            Reason.STACKED: f"{name} is part of the sandwich",
            Reason.HELD: f"{seat_name(1 - seat)} holds {name}",
            Reason.ORDER: f"{name} is not the next item of the recipe",
            Reason.NOT_TOP: f"{name} goes on {top}",
            Reason.TWO_PUTS: "both robots PUT in one step",
        }[reason]

    def _side(self, position: Position, side: int, words: str) -> str:
        # in the order of the alphabet, so that the order does not tell the recipe
        return f"{words}: {listed(sorted(name for name, place in zip(self.task.things, position, strict=True) if place == side))}."
