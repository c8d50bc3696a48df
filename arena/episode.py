"""Playing one match: two drivers that seat the players and ask them within their time limits, at once or by asyncio."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, NamedTuple

from ..agents.player import Answer, Player, PlayerSpec
from ..errors import LudensError
from ..games.actions import Move
from ..games.core import Observation
from ..llm.chat import ChatModel, ModelFailure
from .journal import Journal
from .plan import Match
from .record import Episode, Fault
from .seat_model import SeatModels
from .steps import Branch, Failure, Given, Limits, Recorder, Watch, last_line, one_line, steps
from .watchdog import Hung, Watchdog

__all__ = ["Branch", "Failure", "Limits", "play_match", "play_match_async", "steps"]


def play_match(match: Match, *, limits: Limits | None = None, watchdog: Watchdog | None = None, branch: Branch | None = None) -> Episode:
    """Play a match of players that answer at once.

    Args:
        match: what to play.
        limits: what a player may take.
        watchdog: an entered watchdog, when many matches are played in a row; by default one is made for this match.
        branch: where to play on from; by default the match's own beginning. The players are new ones: they read what their seat has seen.

    Raises:
        LudensError: a player cannot be made, or it waits (use :func:`play_match_async`).
    """
    limits = limits or Limits()
    if watchdog is None:
        with Watchdog(limits.move_seconds) as fresh:
            return play_match(match, limits=limits, watchdog=fresh, branch=branch)
    recorder = Recorder()
    players = [_Seat(match, seat, spec, _Table(limits, watchdog, recorder)) for seat, spec in enumerate(match.drawn)]
    for player in players:
        player.start()
    loop = steps(match, limits, recorder, branch=branch)
    clock = time.perf_counter
    given: list[Given] | None = None
    while True:
        try:
            asked = next(loop) if given is None else loop.send(given)
        except StopIteration as stop:
            return _close(stop.value, players)
        given = []
        for observation in asked:
            began = clock()
            answer = players[observation.seat].ask(observation)
            if type(answer) is not Move and inspect.isawaitable(answer):
                _drop(answer)
                raise LudensError(f"player {match.players[observation.seat].name!r} waits for something: play it with play_match_async")
            given.append((answer, clock() - began))


async def play_match_async(
    match: Match,
    models: Mapping[str, ChatModel] | None = None,
    *,
    limits: Limits | None = None,
    watchdog: Watchdog | None = None,
    watch: Watch | None = None,
    journal: Journal | None = None,
    branch: Branch | None = None,
) -> Episode:
    """Play a match some of whose players wait; seats that move at the same time are asked at the same time.

    Args:
        match: what to play.
        models: by the name that players call theirs in their parameter ``model``.
        limits: what a player may take.
        watchdog: an entered watchdog for the players that do not wait; by default one is made for this match.
        watch: called with the position at the beginning and after each turn, for a live view.
        journal: where replies are written before they are used; None to keep none.
        branch: as in :func:`play_match`.

    Raises:
        LudensError: a player cannot be made, its model is not there, or a fatal :class:`ModelFailure` came up.
        Stopping: the journal's run is to stop.
    """
    limits = limits or Limits()
    if watchdog is None:
        with Watchdog(limits.move_seconds) as fresh:
            return await play_match_async(match, models, limits=limits, watchdog=fresh, watch=watch, journal=journal, branch=branch)
    recorder = Recorder()
    players = []
    for seat, spec in enumerate(match.drawn):
        model = SeatModels(spec, models or {}, match.id, seat, journal) if spec.needs_model else None
        players.append(_Seat(match, seat, spec, _Table(limits, watchdog, recorder), model))
    for player in players:
        player.start()
    loop = steps(match, limits, recorder, watch, branch)
    given: Sequence[Given] | None = None
    while True:
        try:
            asked = next(loop) if given is None else loop.send(given)
        except StopIteration as stop:
            return _close(stop.value, players)
        given = await _ask([players[observation.seat] for observation in asked], asked)


async def _ask(seats: Sequence[_Seat], asked: Sequence[Observation]) -> list[Given]:
    """Ask all who move now; those who answer at once cost no task, and one who waits costs none either."""
    given: list[Given] = []
    waits: dict[int, Awaitable[Given]] = {}
    for index, (seat, observation) in enumerate(zip(seats, asked, strict=True)):
        began = time.perf_counter()
        answer = seat.begin(observation)
        given.append((answer, time.perf_counter() - began))
        if inspect.isawaitable(answer):
            waits[index] = seat.wait(answer, began)
    if len(waits) == 1:
        ((index, wait),) = waits.items()
        given[index] = await wait
    elif waits:
        for index, item in zip(waits, await _together(list(waits.values())), strict=True):
            given[index] = item
    return given


async def _together(waits: Sequence[Awaitable[Given]]) -> list[Given]:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:  # one stops the run: the others must not go on paying
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


class _Table(NamedTuple):
    limits: Limits
    watchdog: Watchdog
    recorder: Recorder


class _Seat:
    """A player at its seat, asked so that whatever it does comes back as an answer or a Failure."""

    def __init__(self, match: Match, seat: int, spec: PlayerSpec, table: _Table, model: SeatModels | None = None) -> None:
        self.player: Player = spec.build(None if model is None else model.by)
        self._match, self._seat, self._model = match, seat, model
        self._limits, self._watchdog, self._recorder = table

    def start(self) -> None:
        failure = self._guard(self.player.start, self._seat, self._match.game.type, self._match.seat_seed(self._seat))
        if isinstance(failure, Failure):
            # without a start it can play no move: the policy moves for it from the beginning
            self._recorder.failed[self._seat] = self._limits.patience
            self._recorder.faults.append(Fault(self._seat, -1, "start", failure.text))

    def end(self, outcome: Mapping[str, Any]) -> Fault | None:
        failure = self._guard(self.player.end, outcome)
        return Fault(self._seat, -1, "end", failure.text) if isinstance(failure, Failure) else None

    def ask(self, observation: Observation) -> Any:
        return self._guard(self.player.act, observation)

    def _guard(self, method: Any, *args: Any) -> Any:
        watchdog = self._watchdog
        try:
            watchdog.begin()
            try:
                return method(*args)
            finally:
                watchdog.watching = False
        except Hung as problem:
            return Failure("hung", str(problem))
        except ModelFailure as problem:
            if problem.fatal:
                raise
            return Failure("no_reply", str(one_line(str(problem))))
        except (Exception, SystemExit) as problem:
            return Failure("raised", last_line(problem))

    def begin(self, observation: Observation) -> Any:
        if self._model is not None:
            self._model.turn_to(observation.turn)
        return self.ask(observation)

    async def wait(self, answer: Awaitable[Any], began: float) -> Given:
        found = await self._await(answer)
        if self._model is not None and isinstance(found, Answer):
            found = self._model.stamp(found)
        return found, time.perf_counter() - began

    async def _await(self, answer: Awaitable[Any]) -> Any:
        limit = self._limits.model_seconds
        try:
            async with asyncio.timeout(limit) as bound:
                return await answer
        except TimeoutError as problem:
            return Failure("hung", f"no move after {limit:g} s") if bound.expired() and limit is not None else Failure("raised", last_line(problem))
        except ModelFailure as problem:
            if problem.fatal:
                raise
            return Failure("no_reply", str(one_line(str(problem))))
        except (Exception, SystemExit) as problem:
            return Failure("raised", last_line(problem))


def _close(episode: Episode, players: Sequence[_Seat]) -> Episode:
    faults = [fault for seat, player in enumerate(players) if (fault := player.end({"returns": episode.returns[seat], "outcome": episode.outcome})) is not None]
    if faults:
        object.__setattr__(episode, "faults", episode.faults + tuple(faults))
    return episode


def _drop(answer: Any) -> None:
    if inspect.iscoroutine(answer):
        answer.close()
