"""The pure core of a task: positions as tuples of small numbers, joint actions as tuples of action numbers, and nothing that remembers.

A position is hashable, a step is a function of position and joint action, and the reward of a step is the difference of a score: planners, tables
and exact evaluations need no more. :mod:`.state` puts events, words and seats on top.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["WAIT", "Action", "Joint", "Position", "Reason", "Step", "Task"]

Position = tuple[int, ...]
"""Where everything is; entry ``i`` is one of ``Task.sizes[i]`` values."""
Joint = tuple[int, ...]
"""One action number for each robot."""

WAIT = 0
"""The number of every robot's WAIT."""


class Action(NamedTuple):
    """What one robot can attempt.

    Attributes:
        verb: ``"MOVE"``, ``"PICK"``, ``"WAIT"``...
        thing: the number of the cube or the item; -1 for none.
        target: where to, a number of the task's own; -1 for none.
        label: all of it in words, as players answer it.
    """

    verb: str
    thing: int
    target: int
    label: str


NO_ACTION = Action("WAIT", -1, -1, "WAIT")


class Reason(StrEnum):
    """Why an action failed; :mod:`.text` says it in words."""

    ALREADY = "already"
    """It would change nothing: the robot or the thing is there."""
    GONE = "gone"
    """The cube is not on the floor any more."""
    AWAY = "away"
    """The robot does not stand at the cube."""
    PARTNER_AWAY = "partner_away"
    """The other robot does not stand at the cube."""
    PARTNER_BUSY = "partner_busy"
    """The other robot does not wait in this step."""
    EMPTY = "empty"
    """There is nothing in the dustpan."""
    TOOL = "tool"
    """The action is another robot's: it is not offered."""
    GRIPPER = "gripper"
    """The gripper is full, or does not hold what is to be put: the action is not offered."""
    REACH = "reach"
    """The thing lies out of the robot's reach."""
    REACH_TARGET = "reach_target"
    """The place lies out of the robot's reach."""
    STACKED = "stacked"
    """The item is part of the sandwich."""
    HELD = "held"
    """The other robot holds the item."""
    ORDER = "order"
    """The item is not the next one of the recipe."""
    NOT_TOP = "not_top"
    """The next item does not belong there."""
    TWO_PUTS = "two_puts"
    """Both robots put something in one step."""
    RESERVED = "reserved"
    """The panel is the target of another cube."""
    SAME_CUBE = "same_cube"
    """Several robots pick one cube in one step."""


class Step(NamedTuple):
    """What a joint action causes.

    Attributes:
        position: the position after it.
        reward: what the team earns.
        reasons: per robot, why its action failed; None where it did not.
    """

    position: Position
    reward: float
    reasons: tuple[Reason | None, ...]


class Task:
    """The rules of one level. Subclasses set the attributes and write ``reasons``, ``_change``, ``score`` and ``done``.

    Attributes:
        roles: the robots, by what they have or where they stand.
        things: the names of the cubes or items.
        actions: all there are, the first is WAIT; a number means the same for every robot.
        own: per robot, the numbers of the actions that it ever has.
        sizes: how many values each entry of a position has.
        starts: the positions that an episode may begin with, equally likely.
        bounds: the lowest and the highest return of an episode.
    """

    roles: tuple[str, ...]
    things: tuple[str, ...]
    actions: tuple[Action, ...]
    own: tuple[tuple[int, ...], ...]
    sizes: tuple[int, ...]
    starts: tuple[Position, ...]
    bounds: tuple[float, float]

    # -- to be written by a task -------------------------------------------------------------------------------------

    def reasons(self, position: Position, joint: Joint) -> tuple[Reason | None, ...]:
        """Say per robot why its action would fail; None where it would not."""
        raise NotImplementedError

    def _change(self, entries: list[int], robot: int, action: Action) -> None:
        """Carry out one robot's action, which does not fail, on the entries of a position."""
        raise NotImplementedError

    def score(self, position: Position) -> float:
        """Give what the team has earned since a start, whatever the way."""
        raise NotImplementedError

    def done(self, position: Position) -> bool:
        """Tell whether the task is completed."""
        raise NotImplementedError

    def offered(self, position: Position, robot: int) -> tuple[int, ...]:
        """List the actions that a robot is offered; they may fail all the same. By default its own."""
        return self.own[robot]

    def useful(self, position: Position, robot: int) -> tuple[int, ...]:
        """List the actions that some shortest plan may need; by default those that the robot is able to do."""
        return self.able(position, robot)

    def canonical(self, position: Position) -> Position:
        """Give a position that is as far from completion and the same for all positions that differ in names only; by default itself."""
        return position

    # -- made from the above -----------------------------------------------------------------------------------------

    def step(self, position: Position, joint: Joint) -> Step:
        """Let all robots act at once: what can fail is judged by the position before, and what does not fail is carried out."""
        reasons = self.reasons(position, joint)
        entries = list(position)
        for robot, (number, reason) in enumerate(zip(joint, reasons, strict=True)):
            if number != WAIT and reason is None:
                self._change(entries, robot, self.actions[number])
        after = tuple(entries)
        return Step(after, self.score(after) - self.score(position) if after != position else 0.0, reasons)

    def able(self, position: Position, robot: int) -> tuple[int, ...]:
        """List the actions that do not fail when all other robots wait."""
        joint = [WAIT] * len(self.roles)
        numbers = []
        for number in self.own[robot]:
            joint[robot] = number
            if self.reasons(position, tuple(joint))[robot] is None:
                numbers.append(number)
        return tuple(numbers)

    def one_hot(self, position: Position) -> NDArray[np.float32]:
        """Write a position as zeros and ones, shape (sum of ``sizes``,)."""
        row = np.zeros(sum(self.sizes), np.float32)
        row[self._offsets + np.array(position)] = 1
        return row

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels of the actions."""
        return tuple(action.label for action in self.actions)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The numbers of the actions by label."""
        return {label: number for number, label in enumerate(self.labels)}

    @cached_property
    def _offsets(self) -> NDArray[np.int64]:
        return np.cumsum((0, *self.sizes[:-1]))
