"""What a cook sees of an Overcooked-v2 kitchen as planes over the whole map.

0 to 25 as :mod:`ludens.games.overcooked.encode` has them, where the cook sees; elsewhere the map alone (10 to 15), which the rules tell, and the last steps
(25). 26 cells in view; 27 recipe indicators, 28 buttons, 29 mushrooms where they are kept; 30 mushrooms that are held or lie about, 31 and 32 onions and
tomatoes of the order where it is shown, 33 for how many steps a button still shows it, all in view.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .. import encode
from ..game import PLANES
from ..kitchen import Kitchen
from .game import PLANES_V2

if TYPE_CHECKING:
    from .state import OvercookedV2State

__all__ = ["grid"]


@lru_cache(maxsize=64)
def _template(kitchen: Kitchen) -> NDArray[np.uint8]:
    planes = np.zeros((kitchen.width, kitchen.height, PLANES_V2), np.uint8)
    planes[:, :, :PLANES] = encode.template(kitchen)
    for plane, tile in enumerate("RLM", 27):
        for x, y in kitchen.cells(tile):
            planes[x, y, plane] = 1
    planes.setflags(write=False)
    return planes


def grid(state: OvercookedV2State, seat: int) -> NDArray[np.uint8]:
    """Write what a cook sees: shape (width, height, :data:`~.game.PLANES_V2`)."""
    from .state import MUSHROOM

    planes = _template(state.game.kitchen).copy()
    everything = encode.grid(state, seat)
    radius = state.game.view_radius
    near = tuple(slice(None) if radius is None else slice(max(0, at - radius), at + radius + 1) for at in state.where[seat])
    planes[*near, :PLANES] = everything[near]
    planes[:, :, 25] = everything[:, :, 25]
    planes[*near, 26] = 1
    for cell, item in [*zip(state.where, state.hands, strict=True), *state.counters.items()]:
        if item == MUSHROOM and state.sees(seat, cell):
            planes[*cell, 30] = 1
    for cell in state.shown(seat):
        planes[*cell, 31:34] = *state.recipe, state.lit.get(cell, 0)
    return planes
