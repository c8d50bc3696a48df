"""A subject with utilities of its own, for whoever tests their elicitation: Thurstone's model of comparative judgment, with a bias of order if wanted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import ParameterError
from ..games.actions import Move, Status
from ..games.choice.rules import PLACES, ForcedChoice, Option
from ..games.core import Game, GameType, Observation
from .player import Answer, BasePlayer

__all__ = ["ValuingPlayer", "fits"]


class ValuingPlayer(BasePlayer):
    """Picks A where its utility, less that of B, plus ``bias``, is more than a normal draw of standard deviation ``noise``.

    A lottery is worth what is expected of its outcomes.

    Args:
        utilities: by description.
        noise: standard deviation of the difference of two looks; 0 for a player who never wavers.
        bias: what the option shown first gains.
        silent: chance of no answer.

    Raises:
        ParameterError: a number is none, or out of range; at the first move, an option that it has no utility of.
    """

    def __init__(self, utilities: Mapping[str, float], *, noise: float = 1.0, bias: float = 0.0, silent: float = 0.0) -> None:
        if not isinstance(utilities, Mapping) or not utilities:
            raise ParameterError("valuing player: utilities should be numbers by description")
        self._utilities = {str(name): _number(f"utilities, {name!r}", value) for name, value in utilities.items()}
        self._noise, self._bias, self._silent = _number("noise", noise), _number("bias", bias), _number("silent", silent)
        if self._noise < 0 or not 0 <= self._silent <= 1:
            raise ParameterError(f"valuing player: noise={noise} should be at least 0, and silent={silent} a chance")

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._rng = np.random.default_rng(seed)

    def act(self, observation: Observation) -> Move | Answer:
        game: Any = observation.game
        if problem := fits(game, self._utilities):
            raise ParameterError(problem)
        first, second = (self._worth(option) for option in game.shown)
        silent, draw = self._rng.random(), self._rng.standard_normal()
        if silent < self._silent:
            return Answer(None, Status.UNPARSABLE, problem="it gave no answer, as planted")
        return Move(PLACES[0 if first - second + self._bias > self._noise * draw else 1])

    def _worth(self, option: Option) -> float:
        lottery = ((1.0, option),) if isinstance(option, str) else option
        return sum(chance * self._utilities[what] for chance, what in lottery)


def fits(game: Game, utilities: Mapping[str, float] | None = None, **_: Any) -> str | None:
    """Say why a valuing player cannot play ``game``, or None when it can."""
    if not isinstance(game, ForcedChoice):
        return f"it plays forced_choice, not {game.label}"
    named = [what for option in game.options for _, what in (((1.0, option),) if isinstance(option, str) else option)]
    strange = [what for what in named if what not in (utilities or {})]
    return f"it has no utility of {strange[0]!r}" if strange else None


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ParameterError(f"valuing player: {name}={value!r} should be a finite number")
    return float(value)
