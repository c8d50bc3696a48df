"""The parametric concession player of item division, silent or speaking."""

from __future__ import annotations

import numpy as np

from ....errors import ParameterError
from ....games.actions import Move
from ....games.core import Game, GameType, Observation
from ....games.negotiation.division import ItemDivision
from ...player import BasePlayer
from .tactics import BargainBot, Tactic

__all__ = ["ConcederPlayer", "conceder_fits"]


class ConcederPlayer(BasePlayer):
    """Demands everything at first and ``lo`` points at the end: ``lo + (best - lo) * (1 - x ** (1 / e))`` at time ``x`` from 0 to 1.

    Args:
        lo: last demand, in points.
        e: 1 concedes linearly, more concedes early, less holds out.
        logroll: of all divisions that meet the demand propose the one that the other side's offers suggest it likes most.
        speak: says something with every act.

    Raises:
        ParameterError: a parameter is out of range.

    Source: Faratin, Sierra and Jennings 1998, Robotics and Autonomous Systems 24.
    """

    def __init__(self, lo: float = 3.0, e: float = 1.0, logroll: bool = True, speak: bool = False) -> None:
        if not lo >= 0:  # NaN is no number of points either
            raise ParameterError(f"player conceder: lo={lo!r} should be 0 points or more")
        if not e > 0:
            raise ParameterError(f"player conceder: e={e!r} should be above 0")
        self.tactic = Tactic(high=1.0, low=0.0, speed=e, logroll=logroll, low_value=lo)
        self.speak = speak

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._bot: BargainBot | None = None

    def act(self, observation: Observation) -> Move:
        if self._bot is None:
            game = observation.game
            if not isinstance(game, ItemDivision):
                raise ParameterError(f"player conceder plays item division only, not {game.made_as}")
            self._bot = BargainBot(game, "fair", self.tactic, self.seat, np.random.default_rng(self.seed))
        move = self._bot.act(observation)
        return move if self.speak else Move(move.choice)


def conceder_fits(game: Game, **_: object) -> str | None:
    """Say why the player cannot play ``game``, or None when it can."""
    return None if isinstance(game, ItemDivision) else f"conceder plays item division only, not {game.made_as}"
