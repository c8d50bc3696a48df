"""What other distributions add through entry points: games, players, bots, models, networks."""

from __future__ import annotations

import warnings
from importlib.metadata import entry_points
from typing import Any

__all__ = ["load_plugins"]


def load_plugins(group: str) -> list[Any]:
    """Load all entry points of a group; one that fails is warned of and left out.

    Args:
        group: ``ludens.games``, ``ludens.players``, ``ludens.bots``, ``ludens.models`` or ``ludens.policies``.
    """
    loaded = []
    for entry in entry_points(group=group):
        try:
            loaded.append(entry.load())
        except Exception as problem:
            # a broken plug-in must not take the others down, and must not pass unseen either
            warnings.warn(f"plug-in {entry.name!r} ({entry.value}) of {group} failed to load: {problem!r}", stacklevel=3)
    return loaded
