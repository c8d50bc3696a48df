"""A player for the economist by rules of one's choice: ``{kind: economist, planner: saez, worker: logit}``."""

from __future__ import annotations

import numpy as np

from ....errors import ParameterError, nearest
from ....games.actions import Move
from ....games.core import Game, GameType, Observation
from ....games.economist.game import Economist
from ...player import BasePlayer
from . import Economic, economic
from .planners import PLANNERS
from .workers import WORKERS

__all__ = ["EconomistPlayer", "fits"]


class EconomistPlayer(BasePlayer):
    """Taxes by one rule where it is the planner, and works by another where it is a worker.

    Args:
        planner: ``us_federal``, ``flat``, ``optimal``, ``saez``, ``saez_regression``, ``saez_perturbation``, ``ucb``, ``coordinate`` or ``random``.
        worker: ``best_response``, ``logit``, ``hill_climbing``, ``epsilon_greedy``, ``fixed``, ``full_time``, ``generous`` or ``striking``.
        temperature: of ``logit``, in units of utility.
        epsilon: of ``epsilon_greedy``.

    Raises:
        ParameterError: no such rule; at the first move, a parameter out of range or another game.
    """

    def __init__(self, planner: str = "saez", worker: str = "best_response", temperature: float = 1000.0, epsilon: float = 0.1) -> None:
        for name, value, known in (("planner", planner, PLANNERS), ("worker", worker, WORKERS)):
            if value not in known:
                raise ParameterError(f"economist player: {name}={value!r} is none of {', '.join(known)}{nearest(value, known)}")
        if not temperature > 0:
            raise ParameterError(f"economist player: temperature={temperature} should be positive")
        if not 0 <= epsilon <= 1:
            raise ParameterError(f"economist player: epsilon={epsilon} should be from 0 to 1")
        self.planner, self.worker, self.knobs = planner, worker, {"temperature": temperature, "epsilon": epsilon}

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._bot: Economic | None = None

    def act(self, observation: Observation) -> Move:
        if self._bot is None:
            if problem := fits(observation.game):
                raise ParameterError(problem)
            assert isinstance(observation.game, Economist)
            self._bot = economic(observation.game, self.seat, np.random.default_rng(self.seed), self.planner, self.worker, **self.knobs)
        return self._bot.act(observation)


def fits(game: Game, **_: object) -> str | None:
    """Say why the player cannot play ``game``, or None when it can."""
    return None if isinstance(game, Economist) else f"the economist player plays the economist only, not {game.made_as}"
