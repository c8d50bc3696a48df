"""Games side by side for learners: in a game's compiled engine, or, where it has none, position by position behind the same interface."""

from __future__ import annotations

from copy import copy
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...agents.neural import actions_of
from ...errors import MissingExtra
from ...games.actions import Move
from ...games.branching import Branching
from ...games.core import Game, NotSupported, State

__all__ = ["Positions", "side_by_side"]


def side_by_side(game: Game, size: int, seed: int) -> Branching:
    """Open many episodes at once, compiled where that is possible."""
    try:
        return game.branching(size, seed)
    except (NotSupported, MissingExtra):
        return Positions(game, [game.start(int(own)) for own in np.random.default_rng(seed).integers(2**62, size=size)])


class Positions:
    """Positions of one game, see :class:`ludens.games.branching.Branching`.

    Args:
        game: whose choices can be listed.
        states: its positions.
    """

    def __init__(self, game: Game, states: list[State]) -> None:
        self._game, self.states, self._actions = game, states, actions_of(game)
        self._roles = {name: number for number, name in enumerate(game.type.roles)}

    @property
    def choices(self) -> tuple[Any, ...]:
        """What the numbers of actions stand for."""
        return tuple(self._actions.choices)

    @property
    def to_move(self) -> NDArray[np.bool_]:
        """Who must act: shape (size, seats)."""
        out = np.zeros((len(self.states), self._game.seats), np.bool_)
        for row, state in zip(out, self.states, strict=True):
            row[list(state.to_move)] = True
        return out

    @property
    def roles(self) -> NDArray[np.int64]:
        """Numbers of the roles, 0 where there are none: shape (size, seats)."""
        return np.array([[self._roles.get(str(role), 0) for role in state.roles] for state in self.states], np.int64)

    @property
    def returns(self) -> NDArray[np.float64]:
        """What was earned so far: shape (size, seats)."""
        return np.array([state.returns for state in self.states], float)

    @property
    def over(self) -> NDArray[np.bool_]:
        """Which games have ended: shape (size,)."""
        return np.array([state.over for state in self.states], np.bool_)

    def legal(self, games: NDArray[np.int64], seats: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which choices some seats have now: shape (len(games), choices)."""
        return np.stack([self._actions.mask(self.states[game].action_spec(int(seat)).domain) for game, seat in zip(games, seats, strict=True)])

    def see(self, games: NDArray[np.int64], seats: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give what some seats see, filled up with zeros to the longest: shape (len(games), numbers)."""
        rows = [np.asarray(self.states[game].data(int(seat))["observation"], np.float32).reshape(-1) for game, seat in zip(games, seats, strict=True)]
        most = max(map(len, rows))
        return np.stack([np.pad(row, (0, most - len(row))) for row in rows])

    def step(self, actions: ArrayLike) -> None:
        """Play one joint move of every game that is not over: shape (size, seats)."""
        for state, row in zip(self.states, np.asarray(actions), strict=True):
            if not state.over:
                state.play({seat: Move(self._actions.choices[row[seat]]) for seat in state.to_move})

    def take(self, games: NDArray[np.int64]) -> Self:
        """Copy some games, in this order; copies of a game have the same chance in store."""
        twin = copy(self)
        twin.states = [self.states[game].clone() for game in games]
        return twin
