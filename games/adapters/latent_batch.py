"""Many games of :class:`~ludens.games.adapters.latent.LatentGame` at once, where the game in words has a compiled engine that plays it in meanings."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core import NotSupported
from .latent import LatentGame

__all__ = ["LatentBatch"]


class LatentBatch:
    """A batch, see :class:`ludens.games.branching.Branching`. Moves, chance and payoffs come from the other game's engine, and what was last said is kept here.

    Args:
        game: the rules.
        size: how many games.
        seed: of all that chance decides.

    Attributes:
        choices: what the numbers of actions stand for: what any seat may ever choose.

    Raises:
        NotSupported: the other game cannot be played in meanings by itself, its engine does not play these rules, or it reads what is said.
        MissingExtra: numba is not installed.
    """

    def __init__(self, game: LatentGame, size: int, seed: int = 0) -> None:
        if "latents" not in game.spoken.params:
            raise NotSupported(f"{game.made_as}: {game.of} has no compiled engine that plays it in meanings")
        if game.words:
            raise NotSupported(f"{game.made_as}: the compiled engine does not play words")
        self.choices: tuple[Any, ...] = tuple(dict.fromkeys(value for seat in range(game.seats) for value in game.action_domain(seat).values()))
        self._inner: Any = replace(game.spoken, latents=game.meanings, latent_slots="none").branching(size, seed)  # type: ignore[call-arg]
        places = {choice: place for place, choice in enumerate(self._inner.choices)}
        self._sizes = (max(game.meanings), *([game.seats] if game.slots else []))
        meant = [game.said(choice) for choice in self.choices]
        # whom a meaning names is kept here; an option that only words need has no place in the engine, and is never legal there
        self._places = np.array([places.get(choice if item is None else f"z{item.number}", -1) for choice, item in zip(self.choices, meant, strict=True)])
        self._meant = np.array([(-1, -1) if item is None else (item.number, -1 if item.about is None else item.about) for item in meant])
        # as many numbers as the other game shows without meanings
        (self._own,) = game.spoken.observation_space(0).shape  # type: ignore[misc]
        # numbers of meanings and named seats, -1 for none
        self._said = np.full((size, game.seats, game.memory, 2), -1, np.int64)

    @property
    def to_move(self) -> NDArray[np.bool_]:
        """Who must act: shape (size, seats)."""
        return np.asarray(self._inner.to_move)

    @property
    def roles(self) -> NDArray[np.int64]:
        """Numbers of the roles: shape (size, seats)."""
        return np.asarray(self._inner.roles)

    @property
    def returns(self) -> NDArray[np.float64]:
        """What was earned so far: shape (size, seats)."""
        return np.asarray(self._inner.returns)

    @property
    def over(self) -> NDArray[np.bool_]:
        """Which games have ended: shape (size,)."""
        return np.asarray(self._inner.over)

    def legal(self, games: NDArray[np.int64], seats: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which choices some seats have now: shape (len(games), choices)."""
        inner = self._inner.legal(games, seats)
        return np.asarray(inner[:, self._places] & (self._places >= 0) & (self._meant[:, 1] != seats[:, None]))

    def see(self, games: NDArray[np.int64], seats: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give what some seats see: what the other game shows, then everybody's last meanings: shape (len(games), numbers)."""
        said = self._said[games]
        heard = np.concatenate([said[..., part, None] == np.arange(size) for part, size in enumerate(self._sizes)], axis=-1)
        return np.concatenate([self._inner.see(games, seats)[:, : self._own], heard.reshape(len(games), -1).astype(np.float32)], axis=1)

    def step(self, actions: ArrayLike) -> None:
        """Play one joint move of every game that is not over.

        Raises:
            IllegalMove: an action is not legal; nothing has changed then.
        """
        chosen = np.asarray(actions)
        games, seats = np.nonzero(self._inner.to_move & (self._meant[chosen, 0] >= 0))
        self._inner.step(self._places[chosen])
        self._said[games, seats, 1:] = self._said[games, seats, :-1]
        self._said[games, seats, 0] = self._meant[chosen[games, seats]]

    def take(self, games: NDArray[np.int64]) -> Self:
        """Copy some games, in this order; copies of a game have the same chance in store until they part."""
        twin = copy(self)
        twin._inner, twin._said = self._inner.take(games), self._said[games]
        return twin
