"""Habits: what a bot does without thinking, with a known chance. Planted in a model's teachers, they are what training has to remove."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from ....errors import ParameterError, nearest
from ....games.actions import Move
from ....games.core import seat_name
from ....games.werewolf.game import ABSTAIN, SPEAK
from ....games.werewolf.speech import Kind, SpeechAct, realise
from .ledger import Ledger

__all__ = ["Habits"]


@dataclass(frozen=True)
class Habits:
    """Chances, each of one way to play that needs no thought.

    Language models were seen to kill player_0 in .38 of their first nights, as doctors to protect themselves in .62 of them, and to tell in 3 % of their
    statements that they are werewolves (Xu, Yu, Fang, Wang and Wu 2024, arXiv 2310.18940; Xu, Gu, Yu, Wu and Wang 2025, arXiv 2502.04686).

    Attributes:
        kill_first: a werewolf attacks the first seat that it may.
        self_save: a doctor or bodyguard protects itself, and if not, another one drawn at random; None for no habit.
        abstain: a vote is not cast.
        reveal: a werewolf that speaks by day says that it is one.
    """

    kill_first: float = 0.0
    self_save: float | None = None
    abstain: float = 0.0
    reveal: float = 0.0

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= 1
            if not good and not (value is None and item.name == "self_save"):
                raise ParameterError(f"habits: {item.name}={value!r} should be a chance from 0 to 1")

    @classmethod
    def of(cls, given: object) -> Habits:
        """Read a mapping.

        Raises:
            ParameterError: it is none, names no habit, or a value is no chance.
        """
        known = tuple(item.name for item in fields(cls))
        if not isinstance(given, Mapping):
            raise ParameterError(f"habits={given!r} should be a mapping of chances by name: {', '.join(known)}")
        if unknown := [str(name) for name in given if name not in known]:
            raise ParameterError(f"habits: {unknown[0]!r} is no habit{nearest(unknown[0], known)}; they are {', '.join(known)}")
        return cls(**{str(name): value for name, value in given.items()})

    def move(self, ledger: Ledger, options: Sequence[str], say_chars: int, *, voice: str, rng: np.random.Generator) -> Move | None:
        """Give what habit does here; None where it does nothing, and thought is to decide."""
        if SPEAK in options:
            admits = ledger.role == "werewolf" and not ledger.night and _now(self.reveal, rng)
            return Move(SPEAK, realise([SpeechAct(Kind.REVEAL)], ledger.seat, rng, style=voice, max_chars=say_chars)) if admits else None
        seats = sorted((name for name in options if name.startswith("player_")), key=lambda name: int(name.rpartition("_")[2]))
        if not ledger.night:
            return Move(ABSTAIN) if ABSTAIN in options and _now(self.abstain, rng) else None
        if ledger.role == "werewolf" and ledger.proposed is None:
            return Move(seats[0]) if seats and _now(self.kill_first, rng) else None
        own = seat_name(ledger.seat)
        if self.self_save is not None and ledger.role in ("doctor", "bodyguard") and own in seats:
            others = [name for name in seats if name != own]
            return Move(own) if not others or _now(self.self_save, rng) else Move(others[int(rng.integers(len(others)))])
        return None


def _now(chance: float, rng: np.random.Generator) -> bool:
    """Draw whether; chances of 0 draw nothing."""
    return chance > 0 and bool(rng.random() < chance)
