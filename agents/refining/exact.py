"""The critic that knows: exact advantages of the noisy planner of the robots' tasks."""

from __future__ import annotations

from ...errors import ParameterError
from ...games.actions import Move
from ...games.adapters.joint import JointGame
from ...games.core import Game, Observation, seat_name
from ...games.robots.game import RobotsGame
from ...games.robots.values import values_of
from ..bots.robots.noisy import fits, placed

__all__ = ["ExactCritic"]

_ROUNDING = 1e-6


class ExactCritic:
    """Scores by :class:`~ludens.games.robots.values.Values`.

    Best actions of which there is only one have the advantage 0 where the planner never errs, and a little less by rounding: hence the threshold.

    Args:
        noise: of the planner.
        discount: of rewards, a step.

    Raises:
        ParameterError: a number is out of range.
    """

    def __init__(self, noise: float, discount: float) -> None:
        if not 0 <= noise <= 1:
            raise ParameterError(f"refined: the critic's noise={noise!r} should be from 0 to 1")
        if not 0 <= discount < 1:
            raise ParameterError(f"refined: the critic's discount={discount!r} should be at least 0 and below 1")
        self.noise, self.discount = noise, discount

    def threshold(self, game: Game) -> float:
        return -_ROUNDING

    def score(self, observation: Observation, move: Move) -> float:
        game = observation.game
        assert isinstance(game, JointGame)
        assert isinstance(game.team, RobotsGame)
        values, numbers = values_of(game.team.task, self.noise, self.discount), game.team.task.numbers
        position, prefix = placed(observation)
        if game.order == "in_turn":
            return values.local(position, prefix, numbers[move.choice])
        return values.advantage(position, tuple(numbers[move.choice[seat_name(robot)]] for robot in range(game.team.seats)))

    def fits(self, game: Game) -> str | None:
        return fits(game)
