"""Kitchens: the map, where cooks begin, what may be ordered, and how long and for what it cooks. Read from grids and from ``.layout`` files.

A grid is lines of characters: ``X`` counter, ``O`` onions, ``T`` tomatoes, ``D`` dishes, ``P`` pot, ``S`` serving counter, blank floor, and ``1``, ``2``, ...
where the cooks begin; ``/`` ends a line too. :mod:`.v2` knows ``R`` recipe indicator, ``L`` button and ``M`` mushrooms as well. Cells are ``(x, y)``, y
downwards. The file format is that of overcooked_ai: a Python literal of a dictionary with ``grid`` and options.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from ...errors import LudensError, nearest
from .v2.kitchens import KITCHENS_V2

__all__ = ["DIRECTIONS", "KITCHENS", "Cell", "Kitchen", "Recipe", "kitchen", "written"]

Cell = tuple[int, int]
Recipe = tuple[int, int]
"""How many onions and how many tomatoes."""

DIRECTIONS: tuple[Cell, ...] = ((0, -1), (0, 1), (1, 0), (-1, 0))
"""North, south, east, west."""
MOST_INGREDIENTS = 3
RECIPES: tuple[Recipe, ...] = tuple((onions, total - onions) for total in range(1, MOST_INGREDIENTS + 1) for onions in range(total, -1, -1))
"""All soups there are."""
_USUAL = 20
"""What a soup is worth, and how long it cooks, where nothing else is said."""
_TILES = "XOTDPSRLM"
_MOST_CELLS = 1000
_MOST_COOKS = 9
_MOST_CHARS = 100_000
_OPTIONS = frozenset({
    "grid", "start_all_orders", "start_bonus_orders", "order_bonus", "rew_shaping_params", "cook_time", "delivery_reward", "recipe_values", "recipe_times",
    "onion_value", "tomato_value", "onion_time", "tomato_time", "max_num_ingredients", "num_items_for_soup", "start_order_list", "start_state",
})  # fmt: skip


@dataclass(frozen=True)
class Kitchen:
    """A kitchen.

    Attributes:
        name: for messages and tables.
        rows: the map, line by line, cooks taken away.
        starts: where the cooks begin.
        values: what each soup is worth, in the order of :data:`RECIPES`; 0 for one that may not be ordered.
        times: how many steps each soup cooks, in the same order.
        shaping: what putting something into a pot, taking a dish and taking a soup earn as shaped rewards.
    """

    name: str
    rows: tuple[str, ...]
    starts: tuple[Cell, ...]
    values: tuple[float, ...]
    times: tuple[int, ...]
    shaping: tuple[float, float, float] = (3.0, 3.0, 5.0)

    @property
    def width(self) -> int:
        """Cells from west to east."""
        return len(self.rows[0])

    @property
    def height(self) -> int:
        """Cells from north to south."""
        return len(self.rows)

    def tile(self, cell: Cell) -> str:
        """Give the character of a cell."""
        return self.rows[cell[1]][cell[0]]

    @cached_property
    def floor(self) -> frozenset[Cell]:
        """Where cooks may stand."""
        return frozenset(self.cells(" "))

    def cells(self, tile: str) -> tuple[Cell, ...]:
        """List the cells of a kind, line by line."""
        return self._kinds.get(tile, ())

    @cached_property
    def _kinds(self) -> Mapping[str, tuple[Cell, ...]]:
        kinds: dict[str, list[Cell]] = {}
        for y, row in enumerate(self.rows):
            for x, tile in enumerate(row):
                kinds.setdefault(tile, []).append((x, y))
        return {tile: tuple(cells) for tile, cells in kinds.items()}

    def ahead(self, cell: Cell, facing: int) -> Cell:
        """Give the cell that a cook in a cell faces, by the number of its direction."""
        dx, dy = DIRECTIONS[facing]
        return (cell[0] + dx, cell[1] + dy)

    def value(self, recipe: Recipe) -> float:
        """Give what a soup is worth when it is delivered."""
        return self.values[RECIPES.index(recipe)]

    def time(self, recipe: Recipe) -> int:
        """Give how many steps a soup cooks."""
        return self.times[RECIPES.index(recipe)]

    @property
    def favourite(self) -> Recipe:
        """The soup that earns most for the time it takes, ten steps reckoned for each thing in it."""
        return max(RECIPES, key=lambda recipe: (self.value(recipe) / (10 * sum(recipe) + self.time(recipe)), sum(recipe)))


@lru_cache(maxsize=256)
def kitchen(layout: str) -> Kitchen:
    """Find or read a kitchen.

    Args:
        layout: a name of :data:`KITCHENS` or of ``KITCHENS_V2``, the path of a ``.layout`` file, the text of one, or a bare grid, in which all soups of
            three things that are there are ordered.

    Raises:
        LudensError: there is no such kitchen, the file cannot be read, or what it says is no kitchen.
    """
    return _made(*_given(layout))


def written(layout: str) -> str:
    """Write on one line what :func:`kitchen` is given, a file's contents in place of its path: games are the same where this is.

    Raises:
        LudensError: see :func:`kitchen`.
    """
    if layout in _NAMED:
        return layout
    _, given = _given(layout)
    grid = "/".join(_lines(given["grid"]))
    return repr({**given, "grid": grid}) if layout.endswith(".layout") or layout.lstrip().startswith("{") else grid


def _given(layout: str) -> tuple[str, Mapping[str, Any]]:
    """Give a kitchen's name, and what its file says."""
    if layout in _NAMED:
        return layout, _NAMED[layout]
    if layout.endswith(".layout"):
        path = Path(layout)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise LudensError(f"cannot read the kitchen {layout}: {getattr(problem, 'strerror', None) or problem}") from problem
        return path.stem, _literal(text, layout)
    if layout.lstrip().startswith("{"):
        return "given", _literal(layout, "the given kitchen")
    if not {"\n", "/", "X"} & set(layout):
        raise LudensError(f"{layout!r} is no name of a kitchen, path of a .layout file or grid of lines{nearest(layout, _NAMED)}")
    here = [tile in layout for tile in "OT"]
    three = [recipe for recipe in RECIPES if sum(recipe) == MOST_INGREDIENTS and all(there or not count for there, count in zip(here, recipe, strict=True))]
    orders = [{"ingredients": ["onion"] * onions + ["tomato"] * tomatoes} for onions, tomatoes in three]
    return "given", {"grid": layout, "start_all_orders": orders}


