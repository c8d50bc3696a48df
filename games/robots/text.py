"""Tasks in words: what the words of every task have in common."""

from __future__ import annotations

from ..core import seat_name
from .task import Action, Position, Reason, Task

__all__ = ["Words"]


class Words:
    """The words of one level. Subclasses write what is theirs.

    Args:
        task: the pure rules.
    """

    places: tuple[str, ...] = ()
    """What is said of each robot behind its name: ``"with the broom"``."""

    def __init__(self, task: Task) -> None:
        self.task = task

    # -- to be written by a task -------------------------------------------------------------------------------------

    def opening(self) -> str:
        """Say who is there, and what is to be done."""
        raise NotImplementedError

    def actions(self) -> str:
        """Say what the robots can do, and under which conditions."""
        raise NotImplementedError

    def payoffs(self) -> str:
        """Say what everybody earns, before what completing earns."""
        raise NotImplementedError

    def start(self, position: Position) -> str:
        """Say how it begins."""
        raise NotImplementedError

    def scene(self, position: Position, seat: int) -> list[str]:
        """Say where everything is, as one seat is told it, in lines."""
        raise NotImplementedError

    def did(self, position: Position, seat: int, action: Action) -> str:
        """Say what an action did that is no WAIT, after the robot's name; ``position`` is the one before it."""
        raise NotImplementedError

    def why(self, position: Position, seat: int, action: Action, reason: Reason) -> str:
        """Say why an action failed; ``position`` is the one before it."""
        raise NotImplementedError

    # -- made from the above -----------------------------------------------------------------------------------------

    def rules(self, seat: int | None, horizon: int, *, speaking: bool) -> str:
        """State the rules."""
        you = "" if seat is None else f" You are {seat_name(seat)}, {self.places[seat]}."
        say = " With each action you may speak to all." if speaking else ""
        return "\n".join(
            [
                f"{self.opening()}{you}",
                f"There are {horizon} steps; in each of them all robots choose an action at the same time.{say} {self.actions()}",
                "An action whose conditions do not hold fails: it changes nothing, and all are told why.",
                f"{self.payoffs()} Your aim is to earn as many points as you can.",
            ]
        )

    def done(self, position: Position, seat: int, action: Action) -> str:
        """Tell of an action that did not fail."""
        return f"{seat_name(seat)} {'waits' if action.verb == 'WAIT' else self.did(position, seat, action)}."

    def failed(self, position: Position, seat: int, action: Action, reason: Reason) -> str:
        """Tell of an action that failed."""
        return f"{seat_name(seat)} tries {action.label} and fails: {self.why(position, seat, action, reason)}."

    def names(self) -> list[str]:
        """Name the robots, each with its place."""
        return [f"{seat_name(seat)} {place}" for seat, place in enumerate(self.places)]
