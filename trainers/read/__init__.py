"""ReAd: critics of a planner's joint actions, regressed on its own play, and what refinement by them is worth (Zhang et al. 2024, arXiv 2405.14314)."""

from .config import Config
from .trainer import Read

__all__ = ["Config", "Read"]
