"""A subject of known behaviour, for whoever tests an experiment and its analysis: the chance of what it does is a logistic function of what it reads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import ParameterError
from ..games.actions import Status
from ..games.core import Game, GameType, Observation
from .player import Answer, BasePlayer, Player, inner_spec

__all__ = ["PlantedPlayer", "fits"]


class PlantedPlayer(BasePlayer):
    """Moves as one player or as another, drawn anew for each decision, and now and then gives no answer.

    It reads what a language player would be told: its persona, the rules, the events and what is asked. The log odds of the first player are ``logit`` plus
    the effects of all phrases that occur in that, in any case; those of no answer likewise.

    Args:
        does: a kind of player, or a mapping with ``kind`` and its parameters.
        otherwise: the other one.
        logit: log odds of the first, where no phrase occurs.
        effects: by phrase, what its occurrence adds to the log odds.
        missing: log odds of no answer; None for never.
        missing_effects: by phrase, what its occurrence adds to those.
        persona: text that it also reads.

    Raises:
        ParameterError: an effect is no finite number, or a player asked to move needs a model or waits for something.
    """

    def __init__(
        self,
        does: str | Mapping[str, Any],
        otherwise: str | Mapping[str, Any],
        *,
        logit: float = 0.0,
        effects: Mapping[str, float] | None = None,
        missing: float | None = None,
        missing_effects: Mapping[str, float] | None = None,
        persona: str = "",
    ) -> None:
        self._specs = inner_spec("planted player: does", does), inner_spec("planted player: otherwise", otherwise)
        self._effects, self._missing_effects = _effects("effects", effects), _effects("missing_effects", missing_effects)
        self._logit, self._missing = _finite("logit", logit), None if missing is None else _finite("missing", missing)
        self._persona = persona

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._rng = np.random.default_rng([seed, 1])
        self._inner: list[Player] = [spec.build() for spec in self._specs]
        for player in self._inner:
            player.start(seat, game_type, seed)
        self._read = 0
        self._heard = ""

    def act(self, observation: Observation) -> Answer:
        if not self._read and not self._heard:
            self._heard = f"{self._persona}\n{observation.rules}\n".casefold()
        self._heard += "".join(f"{event.text}\n".casefold() for event in observation.since(self._read))
        self._read = len(observation.events)
        told = self._heard + observation.request.casefold()
        silent, first = self._rng.random(2)
        given = [player.act(observation) for player in self._inner]
        if self._missing is not None and silent < _chance(self._missing, self._missing_effects, told):
            return Answer(None, Status.UNPARSABLE, problem="it gave no answer, as planted")
        answer = given[0] if first < _chance(self._logit, self._effects, told) else given[1]
        if isinstance(answer, Answer):
            return answer
        assert not hasattr(answer, "__await__")
        return Answer(answer)

    def end(self, outcome: Mapping[str, Any]) -> None:
        for player in self._inner:
            player.end(outcome)


def fits(game: Game, does: str | Mapping[str, Any], otherwise: str | Mapping[str, Any], **_: Any) -> str | None:
    """Say why one of the two players that are to move cannot play ``game``, or None when both can."""
    return inner_spec("planted player: does", does).why_not(game) or inner_spec("planted player: otherwise", otherwise).why_not(game)


def _chance(logit: float, effects: Mapping[str, float], told: str) -> float:
    odds = logit + sum(effect for phrase, effect in effects.items() if phrase in told)
    return 1 / (1 + math.exp(-odds)) if odds > -700 else 0.0


def _effects(name: str, given: Mapping[str, float] | None) -> dict[str, float]:
    if not isinstance(given, Mapping | None):
        raise ParameterError(f"planted player: {name}={given!r} should be numbers by phrase")
    return {str(phrase).casefold(): _finite(f"{name}, {phrase!r}", value) for phrase, value in (given or {}).items()}


def _finite(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ParameterError(f"planted player: {name}={value!r} should be a finite number")
    return float(value)
