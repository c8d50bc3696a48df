"""Kitchens in words for cooks who do not see everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core import seat_name
from ...words import listed
from .. import text
from .game import BUTTON_STEPS

if TYPE_CHECKING:
    from .game import OvercookedV2
    from .state import OvercookedV2State

__all__ = ["drawing", "request", "rules"]

_MOVES = (
    "All move first and then interact, in the order of the seats. Who would meet another in a cell or change places with another stays where it was; the "
    "others go on."
)


def rules(game: OvercookedV2, seat: int | None) -> str:
    """State the rules."""
    return text.rules(game, seat, moves=_MOVES, ordered=" ".join(_ordered(game) + _sight(game)))


def _ordered(game: OvercookedV2) -> list[str]:
    wrong = f"costs everybody {text.points(game.wrong_price)}" if game.wrong_price else "earns nothing"
    if len(game.recipes) == 1:
        told = ["Ordered: {orders}.", f"Any other soup {wrong}."]
    else:
        drawn = "After a step in which it was delivered one is drawn anew." if game.new_recipe == "delivery" else "The order stays the same to the end."
        told = ["Ordered is one of these, drawn at random: {orders}.", drawn, f"A soup that is not ordered {wrong}."]
    if game.kitchen.cells("R"):
        told.append("A recipe indicator shows what is ordered to whoever has it in view.")
    if game.kitchen.cells("L"):
        price = f"everybody pays {text.points(game.button_price)}" if game.button_price else "it is free"
        told.append(f"Interact with a button with empty hands, and it shows the order for {BUTTON_STEPS} steps, this one among them; {price}.")
    if game.kitchen.cells("M"):
        told.append("Mushrooms can be taken, carried and put on counters; they go into no pot.")
    return told


def _sight(game: OvercookedV2) -> list[str]:
    told, radius = [], game.view_radius
    if radius is not None:
        far = "one column and one row" if radius == 1 else f"{radius} columns and {radius} rows"
        heard = "; what is said is heard everywhere" if game.say_chars else ""
        told.append(f"A cook sees what is at most {far} away, walls or not, and is told nothing of what is or happens further off but what all earn{heard}.")
    if game.random_starts:
        told.append("Each cook begins anywhere in its room.")
    return told


def drawing(state: OvercookedV2State, seat: int) -> str:
    """Draw the kitchen as :func:`ludens.games.overcooked.text.drawing` does, with ``?`` in cells out of view."""
    rows = []
    for y, line in enumerate(text.drawing(state.in_view(seat)).splitlines()):
        marks = list(line.ljust(3 * state.game.kitchen.width))
        for x in range(state.game.kitchen.width):
            if not state.sees(seat, (x, y)):
                marks[3 * x + 1] = "?"
        rows.append("".join(marks).rstrip())
    return "\n".join(rows)


def request(state: OvercookedV2State, seat: int) -> str:
    """Say what a cook sees and ask what it does."""
    game, kitchen, view = state.game, state.game.kitchen, state.in_view(seat)
    hidden = []
    lines = [f"Step {state.clock + 1} of {game.horizon}; {text.soups(state.delivered)} delivered.", text.about_cook(view, seat, True)]
    for other, cell in enumerate(state.where):
        if other != seat and state.sees(seat, cell):
            lines.append(text.about_cook(view, other, False))
        elif other != seat:
            hidden.append(seat_name(other))
    for cell in kitchen.cells("P"):
        if state.sees(seat, cell):
            lines.append(text.about_pot(view, cell))
        else:
            hidden.append(f"the pot at {text.place(cell)}")
    if view.counters:
        lines.append(f"On counters: {'; '.join(f'{text.thing(item)} at {text.place(cell)}' for cell, item in sorted(view.counters.items()))}.")
    shown = state.shown(seat)
    for tile, name in (("R", "recipe indicator"), ("L", "button")):
        for cell in kitchen.cells(tile):
            if cell in shown:
                left = state.lit.get(cell)
                time = "" if left is None else f" for {left} more step{'' if left == 1 else 's'}"
                lines.append(f"The {name} at {text.place(cell)} shows the order{time}: a soup of {text.recipe(state.recipe)}.")
            elif state.sees(seat, cell):
                lines.append(f"The {name} at {text.place(cell)} shows nothing.")
            else:
                hidden.append(f"the {name} at {text.place(cell)}")
    if hidden:
        lines.append(f"Out of view: {listed(hidden)}.")
    ask = "What do you do?" if game.horizon - state.clock > 1 else "This is the last step. What do you do?"
    the_map = "The map:" if game.view_radius is None else "The map, with ? where you see nothing:"
    return "\n".join([*lines, the_map, drawing(state, seat), ask])
