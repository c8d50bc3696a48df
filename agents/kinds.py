"""The built-in kinds of player, one line each; nothing is imported until a player of the kind is built."""

from .player import player_kind

player_kind("random", "ludens.agents.simple:RandomPlayer", summary="draws a legal move uniformly")
