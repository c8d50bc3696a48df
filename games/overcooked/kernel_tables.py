"""A kitchen as tables of numbers, which :mod:`.kernel_loops` and :mod:`.kernel_sight` look things up in. Needs no numba.

A game is a row of numbers: the poses of the cooks, what they hold, and what lies in each cell. Cells are numbered column by column, ``x * height + y``, and
one more, where never anything lies, is for cooks that use nothing. A pose is four times the number of a floor cell, and the direction. What lies somewhere is
one number: 0 nothing, 1 an onion, 2 a tomato, 3 a dish, from ``SOUP`` on a soup by its recipe; and in a pot from ``COOKING`` on, recipe by recipe, soups that
have cooked for no step, one step, ... and as long as they need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .game import ACTIONS, Overcooked
from .kitchen import DIRECTIONS, MOST_INGREDIENTS, RECIPES, Kitchen, Recipe
from .routes import routes
from .state import IDLE, Pot, Thing

__all__ = ["Contents", "Sights", "Tables", "facts", "sights", "tables"]

ONION, TOMATO, DISH, SOUP = 1, 2, 3, 4
_NAMES = ("onion", "tomato", "dish")
COOKING = SOUP + len(RECIPES)
"""Smaller numbers can be held."""
INTERACT = ACTIONS.index("interact")
NO_EVENT, POTTED, DISH_TAKEN, DISH_WANTED, SOUP_TAKEN, DELIVERED = range(6)
"""Events; a dish is wanted where taking it earns a shaped reward; a delivery is DELIVERED and the number of its recipe."""
_NOTHING = "-"
"""The kind of the cell where never anything lies."""
_KINDS = "XOTDPS" + _NOTHING
_SUPPLIES = {"O": ONION, "T": TOMATO, "D": DISH}
AHEAD, TURNED, PLACE, KIND = (np.uint64(bits) for bits in (0, 16, 32, 48))
"""Where the parts of a move begin, in bits: the pose after it, the pose when nobody moves, the place in the row of what is used, and its kind."""
NOW_HELD, EVENT = np.uint64(16), np.uint64(20)
"""Where the parts of a use begin, in bits, after what lies there then."""
HANDS = 16
"""A power of two above COOKING - 1."""


class Contents:
    """The numbers of what lies in pots.

    Attributes:
        first: by recipe, the number of a soup that has cooked for no step.
        count: how many numbers there are in all.
        inside: by number, onions and tomatoes.
        left: by number, steps until it is ready; :data:`IDLE` where it does not cook.
    """

    def __init__(self, kitchen: Kitchen) -> None:
        lengths = [time + 1 for time in kitchen.times]
        self.first = [COOKING + sum(lengths[:number]) for number in range(len(RECIPES))]
        self.count = COOKING + sum(lengths)
        self.inside = np.zeros((self.count, 2), np.uint8)
        self.left = np.full(self.count, IDLE, np.int16)
        for number, (recipe, first, length) in enumerate(zip(RECIPES, self.first, lengths, strict=True)):
            self.inside[SOUP + number] = self.inside[first : first + length] = recipe
            self.left[first : first + length] = np.arange(length)[::-1]

    def pot(self, number: int) -> Pot:
        """Give what is in a pot, as a readable state has it."""
        onions, tomatoes = (int(count) for count in self.inside[number])
        return onions, tomatoes, IDLE if number < COOKING else number - self.first[RECIPES.index((onions, tomatoes))]

    def pot_number(self, pot: Pot) -> int:
        """Give the number of what is in a pot."""
        recipe = RECIPES.index(pot[:2])
        return SOUP + recipe if pot[2] == IDLE else self.first[recipe] + pot[2]

    @staticmethod
    def thing(number: int) -> Thing | None:
        """Give what is held or lies on a counter, as a readable state has it."""
        if number >= SOUP:
            return ("soup", *RECIPES[number - SOUP])
        return None if number == 0 else (_NAMES[number - 1],)

    @staticmethod
    def number(thing: Thing | None) -> int:
        """Give the number of what is held or lies on a counter."""
        if thing is None:
            return 0
        return SOUP + RECIPES.index((thing[1], thing[2])) if thing[0] == "soup" else 1 + _NAMES.index(thing[0])


def facts(game: Overcooked, row: Sequence[int]) -> dict[str, Any]:
    """Read a row as a readable state has it: ``where``, ``facing``, ``hands``, ``counters`` and ``pots``."""
    kitchen, seats = game.kitchen, game.seats
    floor, contents = sorted(kitchen.floor), Contents(kitchen)
    lying = {divmod(number, kitchen.height): there for number, there in enumerate(row[2 * seats :]) if there}
    pots = {cell: lying.pop(cell) for cell in kitchen.cells("P") if cell in lying}
    return {
        "where": [floor[pose // len(DIRECTIONS)] for pose in row[:seats]],
        "facing": [pose % len(DIRECTIONS) for pose in row[:seats]],
        "hands": [contents.thing(held) for held in row[seats : 2 * seats]],
        "counters": {cell: contents.thing(there) for cell, there in lying.items()},
        "pots": {cell: contents.pot(there) for cell, there in pots.items()},
    }


class Tables(NamedTuple):
    """What a kitchen does.

    Attributes:
        fresh: a game as it begins, uint16.
        moves: by pose * 8 + action, uint64: see :data:`AHEAD`.
        use: by kind, thing held and, so many bits lower as ``shift`` says, what lies there, uint32: what lies there then, and see :data:`NOW_HELD`.
        tick: by what is in a pot, uint16: what is in it a step later.
        waits: by what is in a pot, uint16: whether a dish will be wanted for it.
        pays, shapes: by event, float32: what everybody earns, and the shaped reward of who did it.
        pots: the places of the pots in a row, uint64.
        shift: see ``use``.
    """

    fresh: NDArray[np.uint16]
    moves: NDArray[np.uint64]
    use: NDArray[np.uint32]
    tick: NDArray[np.uint16]
    waits: NDArray[np.uint16]
    pays: NDArray[np.float32]
    shapes: NDArray[np.float32]
    pots: NDArray[np.uint64]
    shift: np.uint64


def tables(game: Overcooked) -> Tables:
    """Write a kitchen as numbers."""
    kitchen, contents = game.kitchen, Contents(game.kitchen)
    height, cells, lead = kitchen.height, kitchen.width * kitchen.height, 2 * game.seats
    fresh = np.zeros(lead + cells + 1, np.uint16)
    number = {cell: 4 * at for at, cell in enumerate(sorted(kitchen.floor))}
    fresh[: game.seats] = [number[cell] for cell in kitchen.starts]
    tick, waits = np.arange(contents.count, dtype=np.uint16), np.zeros(contents.count, np.uint16)
    waits[COOKING:] = 1
    tick[COOKING:] += contents.left[COOKING:] > 0
    for at, recipe in enumerate(RECIPES):
        waits[SOUP + at] = sum(recipe) < MOST_INGREDIENTS
        if game.old_dynamics and sum(recipe) == MOST_INGREDIENTS:
            tick[SOUP + at] = tick[contents.first[at]]
    pays, shapes = np.zeros(DELIVERED + len(RECIPES), np.float32), np.zeros(DELIVERED + len(RECIPES), np.float32)
    pays[DELIVERED:] = kitchen.values
    shapes[[POTTED, DISH_WANTED, SOUP_TAKEN]] = kitchen.shaping
    shift = (contents.count - 1).bit_length()
    return Tables(
        fresh=fresh,
        moves=_moves(kitchen, number, lead),
        use=_uses(kitchen, contents, shift, old=game.old_dynamics),
        tick=tick,
        waits=waits,
        pays=pays,
        shapes=shapes,
        pots=np.array([lead + x * height + y for x, y in kitchen.cells("P")], np.uint64),
        shift=np.uint64(shift),
    )


def _moves(kitchen: Kitchen, number: Mapping[tuple[int, int], int], lead: int) -> NDArray[np.uint64]:
    moves = np.zeros((4 * len(number), 8), np.uint64)
    nowhere = lead + kitchen.width * kitchen.height, _KINDS.index(_NOTHING)
    for cell, first in number.items():
        for facing in range(len(DIRECTIONS)):
            for action in range(len(ACTIONS)):
                turned = first + (action if action < len(DIRECTIONS) else facing)
                ahead, (place, kind) = turned, nowhere
                if action < len(DIRECTIONS) and (there := kitchen.ahead(cell, action)) in number:
                    ahead = number[there] + action
                if action == INTERACT and (used := kitchen.ahead(cell, facing)) not in number:
                    place, kind = lead + used[0] * kitchen.height + used[1], _KINDS.index(kitchen.tile(used))
                moves[first + facing, action] = ahead | turned << int(TURNED) | place << int(PLACE) | kind * HANDS << int(KIND)
    return moves.ravel()


def _uses(kitchen: Kitchen, contents: Contents, shift: int, *, old: bool) -> NDArray[np.uint32]:
    use = np.zeros((len(_KINDS), HANDS, 1 << shift), np.uint32)
    use[:] = np.arange(HANDS, dtype=np.uint32)[None, :, None] << int(NOW_HELD) | np.arange(1 << shift, dtype=np.uint32)

    def let(tile: str, held: int, there: int, then: tuple[int, int, int]) -> None:
        now_held, now_there, event = then
        use[_KINDS.index(tile), held, there] = now_there | now_held << int(NOW_HELD) | event << int(EVENT)

    for held in range(1, COOKING):
        let("X", held, 0, (0, held, NO_EVENT))
        let("X", 0, held, (held, 0, NO_EVENT))
    for tile, thing in _SUPPLIES.items():
        let(tile, 0, 0, (thing, 0, DISH_TAKEN if thing == DISH else NO_EVENT))
    for thing in (ONION, TOMATO):
        let("P", thing, 0, _add((0, 0), thing))
    for number, recipe in enumerate(RECIPES):
        if not old:
            let("P", 0, SOUP + number, (0, contents.first[number], NO_EVENT))
        let("P", DISH, contents.first[number] + kitchen.times[number], (SOUP + number, 0, SOUP_TAKEN))
        let("S", SOUP + number, 0, (0, 0, DELIVERED + number))
        if sum(recipe) < MOST_INGREDIENTS:
            for thing in (ONION, TOMATO):
                let("P", thing, SOUP + number, _add(recipe, thing))
    return use.ravel()


def _add(recipe: Recipe, thing: int) -> tuple[int, int, int]:
    return 0, SOUP + RECIPES.index((recipe[0] + (thing == ONION), recipe[1] + (thing == TOMATO))), POTTED


ONION_WAY, TOMATO_WAY, DISH_WAY, SERVE_WAY, POTS, WALLS = 0, 2, 4, 6, 8, 14
"""Columns of ``Sights.ways``; of the two closest pots each its number, or -1, and its way."""
_WAYS = 18


class Sights(NamedTuple):
    """What a kitchen shows.

    Attributes:
        stands: by number of a floor cell, uint16: the cell.
        inside, left: see :class:`Contents`.
        pots: their cells, uint16.
        ways: by pose, int16: what the hand-made features say that only depends on it.
    """

    stands: NDArray[np.uint16]
    inside: NDArray[np.uint8]
    left: NDArray[np.int16]
    pots: NDArray[np.uint16]
    ways: NDArray[np.int16]


def sights(game: Overcooked) -> Sights:
    """Write what there is to see as numbers."""
    kitchen, contents = game.kitchen, Contents(game.kitchen)
    floor, pots = sorted(kitchen.floor), kitchen.cells("P")
    ways = [_way(kitchen, cell, facing) for cell in floor for facing in range(len(DIRECTIONS))]
    return Sights(
        stands=np.array([x * kitchen.height + y for x, y in floor], np.uint16),
        inside=contents.inside,
        left=contents.left,
        pots=np.array([x * kitchen.height + y for x, y in pots], np.uint16),
        ways=np.array(ways, np.int16),
    )


def _way(kitchen: Kitchen, cell: tuple[int, int], facing: int) -> NDArray[np.int16]:
    ways, row, (x, y), pots = routes(kitchen), np.zeros(_WAYS, np.int16), cell, kitchen.cells("P")
    place = ways.at(cell, facing)
    for column, tile in ((ONION_WAY, "O"), (TOMATO_WAY, "T"), (DISH_WAY, "D"), (SERVE_WAY, "S")):
        if (found := ways.nearest(place, kitchen.cells(tile))) is not None:
            row[column : column + 2] = found[0] - x, found[1] - y
    left = list(pots)
    for column in (POTS, POTS + 3):
        found = ways.nearest(place, left)
        row[column : column + 3] = (-1, 0, 0) if found is None else (pots.index(found), found[0] - x, found[1] - y)
        if found is not None:
            left.remove(found)
    row[WALLS:] = [kitchen.ahead(cell, direction) not in kitchen.floor for direction in range(len(DIRECTIONS))]
    return row
