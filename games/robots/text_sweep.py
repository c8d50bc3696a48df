"""Sweeping the floor in words."""

from __future__ import annotations

from ..core import seat_name
from ..words import listed
from .sweep import BIN, FLOOR, PAN, SweepTask
from .task import Action, Position, Reason
from .text import Words

__all__ = ["SweepWords"]


class SweepWords(Words):
    """See :class:`~ludens.games.robots.text.Words`."""

    places = ("with the dustpan", "with the broom")
    task: SweepTask

    def opening(self) -> str:
        task = self.task
        wanted, others = task.things[: task.targets], task.things[task.targets :]
        return f"Two robots, {listed(self.names())}, clean a floor. {listed(wanted)} must go into the bin; {listed(others)} must stay on the floor."

    def actions(self) -> str:
        return (
            "Both may MOVE to a cube that is on the floor, from anywhere, or WAIT. player_1 may SWEEP a cube into the dustpan: both robots must stand at that "
            "cube before the step, and player_0 must WAIT in the step; afterwards they stand at no cube. player_0 may DUMP all that is in the dustpan into "
            "the bin, from anywhere; afterwards it stands at no cube."
        )

    def payoffs(self) -> str:
        return (
            "Everybody earns 1 point for each cube swept that must go into the bin, loses 1 point for each cube swept that must stay, and earns 1 point when "
            "all cubes that must go into the bin are there, which ends the task."
        )

    def start(self, position: Position) -> str:
        return "It begins: all cubes are on the floor, and both robots stand at no cube."

    def scene(self, position: Position, seat: int) -> list[str]:
        lines = [
            f"{place}: {listed(self._lying(position, number))}." for number, place in ((FLOOR, "On the floor"), (PAN, "In the dustpan"), (BIN, "In the bin"))
        ]
        for robot, place in enumerate(self.places):
            who = "You stand" if robot == seat else f"{seat_name(robot)} ({place}) stands"
            lines.append(f"{who} at {self._at(position, robot)}.")
        return lines

    def did(self, position: Position, seat: int, action: Action) -> str:
        if action.verb == "DUMP":
            return f"dumps {listed(self._lying(position, PAN))} into the bin"
        name = self.task.things[action.thing]
        return f"moves to {name}" if action.verb == "MOVE" else f"sweeps {name} into the dustpan"

    def why(self, position: Position, seat: int, action: Action, reason: Reason) -> str:
        if reason is Reason.GONE:
            return f"that cube is in the {'dustpan' if position[2 + action.thing] == PAN else 'bin'}"
        return {
            Reason.ALREADY: f"{seat_name(seat)} stands there already",
            Reason.AWAY: f"player_1 stands at {self._at(position, 1)}",
            Reason.PARTNER_AWAY: f"player_0 stands at {self._at(position, 0)}",
            Reason.PARTNER_BUSY: "player_0 does not WAIT",
            Reason.TOOL: f"{seat_name(seat)} has no {'broom' if seat == 0 else 'dustpan'}",
            Reason.EMPTY: "the dustpan is empty",
        }[reason]

    def _lying(self, position: Position, place: int) -> list[str]:
        return [name for name, where in zip(self.task.things, position[2:], strict=True) if where == place]

    def _at(self, position: Position, robot: int) -> str:
        return self.task.things[position[robot] - 1] if position[robot] else "no cube"
