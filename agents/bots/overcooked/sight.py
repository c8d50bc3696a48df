"""What a cook sees, read back out of the planes over the map."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ....games.overcooked.state import IDLE

if TYPE_CHECKING:
    from ....games.overcooked.game import Overcooked
    from ....games.overcooked.kitchen import Cell
    from ....games.overcooked.state import Thing

__all__ = ["PotSeen", "Seen", "both", "see"]


@dataclass(frozen=True)
class PotSeen:
    """A pot: what is in it, and in how many steps it is ready; None for one that does not cook."""

    onions: int
    tomatoes: int
    left: int | None

    @property
    def count(self) -> int:
        """How many things are in it."""
        return self.onions + self.tomatoes


@dataclass(frozen=True)
class Seen:
    """A kitchen at a moment, as one cook sees it.

    Attributes:
        cell, facing, held: where the cook is, the number of the direction it looks in, and what it holds.
        others: where the others are, and what they hold.
        counters: what lies on counters.
        pots: by cell, all of them.
    """

    cell: Cell
    facing: int
    held: Thing | None
    others: dict[Cell, Thing | None] = field(default_factory=dict)
    counters: dict[Cell, Thing] = field(default_factory=dict)
    pots: dict[Cell, PotSeen] = field(default_factory=dict)

    def elsewhere(self, name: str) -> int:
        """Count the things of a name that others hold."""
        return sum(held is not None and held[0] == name for held in self.others.values())


def see(planes: NDArray[np.uint8]) -> Seen:
    """Read the planes of :mod:`ludens.games.overcooked.encode`."""
    things: dict[Cell, Thing] = {}
    for plane, name in ((22, "dish"), (23, "onion"), (24, "tomato")):
        things |= {(int(x), int(y)): (name,) for x, y in np.argwhere(planes[:, :, plane])}
    pots = {}
    for x, y in np.argwhere(planes[:, :, 10]):
        onions, tomatoes, cooked_onions, cooked_tomatoes, left, _ = (int(number) for number in planes[x, y, 16:22])
        cooks = cooked_onions + cooked_tomatoes > 0
        pots[int(x), int(y)] = PotSeen(cooked_onions, cooked_tomatoes, left) if cooks else PotSeen(onions, tomatoes, None)
    for x, y in np.argwhere(planes[:, :, 21] & (planes[:, :, 10] == 0)):
        things[int(x), int(y)] = ("soup", int(planes[x, y, 18]), int(planes[x, y, 19]))
    ((x, y),) = np.argwhere(planes[:, :, 0])
    own = (int(x), int(y))
    others = {(int(x), int(y)): None for x, y in np.argwhere(planes[:, :, 1])}
    cooks_at = {own, *others}
    return Seen(
        cell=own,
        facing=int(planes[x, y, 2:6].argmax()),
        held=things.get(own),
        others={cell: things.get(cell) for cell in others},
        counters={cell: item for cell, item in things.items() if cell not in cooks_at},
        pots=pots,
    )


def both(game: Overcooked, planes: NDArray[np.uint8], seat: int) -> dict[str, Any]:
    """Read the position of two cooks, as ``OvercookedBatch.facts`` gives it, from what one of them sees."""
    seen = see(planes)
    ((other, held),) = seen.others.items()
    facing = int(planes[*other, 6:10].argmax())
    where, facings, hands = [seen.cell, other], [seen.facing, facing], [seen.held, held]
    order = slice(None, None, -1 if seat else 1)
    pots = {}
    for cell, pot in seen.pots.items():
        if pot.count:
            pots[cell] = (pot.onions, pot.tomatoes, IDLE if pot.left is None else game.kitchen.time((pot.onions, pot.tomatoes)) - pot.left)
    return {"where": where[order], "facing": facings[order], "hands": hands[order], "counters": seen.counters, "pots": pots}
