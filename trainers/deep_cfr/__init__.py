"""Deep CFR: regrets and an average policy in networks, for games of perfect recall with finitely many choices."""

from .config import Config
from .solver import DeepSolver
from .trainer import DeepCFR

__all__ = ["Config", "DeepCFR", "DeepSolver"]
