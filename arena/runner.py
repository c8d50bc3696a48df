"""Playing a schedule into a run: what is stored is skipped, what is finished is kept, whatever happens.

Matches of players that answer at once are played in this process or on a pool; the others by asyncio, many at once. Ctrl-C
(or SIGTERM) stops cleanly: no further request is sent, replies under way are waited for and kept, finished episodes are
stored, and running the same again goes on from there. A second Ctrl-C does not wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import LudensError
from ..llm.budget import Spending
from ..llm.chat import ChatModel
from .episode import Limits, play_match_async
from .journal import Journal, Stopping
from .plan import Match, Plan, Schedule
from .pool import Pool, play_chunk
from .progress import Progress, Tally
from .record import Episode
from .rows import EpisodeRows
from .seat_model import SeatModels
from .store import Run
from .watchdog import Watchdog

__all__ = ["Options", "Summary", "play", "play_async", "spending_of"]

_TRIAL_SECONDS = 0.5
_POOL_PAYS = 4.0
"""Seconds of work from which starting processes is worth it."""
INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Options:
    """How a schedule is played; none of it changes what is played.

    Attributes:
        in_flight: episodes of players that wait (models, people) played at once.
        processes: worker processes for scripted matches; 0 for one a core, started only when there is enough to do; 1 for none.
        limits: what a player may take.
    """

    in_flight: int = 64
    processes: int = 0
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.in_flight < 1:
            raise LudensError(f"in_flight={self.in_flight} should be 1 or more")
        if self.processes < 0:
            raise LudensError(f"processes={self.processes} should be 0 (one a core) or more")


@dataclass(frozen=True)
class Summary:
    """How playing ended.

    Attributes:
        planned: matches of the schedule, as far as it was extended.
        before: that were stored already.
        played: now.
        errors: of them, those in which the rules raised.
        faults: player faults that were dealt with.
        replies, reused, retries, tokens, cost: of models, now; ``reused`` replies had been paid for before.
        seconds: wall-clock time.
        stopped: why it stopped before the end; None when it is complete.
    """

    planned: int
    before: int
    played: int
    errors: int
    faults: int
    replies: int
    reused: int
    retries: int
    tokens: int
    cost: float
    seconds: float
    stopped: str | None

    @property
    def complete(self) -> bool:
        """Whether everything was played."""
        return self.stopped is None

    @property
    def interrupted(self) -> bool:
        """Whether a person or the system stopped it."""
        return self.stopped == INTERRUPTED

    @property
    def line(self) -> str:
        """How it ended and how to go on, in one line."""
        done = self.before + self.played
        if self.complete:
            return f"complete: {done} matches, {self.played} of them played now"
        return f"stopped ({self.stopped}): {done} of {self.planned} matches are stored and nothing is lost; run the same again to go on"


def spending_of(run: Run, dollars: float | None, tokens: int | None) -> Spending:
    """Make the purse of a run, with what it has spent already taken out."""
    totals = run.totals()
    return Spending(dollars, tokens, float(totals["paid"]), int(totals["paid_tokens"]))


def play(
    schedule: Schedule, run: Run, models: Mapping[str, ChatModel] | None = None, *, options: Options | None = None, progress: Progress | None = None
) -> Summary:
    """Play a schedule into a run; see :func:`play_async`. The models' connections are closed at the end; they open again when they are used again."""

    async def whole() -> Summary:
        try:
            return await play_async(schedule, run, models, options=options, progress=progress)
        finally:
            for model in (models or {}).values():
                await model.close()

    return asyncio.run(whole())


async def play_async(
    schedule: Schedule, run: Run, models: Mapping[str, ChatModel] | None = None, *, options: Options | None = None, progress: Progress | None = None
) -> Summary:
    """Play all of a schedule that is not stored yet.

    Args:
        schedule: a :class:`Plan`, or anything that extends itself from results.
        run: opened for writing.
        models: by the name that players call theirs in their parameter ``model``; retries, limits and budget are theirs, writing replies down is ours.
            They are not closed.
        options: how it is played.
        progress: the live view.

    Returns:
        How it ended; a spent budget, a refused key, Ctrl-C or SIGTERM are ends, too.

    Raises:
        LudensError: a player cannot be made, its model is missing, or the store cannot be written; all that was finished is kept.
    """
    runner = _Runner(run, models or {}, options or Options(), progress)
    with runner.signals(), Watchdog(runner.options.limits.move_seconds) as watchdog:
        try:
            await runner.play(schedule, watchdog)
        finally:
            await runner.close()
    return runner.summary()


