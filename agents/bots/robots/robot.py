"""A robot that plans: the shortest joint plans from where everything is now, and its own part in one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ....games.actions import Move
from ....games.robots.game import RobotsGame
from ....games.robots.plan import planner
from ....games.robots.task import WAIT, Joint, Position

if TYPE_CHECKING:
    from ....games.core import Observation

__all__ = ["Manner", "Robot"]


@dataclass(frozen=True)
class Manner:
    """How a robot goes about it.

    Attributes:
        prefers: of the joint actions that begin a shortest plan, the first, the last, or the first in which it acts itself or waits.
        stubborn: keeps to its part of the plan that it made as long as that can be done; otherwise it plans anew in every step.
        noise: share of steps in which it does anything that it can do.
        waits: share of steps in which it waits.
    """

    prefers: Literal["first", "last", "act", "wait"] = "first"
    stubborn: bool = False
    noise: float = 0.0
    waits: float = 0.0


class Robot:
    """One robot for one episode.

    Args:
        game: the rules.
        manner: how it goes about it.
        seat: which robot it is.
        rng: of its own chance.
    """

    def __init__(self, game: RobotsGame, manner: Manner, seat: int, rng: np.random.Generator) -> None:
        self.task, self.manner, self.seat, self.rng = game.task, manner, seat, rng
        self.planner = planner(game.task)
        self._been: set[Position] = set()
        self._plan: list[int] = []

    def act(self, observation: Observation) -> Move:
        """Choose an action, and say it where there is room and it is no WAIT."""
        position = tuple(int(entry) for entry in observation.data["position"])
        choice = self.task.labels[self._act(position)]
        self._been.add(position)
        said = f"Now I {choice}."
        speaks = choice != self.task.labels[WAIT] and len(said) <= observation.action_spec.say_chars
        return Move(choice, said if speaks else None)

    def _act(self, position: Position) -> int:
        manner, rng = self.manner, self.rng
        if manner.noise and rng.random() < manner.noise:
            able = self.task.able(position, self.seat)
            return able[int(rng.integers(len(able)))]
        if manner.waits and rng.random() < manner.waits:
            return WAIT
        if not manner.stubborn:
            return self._choose(position)[self.seat]
        if not self._plan or self._plan[0] not in self.task.able(position, self.seat):
            first = self._choose(position)
            self._plan = [joint[self.seat] for joint in (first, *self.planner.plan(self.task.step(position, first).position))]
        return self._plan.pop(0)

    def _choose(self, position: Position) -> Joint:
        """Choose a joint action that begins a shortest plan."""
        best, prefers = self.planner.best(position), self.manner.prefers
        if position in self._been and not self.manner.stubborn:
            # a plan does not come to one position twice: what the robots prefer does not go together
            return best[int(self.rng.integers(len(best)))]
        if prefers in ("act", "wait"):
            return next((joint for joint in best if (joint[self.seat] == WAIT) == (prefers == "wait")), best[0])
        return best[0] if prefers == "first" else best[-1]
