"""Adapters to formats of other projects, each for the games of one family: :mod:`.aiwolf`, :mod:`.kaggle` and :mod:`.kaggle_reading`, all for Werewolf."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...errors import LudensError
from ...games.registry import make
from ..record import Episode

if TYPE_CHECKING:
    from ...games.werewolf.game import Werewolf

__all__ = ["refuse", "roles_of", "werewolf_of"]


def werewolf_of(episode: Episode, form: str) -> Werewolf:
    """Give the rules of an episode of Werewolf.

    Raises:
        LudensError: it is an episode of another game.
    """
    from ...games.werewolf.game import Werewolf

    game = make(episode.game, **episode.params)
    if not isinstance(game, Werewolf):
        raise LudensError(f"format={form} is for games of Werewolf; episode {episode.id} is one of {episode.game}")
    return game


def roles_of(episode: Episode) -> tuple[str, ...]:
    """Give the seats' roles as they were dealt, also where the game broke off."""
    return tuple(event.data["role"] for event in episode.events if event.kind == "role")


def refuse(episode: Episode, form: str, reasons: Iterable[tuple[bool, str]]) -> None:
    """Refuse an episode for the first reason that holds.

    Raises:
        LudensError: one holds.
    """
    for holds, what in reasons:
        if holds:
            raise LudensError(f"format={form} has no place for {what} (episode {episode.id}, {episode.game})")
