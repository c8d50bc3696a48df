"""Players that know no game: uniform random play."""

from __future__ import annotations

import numpy as np

from ..games.actions import Move
from ..games.core import GameType, Observation
from .player import BasePlayer

__all__ = ["RandomPlayer"]


class RandomPlayer(BasePlayer):
    """Draws a legal move uniformly and says nothing."""

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._rng = np.random.default_rng(seed)

    def act(self, observation: Observation) -> Move:
        return observation.action_spec.sample(self._rng)
