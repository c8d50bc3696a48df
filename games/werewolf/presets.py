"""Rule sets of the papers and engines that people compare with.

Parameters of :class:`Mafia` beside those of :mod:`.game`:

| parameter | meaning | default |
|---|---|---|
| `players` | how many seats; the cast follows from it | 6 |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .game import MOST_SEATS, Werewolf

__all__ = ["PRESETS", "Mafia"]


def _cast(**counts: int) -> tuple[str, ...]:
    return tuple(name for name, count in counts.items() for _ in range(count))


PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "lspo4": ("one werewolf, a seer and two villagers (LSPO's small game)", {"cast": _cast(werewolf=1, seer=1, villager=2)}),
    "arena8": (
        "eight seats bid for turns to speak; secret votes, strict majority (after Werewolf Arena)",
        {
            "cast": _cast(werewolf=2, seer=1, doctor=1, villager=4),
            "kill": "random_wolf",
            "seer_sees": "role",
            "seer_rechecks": False,
            "discussion": "bidding",
            "talk_turns": 8,
            "vote_secret": True,
            "abstain": False,
            "threshold": "majority",
        },
    ),
    "kaggle8": (
        "eight seats, two rounds of talk, votes in turn, roles of the dead shown (after Kaggle's Werewolf)",
        {
            "cast": _cast(werewolf=2, seer=1, doctor=1, villager=4),
            "kill": "vote",
            "seer_sees": "role",
            "doctor_self": False,
            "doctor_told": True,
            "reveal_night": "role",
            "reveal_day": "role",
            "talk_rounds": 2,
            "talk_order": "random_start",
            "vote": "sequential",
            "vote_order": "random_start",
            "all_abstain": "random",
            "failure": "abstain",
        },
    ),
    "fang9": (
        "three werewolves, three villagers, seer, witch and hunter; last words; killing one kind of villagers wins (after FanLang-9)",
        {
            "cast": _cast(werewolf=3, seer=1, witch=1, hunter=1, villager=3),
            "kill": "vote",
            "kill_skip": True,
            "whispers": 1,
            "seer_rechecks": False,
            "seer_checks_dead": True,
            "last_words": "all",
            "vote_self": True,
            "tie": "revote_tied",
            "tie_then": "nobody",
            "win": "sides",
            "explode": True,
            "cap": "village",
        },
    ),
    "aiwolf5": ("five seats with a possessed human (after AIWolf)", {"cast": _cast(werewolf=1, seer=1, possessed=1, villager=2)}),
    "aiwolf13": (
        "thirteen seats with medium, bodyguard and possessed (after AIWolf)",
        {"cast": _cast(werewolf=3, seer=1, medium=1, bodyguard=1, possessed=1, villager=6)},
    ),
    "aiwolf15": (
        "fifteen seats with medium, bodyguard and possessed (after AIWolf)",
        {"cast": _cast(werewolf=3, seer=1, medium=1, bodyguard=1, possessed=1, villager=8)},
    ),
}
"""By name: a line about it, and its parameters."""

_AIWOLF = {
    "first_night": "checks",
    "kill": "revote",
    "whispers": 1,
    "talk_rounds": 3,
    "talk_order": "random",
    "talk_pass": True,
    "abstain": False,
    "tie": "revote",
}
for _name in ("aiwolf5", "aiwolf13", "aiwolf15"):
    PRESETS[_name][1].update(_AIWOLF)


@dataclass(frozen=True, kw_only=True)
class Mafia(Werewolf):
    """Any number of players, a quarter of them werewolves, one doctor and one seer (after TextArena's SecretMafia); ``cast`` follows from ``players``."""

    cast: tuple[str, ...] = ()
    players: int = 6
    kill: Any = "vote"
    doctor_self: bool = False
    talk_rounds: int = 3
    talk_order: Any = "random"
    abstain: bool = False

    def __post_init__(self) -> None:
        self.require(5 <= self.players <= MOST_SEATS, "players", f"should be from 5 to {MOST_SEATS}")
        if not self.cast:
            wolves = max(1, round(0.25 * self.players))
            object.__setattr__(self, "cast", _cast(werewolf=wolves, seer=1, doctor=1, villager=self.players - wolves - 2))
        super().__post_init__()
