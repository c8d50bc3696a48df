"""Who has won: the tests of both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .roles import role

if TYPE_CHECKING:
    from .game import Werewolf

__all__ = ["sentence", "winner"]


def winner(win: str, cast: Sequence[str], alive: Sequence[bool]) -> tuple[str, str] | None:
    """Tell which side has won, and why; None while the game is open.

    Args:
        win: ``parity``, ``majority`` or ``sides``.
        cast: per seat, its role.
        alive: per seat, whether it lives.
    """
    living = [role(name) for name, lives in zip(cast, alive, strict=True) if lives]
    wolves = sum(one.species == "werewolf" for one in living)
    if not wolves:
        return "village", "no werewolf is left"
    others = len(living) - wolves
    if win == "sides":
        good = [one for one in living if one.side == "village"]
        if not any(one.special for one in good):
            return "werewolves", "every special role of the village is dead"
        if all(one.special for one in good):
            return "werewolves", "every villager is dead"
        return None
    if wolves > others:
        return "werewolves", "more werewolves than others are left"
    if win == "parity" and wolves == others:
        return "werewolves", "as many werewolves as others are left"
    return None


def sentence(game: Werewolf) -> str:
    """Say in the rules who wins, and what happens when nobody does."""
    wolves = {
        "parity": "as soon as as many werewolves as others are alive",
        "majority": "as soon as more werewolves than others are alive",
        "sides": "when all villagers or all special roles of the village are dead",
    }[game.win]
    capped = {
        "draw": "nobody wins",
        "village": "the village wins",
        "werewolves": "the werewolves win",
        "random": "the winner is drawn by lot",
    }[game.cap]
    rounds = "one round" if game.max_rounds == 1 else f"{game.max_rounds} rounds"
    late = f"After {rounds} without a winner {capped}."
    return f"The village wins when no werewolf is alive. The werewolves win {wolves}. {late} The dead win and lose with their side."
