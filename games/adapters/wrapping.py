"""Positions that hold the position of another game of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from ..core import Game, State, load_state

__all__ = ["WrappingState"]


class WrappingState(State):
    """Base of such positions: the other one goes along when they are copied and written.

    Attributes:
        inner: the position of the other game.
    """

    # no part of the plain attributes: it is copied and written by itself
    __slots__ = ("inner",)

    OTHER: ClassVar[str]
    """The attribute of the game that holds the other game."""
    inner: State

    def clone(self) -> Self:
        twin = super().clone()
        twin.inner = self.inner.clone()
        return twin

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "inner": self.inner.to_dict()}

    @classmethod
    def from_dict(cls, game: Game, plain: Mapping[str, Any]) -> Self:
        state = super().from_dict(game, {name: item for name, item in plain.items() if name != "inner"})
        state.inner = load_state(getattr(game, cls.OTHER), plain["inner"])
        return state
