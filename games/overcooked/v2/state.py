"""Positions of :class:`~ludens.games.overcooked.v2.game.OvercookedV2`."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np

from ...core import Event, NotSupported, seat_name
from .. import text
from ..game import ACTIONS
from ..kitchen import DIRECTIONS, Cell, Recipe
from ..state import DISH, IDLE, OvercookedState, Thing
from . import text as words
from .game import BUTTON_STEPS, OvercookedV2

__all__ = ["MUSHROOM", "NOWHERE", "OvercookedV2State"]

MUSHROOM: Thing = ("mushroom",)
NOWHERE: Cell = (-9, -9)
"""Where a cook is that is out of view; no kitchen reaches there."""
_EMPTY = (0, 0, IDLE)
_ORDERS = {"order": "A soup of {} is ordered.", "shown": "The order is shown: a soup of {}."}
"""What is told of an order, by kind of event."""
_REASONS = {"ordered": "a soup that was ordered", "not ordered": "a soup that was not ordered", "button": "a button"}


class OvercookedV2State(OvercookedState):
    """A position.

    Attributes:
        recipe: the soup that is ordered.
        lit: buttons that show it, and for how many steps from now on.
        knows: per cook, whether it has been shown the order since that was drawn.
        refused: soups that were delivered since then and were not it.
        followed: per cook, whether all that the others have done was in its view, so that it knows the whole position but for the order.
    """

    game: OvercookedV2

    def __init__(self, game: OvercookedV2, seed: int) -> None:
        super().__init__(game, seed)
        self.recipe: Recipe = game.recipes[0]
        self.lit: dict[Cell, int] = {}
        self.knows = [False] * game.seats
        self.refused: list[Recipe] = []
        self.followed = [True] * game.seats
        if game.random_starts:
            self._scatter()
            self._follow(())
        self._draw()
        self._show()

    def _scatter(self) -> None:
        taken: set[Cell] = set()
        for seat, start in enumerate(self.game.kitchen.starts):
            free = [cell for cell in self.game.room(start) if cell not in taken]
            self.where[seat] = free[int(self.rng.integers(len(free)))]
            taken.add(self.where[seat])
        self.facing = [int(self.rng.integers(len(DIRECTIONS))) for _ in self.where]

    # -- what is seen ------------------------------------------------------------------------------------------------

    def sees(self, seat: int, cell: Cell) -> bool:
        """Tell whether a cell is in a cook's view."""
        (x, y), radius = self.where[seat], self.game.view_radius
        return radius is None or (abs(cell[0] - x) <= radius and abs(cell[1] - y) <= radius)

    def shown(self, seat: int) -> list[Cell]:
        """List the indicators and buttons in a cook's view that show the order."""
        return [cell for cell in (*self.game.kitchen.cells("R"), *self.lit) if self.sees(seat, cell)]

    def in_view(self, seat: int) -> OvercookedV2State:
        """Copy the position for reading, without what is out of a cook's view: cooks there are :data:`NOWHERE`."""
        view = copy.copy(self)
        view.where = [cell if self.sees(seat, cell) else NOWHERE for cell in self.where]
        view.counters = {cell: item for cell, item in self.counters.items() if self.sees(seat, cell)}
        view.pots = {cell: pot for cell, pot in self.pots.items() if self.sees(seat, cell)}
        return view

    def _witnesses(self, *cells: Cell) -> tuple[int, ...] | None:
        return self._to(seat for seat in range(self.game.seats) if all(self.sees(seat, cell) for cell in cells))

    def _to(self, seats: Iterable[int]) -> tuple[int, ...] | None:
        chosen = tuple(seats)
        return chosen if len(chosen) < self.game.seats else None

    def request(self, seat: int) -> str:
        return words.request(self, seat)

    def data(self, seat: int) -> dict[str, np.ndarray]:
        from .encode import grid

        planes = grid(self, seat)
        return {"observation": planes, "planes": planes}

    # -- a step: movement, then interactions, then the stoves and the order --------------------------------------------

    def _step(self, actions: Sequence[int]) -> float:
        before, delivered, dishes = len(self.events), self.delivered, self.hands.count(DISH)
        self._walk(actions)
        earned = sum(self._interact(seat, dishes) for seat, action in enumerate(actions) if ACTIONS[action] == "interact")
        self._cook()
        self.lit = {cell: left - 1 for cell, left in self.lit.items() if left > 1}
        self._follow(self.events[before:])
        if self.delivered > delivered and self.game.new_recipe == "delivery":
            self._draw()
        self._show()
        return earned

    def _walk(self, actions: Sequence[int]) -> None:
        wanted = list(self.where)
        for seat, action in enumerate(actions):
            if action < len(DIRECTIONS):
                self.facing[seat] = action
                ahead = self.game.kitchen.ahead(self.where[seat], action)
                if ahead in self.game.kitchen.floor:
                    wanted[seat] = ahead
        after = list(wanted)
        # who stays may be in the way of the next
        while clash := [seat for seat, cell in enumerate(after) if after.count(cell) > 1]:
            for seat in clash:
                after[seat] = self.where[seat]
        moved = list(after)
        for seat, cell in enumerate(self.where):
            if any(other != seat and moved[other] == cell and moved[seat] == there for other, there in enumerate(self.where)):
                after[seat] = cell
        before, self.where = self.where, after
        for seat, cell in enumerate(after):
            if cell == before[seat] != wanted[seat]:
                self.emit("bump", f"{seat_name(seat)} is stopped by another cook.", seat=seat, data={}, to=self._witnesses(cell))

    def _interact(self, seat: int, waiting: int) -> float:
        cell = self.game.kitchen.ahead(self.where[seat], self.facing[seat])
        tile, held = self.game.kitchen.tile(cell), self.hands[seat]
        if tile == "M" and held is None:
            self._take(seat, MUSHROOM)
        elif tile == "L" and held is None:
            self.lit[cell] = BUTTON_STEPS
            self._tell("button", seat, f"uses the button at {text.place(cell)}", cell, None)
            return self._earn(-self.game.button_price, "button")
        return super()._interact(seat, waiting)

    def _use_pot(self, seat: int, cell: Cell) -> None:
        if self.hands[seat] == MUSHROOM:
            return
        before, shaped = self.pots.get(cell, _EMPTY), self.shaped[seat]
        super()._use_pot(seat, cell)
        self.shaped[seat] = shaped + self._progress(before, self.pots.get(cell, _EMPTY))

    def _progress(self, before: tuple[int, int, int], after: tuple[int, int, int]) -> float:
        """Give the shaped reward of what was done to a pot: only what the order asks for counts."""
        put, _, soup = self.game.kitchen.shaping
        for name, wanted in enumerate(self.recipe):
            if after[name] > before[name]:
                return put * (before[name] < wanted)
        return soup * (before != after and before[:2] == self.recipe)

    def _dish_is_wanted(self, waiting: int) -> bool:
        # as JaxMARL has it: fewer dishes were in hands before the step than pots have something in them, and none lies about
        return DISH not in self.counters.values() and waiting < len(self.pots)

    def _deliver(self, seat: int, soup: Thing) -> float:
        self.hands[seat] = None
        made: Recipe = (soup[1], soup[2])
        right = made == self.recipe
        value = self.game.kitchen.value(made) if right else 0.0 - self.game.wrong_price
        self.delivered += right
        cell = self.game.kitchen.ahead(self.where[seat], self.facing[seat])
        self._tell("deliver", seat, f"delivers {text.thing(soup)}: {text.points(value)} for everybody", cell, soup, value=value)
        if not right:
            self.refused.append(made)
        elif self.game.new_recipe == "episode":
            self.knows = [knows or self._saw(other, self.events[-1]) for other, knows in enumerate(self.knows)]
        return self._earn(value, "ordered" if right else "not ordered")

    def _earn(self, value: float, why: str) -> float:
        """Tell everybody what it earns or pays, which it would notice anyway."""
        if value:
            verb = "earns" if value > 0 else "pays"
            self.emit("payoff", f"Everybody {verb} {text.points(abs(value))} for {_REASONS[why]}.", data={"value": value, "for": why})
        return value

    @staticmethod
    def _saw(seat: int, event: Event) -> bool:
        return event.visible_to is None or seat in event.visible_to

    # -- the order, and who knows what -------------------------------------------------------------------------------

    def _draw(self) -> None:
        recipes = self.game.recipes
        self.recipe = recipes[int(self.rng.integers(len(recipes)))]
        self.refused, self.knows = [], [len(recipes) == 1] * self.game.seats
        self.emit("order", _ORDERS["order"].format(text.recipe(self.recipe)), data={"recipe": list(self.recipe)}, to=())

    def _show(self) -> None:
        """Tell those cooks what is ordered who see it for the first time."""
        new = [seat for seat, knows in enumerate(self.knows) if not knows and self.shown(seat)]
        for seat in new:
            self.knows[seat] = True
        if new:
            self.emit("shown", _ORDERS["shown"].format(text.recipe(self.recipe)), data={"recipe": list(self.recipe)}, to=self._to(new))

    def _follow(self, events: Iterable[Event]) -> None:
        for seat in range(self.game.seats):
            missed = any(event.seat is not None and not self._saw(seat, event) for event in events)
            self.followed[seat] &= not missed and all(self.sees(seat, cell) for cell in self.where)

    def _open(self) -> list[Recipe]:
        """List what may be ordered for all that a cook knows who was not shown the order."""
        return [recipe for recipe in self.game.recipes if recipe not in self.refused]

    def hides(self, seat: int) -> bool:
        return not self.followed[seat] or (not self.knows[seat] and len(self._open()) > 1)

    def resample_hidden(self, seat: int, rng: np.random.Generator) -> Self:
        """Draw the order anew where ``seat`` was not shown it: each that no delivery has ruled out is as likely as another.

        The others are then taken to have been shown the new one; their shaped rewards, which nobody is told, stay.

        Raises:
            NotSupported: others did things, or began, out of the cook's view: what they may have done cannot be drawn anew.
        """
        if not self.followed[seat]:
            raise NotSupported(f"{self.game.made_as} cannot draw anew what cooks do out of {seat_name(seat)}'s view")
        twin = self.with_fresh_chance(rng)
        if not self.knows[seat]:
            choices = self._open()
            twin._reorder(choices[int(rng.integers(len(choices)))])
        return twin

    def _reorder(self, recipe: Recipe) -> None:
        """Make another soup the one that has been ordered since an order was last drawn."""
        self.recipe = recipe
        drawn = max(number for number, event in enumerate(self.events) if event.kind == "order")
        for number, event in enumerate(self.events[drawn:], drawn):
            if event.kind in _ORDERS:
                self.events[number] = event._replace(text=_ORDERS[event.kind].format(text.recipe(recipe)), data={"recipe": list(recipe)})
        self._seen = [[event for event in self.events if self._saw(seat, event)] for seat in range(self.game.seats)]
        self._keys = [None] * self.game.seats
