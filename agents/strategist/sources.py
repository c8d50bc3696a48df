"""Where strategies come from: a language model, a list."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple, Protocol

import numpy as np

from ...errors import ParameterError
from ...games.actions import Status
from ...games.core import GameType, Observation
from ...llm.chat import ChatModel, Message, ModelFailure, Request, Sampling
from ..language.memory import Conversation, Window
from ..language.prompt import FORGOTTEN, events_text, turn_text
from ..language.styles import split_thinking
from ..player import Call
from .words import ASK, pattern, strategy_of, system_text

__all__ = ["BY", "ListSource", "ModelSource", "Said", "Source", "require_tags"]

BY = "strategist"
"""How a strategist's calls are marked in records."""


class Said(NamedTuple):
    """One strategy.

    Attributes:
        text: what it is; "" where none came, and the actor moves without.
        call: the exchange with the strategist's model; None where there was none.
    """

    text: str
    call: Call | None = None


class Source(Protocol):
    """One object per seat and episode."""

    async def say(self, observation: Observation) -> Said:
        """Give a strategy for the move that is asked for now."""
        ...


class ListSource:
    """Draws from a list, each alike likely; a list of one always says the same."""

    def __init__(self, tags: Sequence[str], seed: int) -> None:
        self._tags, self._rng = tuple(tags), np.random.default_rng(seed)

    async def say(self, observation: Observation) -> Said:
        return Said(self._tags[int(self._rng.integers(len(self._tags)))])


class ModelSource:
    """Asks a chat model, in a conversation of its own that only grows.

    Args:
        model: what is asked.
        seat, game_type, seed: as the player was started with.
        tags: strategies to choose from, and engines that can are held to them; empty for free text.
        words: how long a strategy may be.
        instruction: said first, before the rest of its prompt.
        sampling: how it samples.
        window: how long its conversation may grow before its beginning is forgotten.
    """

    def __init__(
        self,
        model: ChatModel,
        *,
        seat: int,
        game_type: GameType,
        seed: int,
        tags: Sequence[str] = (),
        words: int = 10,
        instruction: str = "",
        sampling: Sampling,
        window: Window,
    ) -> None:
        self._model, self._seat, self._type, self._seed = model, seat, game_type, seed
        self._tags, self._words, self._instruction = tuple(tags), words, instruction
        self._sampling, self._window = sampling, window
        self._talk: Conversation | None = None
        self._told = 0

    async def say(self, observation: Observation) -> Said:
        talk = self._told_to(observation)
        request = Request(
            messages=tuple(talk.messages),
            sampling=self._sampling,
            pattern=pattern(self._tags),
            seed=(self._seed * 1_000_003 + observation.turn) % 2**31,
            replicate=f"{BY}/{self._seed}",
            tag=f"{BY}/{self._seed}/{observation.turn}",
        )
        key = request.key(self._model.name)
        try:
            reply = (await self._model.generate([request]))[0]
        except ModelFailure as failure:
            if failure.fatal:
                raise
            return Said("", Call(request.messages, None, key, Status.UNPARSABLE, f"no reply: {failure}", BY))
        text = split_thinking(reply.text)[1]
        strategy, problem = strategy_of(text, self._words, self._tags)
        status = Status.OK if problem is None else Status.TRUNCATED if reply.finish == "length" else Status.UNPARSABLE
        talk.answer(text)
        return Said(strategy, Call(request.messages, reply, key, status, problem, BY))

    def _told_to(self, observation: Observation) -> Conversation:
        """Bring the conversation up to now: what is new, what the actor is asked, and the question for a strategy."""
        before = ""
        if self._talk is None or self._window.exceeded(self._talk):
            first = system_text(self._seat, observation.rules, self._type, words=self._words, tags=self._tags, instruction=self._instruction)
            if self._talk is not None:
                setting = list(takewhile(lambda event: event.seat is None, observation.events[: self._told]))
                before = "\n\n".join(part for part in (events_text(setting), FORGOTTEN.format(count=self._told - len(setting))) if part)
            self._talk = Conversation(Message("system", first))
        new = observation.since(self._told)
        self._talk.hear(turn_text(None, new, f"Asked now: {observation.request}", ASK, before=before), len(new))
        self._told += len(new)
        return self._talk


def require_tags(tags: object) -> tuple[str, ...]:
    """Check a list of strategies.

    Raises:
        ParameterError: it is none.
    """
    if not isinstance(tags, list | tuple) or not all(isinstance(tag, str) and tag.strip() and "\n" not in tag for tag in tags):
        raise ParameterError(f"strategist: tags={tags!r} should be a list of strategies, each on one line")
    return tuple(tags)
