"""Who plays: scripted bots, language players, people, replays. See :mod:`ludens.agents.player` for the interface."""

from .player import Answer, BasePlayer, Call, Player, PlayerSpec, kinds, player_kind

__all__ = ["Answer", "BasePlayer", "Call", "Player", "PlayerSpec", "kinds", "player_kind"]
