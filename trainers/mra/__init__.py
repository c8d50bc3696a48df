"""Meta representations for agents: one policy with latent modes for games of any number of agents."""

from .config import Config
from .trainer import MRA

__all__ = ["MRA", "Config"]
