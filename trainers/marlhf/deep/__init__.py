"""Equilibria out of preference data by networks: particle worlds, kitchens, and other games with fast vector environments."""

from .config import Config
from .trainer import Marlhf

__all__ = ["Config", "Marlhf"]
