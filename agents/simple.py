"""Players that know no game: uniform random play, and play by fixed probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import LudensError, ParameterError
from ..games.actions import Move
from ..games.core import Game, GameType, Observation, seat_name
from .player import BasePlayer

__all__ = ["MixedPlayer", "RandomPlayer", "mixed_fits"]


class RandomPlayer(BasePlayer):
    """Draws a legal move uniformly and says nothing."""

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._rng = np.random.default_rng(seed)

    def act(self, observation: Observation) -> Move:
        return observation.action_spec.sample(self._rng)


class MixedPlayer(BasePlayer):
    """Draws each move by the same probabilities, whatever happened: a mixed action.

    Args:
        choices: the probability of each choice by its name, summing to 1; choices that are not named are never made. A list has one such mapping a seat.

    Raises:
        ParameterError: the probabilities are negative or do not sum to 1.
        LudensError: at a move, none of the named choices is legal.
    """

    def __init__(self, choices: Mapping[str, float] | Sequence[Mapping[str, float]]) -> None:
        self._tables = _mixtures(choices)

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._rng = np.random.default_rng(seed)

    def act(self, observation: Observation) -> Move:
        table = self._tables[self.seat % len(self._tables)]
        moves = [Move(name) for name in table]
        weights = np.array([share if observation.action_spec.check(move) is None else 0.0 for move, share in zip(moves, table.values(), strict=True)])
        if not weights.sum():
            raise LudensError(f"player mixed: none of {', '.join(table)} is open to {seat_name(self.seat)} at turn {observation.turn}")
        return moves[self._rng.choice(len(moves), p=weights / weights.sum())]


def mixed_fits(game: Game, choices: Any, **_: Any) -> str | None:
    """Say why a mixed action cannot be played in ``game``, or None when it can."""
    tables = _mixtures(choices)
    if len(tables) not in (1, game.seats):
        return f"it has probabilities for {len(tables)} seats, and the game has {game.seats}"
    for seat in range(game.seats):
        domain = game.action_domain(seat)
        if odd := next((name for name, share in tables[seat % len(tables)].items() if share and domain.check(name)), None):
            return f"{odd!r} is no choice of {seat_name(seat)}"
    return None


def _mixtures(choices: Any) -> list[dict[str, float]]:
    tables = [choices] if isinstance(choices, Mapping) else list(choices) if isinstance(choices, Sequence) and not isinstance(choices, str) else []
    for table in tables:
        shares = list(table.values()) if isinstance(table, Mapping) else []
        if not shares or not all(isinstance(share, int | float) and share >= 0 for share in shares) or abs(sum(shares) - 1) > 1e-6:
            raise ParameterError(f"player mixed: choices={table!r} should give each choice its probability, 0 or more, and sum to 1")
    if not tables:
        raise ParameterError(f"player mixed: choices={choices!r} should be a mapping of choices to probabilities, or one a seat")
    return [{str(name): float(share) for name, share in table.items()} for table in tables]
