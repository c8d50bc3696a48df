"""Planners and workers for the economist.

What the styles mean here, in the planner's seat and in a worker's: fair taxes by Saez's formula and works the hours that are best for itself; greedy taxes
by the best schedule there is and does the same; generous levies the best flat tax and works a tenth more than is best for itself; tough keeps to the US
federal rates and works full time whatever the tax; deceptive taxes at random and hides what it could earn, working half its best hours; cautious moves one
rate at a time and one step of hours at a time, by experience alone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ....errors import ParameterError
from ....games.actions import Move
from ....games.core import Game, Observation
from ....games.economist.game import PLANNER, Economist
from .. import BotFactory
from .planners import Planner, planner
from .workers import Worker, worker

__all__ = ["GAMES", "STYLED", "Economic", "bot_for", "economic"]

GAMES = ("Economist",)
STYLED = {
    "fair": ("saez", "best_response"),
    "greedy": ("optimal", "best_response"),
    "generous": ("flat", "generous"),
    "tough": ("us_federal", "full_time"),
    "deceptive": ("random", "striking"),
    "cautious": ("coordinate", "hill_climbing"),
}
"""How the styles tax and work."""


class Economic:
    """A bot for either seat, which learns its skill from what it is first shown.

    Args:
        make: from the skill of a worker (None: the planner) to the bot proper.
    """

    def __init__(self, make: Callable[[float | None], Planner | Worker]) -> None:
        self._make = make
        self._bot: Planner | Worker | None = None

    def act(self, observation: Observation) -> Move:
        if self._bot is None:
            self._bot = self._make(None if observation.seat == PLANNER else float(observation.data["skill"][0]))
        return self._bot.act(observation)


def economic(game: Economist, seat: int, rng: np.random.Generator, taxes: str, works: str, **knobs: float) -> Economic:
    """Make a bot that taxes by one rule in the planner's seat and works by another in a worker's; ``knobs`` are those of :func:`.workers.worker`."""
    return Economic(lambda skill: planner(game, taxes, rng) if skill is None else worker(game, works, skill, rng, **knobs))


def bot_for(game: Game, style: str) -> BotFactory:
    """Give the maker of a style's bots."""
    if not isinstance(game, Economist):
        raise ParameterError(f"planners and workers do not know {game.made_as}")
    taxes, works = STYLED[style]
    return lambda seat, rng: economic(game, seat, rng, taxes, works)
