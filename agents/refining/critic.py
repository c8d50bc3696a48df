"""Who scores proposals: exact values where they are known, else a regressed critic from a folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ...errors import ParameterError
from ...games.actions import Move
from ...games.core import Game, Observation

__all__ = ["Critic", "critic_of", "exact_critic"]


class Critic(Protocol):
    """Scores a move by its advantage over what the planner usually does."""

    def threshold(self, game: Game) -> float:
        """Say above which score a proposal is good enough, by its own reckoning."""
        ...

    def score(self, observation: Observation, move: Move) -> float:
        """Give the advantage of a legal move: of a joint action in a joint game, of one seat's part where the planner chooses in turn."""
        ...

    def fits(self, game: Game) -> str | None:
        """Say why it knows nothing of ``game``, or None when it does."""
        ...


def critic_of(critic: str | Mapping[str, Any]) -> Critic:
    """Make a critic.

    Args:
        critic: the folder of a regressed one, or ``{noise: ..., discount: ...}`` for the exact values of the player ``noisy_planner``.

    Raises:
        ParameterError: it is neither.
        LudensError: the folder is damaged.
    """
    if isinstance(critic, str) and critic:
        from .folders import load_critic

        return load_critic(critic)
    if isinstance(critic, Mapping) and set(critic) <= {"noise", "discount"} and "noise" in critic:
        return exact_critic(float(critic["noise"]), float(critic.get("discount", 0.9)))
    raise ParameterError(f"refined: critic={critic!r} should be the folder of a critic, or exact values of a noisy planner: {{noise: 0.3, discount: 0.9}}")


def exact_critic(noise: float, discount: float) -> Critic:
    """Make the critic that knows the exact values of a planner that errs. Raises ParameterError for numbers out of range."""
    from .exact import ExactCritic

    return ExactCritic(noise, discount)
