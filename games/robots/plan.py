"""Shortest plans: how many joint actions complete a task from any position, and which joint actions begin a shortest plan.

Breadth first, over :meth:`~ludens.games.robots.task.Task.canonical` positions and useful actions: everything that can come of a position is listed once,
and distances are counted back from completion. What was found is kept, so a planner is the faster the longer it serves.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

from .task import Joint, Position, Task

__all__ = ["Planner", "planner"]


class Planner:
    """Shortest plans of one task.

    Args:
        task: the task.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self._steps: dict[Position, int] = {}
        self._best: dict[Position, tuple[Joint, ...]] = {}

    def steps(self, position: Position) -> int:
        """Give the smallest number of joint actions that complete the task from here; every position of these tasks can be completed."""
        key = self.task.canonical(position)
        if key not in self._steps:
            self._solve(key)
        return self._steps[key]

    def best(self, position: Position) -> tuple[Joint, ...]:
        """List the useful joint actions that begin a shortest plan, always in the same order; none when the task is completed."""
        found = self._best.get(position)
        if found is None:
            left = self.steps(position)
            found = self._best[position] = tuple(joint for joint in self._joints(position) if self.steps(self.task.step(position, joint).position) < left)
        return found

    def plan(self, position: Position) -> list[Joint]:
        """Give a shortest plan: the first of the best joint actions, again and again."""
        joints = []
        while best := self.best(position):
            joints.append(best[0])
            position = self.task.step(position, best[0]).position
        return joints

    def _joints(self, position: Position) -> list[Joint]:
        """List the joint actions in which every robot does something useful and nobody fails."""
        options = [self.task.useful(position, robot) for robot in range(len(self.task.roles))]
        return [joint for joint in itertools.product(*options) if not any(self.task.reasons(position, joint))]

    def _solve(self, first: Position) -> None:
        """Count distances for everything that can come of a position."""
        before: dict[Position, list[Position]] = {first: []}
        queue = [first]
        for position in queue:
            if position in self._steps or self.task.done(position):
                continue
            for joint in self._joints(position):
                after = self.task.canonical(self.task.step(position, joint).position)
                if after not in before:
                    before[after] = []
                    queue.append(after)
                before[after].append(position)
        # positions whose distance is known come in at their distance, as in Dial's version of Dijkstra's algorithm
        levels: dict[int, list[Position]] = {}
        for position in queue:
            known = 0 if self.task.done(position) else self._steps.get(position)
            if known is not None:
                levels.setdefault(known, []).append(position)
        distance, settled = 0, set()
        while levels:
            for position in levels.pop(distance, []):
                if position not in settled:
                    settled.add(position)
                    self._steps[position] = distance
                    levels.setdefault(distance + 1, []).extend(earlier for earlier in before[position] if earlier not in settled)
            if not levels.get(distance + 1, True):
                del levels[distance + 1]
            distance += 1


@lru_cache
def planner(task: Task) -> Planner:
    """Give the planner of a task; all who ask share what it has found."""
    return Planner(task)