def _lines(grid: str) -> list[str]:
    return [line.strip() for line in grid.strip().replace("/", "\n").splitlines()]


def _literal(text: str, where: str) -> Mapping[str, Any]:
    try:
        found = ast.literal_eval(text.strip()) if len(text) <= _MOST_CHARS else None
    except (ValueError, SyntaxError, MemoryError, RecursionError) as problem:
        raise LudensError(f"{where} should hold a dictionary with a grid: {problem}") from problem
    if not isinstance(found, dict) or not isinstance(found.get("grid"), str):
        raise LudensError(f"{where} should hold a dictionary with a text called grid")
    return found


def _made(name: str, given: Mapping[str, Any]) -> Kitchen:
    if unknown := sorted(set(given) - _OPTIONS):
        raise LudensError(f"kitchen {name}: unknown option {unknown[0]!r}{nearest(unknown[0], _OPTIONS)}")
    rows, starts = _map(name, given["grid"])
    most = given.get("max_num_ingredients", MOST_INGREDIENTS)
    if most != MOST_INGREDIENTS:
        raise LudensError(f"kitchen {name}: max_num_ingredients={most!r} should be {MOST_INGREDIENTS}")
    orders = _recipes(name, given, "start_all_orders") or list(RECIPES)
    bonus = _recipes(name, given, "start_bonus_orders")
    factor = _number(name, given, "order_bonus", 2)
    values = _table(name, given, orders, ("delivery_reward", "recipe_values", "onion_value", "tomato_value"))
    times = _table(name, given, orders, ("cook_time", "recipe_times", "onion_time", "tomato_time"))
    if any(time != int(time) or not 0 <= time <= 200 for time in times):
        raise LudensError(f"kitchen {name}: cooking should take whole numbers of steps from 0 to 200")
    earned = tuple(value * (factor if recipe in bonus else 1) * (recipe in orders) for recipe, value in zip(RECIPES, values, strict=True))
    shaping = given.get("rew_shaping_params") or {}
    parts = [("PLACEMENT_IN_POT_REW", 3), ("DISH_PICKUP_REWARD", 3), ("SOUP_PICKUP_REWARD", 5)]
    put, dish, soup = (_number(name, shaping, key, usual if not shaping else 0) for key, usual in parts)
    return Kitchen(name, rows, starts, tuple(map(float, earned)), tuple(map(int, times)), (put, dish, soup))


