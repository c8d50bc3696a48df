"""A cook for kitchens by tasks: it chooses what comes next, and the rules walk it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ....games.actions import Move
from ....games.overcooked.kitchen import MOST_INGREDIENTS
from ....games.overcooked.routes import routes
from ....games.overcooked.tasks import MAKE_WAY, WAIT, OvercookedTasks
from .cook import Manner
from .sight import PotSeen, Seen, see
from .talk import SAYINGS

if TYPE_CHECKING:
    from ....games.core import Observation

__all__ = ["TaskCook"]

_SAID = {"get": ("onion", "tomato", "dish"), "start": ("start",), "take": ("soup",), "serve": ("serve",)}


class TaskCook:
    """One cook for one episode.

    Args:
        game: the rules.
        manner: how it goes about it; ``yields`` is its chance to make way after a task of its own has failed.
        seat: which cook it is.
        rng: of its own chance.
    """

    def __init__(self, game: OvercookedTasks, manner: Manner, seat: int, rng: np.random.Generator) -> None:
        self.game, self.manner, self.seat, self.rng = game, manner, seat, rng
        self._heard = 0
        self._said = ""
        self._role = ("fill", "serve")[seat % 2] if manner.role == "split" else manner.role

    def act(self, observation: Observation) -> Move:
        """Choose a task, and say what it is for when that is new and the seat may speak."""
        offered = tuple(observation.action_spec.domain.values())
        task = self._choose(offered, see(observation.data["planes"]), self._others(observation), self._failed(observation))
        first, _, last = task.partition(" ")
        say = SAYINGS.get(last if first == "get" and last in _SAID["get"] else _SAID.get(first, ("",))[0])
        news = say is not None and say != self._said and len(say) <= self.game.say_chars
        self._said = say or self._said
        return Move(task, say if news else None)

    def _others(self, observation: Observation) -> list[str]:
        return [self.game.tasks[number] for number in observation.data["tasks"][1:].tolist() if number >= 0]

    def _failed(self, observation: Observation) -> bool:
        news = observation.since(self._heard)
        self._heard = len(observation.events)
        return any(event.kind == "fail" and event.seat == self.seat for event in news)

    def _choose(self, offered: tuple[str, ...], seen: Seen, others: list[str], failed: bool) -> str:
        manner, rng = self.manner, self.rng
        if manner.noise and rng.random() < manner.noise:
            return offered[int(rng.integers(len(offered)))]
        near = any(abs(x - seen.cell[0]) + abs(y - seen.cell[1]) == 1 for x, y in seen.others)
        if self._role == "stay" or (manner.waits and near and rng.random() < manner.waits):
            return WAIT
        if failed and rng.random() < manner.yields:
            return MAKE_WAY
        wishes = self._with_hands_full(seen) if seen.held is not None else self._with_hands_empty(seen, others)
        return next((wish for wish in wishes if wish in offered), WAIT)

    def _with_hands_full(self, seen: Seen) -> list[str]:
        """List tasks in the order in which they are wanted, by what the cook holds."""
        assert seen.held is not None
        pots = {number: seen.pots[cell] for number, cell in enumerate(self.game.pots, 1)}
        if seen.held[0] == "soup":
            return ["serve", "pass on"]
        if seen.held[0] == "dish":
            cooking = sorted((pot.left, number) for number, pot in pots.items() if pot.left is not None)
            soups = [f"take soup from pot {number}" for _, number in cooking]
            return [*soups, WAIT] if any(pot.count for pot in pots.values()) and self._reaches_pots(seen) else [*soups, "pass on", WAIT]
        open_pots = [(-pot.count, number) for number, pot in pots.items() if seen.held[0] in self._missing(pot)]
        wishes = [f"put in pot {number}" for _, number in sorted(open_pots)]
        return [*wishes, WAIT] if self._reaches_pots(seen) else [*wishes, "pass on", WAIT]

    def _reaches_pots(self, seen: Seen) -> bool:
        ways = routes(self.game.kitchen)
        return bool(ways.reachable(ways.at(seen.cell, seen.facing), self.game.pots))

    def _with_hands_empty(self, seen: Seen, others: list[str]) -> list[str]:
        pots = {number: seen.pots[cell] for number, cell in enumerate(self.game.pots, 1)}
        minds, serves, fills = self.manner.minds, self._role != "fill", self._role != "serve"
        full = [number for number, pot in pots.items() if pot.count and not self._missing(pot) and pot.left is None]
        wishes = [] if self.game.old_dynamics else [f"start pot {number}" for number in full if f"start pot {number}" not in others or not minds]
        cooking = sum(pot.left is not None for pot in pots.values())
        dishes = (seen.elsewhere("dish") + others.count("get dish")) * minds
        laid = 0 if self._reaches_pots(seen) else sum(item[0] == "dish" for item in seen.counters.values())
        if serves:
            wishes.append("get soup")
            if max(cooking, len(full)) > dishes + laid:
                wishes.append("get dish")
        lacking = [name for pot in pots.values() for name in self._missing(pot)]
        for name in ("onion", "tomato"):
            laid = 0 if self._reaches_pots(seen) else sum(item[0] == name for item in seen.counters.values())
            if fills and lacking.count(name) > (seen.elsewhere(name) + others.count(f"get {name}")) * minds + laid:
                wishes.append(f"get {name}")
        return wishes

    def _missing(self, pot: PotSeen) -> list[str]:
        """List what a pot lacks for the soup that is wanted; nothing where it cooks, is full or can no longer become that soup."""
        onions, tomatoes = self.game.kitchen.favourite
        if pot.left is not None or pot.count == MOST_INGREDIENTS or pot.onions > onions or pot.tomatoes > tomatoes:
            return []
        return ["onion"] * (onions - pot.onions) + ["tomato"] * (tomatoes - pot.tomatoes)
