"""Tables and charts of measures that a family of games brings for its section of a report, by the name of the family."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..arena.record import Episode
from ..arena.report.summary import Curves, DataTable
from ..errors import LudensError
from ..games.registry import spec

__all__ = ["FamilyMeasures", "family_measures", "has_measures"]

_MODULES = {"economist": "ludens.analysis.economist", "persuasion": "ludens.analysis.persuasion", "werewolf": "ludens.analysis.werewolf"}
"""Modules with a function ``family_measures(episodes, names=..., level=...)``."""


class FamilyMeasures(NamedTuple):
    """What a family brings."""

    tables: tuple[DataTable, ...] = ()
    curves: tuple[Curves, ...] = ()


def has_measures(game_id: str) -> bool:
    """Tell whether the family of a game brings measures."""
    try:
        return spec(game_id).family in _MODULES
    except LudensError:
        return False  # not installed here


def family_measures(game_id: str, episodes: Iterable[Episode], *, names: Callable[[str], str], level: float) -> FamilyMeasures:
    """Make the tables and charts of a game's family; none where it brings none.

    Args:
        game_id: as registered.
        episodes: of this game, all of them.
        names: how a player is called, by the hash of its spec.
        level: coverage of intervals.
    """
    if not has_measures(game_id):
        return FamilyMeasures()
    made: FamilyMeasures = importlib.import_module(_MODULES[spec(game_id).family]).family_measures(episodes, names=names, level=level)
    return made