def _map(name: str, grid: str) -> tuple[tuple[str, ...], tuple[Cell, ...]]:
    lines = _lines(grid)

    def wrong(what: str) -> LudensError:
        return LudensError(f"kitchen {name}: {what}")

    if not lines or len(set(map(len, lines))) > 1 or len(lines) * len(lines[0]) > _MOST_CELLS:
        raise wrong(f"the grid should be lines of one length, {_MOST_CELLS} cells at most")
    starts: dict[int, Cell] = {}
    for y, line in enumerate(lines):
        for x, tile in enumerate(line):
            edge = x in (0, len(line) - 1) or y in (0, len(lines) - 1)
            if tile not in _TILES and (edge or not (tile == " " or tile in "123456789")):
                raise wrong(f"{tile!r} at x={x}, y={y} should be one of {', '.join(_TILES)}{'' if edge else ', a blank or the number of a cook'}")
            if tile in "123456789":
                if int(tile) in starts:
                    raise wrong(f"cook {tile} begins twice")
                starts[int(tile)] = (x, y)
    if not starts or sorted(starts) != list(range(1, len(starts) + 1)):
        raise wrong("cooks should be numbered 1, 2, ... without a gap")
    everything = "".join(lines)
    for needed, what in (("D", "dishes"), ("S", "a serving counter"), ("P", "a pot")):
        if needed not in everything:
            raise wrong(f"there should be {what} ({needed})")
    if not {"O", "T"} & set(everything):
        raise wrong("there should be onions (O) or tomatoes (T)")
    rows = tuple("".join(" " if tile.isdigit() else tile for tile in line) for line in lines)
    return rows, tuple(starts[number] for number in sorted(starts))


def _recipes(name: str, given: Mapping[str, Any], key: str) -> list[Recipe]:
    found = []
    for order in given.get(key) or ():
        parts = order.get("ingredients") if isinstance(order, dict) else None
        if not isinstance(parts, list | tuple) or not 1 <= len(parts) <= MOST_INGREDIENTS or not set(parts) <= {"onion", "tomato"}:
            raise LudensError(f"kitchen {name}: {key} should list orders such as {{'ingredients': ['onion', 'tomato']}}, each of one to three")
        found.append((parts.count("onion"), parts.count("tomato")))
    return found


def _number(name: str, given: Mapping[str, Any], key: str, usual: float) -> float:
    value = given.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1e6:
        raise LudensError(f"kitchen {name}: {key}={value!r} should be a number")
    return float(value)


def _table(name: str, given: Mapping[str, Any], orders: Sequence[Recipe], keys: tuple[str, str, str, str]) -> list[float]:
    """Give a number for each soup: one for all, a list beside the orders, or so much for each onion and tomato; what is 0 counts as not given."""
    one, listed, onion, tomato = keys
    if (given.get(onion) is None) != (given.get(tomato) is None):
        raise LudensError(f"kitchen {name}: {onion} and {tomato} should both be given, or neither")
    each: dict[Recipe, float] = {}
    if given.get(listed) is not None:
        numbers = given[listed]
        if not isinstance(numbers, list | tuple) or len(numbers) != len(given.get("start_all_orders") or ()):
            raise LudensError(f"kitchen {name}: {listed} should hold a number for each of start_all_orders")
        each = {recipe: _number(name, {listed: number}, listed, 0) for recipe, number in zip(orders, numbers, strict=True)}
    alone, per_onion, per_tomato = (_number(name, given, key, 0) for key in (one, onion, tomato))
    out = []
    for recipe in RECIPES:
        if alone:
            out.append(alone)
        elif recipe in each:
            out.append(each[recipe])
        else:
            out.append(per_onion * recipe[0] + per_tomato * recipe[1] if per_onion and per_tomato else float(_USUAL))
    return out


_THREE_ONIONS = [{"ingredients": ["onion", "onion", "onion"]}]
KITCHENS: Mapping[str, Mapping[str, Any]] = {
    name: {"grid": grid, "start_all_orders": _THREE_ONIONS}
    for name, grid in {
        "cramped_room": "XXPXX\nO  2O\nX1  X\nXDXSX",
        "asymmetric_advantages": "XXXXXXXXX\nO XSXOX S\nX   P 1 X\nX2  P   X\nXXXDXDXXX",
        "coordination_ring": "XXXPX\nX 1 P\nD2X X\nO   X\nXOSXX",
        "forced_coordination": "XXXPX\nO X1P\nO2X X\nD X X\nXXXSX",
        "counter_circuit": "XXXPPXXX\nX  2   X\nD XXXX S\nX  1   X\nXXXOOXXX",
    }.items()
}
"""Kitchens by name: the five of Carroll et al. 2019 (``counter_circuit`` is overcooked_ai's ``counter_circuit_o_1order``)."""
_NAMED = {**KITCHENS, **KITCHENS_V2}
