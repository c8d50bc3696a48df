"""A language model that is asked for what a seat might say."""

from __future__ import annotations

from typing import NamedTuple

from ...games.actions import Move
from ...games.core import GameType, Observation
from ...llm.chat import ChatModel, Reply, Request, Sampling
from ..language.narration import Narration
from ..language.styles import STYLES

__all__ = ["Candidate", "Speaker"]


class Candidate(NamedTuple):
    """Something that might be said.

    Attributes:
        move: the move as the model gave it.
        reply: the whole reply, with its tokens where the engine tells them.
    """

    move: Move
    reply: Reply

    @property
    def text(self) -> str:
        """What would be said."""
        return self.move.say or ""


class Speaker:
    """Keeps one seat's conversation as a language player has it, whoever makes the moves.

    Args:
        model: what is asked.
        temperature: of what it says; None for the model's own.
    """

    def __init__(self, model: ChatModel, *, temperature: float | None = None) -> None:
        self._model, self._sampling = model, Sampling(temperature=temperature, max_tokens=None)

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        """Take a seat."""
        self._seed = seed
        self._narration = Narration(seat, game_type, "json", STYLES["direct"])

    async def candidates(self, observation: Observation, count: int, tries: int) -> list[Candidate]:
        """Ask until so many different things might be said, or so many tries were made.

        Replies that cannot be read, and empty ones, are left out: there may be none at all.

        Raises:
            ModelFailure: the model cannot be asked.
        """
        form = self._narration.tell(observation)
        spec, talk = observation.action_spec, self._narration.talk
        assert talk is not None
        found: dict[str, Candidate] = {}
        asked = 0
        while len(found) < count and asked < tries:
            now = min(count - len(found), tries - asked)
            requests = [
                Request(
                    messages=tuple(talk.messages),
                    sampling=self._sampling,
                    schema=form.schema,
                    seed=(self._seed * 1_000_003 + observation.turn * 4_099 + asked + number) % 2**31,
                    replicate=f"{self._seed}/{asked + number}",
                    tag=f"{self._seed}/{observation.turn}/{asked + number}",
                )
                for number in range(now)
            ]
            asked += now
            for reply in await self._model.generate(requests):
                parsed = spec.parse(reply.text, truncated=reply.finish == "length")
                if parsed.move is not None and parsed.move.say:
                    found.setdefault(parsed.move.say, Candidate(parsed.move, reply))
        return list(found.values())

    def moved(self, observation: Observation, move: Move, *, told: bool) -> None:
        """Write down what the seat does as its own reply.

        Args:
            observation: in which it does.
            move: what it does.
            told: whether the model was asked in this turn.
        """
        if not told:
            self._narration.tell(observation)
        talk = self._narration.talk
        assert talk is not None
        talk.answer(observation.action_spec.write(move))
        self._narration.answered()
