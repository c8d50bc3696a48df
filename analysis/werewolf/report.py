"""What a report shows of Werewolf."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...arena.record import Episode
from ..families import FamilyMeasures
from .curves import metric_curves
from .reading import Played, read
from .tables import metric_tables

__all__ = ["family_measures"]


def family_measures(episodes: Iterable[Episode], *, names: Callable[[str], str] = str, level: float = 0.95) -> FamilyMeasures:
    """Make the tables and charts of a game's report.

    Args:
        episodes: of one game; those that ended in an error or a forfeit are left out.
        names: how a player is called, by the hash of its spec.
        level: coverage of intervals.
    """
    games: list[Played] = []
    players: list[tuple[str, ...]] = []
    for episode in episodes:
        if episode.error is None and episode.forfeited is None:
            games.append(read(episode))
            players.append(tuple(names(seat.hash) for seat in episode.seats))
    if not games:
        return FamilyMeasures()
    return FamilyMeasures(metric_tables(games, players, level=level), metric_curves(games, players, level=level))
