"""What a cook sees as planes over the map: the lossless encoding of overcooked_ai, plane by plane.

0 the cook itself, 1 the others; 2 to 5 the own direction (north, south, east, west), 6 to 9 the others'; 10 pots, 11 counters, 12 onions, 13 tomatoes, 14
dishes, 15 serving counters; 16 and 17 onions and tomatoes in pots that do not cook, 18 and 19 in soups; 20 steps until a soup in a pot is ready, 21 soups
that are; 22 dishes, 23 onions and 24 tomatoes that are held or lie about; 25 ones in the last 39 steps.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .game import PLANES
from .kitchen import Kitchen

if TYPE_CHECKING:
    from .state import OvercookedState, Thing

__all__ = ["URGENT", "grid", "template"]

URGENT = 40
"""Fewer steps than so many left are shown."""
_THINGS = {"dish": 22, "onion": 23, "tomato": 24}


@lru_cache(maxsize=64)
def template(kitchen: Kitchen) -> NDArray[np.uint8]:
    """Give the planes of what never changes: shape (width, height, planes)."""
    planes = np.zeros((kitchen.width, kitchen.height, PLANES), np.uint8)
    for plane, tile in enumerate("PXOTDS", 10):
        for x, y in kitchen.cells(tile):
            planes[x, y, plane] = 1
    planes.setflags(write=False)
    return planes


def grid(state: OvercookedState, seat: int) -> NDArray[np.uint8]:
    """Write what a cook sees: shape (width, height, planes). The other cooks share their planes.

    Source: the lossless encoding of overcooked_ai, which knows two cooks only.
    """
    kitchen = state.game.kitchen
    planes = template(kitchen).copy()
    for cook, (x, y) in enumerate(state.where):
        other = cook != seat
        planes[x, y, int(other)] = 1
        planes[x, y, 2 + 4 * other + state.facing[cook]] = 1
        held = state.hands[cook]
        if held is not None:
            _show(planes, x, y, held)
    for (x, y), item in state.counters.items():
        _show(planes, x, y, item)
    for (x, y), (onions, tomatoes, ticks) in state.pots.items():
        if ticks < 0:
            planes[x, y, 16:18] = onions, tomatoes
        else:
            left = kitchen.time((onions, tomatoes)) - ticks
            planes[x, y, 18:22] = onions, tomatoes, left, left <= 0
    if state.game.horizon - state.clock < URGENT:
        planes[:, :, 25] = 1
    return planes


def _show(planes: NDArray[np.uint8], x: int, y: int, item: Thing) -> None:
    if item[0] == "soup":
        planes[x, y, 18] += item[1]
        planes[x, y, 19] += item[2]
        planes[x, y, 21] += 1
    elif item[0] in _THINGS:
        planes[x, y, _THINGS[item[0]]] += 1
