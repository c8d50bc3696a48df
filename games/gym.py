"""Gymnasium view of one-seat games: :func:`gym_env`; every registered one is ``gymnasium.make("ludens/<id>")`` after this import."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np

from ..errors import ParameterError
from . import registry
from .core import Game
from .pettingzoo import ParallelView

__all__ = ["GymView", "gym_env"]


class GymView(gymnasium.Env[Any, Any]):
    """A one-seat game as a Gymnasium environment: the parallel view with its only agent taken out of the dictionaries."""

    metadata = {"render_modes": ["ansi", "human"]}  # noqa: RUF012 - Gymnasium's own convention

    def __init__(self, game: Game, *, speech: bool = False, shaped: float = 0.0, render_mode: str | None = None) -> None:
        if game.seats != 1:
            raise ParameterError(f"{game.made_as} has {game.seats} seats; the Gymnasium view is for games of one seat")
        self._view = ParallelView(game, speech=speech, shaped=shaped, render_mode=render_mode)
        self._name = self._view.possible_agents[0]
        self.render_mode = render_mode
        self.action_space = self._view.action_space(self._name)
        self.observation_space = self._view.observation_space(self._name)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        super().reset(seed=seed)
        observations, infos = self._view.reset(seed=int(self.np_random.integers(2**31)))
        return observations[self._name], infos[self._name]

    def step(self, action: Any) -> tuple[dict[str, np.ndarray], float, bool, bool, dict[str, Any]]:
        observations, rewards, terminations, truncations, infos = self._view.step({self._name: action})
        return observations[self._name], rewards[self._name], terminations[self._name], truncations[self._name], infos[self._name]

    def render(self) -> Any:
        return self._view.render()


def gym_env(game: Game | str, *, speech: bool = False, shaped: float = 0.0, render_mode: str | None = None, **params: Any) -> GymView:
    """View a one-seat game (or a game id with parameters) as a Gymnasium environment. Raises ParameterError for more seats."""
    return GymView(registry.make(game, **params) if isinstance(game, str) else game, speech=speech, shaped=shaped, render_mode=render_mode)
