"""Cooks for Overcooked.

What the styles mean here: fair minds what the others carry and steps aside; greedy does everything itself; generous gives way, and waits when somebody is
beside it; tough hardly ever gives way; deceptive looks busy, half its steps anything; cautious waits often and now and then errs, as people do. Where
the order is hidden (Overcooked-v2), they go where it is shown, press a button, or wait for one and then guess; see :mod:`.hidden`.
"""

from __future__ import annotations

import numpy as np

from ....errors import ParameterError
from ....games.core import Game
from ....games.overcooked.game import Overcooked
from ....games.overcooked.tasks import OvercookedTasks
from .. import BotFactory
from .cook import Cook, Manner
from .hidden import cook_for
from .task_cook import TaskCook

__all__ = ["GAMES", "MANNERS", "bot_for", "cook"]

GAMES = ("Overcooked",)
MANNERS = {
    "fair": Manner(),
    "greedy": Manner(minds=False),
    "generous": Manner(waits=0.3, yields=0.8),
    "tough": Manner(yields=0.1),
    "deceptive": Manner(noise=0.5),
    "cautious": Manner(noise=0.1, waits=0.2),
}
"""How the styles cook."""


def bot_for(game: Game, style: str) -> BotFactory:
    """Give the maker of a style's cooks."""
    if not isinstance(game, Overcooked):
        raise ParameterError(f"cooks do not know {game.made_as}")
    return lambda seat, rng: cook(game, MANNERS[style], seat, rng)


def cook(game: Overcooked, manner: Manner, seat: int, rng: np.random.Generator) -> Cook | TaskCook:
    """Make a cook for a kitchen by steps, by tasks or half hidden."""
    return TaskCook(game, manner, seat, rng) if isinstance(game, OvercookedTasks) else cook_for(game, manner, seat, rng)
