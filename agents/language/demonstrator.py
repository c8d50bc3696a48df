"""Another player's play, told as a language player would have been told it: demonstrations for language models."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Literal

from ...errors import ParameterError
from ...games.actions import Status
from ...games.core import Game, GameType, Observation
from ...llm.chat import Reply, Request
from ..player import Answer, BasePlayer, Call, Player, inner_spec
from .memory import Window
from .narration import Narration
from .styles import STYLES

__all__ = ["DemonstratorPlayer", "fits"]


class DemonstratorPlayer(BasePlayer):
    """Moves as another player does, and records with every move the prompt that a language player would have got and the reply that says this move.

    Episodes of it are read like a language player's: by ``ludens export messages``, by :func:`ludens.arena.trajectory.trajectories`, by trainers.

    Args:
        of: who moves: a kind of player, or a mapping with ``kind`` and its parameters. It must answer at once.
        answer, persona, goal, window_tokens, window_events: as :class:`~ludens.agents.language.LanguagePlayer` has them; beyond its window the
            conversation is forgotten.

    Raises:
        ParameterError: the player asked to move needs a model or waits for something.
    """

    def __init__(
        self,
        of: str | Mapping[str, Any],
        *,
        answer: Literal["json", "tags"] = "json",
        persona: str = "",
        goal: str = "",
        window_tokens: int | None = None,
        window_events: int | None = None,
    ) -> None:
        spec = inner_spec("demonstrator: of", of)
        if answer not in ("json", "tags"):
            raise ParameterError(f"demonstrator: answer={answer!r} should be 'json' or 'tags'")
        self._of = spec
        self._form, self._persona, self._goal = answer, persona, goal
        self._window = Window(window_tokens, window_events)

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._inner: Player = self._of.build()
        self._inner.start(seat, game_type, seed)
        self._narration = Narration(seat, game_type, self._form, STYLES["direct"], persona=self._persona, goal=self._goal)

    def act(self, observation: Observation) -> Answer:
        narration = self._narration
        if narration.talk is not None and self._window.exceeded(narration.talk):
            narration.forget(observation, self._window)
        form = narration.tell(observation)
        talk = narration.talk
        assert talk is not None
        given = self._inner.act(observation)
        if inspect.isawaitable(given):
            raise ParameterError(f"demonstrator: {self._of.kind!r} waits for something")
        answer = given if isinstance(given, Answer) else Answer(given)
        if answer.move is None:
            return answer
        reply = observation.action_spec.write(answer.move, self._form)
        request = Request(tuple(talk.messages), schema=form.schema, pattern=form.pattern)
        talk.answer(reply)
        narration.answered()
        return Answer(answer.move, answer.status, (Call(request.messages, Reply(reply, model=self._of.kind), "", Status.OK),), answer.problem, answer.note)

    def end(self, outcome: Mapping[str, Any]) -> None:
        self._inner.end(outcome)


def fits(game: Game, of: str | Mapping[str, Any], **_: Any) -> str | None:
    """Say why the player that is to move cannot play ``game``, or None when it can."""
    return inner_spec("demonstrator: of", of).why_not(game)
