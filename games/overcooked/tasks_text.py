"""Kitchens in words for cooks with tasks: pots are numbered, and ways are told in steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core import seat_name
from ..words import listed
from .text import orders, place, recipe, soups, thing

if TYPE_CHECKING:
    from .tasks import OvercookedTasks
    from .tasks_state import TasksState

__all__ = ["request", "rules"]

_MEANINGS = (
    ("get onion", "fetch an onion"),
    ("get tomato", "fetch a tomato"),
    ("get dish", "fetch a dish"),
    ("get soup", "take a soup on a dish from a counter"),
    ("put in pot", "put the onion or tomato that you hold into that pot (at most three, and not while it cooks)"),
    ("start pot", "with empty hands, let that pot cook what is in it; then nothing can be added"),
    ("take soup from pot", "with a dish, wait until the soup in that pot is ready and take it"),
    ("serve", "deliver the soup that you hold"),
    ("put down", "put what you hold on the nearest free counter"),
    ("pass on", "put what you hold on the nearest free counter that another cook can reach"),
    ("make way", "step away from the others"),
    ("wait", "stay until something happens, {pause} steps at most"),
)


def rules(game: OvercookedTasks, seat: int | None) -> str:
    """State the rules."""
    cooks = "You cook alone" if game.seats == 1 else f"{game.seats} cooks work in one kitchen"
    you = "" if seat is None else f" You are {seat_name(seat)}."
    pots = "there is one pot, pot 1" if len(game.pots) == 1 else f"there are {len(game.pots)} pots, pot 1 to pot {len(game.pots)}"
    starts = "A pot starts to cook by itself when three things are in it." if game.old_dynamics else "A pot cooks once somebody starts it."
    known = [(name, meaning) for name, meaning in _MEANINGS if any(task.startswith(name) for task in game.tasks)]
    meanings = "\n".join(f"- {name}{' N' if name.endswith('pot') else ''}: {meaning.format(pause=game.pause)}" for name, meaning in known)
    say = " With each choice you may speak to all." if game.say_chars else ""
    together = " Everybody earns the value of every soup." if game.seats > 1 else ""
    return (
        f"{cooks}; {pots}.{you} Put onions or tomatoes into a pot, let it cook, take the soup with a dish and serve it. Each cook holds one thing at most. "
        f"Ordered: {orders(game.kitchen)}; other soups earn nothing.{together} {starts} The kitchen closes after {game.horizon} steps: walking one cell, "
        f"turning, and using something take a step each.\nYou are asked for a task whenever you have none; you then walk by yourself, around the others, "
        f"until it is done or cannot be done any more. The tasks:\n{meanings}\nOnly tasks that can be begun now are offered.{say} "
        "Your aim is to deliver as much as you can."
    )


def request(state: TasksState, seat: int) -> str:
    """Say what a cook sees and ask for a task."""
    game = state.game
    lines = [f"Step {state.clock + 1} of {game.horizon}; {soups(state.delivered)} delivered."]
    held = state.hands[seat]
    lines.append(f"You hold {'nothing' if held is None else thing(held)}.")
    for other in range(game.seats):
        if other != seat:
            carried, task = state.hands[other], state.tasks[other]
            about = "is asked too" if task is None else f"is about this: {task}"
            lines.append(f"{seat_name(other)} holds {'nothing' if carried is None else thing(carried)} and {about}.")
    lines += [_pot(state, number) for number in range(1, len(game.pots) + 1)]
    if state.counters:
        lines.append(f"On counters: {'; '.join(_lying(state, seat))}.")
    lines.append(f"Your way, in steps: {'; '.join(_ways(state, seat))}.")
    return "\n".join([*lines, "What is your next task?"])


def _pot(state: TasksState, number: int) -> str:
    cell = state.game.pots[number - 1]
    name = f"Pot {number} at {place(cell)}"
    if cell not in state.pots:
        return f"{name} is empty."
    onions, tomatoes, ticks = state.pots[cell]
    what, left = recipe((onions, tomatoes)), state.game.kitchen.time((onions, tomatoes)) - ticks
    if ticks < 0:
        return f"{name} holds {what} and is not cooking."
    return f"{name} holds a soup of {what}, {'ready' if left <= 0 else f'ready in {left} steps' if left > 1 else 'ready in 1 step'}."


def _lying(state: TasksState, seat: int) -> list[str]:
    told = []
    for cell, item in sorted(state.counters.items()):
        way = state.distance(seat, (cell,))
        told.append(f"{thing(item)} at {place(cell)}, {'out of your reach' if way is None else f'{way} steps away'}")
    return told


def _ways(state: TasksState, seat: int) -> list[str]:
    kitchen = state.game.kitchen
    goals = [(name, kitchen.cells(tile)) for name, tile in (("onions", "O"), ("tomatoes", "T"), ("dishes", "D"), ("serving counter", "S"))]
    goals += [(f"pot {number}", (cell,)) for number, cell in enumerate(state.game.pots, 1)]
    ways = [(name, state.distance(seat, cells)) for name, cells in goals if cells]
    near = [f"{name} {way}" for name, way in ways if way is not None]
    far = [name for name, way in ways if way is None]
    return [*near, *([f"out of your reach: {listed(far)}"] if far else [])]
