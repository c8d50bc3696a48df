"""A kitchen as tables of numbers, which :mod:`.kernel_loops` looks things up in. Needs no numba.

Cells are numbered column by column, ``x * height + y``. What lies in a cell is one number: 0 nothing, 1 an onion, 2 a tomato, 3 a dish, from ``SOUP`` on a
soup by its recipe. In a pot the numbers from ``SOUP`` on are soups that have not been started, from ``COOKING`` on such as cook, from ``READY`` on such as
are ready.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .game import ACTIONS, Overcooked
from .kitchen import DIRECTIONS, MOST_INGREDIENTS, RECIPES, Recipe
from .routes import routes
from .state import Thing

__all__ = ["Tables", "sights", "tables", "thing"]

ONION, TOMATO, DISH, SOUP = 1, 2, 3, 4
COOKING, READY = SOUP + len(RECIPES), SOUP + 2 * len(RECIPES)
CONTENTS = SOUP + 3 * len(RECIPES)
HELD = COOKING
"""So many things can be held."""
FLOOR, COUNTER, ONIONS, TOMATOES, DISHES, POT, SERVE, NOTHING = range(8)
"""Kinds of cells; an action that does not interact is as one with nothing."""
_KINDS = {" ": FLOOR, "X": COUNTER, "O": ONIONS, "T": TOMATOES, "D": DISHES, "P": POT, "S": SERVE}
INTERACT = ACTIONS.index("interact")
NO_EVENT, POTTED, DISH_TAKEN, SOUP_TAKEN, DELIVERED = range(5)
"""Events; a delivery is DELIVERED and the number of its recipe."""
_SUPPLIES = {ONIONS: ONION, TOMATOES: TOMATO, DISHES: DISH}

Table = NDArray[np.int16]


class Tables(NamedTuple):
    """What a kitchen says.

    Attributes:
        fresh: a game as it begins: where the cooks are, where they look, what they hold; how many dishes lie about; how long each pot has cooked; what
            lies in each cell.
        kind: of each cell.
        front: the cell in front, by cell and direction.
        go: the cell that an action leads to, by cell and action.
        pots: the cells of the pots.
        use: by kind, thing held and thing in the cell: the thing held after, the thing in the cell after, and the event.
        waits: by content of a pot: whether a dish will be wanted for it.
        times: steps that each recipe cooks.
        values, shaping: what deliveries earn by recipe; what putting in, taking a dish and taking a soup do.
        old: whether full pots start by themselves.
    """

    fresh: Table
    kind: Table
    front: Table
    go: Table
    pots: Table
    use: Table
    waits: Table
    times: Table
    values: NDArray[np.float32]
    shaping: NDArray[np.float32]
    old: bool


def tables(game: Overcooked) -> Tables:
    """Write a kitchen as numbers."""
    kitchen = game.kitchen
    height, count = kitchen.height, kitchen.width * kitchen.height
    cells = [(x, y) for x in range(kitchen.width) for y in range(height)]
    kind = np.array([_KINDS[kitchen.tile(cell)] for cell in cells], np.int16)
    front = np.zeros((count, len(DIRECTIONS)), np.int16)
    go = np.repeat(np.arange(count, dtype=np.int16)[:, None], len(ACTIONS), axis=1)
    for x, y in kitchen.floor:
        for direction, (dx, dy) in enumerate(DIRECTIONS):
            ahead = (x + dx) * height + y + dy
            front[x * height + y, direction] = ahead
            if (x + dx, y + dy) in kitchen.floor:
                go[x * height + y, direction] = ahead
    pots = np.array([x * height + y for x, y in kitchen.cells("P")], np.int16)
    starts = [x * height + y for x, y in kitchen.starts]
    fresh = np.concatenate([starts, np.zeros(2 * len(starts) + 1 + len(pots) + count)]).astype(np.int16)
    waits = np.array(
        [int(content >= COOKING or (content >= SOUP and sum(RECIPES[content - SOUP]) < MOST_INGREDIENTS)) for content in range(CONTENTS)], np.int16
    )
    return Tables(
        fresh=fresh,
        kind=kind,
        front=front,
        go=go,
        pots=pots,
        use=_uses(game.old_dynamics),
        waits=waits,
        times=np.array(kitchen.times, np.int16),
        values=np.array(kitchen.values, np.float32),
        shaping=np.array(kitchen.shaping, np.float32),
        old=game.old_dynamics,
    )


def _uses(old: bool) -> Table:
    use = np.zeros((NOTHING + 1, HELD, CONTENTS, 3), np.int16)
    use[..., 0] = np.arange(HELD)[None, :, None]
    use[..., 1] = np.arange(CONTENTS)[None, None, :]
    for held in range(1, HELD):
        use[COUNTER, held, 0] = 0, held, NO_EVENT
        use[COUNTER, 0, held] = held, 0, NO_EVENT
    for kind, thing in _SUPPLIES.items():
        use[kind, 0, :] = thing, 0, DISH_TAKEN if thing == DISH else NO_EVENT
    for number, recipe in enumerate(RECIPES):
        if not old:
            use[POT, 0, SOUP + number] = 0, COOKING + number, NO_EVENT
        use[POT, DISH, READY + number] = SOUP + number, 0, SOUP_TAKEN
        use[SERVE, SOUP + number, :] = 0, 0, DELIVERED + number
        for thing in (ONION, TOMATO):
            use[POT, thing, SOUP + number] = _add(recipe, thing, SOUP + number)
    for thing in (ONION, TOMATO):
        use[POT, thing, 0] = _add((0, 0), thing, 0)
    return use


def _add(recipe: Recipe, thing: int, content: int) -> tuple[int, int, int]:
    if sum(recipe) == MOST_INGREDIENTS:
        return thing, content, NO_EVENT
    return 0, SOUP + RECIPES.index((recipe[0] + (thing == ONION), recipe[1] + (thing == TOMATO))), POTTED


def thing(number: int) -> Thing | None:
    """Give what a number stands for, as a readable state has it."""
    if number >= SOUP:
        return ("soup", *RECIPES[number - SOUP])
    return None if number == 0 else ({ONION: "onion", TOMATO: "tomato", DISH: "dish"}[number],)


ONION_WAY, TOMATO_WAY, DISH_WAY, SERVE_WAY, POTS, WALLS = 0, 2, 4, 6, 8, 14
"""Columns of :func:`sights`; of the two closest pots each its number, or -1, and its way."""
SIGHTS = 18


def sights(game: Overcooked) -> Table:
    """Write what the hand-made features say that only depends on where a cook stands and looks: shape (cells, directions, :data:`SIGHTS`)."""
    kitchen, ways = game.kitchen, routes(game.kitchen)
    seen = np.zeros((kitchen.width * kitchen.height, len(DIRECTIONS), SIGHTS), np.int16)
    pots = kitchen.cells("P")
    for x, y in kitchen.floor:
        for facing in range(len(DIRECTIONS)):
            row, place = seen[x * kitchen.height + y, facing], ways.at((x, y), facing)
            for column, tile in ((ONION_WAY, "O"), (TOMATO_WAY, "T"), (DISH_WAY, "D"), (SERVE_WAY, "S")):
                if (cell := ways.nearest(place, kitchen.cells(tile))) is not None:
                    row[column : column + 2] = cell[0] - x, cell[1] - y
            left = list(pots)
            for column in (POTS, POTS + 3):
                cell = ways.nearest(place, left)
                row[column : column + 3] = (-1, 0, 0) if cell is None else (pots.index(cell), cell[0] - x, cell[1] - y)
                if cell is not None:
                    left.remove(cell)
            row[WALLS:] = [kitchen.tile((x + dx, y + dy)) != " " for dx, dy in DIRECTIONS]
    return seen
