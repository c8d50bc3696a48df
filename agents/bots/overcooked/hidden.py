"""Cooks for kitchens where they see only what is near and the order is hidden from some (Overcooked-v2).

A cook remembers pots and counters as it saw them last. Of an order that it was not shown it goes to see an indicator, or uses a button; where it can come to
neither, it waits a while in view of a button, then guesses. Who knows the order and can cook nothing uses a button once for the others. A soup that is not
ordered is put down where that costs something: it may be ordered later.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ....games.overcooked.game import ACTIONS
from ....games.overcooked.v2.game import OvercookedV2
from ....games.overcooked.v2.state import MUSHROOM
from .cook import Cook, Manner
from .sight import PotSeen, Seen, see

if TYPE_CHECKING:
    from ....games.core import Observation
    from ....games.overcooked.game import Overcooked
    from ....games.overcooked.kitchen import Cell, Recipe
    from ....games.overcooked.state import Thing

__all__ = ["HiddenCook", "cook_for"]

_PATIENCE = 15
"""For so many steps a cook waits to be shown the order before it guesses."""


class HiddenCook(Cook):
    """A cook who does not see everything; see the module."""

    game: OvercookedV2

    def __init__(self, game: OvercookedV2, manner: Manner, seat: int, rng: np.random.Generator) -> None:
        super().__init__(game, manner, seat, rng)
        self._pots: dict[Cell, tuple[PotSeen, int]] = {}
        self._counters: dict[Cell, Thing] = {}
        self._read = 0
        self._fresh_order()

    def _fresh_order(self) -> None:
        self._refused: list[Recipe] = []
        self._waited, self._pressed = 0, False
        self._known = len(self.game.recipes) == 1
        if self._known:
            self._order = self.game.recipes[0]

    # -- what it knows -----------------------------------------------------------------------------------------------

    def _look(self, observation: Observation) -> Seen:
        planes = observation.data["planes"]
        self._hear(observation)
        if (shown := planes[:, :, 31:33].max(axis=(0, 1))).any():
            self._order, self._known = (int(shown[0]), int(shown[1])), True
        seen = see(planes)
        near = {(int(x), int(y)) for x, y in np.argwhere(planes[:, :, 26])}
        strange = {(int(x), int(y)) for x, y in np.argwhere(planes[:, :, 30])}
        lying = {cell: MUSHROOM for cell in strange if cell != seen.cell and cell not in seen.others}
        self._counters = {cell: item for cell, item in self._counters.items() if cell not in near} | seen.counters | lying
        self._pots |= {cell: (pot, observation.turn) for cell, pot in seen.pots.items() if cell in near or cell not in self._pots}
        pots = {cell: _later(pot, observation.turn - turn) for cell, (pot, turn) in self._pots.items()}
        return replace(seen, held=MUSHROOM if seen.cell in strange else seen.held, counters=dict(self._counters), pots=pots)

    def _hear(self, observation: Observation) -> None:
        for event in observation.since(self._read):
            if event.kind == "deliver" and event.data["value"] <= 0:
                self._refused.append((event.data["thing"][1], event.data["thing"][2]))
                self._known &= self._order != self._refused[-1]
            elif event.kind == "button" or (event.kind == "payoff" and event.data["for"] == "button"):
                # of a use out of view the price tells, where there is one
                self._pressed = True
            elif event.kind == "payoff" and event.data["for"] == "ordered" and self.game.new_recipe == "delivery":
                self._fresh_order()
        self._read = len(observation.events)

    # -- what it wants -----------------------------------------------------------------------------------------------

    def _goals(self, seen: Seen) -> list[Cell]:
        if not self._known:
            return self._ask(seen)
        buttons = self._reachable(seen, self.kitchen.cells("L"))
        if buttons and not self._pressed and seen.held is None and not self._reachable(seen, self.kitchen.cells("P")):
            return buttons
        if seen.held is not None and seen.held[0] == "soup" and seen.held[1:] != self._order and self.game.wrong_price:
            return self._reachable(seen, [cell for cell in self.kitchen.cells("X") if cell not in seen.counters])
        return super()._goals(seen)

    def _ask(self, seen: Seen) -> list[Cell]:
        """Choose where to go to be shown the order; guess when that has taken long."""
        if spots := self._spots(seen, "R"):
            return spots
        if buttons := self._reachable(seen, self.kitchen.cells("L")):
            return buttons if seen.held is None else self._handover(seen)
        self._waited += 1
        if self._waited > _PATIENCE:
            choices = [recipe for recipe in self.game.recipes if recipe not in self._refused] or list(self.game.recipes)
            self._order, self._known = choices[int(self.rng.integers(len(choices)))], True
        spots = self._spots(seen, "L")
        return [] if seen.cell in spots else spots

    def _spots(self, seen: Seen, tile: str) -> list[Cell]:
        """List floor that the cook can come to with a tile of a kind in view."""
        radius, shown = self.game.view_radius, self.kitchen.cells(tile)
        room = self.game.room(seen.cell)
        if radius is None:
            return room if shown else []
        return [(x, y) for x, y in room if any(abs(x - there[0]) <= radius and abs(y - there[1]) <= radius for there in shown)]

    def _fetch_to_serve(self, seen: Seen, dish: bool) -> list[Cell]:
        wanted = {cell: item for cell, item in seen.counters.items() if item[0] != "soup" or item[1:] == self._order}
        return super()._fetch_to_serve(replace(seen, counters=wanted), dish)

    def _towards(self, seen: Seen, goals: list[Cell]) -> str:
        if goals[0] not in self.kitchen.floor:
            return super()._towards(seen, goals)
        action = self.ways.first(seen.cell, set(goals), set(seen.others))
        return ACTIONS[action] if action is not None else "stay"


def _later(pot: PotSeen, steps: int) -> PotSeen:
    """Reckon on what a pot is like that was seen some steps ago."""
    return pot if pot.left is None else replace(pot, left=max(0, pot.left - steps))


def cook_for(game: Overcooked, manner: Manner, seat: int, rng: np.random.Generator) -> Cook:
    """Make a cook for a game: one who minds what is hidden, where something is."""
    return HiddenCook(game, manner, seat, rng) if isinstance(game, OvercookedV2) else Cook(game, manner, seat, rng)
