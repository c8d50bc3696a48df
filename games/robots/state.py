"""Positions of :class:`~ludens.games.robots.game.RobotsGame`: the pure rules with events, words and seats on top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..actions import ActionSpec, Move
from ..core import State
from .game import RobotsGame
from .task import Position

__all__ = ["RobotsState"]


class RobotsState(State):
    """A position.

    Attributes:
        position: where everything is, as the pure rules have it.
        failed: per seat, how many of its actions failed.
    """

    game: RobotsGame

    def __init__(self, game: RobotsGame, seed: int) -> None:
        super().__init__(game, seed)
        starts = game.task.starts
        self.position: Position = starts[int(self.rng.integers(len(starts)))] if len(starts) > 1 else starts[0]
        self.failed = [0] * game.seats
        self.to_move = tuple(range(game.seats))
        self.emit("start", game.words.start(self.position), data={"position": list(self.position)})

    # -- what is asked -----------------------------------------------------------------------------------------------

    def action_spec(self, seat: int) -> ActionSpec:
        labels = self.game.task.labels
        return self.game.spec(tuple(labels[number] for number in self.game.task.offered(self.position, seat)))

    def request(self, seat: int) -> str:
        last = "This is the last step. " if self.turn + 1 == self.game.horizon else ""
        return "\n".join([f"Step {self.turn + 1} of {self.game.horizon}.", *self.game.words.scene(self.position, seat), f"{last}What do you do?"])

    def default_move(self, seat: int) -> Move:
        """Wait."""
        return Move("WAIT")

    # -- a step ------------------------------------------------------------------------------------------------------

    def _apply(self, moves: Mapping[int, Move]) -> None:
        task, words, before = self.game.task, self.game.words, self.position
        for seat in range(self.game.seats):
            self.emit_speech(seat, moves[seat].say)
        joint = tuple(task.numbers[moves[seat].choice] for seat in range(self.game.seats))
        self.position, reward, reasons = task.step(before, joint)
        for seat, (number, reason) in enumerate(zip(joint, reasons, strict=True)):
            action = task.actions[number]
            text = words.failed(before, seat, action, reason) if reason else words.done(before, seat, action)
            self.failed[seat] += reason is not None
            self.emit("act", text, seat=seat, data={"action": action.label, "reason": reason and reason.value})
        self.rewards = [reward] * self.game.seats
        if task.done(self.position):
            self.to_move = ()
            self.emit("end", f"The task is completed after {_steps(self.turn + 1)}.", data={"success": True})
        elif self.turn + 1 >= self.game.horizon:
            self.to_move = ()
            self.emit("end", f"After {_steps(self.turn + 1)} the task is not completed.", data={"success": False})

    # -- in numbers --------------------------------------------------------------------------------------------------

    def data(self, seat: int) -> dict[str, np.ndarray]:
        task, game = self.game.task, self.game
        able = np.zeros(len(task.actions), np.int8)
        able[list(task.able(self.position, seat))] = 1
        who, left = np.eye(game.seats, dtype=np.float32)[seat], np.array([1 - self.turn / game.horizon], np.float32)
        return {
            "observation": np.concatenate([who, task.one_hot(self.position), left]),
            "position": np.array(self.position, np.int64),
            "able": able,
        }

    @property
    def outcome(self) -> dict[str, Any]:
        """Facts for the record: whether the task was completed, in how many steps, and per seat how many of its actions failed."""
        return {"success": self.game.task.done(self.position), "steps": self.turn, "failed": list(self.failed)}


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"
