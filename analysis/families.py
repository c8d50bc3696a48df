"""Tables of measures that a family of games brings for its section of a report, by the name of the family."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable

from ..arena.record import Episode
from ..arena.report.summary import MetricTable
from ..errors import LudensError
from ..games.registry import spec

__all__ = ["family_tables", "has_tables"]

_MODULES = {"werewolf": "ludens.analysis.werewolf"}
"""Modules with a function ``metric_tables(episodes, names=..., level=...)``."""


def has_tables(game_id: str) -> bool:
    """Tell whether the family of a game brings tables."""
    try:
        return spec(game_id).family in _MODULES
    except LudensError:
        return False  # not installed here


def family_tables(game_id: str, episodes: Iterable[Episode], *, names: Callable[[str], str], level: float) -> tuple[MetricTable, ...]:
    """Make the tables of a game's family; none where it brings none.

    Args:
        game_id: as registered.
        episodes: of this game, all of them.
        names: how a player is called, by the hash of its spec.
        level: coverage of intervals.
    """
    if not has_tables(game_id):
        return ()
    made: tuple[MetricTable, ...] = importlib.import_module(_MODULES[spec(game_id).family]).metric_tables(episodes, names=names, level=level)
    return made
