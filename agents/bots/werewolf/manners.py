"""How a bot plays each role, and what the six styles mean in Werewolf."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .habits import Habits

__all__ = ["STYLES", "Manner"]


@dataclass(frozen=True)
class Manner:
    """How each role is played.

    Attributes:
        villager: whom the village's bots hold for a werewolf: ``bayes`` (the posterior over all deals), ``majority`` (who is accused most),
            ``first_claim`` (whom the first seer to claim names) or ``random``.
        seer: ``honest`` claims on the first day and reports everything, ``finds`` claims when it has found a werewolf, ``hidden`` when
            it has found one and is accused itself.
        doctor: protects ``self``, ``claimed`` (who claims to be the seer, else itself) or ``random``.
        wolf: ``quiet``, ``aggressive`` (accuses), ``fake_seer`` (claims to be the seer and accuses), or ``bus`` (turns on a fellow that is lost).
        speaker: ``plain`` says what the role suggests, ``level1`` what of several things looks least suspicious, ``silent`` nothing.
        voice: style of the words, see :mod:`ludens.games.werewolf.speech`.
        habits: what is done without thinking; nothing by default.
    """

    villager: Literal["bayes", "majority", "first_claim", "random"] = "bayes"
    seer: Literal["honest", "finds", "hidden"] = "honest"
    doctor: Literal["self", "claimed", "random"] = "claimed"
    wolf: Literal["quiet", "aggressive", "fake_seer", "bus"] = "quiet"
    speaker: Literal["plain", "level1", "silent"] = "plain"
    voice: str = "plain"
    habits: Habits = field(default_factory=Habits)


STYLES: dict[str, Manner] = {
    "fair": Manner(voice="calm"),
    "greedy": Manner(villager="majority", wolf="aggressive", doctor="self", voice="pushy"),
    "generous": Manner(villager="first_claim", wolf="quiet", doctor="claimed"),
    "tough": Manner(wolf="bus", seer="finds", voice="pushy"),
    "deceptive": Manner(seer="finds", wolf="fake_seer", speaker="level1"),
    "cautious": Manner(villager="majority", seer="hidden", doctor="self", wolf="quiet", voice="timid"),
}
"""What the styles of scripted players mean here."""
