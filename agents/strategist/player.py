"""The strategist player: a model (or a script) that plans beside a player that acts.

After EPO (Liu et al. 2025, arXiv:2502.12486): the strategist s says a strategy a_t for every turn, the actor d moves with it and with its own earlier
strategies before it, and is free to ignore it. Only s is trained; d can be any player that hears advice.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

from ...errors import ParameterError, nearest
from ...games.core import Game, GameType, Observation
from ...llm.chat import ChatModel, Sampling
from ..language.memory import Window
from ..player import Answer, BasePlayer, Player, PlayerSpec
from .sources import ListSource, ModelSource, Source, require_tags

__all__ = ["Advised", "StrategistPlayer", "fits"]

_KNOWN = ("model", "tags", "words", "instruction", "temperature", "top_p", "max_tokens", "logprobs", "window_tokens", "seed")


@runtime_checkable
class Advised(Protocol):
    """A player that hears a strategy before it moves."""

    def advise(self, strategy: str) -> None:
        """Hear a strategy for the next move."""
        ...


class StrategistPlayer(BasePlayer):
    """Has a strategist say a strategy, and an actor move with it.

    Both exchanges stand in the decision's calls, the strategist's first and marked ``by="strategist"``; the strategy is the beginning of the decision's note.

    Args:
        strategist: who advises. With ``model``, that model, by ``temperature``, ``top_p``, ``max_tokens``, ``logprobs``, ``window_tokens`` as the language
            player has them, ``words`` (how long a strategy may be), ``instruction`` (said first in its prompt) and ``tags`` (strategies to choose from;
            engines that can are held to them); ``seed`` changes its draws in otherwise equal matches. Without ``model``, a draw from ``tags``.
        actor: who moves: ``kind`` (by default ``language``) and its parameters, the ``model`` of a language player among them.

    Raises:
        ParameterError: a parameter is unknown or missing, or the actor cannot hear advice.
    """

    def __init__(self, *, strategist: Mapping[str, Any], actor: Mapping[str, Any]) -> None:
        given = dict(strategist)
        for name in given:
            if name not in _KNOWN:
                raise ParameterError(f"strategist: unknown parameter {name!r}{nearest(name, _KNOWN)}")
        self._model: ChatModel | None = given.pop("model", None)
        self._tags = require_tags(given.pop("tags", ()))
        self._words = given.pop("words", 10)
        self._instruction = str(given.pop("instruction", ""))
        self._window = Window(given.pop("window_tokens", None))
        self._extra_seed = given.pop("seed", 0)
        if self._model is None and not self._tags:
            raise ParameterError("strategist: name a model (model=...), or strategies to draw from (tags=[...])")
        if type(self._words) is not int or self._words < 1:
            raise ParameterError(f"strategist: words={self._words!r} should be a whole number above 0")
        self._sampling = Sampling(**{"max_tokens": 60, **given})
        spec, model = _actor(actor)
        self._actor: Player = spec.build(model)
        if not isinstance(self._actor, Advised):
            raise ParameterError(f"strategist: an actor of the kind {spec.kind!r} cannot hear a strategy; 'language' and 'follower' can")

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._actor.start(seat, game_type, seed)
        self._source: Source
        if self._model is None:
            self._source = ListSource(self._tags, (seed + 8_191 * self._extra_seed) % 2**63)
        else:
            self._source = ModelSource(
                self._model,
                seat=seat,
                game_type=game_type,
                seed=seed + 8_191 * self._extra_seed,
                tags=self._tags,
                words=self._words,
                instruction=self._instruction,
                sampling=self._sampling,
                window=self._window,
            )

    async def act(self, observation: Observation) -> Answer:
        said = await self._source.say(observation)
        if said.text:
            self._actor.advise(said.text)  # type: ignore[attr-defined]  # checked when it was built
        given = self._actor.act(observation)
        if inspect.isawaitable(given):
            given = await given
        answer = given if isinstance(given, Answer) else Answer(given)
        note = "\n\n".join(part for part in (f"Strategy: {said.text or 'None'}", answer.note or "") if part)
        return replace(answer, calls=(*([said.call] if said.call else []), *answer.calls), note=note)

    def end(self, outcome: Mapping[str, Any]) -> None:
        self._actor.end(outcome)


def fits(game: Game, actor: Mapping[str, Any], **_: Any) -> str | None:
    """Say why the actor cannot play ``game``, or None when it can."""
    return _actor(actor)[0].why_not(game)


def _actor(given: Mapping[str, Any]) -> tuple[PlayerSpec, ChatModel | None]:
    params = dict(given)
    kind, model = str(params.pop("kind", "language")), params.pop("model", None)
    name = model if isinstance(model, str) else getattr(model, "name", None)
    return PlayerSpec.of(kind, **params, **({"model": name} if name else {})), None if isinstance(model, str) else model
