"""Players that have what they propose scored before they play it: ReAd's reinforced advantage feedback (Zhang et al. 2024, arXiv 2405.14314)."""

from .critic import Critic, critic_of
from .player import RefinedPlayer

__all__ = ["Critic", "RefinedPlayer", "critic_of"]
