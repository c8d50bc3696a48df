"""Ludens: a laboratory for language agents that play."""

from .errors import LudensError
from .games import Game, Move, Observation, State, make

__version__ = "0.1.0"

__all__ = ["Game", "LudensError", "Move", "Observation", "State", "__version__", "make"]
