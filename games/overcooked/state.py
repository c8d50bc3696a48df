"""Positions of :class:`~ludens.games.overcooked.game.Overcooked`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..actions import ActionSpec, Move
from ..core import State, seat_name
from . import text
from .features import features
from .game import ACTIONS, Overcooked
from .kitchen import DIRECTIONS, MOST_INGREDIENTS, Cell

__all__ = ["DISH", "IDLE", "OvercookedState", "Pot", "Thing"]

Thing = tuple[Any, ...]
"""What is held or lies on a counter: ``("onion",)``, ``("tomato",)``, ``("dish",)``, or ``("soup", onions, tomatoes)`` on a dish."""
Pot = tuple[int, int, int]
"""Onions, tomatoes, and for how many steps it has cooked; :data:`IDLE` before."""
DISH: Thing = ("dish",)
IDLE = -1
_SUPPLIES: dict[str, Thing] = {"O": ("onion",), "T": ("tomato",), "D": DISH}


class OvercookedState(State):
    """A position.

    Attributes:
        where: per cook, its cell.
        facing: per cook, the number of the direction it looks in.
        hands: per cook, what it holds; None for nothing.
        counters: what lies on counters, by cell.
        pots: what is in pots that are not empty, by cell.
        clock: steps played.
        shaping: per cook, the shaped rewards added up over the episode.
        delivered: how many soups of worth were delivered.
    """

    game: Overcooked
    shaped: list[float]

    def __init__(self, game: Overcooked, seed: int) -> None:
        super().__init__(game, seed)
        self.where: list[Cell] = list(game.kitchen.starts)
        self.facing = [0] * game.seats
        self.hands: list[Thing | None] = [None] * game.seats
        self.counters: dict[Cell, Thing] = {}
        self.pots: dict[Cell, Pot] = {}
        self.clock = 0
        self.shaped = [0.0] * game.seats
        self.shaping = [0.0] * game.seats
        self.delivered = 0
        self.to_move = tuple(range(game.seats))

    # -- what is asked -----------------------------------------------------------------------------------------------

    def action_spec(self, seat: int) -> ActionSpec:
        return self.game.spec

    def request(self, seat: int) -> str:
        return text.request(self, seat)

    def default_move(self, seat: int) -> Move:
        """Stay."""
        return Move("stay")

    # -- a step: interactions, then movement, then the stoves ----------------------------------------------------------

    def _apply(self, moves: Mapping[int, Move]) -> None:
        actions = [ACTIONS.index(moves[seat].choice) for seat in range(self.game.seats)]
        for seat in range(self.game.seats):
            self.emit_speech(seat, moves[seat].say)
        self._tick(actions)

    def _tick(self, actions: Sequence[int]) -> None:
        """Play one step of all cooks, pay it and move the clock."""
        self.shaped = [0.0] * self.game.seats
        earned = self._step(actions)
        self.clock += 1
        self.rewards = [total + earned for total in self.rewards]
        self.shaping = [total + now for total, now in zip(self.shaping, self.shaped, strict=True)]
        if self.clock >= self.game.horizon:
            self.to_move = ()
            self.emit("end", f"The kitchen closes: {text.soups(self.delivered)} delivered.", data={"delivered": self.delivered})

    def _step(self, actions: Sequence[int]) -> float:
        """Carry out a step and give what it earns everybody."""
        waiting = self._soups_waiting()
        earned = sum(self._interact(seat, waiting) for seat, action in enumerate(actions) if ACTIONS[action] == "interact")
        self._walk(actions)
        self._cook()
        return earned

    def _interact(self, seat: int, waiting: int) -> float:
        """Let a cook use what it faces; give what that earns everybody."""
        kitchen, held = self.game.kitchen, self.hands[seat]
        cell = kitchen.ahead(self.where[seat], self.facing[seat])
        tile = kitchen.tile(cell)
        if tile == "X":
            self._use_counter(seat, cell)
        elif tile in _SUPPLIES and held is None:
            if tile == "D" and self._dish_is_wanted(waiting):
                self.shaped[seat] += kitchen.shaping[1]
            self._take(seat, _SUPPLIES[tile])
        elif tile == "P":
            self._use_pot(seat, cell)
        elif tile == "S" and held is not None and held[0] == "soup":
            return self._deliver(seat, held)
        return 0.0

    def _use_counter(self, seat: int, cell: Cell) -> None:
        held = self.hands[seat]
        if held is not None and cell not in self.counters:
            self.counters[cell], self.hands[seat] = held, None
            self._tell("drop", seat, f"puts {text.thing(held)} on the counter at {text.place(cell)}", cell, held)
        elif held is None and cell in self.counters:
            self._take(seat, self.counters.pop(cell), cell)

    def _take(self, seat: int, found: Thing, cell: Cell | None = None) -> None:
        self.hands[seat] = found
        source = "" if cell is None else f" from the counter at {text.place(cell)}"
        self._tell("take", seat, f"takes {text.thing(found)}{source}", cell, found)

    def _use_pot(self, seat: int, cell: Cell) -> None:
        held, kitchen = self.hands[seat], self.game.kitchen
        onions, tomatoes, ticks = self.pots.get(cell, (0, 0, IDLE))
        if held is None:
            if onions + tomatoes and ticks == IDLE and not self.game.old_dynamics:
                self.pots[cell] = (onions, tomatoes, 0)
                self._tell("cook", seat, f"starts the pot at {text.place(cell)}", cell, None)
        elif held == DISH:
            if ticks != IDLE and ticks >= kitchen.time((onions, tomatoes)):
                del self.pots[cell]
                self.hands[seat] = ("soup", onions, tomatoes)
                self.shaped[seat] += kitchen.shaping[2]
                self._tell("plate", seat, f"takes {text.thing(('soup', onions, tomatoes))} out of the pot at {text.place(cell)}", cell, self.hands[seat])
        elif held[0] != "soup" and ticks == IDLE and onions + tomatoes < MOST_INGREDIENTS:
            onion = held[0] == "onion"
            self.pots[cell] = (onions + onion, tomatoes + (not onion), IDLE)
            self.hands[seat] = None
            self.shaped[seat] += kitchen.shaping[0]
            self._tell("pot", seat, f"puts {text.thing(held)} into the pot at {text.place(cell)}, which holds {onions + tomatoes + 1} of 3 now", cell, held)

    def _deliver(self, seat: int, soup: Thing) -> float:
        self.hands[seat] = None
        value = self.game.kitchen.value((soup[1], soup[2]))
        self.delivered += value > 0
        self._tell("deliver", seat, f"delivers {text.thing(soup)}: {text.points(value)} for everybody", None, soup, value=value)
        return value

    def _soups_waiting(self) -> int:
        """Count the pots for which a dish will be wanted: cooking, ready, or begun and not full."""
        return sum(ticks != IDLE or onions + tomatoes < MOST_INGREDIENTS for onions, tomatoes, ticks in self.pots.values())

    def _dish_is_wanted(self, waiting: int) -> bool:
        # what overcooked_ai calls a useful pickup; only defined for two
        return self.game.seats == 2 and DISH not in self.counters.values() and self.hands.count(DISH) < waiting

    def _walk(self, actions: Sequence[int]) -> None:
        before, after = self.where, list(self.where)
        for seat, action in enumerate(actions):
            if action < len(DIRECTIONS):
                self.facing[seat] = action
                ahead = self.game.kitchen.ahead(before[seat], action)
                if ahead in self.game.kitchen.floor:
                    after[seat] = ahead
        swapped = any(after[a] == before[b] and after[b] == before[a] for a in range(len(after)) for b in range(a))
        if len(set(after)) == len(after) and not swapped:
            self.where = after
        elif after != before:
            self.emit("bump", "Two cooks are in each other's way: nobody moves.", data={})

    def _cook(self) -> None:
        for cell, (onions, tomatoes, ticks) in self.pots.items():
            start = ticks == IDLE and self.game.old_dynamics and onions + tomatoes == MOST_INGREDIENTS
            now, needed = 0 if start else ticks, self.game.kitchen.time((onions, tomatoes))
            if now != IDLE and now < needed:
                now += 1
                if now == needed:
                    self.emit("ready", f"The soup in the pot at {text.place(cell)} is ready.", data={"cell": list(cell)}, to=self._witnesses(cell))
            self.pots[cell] = (onions, tomatoes, now)

    def _tell(self, kind: str, seat: int, words: str, cell: Cell | None, item: Thing | None, **facts: Any) -> None:
        data = {"cell": None if cell is None else list(cell), "thing": None if item is None else list(item), **facts}
        self.emit(kind, f"{seat_name(seat)} {words}.", seat=seat, data=data, to=self._witnesses(self.where[seat], *([] if cell is None else [cell])))

    def _witnesses(self, *cells: Cell) -> tuple[int, ...] | None:
        """Tell who sees what happens at some cells; None where nothing is hidden."""
        return None

    # -- in numbers --------------------------------------------------------------------------------------------------

    def data(self, seat: int) -> dict[str, np.ndarray]:
        from .encode import grid

        planes = grid(self, seat)
        return {"observation": features(self, seat) if self.game.encoding == "features" else planes, "planes": planes}

    @property
    def outcome(self) -> dict[str, Any]:
        """Facts for the record."""
        return {"soups": self.delivered, "shaped": list(self.shaping)}
