"""What compiled engines of many games at once have in common: see :meth:`ludens.games.core.Game.branching`."""

from __future__ import annotations

from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Branching"]


class Branching(Protocol):
    """Games of the same rules side by side, each with its own chance, that can be copied while they go on.

    The arrays are live: the next step changes them.

    Attributes:
        choices: what the numbers of actions stand for.
        to_move: bool of shape (size, seats): who must act.
        roles: int64 of shape (size, seats): numbers of the roles in ``game.type.roles``.
        returns: float64 of shape (size, seats): earned so far.
        over: bool of shape (size,): which games have ended.
    """

    @property
    def choices(self) -> tuple[Any, ...]: ...

    @property
    def to_move(self) -> NDArray[np.bool_]: ...

    @property
    def roles(self) -> NDArray[np.int64]: ...

    @property
    def returns(self) -> NDArray[np.float64]: ...

    @property
    def over(self) -> NDArray[np.bool_]: ...

    def legal(self, games: NDArray[np.int64], seats: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which choices some seats have now: shape (len(games), choices); none where a seat need not move."""
        ...

    def see(self, games: NDArray[np.int64], seats: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give what some seats see, as ``state.data(seat)["observation"]`` has it: shape (len(games), numbers)."""
        ...

    def step(self, actions: ArrayLike) -> None:
        """Play one joint move of every game that is not over: shape (size, seats), numbers of choices; those of seats that need not move are not read."""
        ...

    def take(self, games: NDArray[np.int64]) -> Self:
        """Copy some games, in this order, the same one as often as it is named; copies of a game have the same chance in store."""
        ...
