"""Robots for the tasks of robots: they plan ahead for all, and differ in how they take the others.

What the styles mean here: fair does its part of the first of the shortest joint plans, a convention that all fair robots share; greedy prefers, of the
shortest plans, one in which it acts itself; generous prefers one in which it waits and the others act; tough makes a plan of its own (the last of the
shortest) and keeps to it as long as it can, whatever the others do; deceptive looks busy, half its steps anything that it can do; cautious waits often and
now and then errs.
"""

from __future__ import annotations

from ....errors import ParameterError
from ....games.core import Game
from ....games.robots.game import RobotsGame
from .. import BotFactory
from .robot import Manner, Robot

__all__ = ["GAMES", "MANNERS", "bot_for"]

GAMES = ("RobotsGame",)
MANNERS = {
    "fair": Manner(),
    "greedy": Manner(prefers="act"),
    "generous": Manner(prefers="wait"),
    "tough": Manner(prefers="last", stubborn=True),
    "deceptive": Manner(noise=0.5),
    "cautious": Manner(noise=0.1, waits=0.2),
}
"""How the styles work."""


def bot_for(game: Game, style: str) -> BotFactory:
    """Give the maker of a style's robots."""
    if not isinstance(game, RobotsGame):
        raise ParameterError(f"robots do not know {game.made_as}")
    return lambda seat, rng: Robot(game, MANNERS[style], seat, rng)
