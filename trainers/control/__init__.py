"""Bodies that learn to move by comparisons of whole trajectories: SPO, and reward models with the same queries."""

from .config import Config
from .trainer import SPOControl

__all__ = ["Config", "SPOControl"]
