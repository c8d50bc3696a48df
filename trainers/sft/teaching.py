"""Who teaches: the scripted style that earns most in a game, among opponents of every style, and the episodes in which it is watched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...agents.player import PlayerSpec
from ...arena.episode import play_match
from ...arena.plan import Match
from ...arena.record import Episode
from ...arena.seeds import child_rng, child_seed
from ...arena.watchdog import Watchdog
from ...errors import LudensError
from ...games.core import Game
from ..strength import opponents

__all__ = ["Teacher", "best_style", "episodes", "named"]

Teacher = str | Mapping[str, Any]
"""A style of the scripted players, or a player as a mapping with ``kind``."""


def named(teacher: Teacher) -> str:
    """Name a teacher for tables."""
    return teacher if isinstance(teacher, str) else str(teacher["kind"])


def best_style(game: Game, trials: int, seed: int) -> tuple[str, Mapping[str, float]]:
    """Find the style that earns most on average against the same opponents at every seat.

    Args:
        game: the rules.
        trials: episodes a style.
        seed: of the deals and the opponents, which are the same for every style.

    Returns:
        The style, and what each earned.

    Raises:
        LudensError: no scripted player knows the game.
    """
    field = opponents(game)
    styles = [spec for spec in field if spec.kind == "scripted"]
    if not styles:
        raise LudensError(f"nobody can teach {game.label}: no scripted player knows it")
    earned: dict[str, float] = {}
    with Watchdog(60.0) as watchdog:
        for style in styles:
            total = 0.0
            for trial in range(trials):
                seat = trial % game.seats
                table = _table(game, field, child_rng(seed, "trial", trial))
                table[seat] = style
                total += play_match(Match(game, tuple(table), child_seed(seed, "trial", trial, "deal")), watchdog=watchdog).returns[seat]
            earned[style.name] = total / trials
    return max(earned, key=lambda name: earned[name]), earned


def episodes(game: Game, teacher: Teacher, seed: int, window_tokens: int) -> Iterator[tuple[Episode, tuple[int, ...]]]:
    """Play on and on, the teacher at one seat at least and at about half the others, and tell at which.

    Args:
        game: the rules.
        teacher: its style, or a player as a mapping.
        seed: another seed, other episodes.
        window_tokens: what a conversation may hold before its beginning is forgotten.
    """
    field = opponents(game)
    plays = {"kind": "scripted", "style": teacher} if isinstance(teacher, str) else dict(teacher)
    shown = PlayerSpec.of("demonstrator", "teacher", of=plays, window_tokens=window_tokens)
    with Watchdog(60.0) as watchdog:
        number = 0
        while True:
            rng = child_rng(seed, "demonstration", number)
            table = _table(game, field, rng)
            taught = sorted({number % game.seats, *np.flatnonzero(rng.random(game.seats) < 0.5).tolist()})
            for seat in taught:
                table[seat] = shown
            yield play_match(Match(game, tuple(table), child_seed(seed, "demonstration", number, "deal")), watchdog=watchdog), tuple(taught)
            number += 1


def _table(game: Game, field: Sequence[PlayerSpec], rng: np.random.Generator) -> list[PlayerSpec]:
    return [field[index] for index in rng.integers(len(field), size=game.seats)]
