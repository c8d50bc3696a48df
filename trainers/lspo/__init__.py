"""LSPO: a language model's speech as a few meanings, a policy over them, and the model made to speak as the policy would."""

from .config import Config
from .trainer import LSPO

__all__ = ["LSPO", "Config"]
