"""The rules in words, put together from the sentences of the roles and protocols that carry them out."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ..core import seat_name
from . import aftermath, discussion, night, voting, winning
from .roles import composition, role

if TYPE_CHECKING:
    from .game import Werewolf

__all__ = ["rules"]


@lru_cache(maxsize=512)  # asked for with every observation, by every seat
def rules(game: Werewolf, seat: int | None) -> str:
    """Write the rules as a seat is told them (None: a spectator)."""
    you = "" if seat is None else f" You are {seat_name(seat)}."
    parts = [
        f"Werewolf with {game.seats} players. Among them are {composition(game.cast)}, dealt at random; everybody knows only its own role.{you}",
        "The werewolves know each other." if game.counts.get("werewolf", 0) > 1 else "",
        *night.sentences(game),
        *(role(name).sentence(game) for name in game.counts),
        *discussion.sentences(game),
        *voting.sentences(game),
        *aftermath.sentences(game),
        winning.sentence(game),
        _aim(game),
    ]
    return " ".join(part for part in parts if part)


def _aim(game: Werewolf) -> str:
    if game.utility == "team":
        return "Your aim is that your side wins."
    return (
        "A win earns 300 points and a defeat costs 300; every round survived earns 5. A vote of the village for a werewolf earns 20, for anybody else it "
        "costs 20. Who is eliminated loses 10; then each living player earns 5 if that was an opponent, and loses 5 if not. Your aim is to earn most points."
    )
