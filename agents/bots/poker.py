"""Players of small poker games.

What the styles mean here: fair bets the better for better cards and bluffs as often as it must; greedy bets good cards only; generous calls whatever is
bet; tough bets and raises much; deceptive bets its worst cards and checks its best; cautious folds what is not good.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import ParameterError
from ...games.actions import Move
from ...games.core import Game, Observation
from ...games.poker.game import LimitPoker
from . import BotFactory

__all__ = ["GAMES", "MANNERS", "Manner", "bot_for"]

GAMES = ("LimitPoker",)


@dataclass(frozen=True)
class Manner:
    """How a player bets; chances by how good its hand is, from 0 to 1.

    Attributes:
        bets: chances to bet or raise with the worst, a middling and the best hand.
        calls: the same to call where it does not raise; else it folds.
    """

    bets: tuple[float, float, float]
    calls: tuple[float, float, float]


MANNERS = {
    # close to an equilibrium of Kuhn poker, where a third of the worst cards is bet, and middling ones call a third or two thirds of the time by seat
    "fair": Manner((1 / 3, 0.0, 1.0), (0.0, 0.5, 1.0)),
    "greedy": Manner((0.0, 0.0, 1.0), (0.0, 0.4, 1.0)),
    "generous": Manner((0.0, 0.2, 0.6), (1.0, 1.0, 1.0)),
    "tough": Manner((0.5, 0.6, 1.0), (0.2, 0.8, 1.0)),
    "deceptive": Manner((0.7, 0.2, 0.2), (0.0, 0.5, 1.0)),
    "cautious": Manner((0.0, 0.1, 0.8), (0.0, 0.1, 1.0)),
}


class PokerBot:
    """One player for one episode.

    Args:
        game: the rules.
        manner: how it bets.
        rng: of its own chance.
    """

    def __init__(self, game: LimitPoker, manner: Manner, rng: np.random.Generator) -> None:
        self.game, self.manner, self.rng = game, manner, rng

    def act(self, observation: Observation) -> Move:
        """Choose."""
        good = self.strength(observation.data["observation"])
        offered = tuple(observation.action_spec.domain.values())
        more = next((option for option in ("bet", "raise") if option in offered), None)
        if more is not None and self.rng.random() < np.interp(good, (0, 0.5, 1), self.manner.bets):
            return Move(more)
        if "check" in offered:
            return Move("check")
        return Move("call" if self.rng.random() < np.interp(good, (0, 0.5, 1), self.manner.calls) else "fold")

    def strength(self, seen: np.ndarray) -> float:
        """Say how many of the other cards the own hand beats, from 0 to 1; a pair beats them all."""
        ranks = self.game.ranks
        own, table = int(seen[:ranks].argmax()), seen[ranks : 2 * ranks]
        return 1.0 if table[own] else own / (ranks - 1)


def bot_for(game: Game, style: str) -> BotFactory:
    """Give the maker of a style's players."""
    if not isinstance(game, LimitPoker):
        raise ParameterError(f"poker players do not know {game.made_as}")
    return lambda seat, rng: PokerBot(game, MANNERS[style], rng)
