"""Pilots for the particle worlds.

What the styles mean here: fair does its share (its landmark of the cheapest assignment, the prey where it will be, messages that say where the other should
go); greedy takes the nearest, whoever else heads there; generous takes what is left when the others have their nearest; tough does what fair does and heeds no
collision; deceptive now and then does anything, and sends the other to the wrong landmark; cautious stays well clear of others and now and then errs. Against
a single prey fair, greedy and generous adversaries do the same, and so do they in Reference, where there is nothing to share.
"""

from __future__ import annotations

from ....errors import ParameterError
from ....games.core import Game
from ....games.particle.reference import Reference
from ....games.particle.spread import Spread
from ....games.particle.tag import Tag
from .. import BotFactory
from .pilot import Envoy, Hunter, Manner, Prey, Spreader

__all__ = ["GAMES", "MANNERS", "bot_for"]

GAMES = ("Reference", "Spread", "Tag")
MANNERS = {
    "fair": Manner(),
    "greedy": Manner(share="nearest"),
    "generous": Manner(share="left"),
    "tough": Manner(clear=0.0),
    "deceptive": Manner(noise=0.25, lies=True),
    "cautious": Manner(noise=0.1, clear=2.0),
}
"""How the styles go about it."""


def bot_for(game: Game, style: str) -> BotFactory:
    """Give the maker of a style's pilots."""
    manner = MANNERS[style]
    if isinstance(game, Spread):
        return lambda seat, rng: Spreader(game, manner, seat, rng)
    if isinstance(game, Tag):
        return lambda seat, rng: (Hunter if game.hunts(seat) else Prey)(game, manner, seat, rng)
    if isinstance(game, Reference):
        return lambda seat, rng: Envoy(game, manner, seat, rng)
    raise ParameterError(f"pilots do not know {game.made_as}")
