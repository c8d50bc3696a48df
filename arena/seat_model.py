"""A model as one seat of one match sees it: every request is told apart from all others of the run."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..agents.player import Answer, PlayerSpec
from ..errors import LudensError, nearest
from ..llm.chat import ChatModel, ModelFailure, Reply, Request
from .journal import Journal, Stopping

__all__ = ["SeatModel", "SeatModels"]


@dataclass
class _Count:
    """What the models of one seat count together, so that no two of its requests are the same."""

    turn: int = 0
    requests: int = 0
    attempt: int = 0
    turn_of_attempt: int = -1
    keys: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Count attempts anew where the turn is a new one."""
        if self.turn != self.turn_of_attempt:
            self.turn_of_attempt, self.attempt, self.keys = self.turn, 0, []


class SeatModels:
    """The models that one player asks at its seat, by the parameter that names each.

    Args:
        spec: the player.
        models: the run's, by name.
        match, seat, journal: see :class:`SeatModel`.

    Raises:
        LudensError: ``models`` has none of a name that the player calls.
    """

    def __init__(self, spec: PlayerSpec, models: Mapping[str, ChatModel], match: str, seat: int, journal: Journal | None = None) -> None:
        self._count = _Count()
        if not spec.models:
            raise LudensError(f"player {spec.name!r} plays by the model None, which is not among the run's models")
        self.by: dict[str, SeatModel] = {}
        for path, name in spec.models.items():
            if name not in models:
                raise LudensError(f"player {spec.name!r} plays by the model {name!r}, which is not among the run's models{nearest(name, models)}")
            self.by[path] = SeatModel(models[name], match, seat, journal, count=self._count)

    def turn_to(self, turn: int) -> None:
        """Note how many joint moves have been played."""
        self._count.turn = turn

    def stamp(self, answer: Answer) -> Answer:
        """Put the keys under which the requests were sent into the answer's calls."""
        count = self._count
        if count.turn_of_attempt != count.turn or len(count.keys) != len(answer.calls):
            return answer
        return replace(answer, calls=tuple(call._replace(key=key) for call, key in zip(answer.calls, count.keys, strict=True)))


class SeatModel:
    """Stamps requests with where they come from, so that each is sampled on its own and none is paid twice.

    The replicate of a request becomes ``<match>/<seat>/<number>``: a cache or journal shares nothing between matches or
    moves, yet gives a resumed match exactly the replies it had. The tag adds turn and attempt, for logs.

    Args:
        model: what answers.
        match: id of the match.
        seat: seat in it.
        journal: where replies are written before they are used, and found again after a crash; None for no such thing.
        count: shared with the other models of the seat.
    """

    def __init__(self, model: ChatModel, match: str, seat: int, journal: Journal | None = None, *, count: _Count | None = None) -> None:
        self.name = model.name
        self._model, self._match, self._seat, self._journal = model, match, seat, journal
        self._count = count or _Count()

    async def generate(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer every request, in order; see :class:`ludens.llm.chat.ChatModel`."""
        count = self._count
        count.begin()
        stamped = []
        for request in requests:
            where = f"{self._match}/{self._seat}/{count.requests}"
            tag = f"{self._match}/{self._seat}/{count.turn}/{count.attempt}"
            stamped.append(replace(request, replicate=f"{where}/{request.replicate}" if request.replicate else where, tag=tag))
            count.requests += 1
            count.attempt += 1
        keys = [request.key(self.name) for request in stamped]
        count.keys += keys
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

    async def close(self) -> None:
        """Do nothing: the model is the run's, and other seats use it."""
