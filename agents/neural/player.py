"""The kind of player ``neural``: a policy from a folder."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import LudensError, ParameterError
from ...games.actions import Move
from ...games.core import Game, GameType, Observation
from ..player import BasePlayer
from .card import read_card
from .folder import load_policy
from .policy import NeuralPolicy

__all__ = ["NeuralPlayer", "fits", "pin"]


class NeuralPlayer(BasePlayer):
    """Plays a saved policy; it says nothing. Its draws follow from the seat's seed.

    Args:
        path: the folder that ``save_policy`` wrote.
        sample: draw from the policy's distribution; else its likeliest choice is taken.
        digest: which policy the folder is to hold; filled in when the player is named, so that other weights are another player.

    Raises:
        ParameterError: there is no policy in the folder, or a parameter is of the wrong kind.
        LudensError: the folder holds another policy than when the player was named, or is damaged; at the first move, the game does not fit.
        MissingExtra: torch is not installed.
    """

    def __init__(self, path: str, sample: bool = True, digest: str | None = None) -> None:
        if not isinstance(sample, bool):
            raise ParameterError(f"player neural: sample={sample!r} should be true or false")
        _, found = read_card(_checked(path))
        if digest is not None and digest != found:
            raise LudensError(f"player neural: {path!r} holds another policy ({found}) than when the player was named ({digest})")
        self._policy = _loaded(str(Path(path).expanduser().resolve()), found)
        self._sample = sample

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._rng = np.random.default_rng(seed) if self._sample else None
        self._state: Any = None
        self._fits = False

    def act(self, observation: Observation) -> Move:
        if not self._fits:
            if reason := self._policy.fits(observation.game):
                raise LudensError(f"player neural cannot play {observation.game.label}: {reason}")
            self._fits = True
        probabilities, self._state = self._policy.step(observation, self._state)
        return Move(self._policy.actions.draw(probabilities, self._rng))


def fits(game: Game, path: str = "", **_: Any) -> str | None:
    """Say why the policy in a folder cannot play ``game``, or None when it can; torch is not loaded for it."""
    return read_card(_checked(path))[0].misfit(game)


def pin(params: dict[str, Any]) -> dict[str, Any]:
    """Add the digest of the policy that the folder holds now, unless one is given: other weights are another player."""
    return params if params.get("digest") else {**params, "digest": read_card(_checked(params.get("path")))[1]}


def _checked(path: Any) -> str:
    if not isinstance(path, str) or not path:
        raise ParameterError(f"player neural: path={path!r} should name a folder with policy.json and policy.safetensors")
    return path


@lru_cache(maxsize=16)
def _loaded(path: str, digest: str) -> NeuralPolicy:
    # one network for all seats and episodes of a process: it holds nothing of an episode
    return load_policy(path)
