"""A model as one seat of one match sees it: every request is told apart from all others of the run."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..agents.player import Answer, PlayerSpec
from ..errors import LudensError, nearest
from ..llm.chat import ChatModel, ModelFailure, Reply, Request
from .journal import Journal, Stopping

__all__ = ["SeatModel"]


class SeatModel:
    """Stamps requests with where they come from, so that each is sampled on its own and none is paid twice.

    The replicate of a request becomes ``<match>/<seat>/<number>``: a cache or journal shares nothing between matches or
    moves, yet gives a resumed match exactly the replies it had. The tag adds turn and attempt, for logs.

    Args:
        model: what answers.
        match: id of the match.
        seat: seat in it.
        journal: where replies are written before they are used, and found again after a crash; None for no such thing.
    """

    def __init__(self, model: ChatModel, match: str, seat: int, journal: Journal | None = None) -> None:
        self.name = model.name
        self.turn = 0
        self._model, self._match, self._seat, self._journal = model, match, seat, journal
        self._count = self._attempt = 0
        self._turn_of_attempt = -1
        self._keys: list[str] = []

    @classmethod
    def of(cls, spec: PlayerSpec, models: Mapping[str, ChatModel], match: str, seat: int, journal: Journal | None = None) -> SeatModel:
        """Wrap the model that ``spec`` names.

        Raises:
            LudensError: ``models`` has none of that name.
        """
        name = dict(spec.params).get("model")
        if not isinstance(name, str) or name not in models:
            raise LudensError(f"player {spec.name!r} plays by the model {name!r}, which is not among the run's models{nearest(str(name), models)}")
        return cls(models[name], match, seat, journal)

    async def generate(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer every request, in order; see :class:`ludens.llm.chat.ChatModel`."""
        if self.turn != self._turn_of_attempt:
            self._turn_of_attempt, self._attempt, self._keys = self.turn, 0, []
        stamped = []
        for request in requests:
            where = f"{self._match}/{self._seat}/{self._count}"
            tag = f"{self._match}/{self._seat}/{self.turn}/{self._attempt}"
            stamped.append(replace(request, replicate=f"{where}/{request.replicate}" if request.replicate else where, tag=tag))
            self._count += 1
            self._attempt += 1
        keys = [request.key(self.name) for request in stamped]
        self._keys += keys
        if self._journal is None:
            return await self._model.generate(stamped)
        if len(stamped) == 1:
            return [await self._journaled(self._journal, keys[0], stamped[0])]
        # one by one, so that a reply that was paid for is kept whatever becomes of its neighbours
        asked = [self._journaled(self._journal, key, request) for key, request in zip(keys, stamped, strict=True)]
        done = await asyncio.gather(*asked, return_exceptions=True)
        if problems := [item for item in done if isinstance(item, BaseException)]:
            raise next((item for item in problems if isinstance(item, Stopping)), problems[0])
        return [item for item in done if isinstance(item, Reply)]

    async def _journaled(self, journal: Journal, key: str, request: Request) -> Reply:
        known = journal.find(key)
        if known is not None:
            return known
        journal.check()
        try:
            (reply,) = await self._model.generate([request])
        except ModelFailure as problem:
            if not problem.fatal:
                raise
            # the run stops, whatever the player would make of the failure
            journal.stop(str(problem))
            raise Stopping(str(problem)) from problem
        await journal.keep(key, self.name, request, reply)
        return reply

    def stamp(self, answer: Answer) -> Answer:
        """Put the keys under which the requests were sent into the answer's calls."""
        if self._turn_of_attempt != self.turn or len(self._keys) != len(answer.calls):
            return answer
        return replace(answer, calls=tuple(call._replace(key=key) for call, key in zip(answer.calls, self._keys, strict=True)))

    async def close(self) -> None:
        """Do nothing: the model is the run's, and other seats use it."""
