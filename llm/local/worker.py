"""One thread that answers for all: requests of every episode meet in its queue and are taken out in batches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol

from ...errors import LudensError
from ..chat import ModelFailure, Reply, Request
from ..failures import one_line

if TYPE_CHECKING:
    from ..spec import ModelSpec

__all__ = ["Answerer", "Job", "More", "Worker"]

_CLOSED = "the model was closed before it had answered"


@dataclass(eq=False)
class Job:
    """A request and who waits for its reply.

    Attributes:
        spec: the model that was asked.
        request: what it was asked.
        adapter: which adapter answers; "" for the base model.
        closing: set when that model is being closed.
    """

    spec: ModelSpec
    request: Request
    adapter: str = ""
    closing: threading.Event = field(default_factory=threading.Event)
    future: Future[Reply] = field(default_factory=Future)

    def wanted(self) -> bool:
        """Whether somebody still waits for the reply."""
        return not self.closing.is_set() and not self.future.done()

    def answer(self, reply: Reply) -> None:
        """Hand the reply over, if nobody took the request back."""
        if self._open():
            self.future.set_result(reply)

    def drop(self) -> None:
        """Say that the model was closed."""
        self.fail("closed", _CLOSED)

    def fail(self, kind: str, detail: str, *, fatal: bool = False) -> None:
        """Say that there will be no reply, if there was none.

        Args:
            kind: a word to count by.
            detail: why, in one line.
            fatal: no other request will fare better.
        """
        if self._open():
            self.future.set_exception(ModelFailure(f"model {self.spec.name!r}: {detail}", (f"{kind}: {detail}",), fatal=fatal))

    def _open(self) -> bool:
        return not self.future.done() and self.future.set_running_or_notify_cancel()


More = Callable[[int], list[Job]]
"""Gives up to so many jobs that have come in meanwhile, without waiting; none while something waits that has to be done between batches."""


class Answerer(Protocol):
    """A loaded model, which lives in the worker's thread."""

    def __call__(self, jobs: list[Job], more: More) -> None:
        """Answer every job of a batch, and of ``more`` where it takes up others on the way."""
        ...

    def reload(self, place: str, adapter: str) -> None:
        """Put the weights of a folder in the place of an adapter's, or of the base model's for "".

        Raises:
            LudensError: they cannot be loaded; the old ones stay.
        """
        ...

    def close(self) -> None:
        """Let go of the model."""
        ...


@dataclass(eq=False)
class _Order:
    """Something to be done between batches."""

    do: Callable[[Answerer], None]
    future: Future[None] = field(default_factory=Future)


class Worker:
    """The thread, from its making until ``close``.

    Args:
        name: the model's name, for messages.
        start: called in the thread first (it loads the model); gives what answers a batch.
        most: most jobs of a batch; None for no limit.
        wait: how long the first job of a batch waits for others, in seconds.
    """

    def __init__(self, name: str, start: Callable[[], Answerer], most: int | None, wait: float) -> None:
        self._name, self._start, self._most, self._wait = name, start, most, wait
        self._queue: SimpleQueue[Job | _Order | None] = SimpleQueue()
        self._held: _Order | None = None
        self._closing = threading.Event()
        # a daemon, so that a program that forgets to close its models can end
        self._thread = threading.Thread(target=self._run, name=f"model {name}", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> Future[Reply]:
        """Queue a request. Whoever cancels the future takes it back, even while it is being answered."""
        self._queue.put(job)
        return job.future

    def reload(self, place: str, adapter: str) -> Future[None]:
        """Replace weights when all that was asked before is answered; what is asked later waits for the new ones."""
        order = _Order(lambda answerer: answerer.reload(place, adapter))
        self._queue.put(order)
        return order.future

    def close(self) -> None:
        """Fail what is open, end the thread and let go of the model; returns when that is done."""
        self._closing.set()
        self._queue.put(None)
        self._thread.join()

    # -- in the thread -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        answerer = self._begin()
        while not self._closing.is_set():
            jobs = self._gather()
            if jobs:
                self._answer(answerer, jobs)
            if self._held is not None:
                order, self._held = self._held, None
                self._obey(answerer, order)
        while not self._queue.empty():
            left = self._queue.get()
            if isinstance(left, Job):
                left.drop()
            elif left is not None:
                left.future.set_exception(LudensError(f"model {self._name!r}: {_CLOSED}"))
        answerer.close()

    def _begin(self) -> Answerer:
        try:
            return self._start()
        except Exception as problem:
            return _Refusing(one_line(str(problem) or type(problem).__name__))

    def _answer(self, answerer: Answerer, jobs: list[Job]) -> None:
        try:
            answerer(jobs, lambda most: self._more(jobs, most))
        except Exception as problem:
            # whatever it is, those who wait must hear of it, and the next batch may fare better
            for job in jobs:
                job.fail("batch", one_line(f"{type(problem).__name__}: {problem}"))
        for job in jobs:
            job.drop()

    def _obey(self, answerer: Answerer, order: _Order) -> None:
        if not order.future.set_running_or_notify_cancel():
            return
        try:
            order.do(answerer)
        except LudensError as problem:
            order.future.set_exception(problem)
        except Exception as problem:  # the libraries raise all sorts; whoever gave the order hears of it
            order.future.set_exception(LudensError(f"model {self._name!r}: {one_line(f'{type(problem).__name__}: {problem}')}"))
        else:
            order.future.set_result(None)

    def _gather(self) -> list[Job]:
        """Wait for a job, then for what else comes in time; nothing when the model is closed or an order comes first."""
        jobs: list[Job] = []
        until: float | None = None
        while (self._most is None or len(jobs) < self._most) and not self._closing.is_set():
            try:
                item = self._queue.get(timeout=None if until is None else max(until - time.monotonic(), 0.0))
            except Empty:
                break
            if not isinstance(item, Job):
                self._held = item
                break
            until = until or time.monotonic() + self._wait
            jobs.append(item)
        return jobs

    def _more(self, jobs: list[Job], most: int) -> list[Job]:
        new: list[Job] = []
        while len(new) < most and self._held is None and not self._closing.is_set():
            try:
                item = self._queue.get_nowait()
            except Empty:
                break
            if not isinstance(item, Job):
                self._held = item
                break
            new.append(item)
        if new:
            # so that whatever goes wrong they are told with the others
            jobs[:] = [*(job for job in jobs if not job.future.done()), *new]
        return new


class _Refusing:
    """Stands for a model that could not be loaded."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __call__(self, jobs: list[Job], more: More) -> None:
        for job in jobs:
            job.fail("load", self._words, fatal=True)

    def reload(self, place: str, adapter: str) -> None:
        raise LudensError(self._words)

    def close(self) -> None:
        return None
