"""Players of Overcooked whose manner is set by parameters: a cook, and one that cooks by a joint plan."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache
from typing import Any, get_args, get_type_hints

import numpy as np

from ....errors import ParameterError, nearest
from ....games.actions import Move
from ....games.core import Game, GameType, Observation
from ....games.overcooked.game import ACTIONS, Overcooked
from ....games.overcooked.kernel import OvercookedBatch
from ....games.overcooked.plan import Plan, joint_plan
from ....games.overcooked.tasks import OvercookedTasks
from ....games.overcooked.v2.game import OvercookedV2
from ...player import BasePlayer
from . import cook
from .cook import Cook, Manner
from .sight import both
from .task_cook import TaskCook

__all__ = ["CookPlayer", "PlanningCookPlayer", "cook_fits", "planning_cook_fits"]


_LONG = 8
"""Who has not stirred for so many steps is not expected to."""


class CookPlayer(BasePlayer):
    """Cooks as its parameters say.

    Args:
        role: ``all`` there is to do, only ``fill`` pots, only ``serve`` what is in them, ``split`` (fill at even seats, serve at odd ones) or ``stay``.
        minds: takes into account what the others carry or say; otherwise it does everything itself.
        noise: share of steps in which it does anything.
        waits: share of steps in which it waits when another cook is beside it.
        yields: chance to step aside when it could not move.

    Raises:
        ParameterError: a parameter has no such value; at the first move, the game is not Overcooked.
    """

    def __init__(self, role: str = "all", *, minds: bool = True, noise: float = 0.0, waits: float = 0.0, yields: float = 0.5) -> None:
        roles = get_args(get_type_hints(Manner)["role"])
        if role not in roles:
            raise ParameterError(f"player cook: role={role!r} should be one of: {', '.join(roles)}{nearest(str(role), roles)}")
        given: dict[str, Any] = {"role": role, "minds": minds, "noise": noise, "waits": waits, "yields": yields}
        for field in fields(Manner)[2:]:
            if not 0 <= given[field.name] <= 1:
                raise ParameterError(f"player cook: {field.name}={given[field.name]!r} should be from 0 to 1")
        self.manner = Manner(**given)

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._cook: Cook | TaskCook | None = None

    def act(self, observation: Observation) -> Move:
        if self._cook is None:
            self._cook = cook(_kitchen(observation.game, "cook"), self.manner, self.seat, np.random.default_rng(self.seed))
        return self._cook.act(observation)


class PlanningCookPlayer(BasePlayer):
    """Cooks by a plan for both, close to the best; two of them need no words.

    When the other does not keep to it, it makes a new one, for fewer steps, and for itself alone where the other does not stir.

    Args:
        width: how many positions the search for the first plan keeps.
        then_width, then_steps: the same, and how far it looks, for plans that are made on the way.

    Raises:
        ParameterError: a parameter is not positive; at the first move, the game is not Overcooked for two.
        MissingExtra: numba is not installed.

    Source: beam search, see :mod:`ludens.games.overcooked.plan`.
    """

    def __init__(self, width: int = 1000, *, then_width: int = 40, then_steps: int = 50) -> None:
        for name, value in (("width", width), ("then_width", then_width), ("then_steps", then_steps)):
            if value < 1:
                raise ParameterError(f"player planning_cook: {name}={value!r} should be at least 1")
        self.width, self.then_width, self.then_steps = width, then_width, then_steps

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._plan: Plan | None = None
        self._other: list[Any] = []
        self._still = 0

    def act(self, observation: Observation) -> Move:
        game = _kitchen(observation.game, "planning_cook")
        position = both(game, observation.data["planes"], self.seat)
        if self._plan is None:
            self._plan, self._at = _whole_plan(game, self.width), 0
            self._foreseen = OvercookedBatch(game, 1)
        other = [position[name][1 - self.seat] for name in ("where", "facing", "hands")]
        self._still, self._other = (self._still + 1 if other == self._other else 0), other
        if self._at == len(self._plan.actions) or self._foreseen.facts(0) != position:
            steps = min(game.horizon - observation.turn, self.then_steps)
            # alone there are a sixth as many ways to go on
            alone, width = (self.seat, 6 * self.then_width) if self._still >= _LONG else (None, self.then_width)
            self._plan, self._at = joint_plan(game, position, steps=steps, width=width, alone=alone), 0
            self._foreseen.put(0, position)
        actions = self._plan.actions[self._at]
        self._at += 1
        self._foreseen.step(actions[None])
        return Move(ACTIONS[actions[self.seat]])


@lru_cache(maxsize=16)
def _whole_plan(game: Overcooked, width: int) -> Plan:
    """Plan an episode once for all who cook by the plan."""
    return joint_plan(game, width=width)


def _kitchen(game: Game, player: str) -> Overcooked:
    if problem := _no_kitchen(game, player):
        raise ParameterError(f"player {problem}")
    assert isinstance(game, Overcooked)
    return game


def _no_kitchen(game: Game, player: str) -> str | None:
    if not isinstance(game, Overcooked):
        return f"{player} plays Overcooked only, not {game.made_as}"
    if player == "planning_cook" and isinstance(game, OvercookedTasks):
        return f"planning_cook chooses steps, not tasks as {game.made_as} asks for"
    if player == "planning_cook" and isinstance(game, OvercookedV2):
        return f"planning_cook plans where nothing is hidden, not for {game.made_as}"
    if player == "planning_cook" and game.seats != 2:
        return f"planning_cook plans for two cooks; this kitchen has {game.seats}"
    return None


def cook_fits(game: Game, **_: object) -> str | None:
    """Say why a cook cannot play ``game``, or None when it can."""
    return _no_kitchen(game, "cook")


def planning_cook_fits(game: Game, **_: object) -> str | None:
    """Say why the planning cook cannot play ``game``, or None when it can."""
    return _no_kitchen(game, "planning_cook")
