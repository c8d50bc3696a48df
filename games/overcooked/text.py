"""Kitchens in words and as drawings in characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core import seat_name
from ..words import listed, number
from .kitchen import RECIPES, Cell, Kitchen, Recipe

if TYPE_CHECKING:
    from .game import Overcooked
    from .state import OvercookedState

__all__ = ["about_cook", "about_pot", "drawing", "place", "points", "request", "rules", "soups", "thing"]

_FACING = ("north", "south", "east", "west")
_ARROWS = "^v><"
_NAMES = {
    "O": ("onions", "onions"),
    "T": ("tomatoes", "tomatoes"),
    "D": ("dishes", "dishes"),
    "P": ("a pot", "pots"),
    "S": ("a serving counter", "serving counters"),
    "R": ("a recipe indicator", "recipe indicators"),
    "L": ("a button", "buttons"),
    "M": ("mushrooms", "mushrooms"),
}
"""What stands in a cell of a kind, and in several."""


def place(cell: Cell) -> str:
    """Write a cell."""
    return f"({cell[0]}, {cell[1]})"


def points(value: float) -> str:
    """Write an amount of points."""
    return f"{number(value)} point{'' if value == 1 else 's'}"


def soups(count: int) -> str:
    """Write how many soups."""
    return "1 soup" if count == 1 else f"{count} soups"


def recipe(parts: Recipe) -> str:
    """Write what is in a soup."""
    onions, tomatoes = parts
    words = [f"{count} {name}{'' if count == 1 else plural}" for count, name, plural in ((onions, "onion", "s"), (tomatoes, "tomato", "es")) if count]
    return listed(words)


def thing(item: tuple[Any, ...]) -> str:
    """Write what somebody holds, with its article."""
    if item[0] == "soup":
        return f"a soup of {recipe((item[1], item[2]))}"
    return f"{'an' if item[0] == 'onion' else 'a'} {item[0]}"


def orders(kitchen: Kitchen) -> str:
    """Write the soups that may be ordered, what they earn and how long they cook."""
    worth = [(parts, value, time) for parts, value, time in zip(RECIPES, kitchen.values, kitchen.times, strict=True) if value]
    return "; ".join(f"a soup of {recipe(parts)} ({points(value)}, cooks for {time} steps)" for parts, value, time in worth)


def rules(game: Overcooked, seat: int | None, *, moves: str | None = None, ordered: str | None = None) -> str:
    """State the rules.

    Args:
        game: the rules.
        seat: who is told them; None for a spectator.
        moves: what happens in which order, where that is not as in overcooked_ai.
        ordered: what is said in place of "Ordered: ...; other soups earn nothing.", with ``{orders}`` for the soups.
    """
    kitchen = game.kitchen
    cooks = "You cook alone" if game.seats == 1 else f"{game.seats} cooks work in one kitchen"
    you = "" if seat is None else f" You are {seat_name(seat)}."
    kept = "; ".join(f"{names[len(cells) > 1]} at {listed(map(place, cells))}" for tile, names in _NAMES.items() if (cells := kitchen.cells(tile)))
    start = (
        "A pot starts to cook by itself when three things are in it."
        if game.old_dynamics
        else "Interact with a pot with empty hands to start it; then nothing can be added."
    )
    if moves is None:
        moves = "Interactions happen first, in the order of the seats; then all move at once. If two would meet in a cell or change places, nobody moves."
    moves = f" {moves}" if game.seats > 1 else ""
    told = (ordered or "Ordered: {orders}; other soups earn nothing.").format(orders=orders(kitchen))
    say = " With each action you may speak to all." if game.say_chars else ""
    together = " Everybody earns the value of every soup." if game.seats > 1 else ""
    choose = "you choose" if game.seats == 1 else "all choose at once"
    return (
        f"{cooks}.{you} The map has {kitchen.width} columns (x from 0, west to east) and {kitchen.height} rows (y from 0, north to south); cells are written "
        f"(x, y). In each of {game.horizon} steps {choose}: north, south, east or west turns you that way and takes you one cell on if it is free floor; "
        f"stay does nothing; interact uses the cell that you face. You hold one thing at most. Interact to take an onion, a tomato or a dish where it is "
        f"kept; to put a thing on an empty counter or take it from there; to put an onion or a tomato into a pot that is not cooking (three at most); with "
        f"a dish, to take a soup that is ready out of its pot; with a soup, to deliver it at a serving counter. {start}{moves} {told} "
        f"In the kitchen: {kept}; everything else that is not floor is counter.{together}{say} Your aim is to deliver as much as you can."
    )


def drawing(state: OvercookedState) -> str:
    """Draw the kitchen: tiles as in a layout file, a cook as an arrow with its number, a pot with how much is in it, things on counters as small letters."""
    kitchen = state.game.kitchen
    rows = []
    for y, row in enumerate(kitchen.rows):
        cells = []
        for x, tile in enumerate(row):
            cell = (x, y)
            if cell in state.where:
                seat = state.where.index(cell)
                cells.append(f"{_ARROWS[state.facing[seat]]}{seat}")
            elif cell in state.counters:
                cells.append(f"{tile}{state.counters[cell][0][0]}")
            elif tile == "P":
                onions, tomatoes, _ = state.pots.get(cell, (0, 0, 0))
                cells.append(f"P{onions + tomatoes}")
            else:
                cells.append(". " if tile == " " else f"{tile} ")
        rows.append(" ".join(cells).rstrip())
    return "\n".join(rows)


def request(state: OvercookedState, seat: int) -> str:
    """Say what a cook sees and ask what it does."""
    ask = "What do you do?" if state.game.horizon - state.clock > 1 else "This is the last step. What do you do?"
    return "\n".join([*scene(state, seat), "The map:", drawing(state), ask])


def scene(state: OvercookedState, seat: int) -> list[str]:
    """Say what a cook sees, line by line."""
    lines = [f"Step {state.clock + 1} of {state.game.horizon}; {soups(state.delivered)} delivered."]
    lines += [about_cook(state, other, other == seat) for other in range(state.game.seats)]
    for cell in state.game.kitchen.cells("P"):
        lines.append(about_pot(state, cell))
    if state.counters:
        lines.append(f"On counters: {'; '.join(f'{thing(item)} at {place(cell)}' for cell, item in sorted(state.counters.items()))}.")
    return lines


def about_cook(state: OvercookedState, seat: int, own: bool) -> str:
    """Say where a cook is, what it faces and what it holds."""
    kitchen, cell, facing = state.game.kitchen, state.where[seat], state.facing[seat]
    ahead = kitchen.ahead(cell, facing)
    tile = kitchen.tile(ahead)
    seen = {"X": "a counter", " ": "floor"}.get(tile) or _NAMES[tile][0]
    if ahead in state.where:
        seen = seat_name(state.where.index(ahead))
    held = state.hands[seat]
    who = "You are" if own else f"{seat_name(seat)} is"
    holds = "hold" if own else "holds"
    return f"{who} at {place(cell)}, facing {_FACING[facing]} to {seen} at {place(ahead)}, and {holds} {'nothing' if held is None else thing(held)}."


def about_pot(state: OvercookedState, cell: Cell) -> str:
    """Say what is in a pot."""
    if cell not in state.pots:
        return f"The pot at {place(cell)} is empty."
    onions, tomatoes, ticks = state.pots[cell]
    left = state.game.kitchen.time((onions, tomatoes)) - ticks
    what = recipe((onions, tomatoes))
    if ticks < 0:
        return f"The pot at {place(cell)} holds {what} and is not cooking."
    return f"The pot at {place(cell)} holds a soup of {what}, {'ready' if left <= 0 else f'ready in {left} steps' if left > 1 else 'ready in 1 step'}."