class _Runner:
    def __init__(self, run: Run, models: Mapping[str, ChatModel], options: Options, progress: Progress | None) -> None:
        self.options = options
        self._run, self._models, self._progress = run, models, progress
        self._journal = Journal(run)
        self._tally = Tally()
        self._pool: Pool | None = None
        self._left = False

    # -- the schedule ------------------------------------------------------------------------------------------------

    async def play(self, schedule: Schedule, watchdog: Watchdog) -> None:
        tally, seen = self._tally, set[str]()
        tally.open_ended = not isinstance(schedule, Plan)
        self._run.note(description=schedule.description, excluded=[list(item) for item in schedule.excluded])
        first = True
        while self._journal.stopped is None:
            results = self._run.results()
            batch = schedule.due(results)
            todo = [match for match in batch if match.id not in results]
            fresh = [match for match in batch if match.id not in seen]
            seen.update(match.id for match in batch)
            if first:
                tally.before = len(results)
                tally.planned = tally.before + len(todo) if tally.open_ended else len(batch) or len(results)
                if self._progress is not None:
                    self._progress.begin(tally)
                first = False
            elif tally.open_ended:
                tally.planned += len(todo)
            if not batch:
                return
            if not todo:
                raise LudensError(f"the schedule {schedule.description!r} asks for matches that are all played; its due() should then go on or end")
            self._check_players(fresh)
            self._run.add(batch)
            await self._play_batch(todo, watchdog)

    def _check_players(self, matches: Sequence[Match]) -> None:
        # what cannot be made is told before anything is played
        for spec in {player.hash: player for match in matches for player in match.players}.values():
            for _, part in spec.parts:
                part.build(SeatModels(part, self._models, "", 0).by if part.needs_model else None)

    async def _play_batch(self, matches: Sequence[Match], watchdog: Watchdog) -> None:
        scripted = [match for match in matches if all(player.sync and not player.needs_model for player in match.players)]
        at_once = {match.id for match in scripted}
        waiting = iter([match for match in matches if match.id not in at_once])
        count = min(self.options.in_flight, len(matches) - len(scripted))
        tasks = [asyncio.ensure_future(self._play_waiting(waiting, watchdog)) for _ in range(count)]
        if scripted:
            tasks.append(asyncio.ensure_future(self._play_scripted(scripted, watchdog)))
        try:
            done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            problems = [problem for task in done if (problem := task.exception()) is not None]
            if problems:
                # nothing more is begun; what is under way comes to its end, as after Ctrl-C
                self.stop(str(problems[0]))
                await asyncio.gather(*others, return_exceptions=True)
                raise problems[0]
        except asyncio.CancelledError:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise

    async def _play_waiting(self, source: Iterator[Match], watchdog: Watchdog) -> None:
        for match in source:
            if self._journal.stopped is not None:
                return
            try:
                episode = await play_match_async(match, self._models, limits=self.options.limits, watchdog=watchdog, journal=self._journal)
            except Stopping:
                return
            await self._journal.save([episode])
            self._count(episode)

    async def _play_scripted(self, matches: Sequence[Match], watchdog: Watchdog) -> None:
        processes = self.options.processes or os.cpu_count() or 1
        at, began = 0, time.perf_counter()
        if self.options.processes <= 1:
            # a trial here tells how fast they are; many runs are over with it
            at = await self._play_here(matches, watchdog, None if processes == 1 else _TRIAL_SECONDS)
        rate = at / max(time.perf_counter() - began, 1e-9) if at else 100.0
        rest = matches[at:]
        if not rest or self._journal.stopped is not None:
            return
        if self.options.processes == 0 and len(rest) / rate < _POOL_PAYS:
            await self._play_here(rest, watchdog, None)
            return
        self._pool = Pool(processes, self.options.limits)
        async for rows in self._pool.play(rest, rate):
            await self._journal.save(rows)
            for row in rows:
                self._count(row)
        # a pool is kept for the next batch no longer than it is used: its start is small beside a chunk's play
        self._pool.close()
        self._pool = None

    async def _play_here(self, matches: Sequence[Match], watchdog: Watchdog, seconds: float | None) -> int:
        """Play in this process, by and by, until ``seconds`` have gone; return how many were played."""
        began = time.perf_counter()
        size = at = 1
        done = 0
        while done < len(matches) and self._journal.stopped is None and (seconds is None or time.perf_counter() - began < seconds):
            start = time.perf_counter()
            rows = play_chunk(matches[done : done + size], self.options.limits, watchdog)
            took = time.perf_counter() - start
            await self._journal.save(rows)
            done += len(rows)
            for row in rows:
                self._count(row)
            # chunks of a tenth of a second: short enough for others in the loop and for Ctrl-C
            at = size if took <= 0 else int(size * 0.1 / took)
            size = max(1, min(256, at, 4 * size))
        return done

    def _count(self, played: Episode | EpisodeRows) -> None:
        tally, journal = self._tally, self._journal
        if isinstance(played, Episode):
            tally.finished(played.seconds, played.cost, error=played.error is not None, faults=len(played.faults))
        else:
            row = played.episode
            tally.finished(row["seconds"], row["cost"], error=row["error"] is not None, faults=len(played.faults))
        tally.replies, tally.retries, tally.tokens, tally.cost = journal.replies, journal.retries, journal.tokens, journal.cost
        tally.stopping = journal.stopped
        if self._progress is not None:
            self._progress.update(tally)

    # -- stopping ----------------------------------------------------------------------------------------------------

    def stop(self, reason: str) -> None:
        self._journal.stop(reason)
        if self._pool is not None:
            self._pool.stopping = True

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        """Take Ctrl-C and SIGTERM as the wish to stop; where signals cannot be taken, they do what they did."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        taken = []

        def asked() -> None:
            if self._journal.stopped is not None:
                self._left = True
                if task is not None:
                    task.cancel()
                return
            self.stop(INTERRUPTED)
            if self._progress is not None:
                self._progress.say("stopping: replies under way are waited for, and kept; Ctrl-C again to leave at once")

        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                with contextlib.suppress(NotImplementedError):
                    loop.add_signal_handler(number, asked)
                    taken.append(number)
        try:
            yield
        except asyncio.CancelledError:
            if not self._left:
                raise
        finally:
            for number in taken:
                loop.remove_signal_handler(number)

    async def close(self) -> None:
        if self._pool is not None:
            self._pool.close()
        await self._journal.close()
        if self._progress is not None:
            self._progress.end(self._tally)

    def summary(self) -> Summary:
        tally, journal = self._tally, self._journal
        return Summary(
            tally.planned,
            tally.before,
            tally.played,
            tally.errors,
            tally.faults,
            journal.replies,
            journal.reused,
            journal.retries,
            journal.tokens,
            journal.cost,
            tally.elapsed,
            journal.stopped,
        )
