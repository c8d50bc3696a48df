"""Opponents that follow a pattern in a repeated matrix game for two: what a subject can learn to expect (Fan et al. 2024, arXiv:2312.05488)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import ParameterError, nearest
from ..games.actions import Move
from ..games.core import Game, GameType, Observation
from ..games.matrix.rules import MatrixGame
from .player import BasePlayer
from .repeated.base import read_actions

__all__ = ["PatternedPlayer", "fits"]

PATTERNS = ("loop", "copy", "counter", "sample")


class PatternedPlayer(BasePlayer):
    """Plays by a fixed pattern.

    Args:
        pattern: ``"loop"`` goes through ``actions`` again and again (one action: always that one); ``"copy"`` plays what the other seat played last;
            ``"counter"`` plays the best reply to that; ``"sample"`` draws each of ``actions`` with its chance.
        actions: by their own names, as the game calls them without labels; of ``copy`` and ``counter`` the first is the opening.
        chances: of ``sample``, one an action; they sum to one.

    Raises:
        ParameterError: no such pattern, actions or chances that do not fit it; at the first move, an action that the game does not have.
    """

    def __init__(self, pattern: str = "loop", actions: Sequence[str] = (), chances: Sequence[float] = ()) -> None:
        if pattern not in PATTERNS:
            raise ParameterError(f"patterned player: pattern={pattern!r} is none{nearest(pattern, PATTERNS)}")
        if not actions:
            raise ParameterError("patterned player: actions should name at least one action")
        numbers = all(isinstance(chance, int | float) and not isinstance(chance, bool) and chance >= 0 for chance in chances)
        if pattern == "sample" and not (numbers and len(chances) == len(actions) and math.isclose(sum(chances), 1)):
            raise ParameterError(f"patterned player: chances={list(chances)} should be {len(actions)} chances that sum to 1, one an action")
        if pattern != "sample" and chances:
            raise ParameterError(f"patterned player: chances are for the pattern sample, not for {pattern}")
        self._pattern, self._actions, self._chances = pattern, tuple(actions), np.array(chances, float)

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._rng = np.random.default_rng(seed)
        self._rounds: list[tuple[int, int]] = []
        self._read = 0

    def act(self, observation: Observation) -> Move:
        game: Any = observation.game
        if problem := fits(game, actions=self._actions):
            raise ParameterError(problem)
        self._rounds += read_actions(observation.since(self._read), self.seat)
        self._read = len(observation.events)
        if observation.action_spec.domain.size() == 1:
            return Move(next(observation.action_spec.domain.values()))
        return Move(game.shown[self.seat][self._next(game)])

    def _next(self, game: MatrixGame) -> int:
        names = [game.actions[self.seat].index(action) for action in self._actions]
        if self._pattern == "sample":
            return names[int(self._rng.choice(len(names), p=self._chances))]
        if self._pattern == "loop":
            return names[len(self._rounds) % len(names)]
        if not self._rounds:
            return names[0]
        theirs = self._rounds[-1][1]
        own = np.moveaxis(game.table[self.seat], self.seat, 0)
        return theirs if self._pattern == "copy" else int(own[:, theirs].argmax())


def fits(game: Game, actions: Sequence[str] = (), **_: Any) -> str | None:
    """Say why a patterned player cannot play ``game``, or None when it can."""
    if not isinstance(game, MatrixGame) or game.seats != 2 or game.monitoring != "perfect":
        return f"it plays matrix games of two seats that see each other's actions, not {game.label}"
    known = set(game.actions[0]) & set(game.actions[1])
    strange = [action for action in actions if action not in known]
    return f"{game.made_as} has no action {strange[0]!r} for both seats{nearest(strange[0], known)}" if strange else None
