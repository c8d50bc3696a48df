"""Preference optimisation of policies of tokens: one loop for every method, on judges of tokens and in games."""

from __future__ import annotations

from .config import Config, GameConfig, PairsConfig, TokenConfig
from .methods import METHODS, Method

__all__ = ["METHODS", "Config", "GameConfig", "Method", "PairsConfig", "TokenConfig"]
