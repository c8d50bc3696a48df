"""Subjects of known reasoning in matrix games: one that reasons a given number of steps, and one that learns what follows what."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ..errors import ParameterError
from ..games.actions import Move
from ..games.core import Game, GameType, Observation
from ..games.matrix.rules import MatrixGame
from ..games.matrix.solvers import undominated
from .player import BasePlayer
from .repeated.base import read_actions

__all__ = ["AnticipatingPlayer", "ReasoningPlayer", "anticipating_fits", "reasoning_fits"]


class ReasoningPlayer(BasePlayer):
    """Has so many orders of rationality (Kneeland, Econometrica 83, 2015).

    It takes the others to play whatever survives ``orders - 1`` rounds of eliminating strictly dominated actions, each such action equally likely, and answers
    best. With one order it answers uniform play; a ring of n players is solved from its first seat with n.

    Args:
        orders: from 1.
    """

    def __init__(self, orders: int = 2) -> None:
        if type(orders) is not int or orders < 1:
            raise ParameterError(f"reasoning player: orders={orders!r} should be a whole number from 1")
        self.orders = orders

    def act(self, observation: Observation) -> Move:
        if problem := reasoning_fits(observation.game):
            raise ParameterError(problem)
        game: Any = observation.game
        kept = [list(range(size)) for size in game.table.shape[1:]]
        for _ in range(self.orders - 1):
            kept = undominated(game.table, kept)
        kept[self.seat] = list(range(game.table.shape[1 + self.seat]))
        own = np.moveaxis(game.table[self.seat][np.ix_(*kept)], self.seat, 0)
        return Move(game.shown[self.seat][int(own.reshape(len(own), -1).mean(axis=1).argmax())])


class AnticipatingPlayer(BasePlayer):
    """Expects of the other seat what most often followed the last joint action, else the other's most frequent action, and answers best.

    A first-order Markov predictor of the pair: against constant play, loops without repeats, copying and countering it is right once it has seen each case.
    """

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._rounds: list[tuple[int, int]] = []
        self._after: dict[tuple[int, int], Counter[int]] = {}
        self._read = 0

    def act(self, observation: Observation) -> Move:
        if problem := anticipating_fits(observation.game):
            raise ParameterError(problem)
        game: Any = observation.game
        for joint in read_actions(observation.since(self._read), self.seat):
            if self._rounds:
                self._after.setdefault(self._rounds[-1], Counter())[joint[1]] += 1
            self._rounds.append(joint)
        self._read = len(observation.events)
        own = np.moveaxis(game.table[self.seat], self.seat, 0)
        return Move(game.shown[self.seat][int((own @ self._belief(own.shape[1])).argmax())])

    def _belief(self, actions: int) -> np.ndarray:
        seen = self._after.get(self._rounds[-1]) if self._rounds else None
        counts = seen or Counter(theirs for _, theirs in self._rounds)
        if not counts:
            return np.full(actions, 1 / actions)
        return np.eye(actions)[max(counts, key=lambda action: (counts[action], -action))]


def reasoning_fits(game: Game, **_: Any) -> str | None:
    """Say why a reasoning player cannot play ``game``, or None when it can."""
    if not isinstance(game, MatrixGame) or not game.public or game.say_chars:
        return f"it plays matrix games whose payoffs all are told, without talk, not {game.label}"
    return None


def anticipating_fits(game: Game, **_: Any) -> str | None:
    """Say why an anticipating player cannot play ``game``, or None when it can."""
    return reasoning_fits(game) or (None if game.seats == 2 else f"it plays two seats, not {game.label}")
