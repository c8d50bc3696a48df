"""What a cook sees as a list of numbers: the hand-made features of overcooked_ai, number by number.

For each cook, the own first, 46: direction (4), what it holds (onion, soup, dish, tomato), ways to the closest onion, tomato, dish and soup, onions and
tomatoes in that soup, ways to the closest serving counter and empty counter, the two closest pots (there, empty, full, cooking, ready, onions, tomatoes,
steps left, way), and walls to the north, south, east and west. Then the ways to the other cooks, and where the cook is. A way is a difference ``(x, y)``;
what is not there or in hand is ``(0, 0)``. Closest means fewest steps, turns included. As in the original's usual setting, counters are no goals of ways:
what lies on them is never closest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .kitchen import DIRECTIONS, MOST_INGREDIENTS, Cell
from .routes import Routes, routes

if TYPE_CHECKING:
    from .state import OvercookedState

__all__ = ["OWN", "features", "size"]

_HELD = ("onion", "soup", "dish", "tomato")
OWN = 46
"""Numbers about one cook."""
_POTS = 2


def size(cooks: int) -> int:
    """Count the numbers that a cook among so many sees."""
    return OWN * cooks + 2 * (cooks - 1) + 2


def features(state: OvercookedState, seat: int, *, counters: bool = False) -> NDArray[np.float32]:
    """Write what a cook sees: shape (:func:`size` of the cooks,).

    Args:
        state: the position.
        seat: whose view.
        counters: whether things on counters, and empty counters, can be closest.
    """
    ways, where = routes(state.game.kitchen), state.where
    others = [other for other in range(state.game.seats) if other != seat]
    numbers = _about(state, seat, ways, counters)
    for other in others:
        numbers += _about(state, other, ways, counters)
    for other in others:
        numbers += _way(where[seat], where[other])
    return np.array([*numbers, *where[seat]], np.float32)


def _about(state: OvercookedState, seat: int, ways: Routes, counters: bool) -> list[float]:
    kitchen, here, held = state.game.kitchen, state.where[seat], state.hands[seat]
    place = ways.at(here, state.facing[seat])
    numbers = [float(state.facing[seat] == number) for number in range(len(DIRECTIONS))]
    numbers += [float(held is not None and held[0] == name) for name in _HELD]

    def lying(name: str) -> list[Cell]:
        # in the order in which they were put down
        return [cell for cell, item in state.counters.items() if item[0] == name] if counters else []

    def closest(name: str, cells: Sequence[Cell]) -> Cell | None:
        return None if held is not None and held[0] == name else ways.nearest(place, cells)

    for name, tile in (("onion", "O"), ("tomato", "T"), ("dish", "D")):
        numbers += _way(here, closest(name, [*kitchen.cells(tile), *lying(name)]))
    soup = closest("soup", lying("soup"))
    numbers += _way(here, soup)
    shown = held if held is not None and held[0] == "soup" else state.counters[soup] if soup else ("soup", 0, 0)
    numbers += shown[1:]
    numbers += _way(here, ways.nearest(place, kitchen.cells("S")))
    numbers += _way(here, ways.nearest(place, [cell for cell in kitchen.cells("X") if cell not in state.counters] if counters else []))
    pots = list(kitchen.cells("P"))
    for _ in range(_POTS):
        pot = ways.nearest(place, pots)
        numbers += _pot(state, here, pot)
        if pot is not None:
            pots.remove(pot)
    return numbers + [float(kitchen.ahead(here, number) not in kitchen.floor) for number in range(len(DIRECTIONS))]


def _pot(state: OvercookedState, here: Cell, pot: Cell | None) -> Iterable[float]:
    if pot is None:
        return [0.0] * 10
    onions, tomatoes, ticks = state.pots.get(pot, (0, 0, -1))
    cooking = ticks >= 0
    left = max(0, state.game.kitchen.time((onions, tomatoes)) - ticks) if cooking else 0
    full = cooking or onions + tomatoes == MOST_INGREDIENTS
    return [1, pot not in state.pots, full, cooking and left > 0, cooking and left == 0, onions, tomatoes, left, *_way(here, pot)]


def _way(here: Cell, there: Cell | None) -> list[float]:
    return [0.0, 0.0] if there is None else [float(there[0] - here[0]), float(there[1] - here[1])]
