"""The kind of player ``noisy_planner``: plans for all robots of a joint game, and errs at a known rate."""

from __future__ import annotations

import numpy as np

from ....errors import ParameterError
from ....games.actions import Move
from ....games.adapters.joint import JointGame
from ....games.core import Game, GameType, Observation, seat_name
from ....games.robots.game import RobotsGame
from ....games.robots.task import Joint, Position
from ....games.robots.values import noisy_plans
from ...player import BasePlayer

__all__ = ["NoisyPlannerPlayer", "fits", "placed"]


class NoisyPlannerPlayer(BasePlayer):
    """Draws joint actions of :class:`~ludens.games.robots.values.NoisyPlans`; in turn, each robot's given what is chosen for those before it.

    Args:
        noise: how likely it draws any joint action in which nobody fails, instead of one that begins a shortest plan.

    Raises:
        ParameterError: the noise is no probability; at the first move, the game is not a joint one of robots.
    """

    def __init__(self, noise: float = 0.3) -> None:
        if not 0 <= noise <= 1:
            raise ParameterError(f"noisy_planner: noise={noise!r} should be from 0 to 1")
        self.noise = noise

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._rng = np.random.default_rng(seed)

    def act(self, observation: Observation) -> Move:
        game = _robots(observation.game)
        plans = noisy_plans(game.task, self.noise)
        position, prefix = placed(observation)
        chances = plans.after(position, prefix) if prefix else plans.joints(position)
        joints = list(chances)
        joint = joints[int(self._rng.choice(len(joints), p=np.fromiter(chances.values(), float)))]
        labels = [game.task.labels[number] for number in joint]
        if isinstance(observation.game, JointGame) and observation.game.order == "in_turn":
            return Move(labels[len(prefix)])
        return Move({seat_name(robot): label for robot, label in enumerate(labels)})


def placed(observation: Observation) -> tuple[Position, Joint]:
    """Read the position of a joint game of robots, and what is chosen for the first robots, as the pure rules have them."""
    data, task = observation.data, _robots(observation.game).task
    chosen = [task.own[robot][option] for robot, option in enumerate(data["chosen"].tolist()) if option >= 0]
    return tuple(int(entry) for entry in data["position"][0]), tuple(chosen)


def fits(game: Game, **_: object) -> str | None:
    """Say why it cannot play ``game``, or None when it can."""
    try:
        _robots(game)
    except ParameterError as problem:
        return str(problem)
    return None


def _robots(game: Game) -> RobotsGame:
    if isinstance(game, JointGame) and isinstance(game.team, RobotsGame):
        return game.team
    raise ParameterError(f"noisy_planner: {game.made_as} should be the game 'joint' of a task of robots")
