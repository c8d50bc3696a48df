"""A cook: what is wanted of it now, and the way there around the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ....games.actions import Move
from ....games.overcooked.game import ACTIONS, Overcooked
from ....games.overcooked.kitchen import DIRECTIONS, MOST_INGREDIENTS, RECIPES, Cell
from ....games.overcooked.routes import routes
from .sight import Seen, see
from .talk import SAYINGS, Ear

if TYPE_CHECKING:
    from ....games.core import Observation
    from ....games.overcooked.kitchen import Recipe

__all__ = ["Cook", "Manner"]

_STAY, _INTERACT = "stay", "interact"


@dataclass(frozen=True)
class Manner:
    """How a cook goes about it.

    Attributes:
        role: ``all`` there is to do, only ``fill`` pots, only ``serve`` what is in them, ``split`` (fill at even seats, serve at odd ones) or ``stay``.
        minds: takes into account what the others carry or say; otherwise it does everything itself.
        noise: share of steps in which it does anything.
        waits: share of steps in which it waits when another cook is beside it.
        yields: chance to step aside when it could not move; otherwise it tries again.
    """

    role: Literal["all", "fill", "serve", "split", "stay"] = "all"
    minds: bool = True
    noise: float = 0.0
    waits: float = 0.0
    yields: float = 0.5


class Cook:
    """One cook for one episode.

    Args:
        game: the rules.
        manner: how it goes about it.
        seat: which cook it is.
        rng: of its own chance.
    """

    def __init__(self, game: Overcooked, manner: Manner, seat: int, rng: np.random.Generator) -> None:
        self.game, self.manner, self.seat, self.rng = game, manner, seat, rng
        self.kitchen, self.ways = game.kitchen, routes(game.kitchen)
        self._past: list[tuple[Cell, str]] = []
        self._ear, self._about, self._said = Ear(), "", ""
        self._role = ("fill", "serve")[seat % 2] if manner.role == "split" else manner.role
        self._order = self.kitchen.favourite

    def act(self, observation: Observation) -> Move:
        """Choose an action, and say what it is for when that is new and the seat may speak."""
        seen = self._look(observation)
        self._ear.listen(observation)
        self._about = ""
        action = self._act(seen)
        self._past = [*self._past[-4:], (seen.cell, action)]
        say = SAYINGS.get(self._about)
        news = say is not None and self._about != self._said and len(say) <= self.game.say_chars
        self._said = self._about or self._said
        return Move(action, say if news else None)

    def _look(self, observation: Observation) -> Seen:
        return see(observation.data["planes"])

    def _act(self, seen: Seen) -> str:
        manner, rng = self.manner, self.rng
        if self._role == "stay":
            return _STAY
        if manner.noise and rng.random() < manner.noise:
            return ACTIONS[int(rng.integers(len(ACTIONS)))]
        if manner.waits and any(abs(x - seen.cell[0]) + abs(y - seen.cell[1]) == 1 for x, y in seen.others) and rng.random() < manner.waits:
            return _STAY
        if (self._stuck(seen) or self._to_and_fro(seen)) and rng.random() < manner.yields:
            return ACTIONS[int(rng.integers(len(DIRECTIONS) + 1))]
        if goals := self._goals(seen):
            return self._towards(seen, goals)
        # with nothing to do, do not stand in the way
        near = any(abs(x - seen.cell[0]) + abs(y - seen.cell[1]) <= 2 for x, y in seen.others)
        return ACTIONS[int(rng.integers(len(DIRECTIONS)))] if near and rng.random() < manner.yields else _STAY

    def _stuck(self, seen: Seen) -> bool:
        """Tell whether the last step would have led on, and did not."""
        return bool(self._past) and self._past[-1] == (seen.cell, ACTIONS[seen.facing]) and self._ahead(seen) in self.kitchen.floor

    def _to_and_fro(self, seen: Seen) -> bool:
        """Tell whether the cook was here two and four steps ago, and elsewhere in between: it dances with another."""
        cells = [cell for cell, _ in self._past[-4:]]
        return len(cells) == 4 and cells[0] == cells[2] == seen.cell != cells[3]

    def _ahead(self, seen: Seen) -> Cell:
        return self.kitchen.ahead(seen.cell, seen.facing)

    # -- what is wanted ----------------------------------------------------------------------------------------------

    def _goals(self, seen: Seen) -> list[Cell]:
        """List cells of which the nearest is to be used now, by what the cook holds."""
        held = seen.held
        if held is None:
            return self._fetch(seen)
        if held[0] == "soup":
            self._about = "serve"
            return self._reachable(seen, self.kitchen.cells("S")) or self._handover(seen)
        if held[0] == "dish":
            self._about = "soup"
            cooking = {cell: pot.left for cell, pot in seen.pots.items() if pot.left is not None}
            best = min(cooking.values(), default=0)
            wanted = [cell for cell, left in cooking.items() if left == best] or [cell for cell, pot in seen.pots.items() if pot.count]
            return self._reachable(seen, wanted) or self._handover(seen)
        wanted = [cell for cell, pot in seen.pots.items() if held[0] in self._missing(pot.onions, pot.tomatoes, pot.left)]
        most = max((seen.pots[cell].count for cell in self._reachable(seen, wanted)), default=0)
        return [cell for cell in self._reachable(seen, wanted) if seen.pots[cell].count == most] or self._handover(seen)

    def _fetch(self, seen: Seen) -> list[Cell]:
        """Choose what empty hands do: start a pot, fetch a dish, or fetch what a pot lacks."""
        if not self.game.old_dynamics:
            done = [cell for cell, pot in seen.pots.items() if pot.left is None and pot.count and not self._missing(pot.onions, pot.tomatoes, None)]
            if near := self._reachable(seen, done):
                self._about = "start"
                return near
        serves, fills = self._role != "fill", self._role != "serve"
        cooking = sum(pot.left is not None for pot in seen.pots.values())
        full = sum(pot.count > 0 and not self._missing(pot.onions, pot.tomatoes, pot.left) for pot in seen.pots.values())
        dishes = self._elsewhere(seen, "dish")
        if serves and (found := self._fetch_to_serve(seen, max(cooking, full) > dishes)):
            return found
        lacking: list[str] = []
        for pot in seen.pots.values():
            lacking += self._missing(pot.onions, pot.tomatoes, pot.left)
        for name, tile in (("onion", "O"), ("tomato", "T")):
            if fills and lacking.count(name) > self._elsewhere(seen, name) and (found := self._source(seen, name, tile)):
                self._about = name
                return found
        # everything cooks: be ready to take it out
        if serves and cooking and not dishes:
            self._about = "dish"
            return self._source(seen, "dish", "D")
        return []

    def _fetch_to_serve(self, seen: Seen, dish: bool) -> list[Cell]:
        lying = [cell for cell, item in seen.counters.items() if item[0] == "soup"]
        if self._reachable(seen, self.kitchen.cells("S")) and (soups := self._reachable(seen, lying)):
            self._about = "soup"
            return soups
        if dish and (found := self._source(seen, "dish", "D")):
            self._about = "dish"
            return found
        return []

    def _elsewhere(self, seen: Seen, name: str) -> int:
        """Count the things of a name that are on their way: in the hands of others, as good as there, or laid out for them."""
        return (seen.elsewhere(name) + self._ear.about(name, self.seat)) * self.manner.minds + self._laid_out(seen, name)

    def _missing(self, onions: int, tomatoes: int, left: int | None) -> list[str]:
        """List what a pot lacks for the soup that is wanted; nothing where it cooks or is full."""
        if left is not None or onions + tomatoes == MOST_INGREDIENTS:
            return []
        want = self._order if onions <= self._order[0] and tomatoes <= self._order[1] else self._next_best((onions, tomatoes))
        return ["onion"] * (want[0] - onions) + ["tomato"] * (want[1] - tomatoes)

    def _next_best(self, inside: Recipe) -> Recipe:
        open_to = [recipe for recipe in RECIPES if recipe[0] >= inside[0] and recipe[1] >= inside[1]]
        return max(open_to, key=self.kitchen.value)

    def _source(self, seen: Seen, name: str, tile: str) -> list[Cell]:
        """Where a thing can be had: where it is kept, or a counter that it was put on for others to take."""
        lying = [cell for cell, item in seen.counters.items() if item[0] == name]
        kept = self._reachable(seen, self.kitchen.cells(tile))
        # what a cook that comes to no pot could have fetched itself was put there for others
        return kept + (self._reachable(seen, lying) if not kept or self._reachable(seen, self.kitchen.cells("P")) else [])

    def _laid_out(self, seen: Seen, name: str) -> int:
        """Count what lies on counters for others, of one who cannot reach the pots."""
        return 0 if self._reachable(seen, self.kitchen.cells("P")) else sum(item[0] == name for item in seen.counters.values())

    def _handover(self, seen: Seen) -> list[Cell]:
        """List free counters that others can reach too, for what the cook itself cannot bring on."""
        free = [cell for cell in self.kitchen.cells("X") if cell not in seen.counters]
        own = self._reachable(seen, free)
        shared = [cell for cell in own if any(self.ways.reachable(self.ways.at(other, 0), [cell]) for other in seen.others)]
        apart = [cell for cell in shared if len({self.ways.region(goal) for goal in self.ways.goals(cell)}) > 1]
        return apart or shared or own

    def _reachable(self, seen: Seen, cells: Iterable[Cell]) -> list[Cell]:
        return self.ways.reachable(self.ways.at(seen.cell, seen.facing), cells)

    # -- the way -----------------------------------------------------------------------------------------------------

    def _towards(self, seen: Seen, goals: list[Cell]) -> str:
        """Give the first step of a shortest way to one of the goals around the others; where they bar all ways, of one through them."""
        if self._ahead(seen) in goals:
            return _INTERACT
        for barred in (set(seen.others), set()):
            action = self.ways.first(seen.cell, goals, barred)
            if action is not None:
                return ACTIONS[action]
        return _STAY
