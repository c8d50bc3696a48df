"""One thread that answers for all: requests of every episode meet in its queue and are taken out in batches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from ..chat import ModelFailure, Reply, Request
from ..failures import one_line

__all__ = ["Answer", "Job", "More", "Worker"]

_CLOSED = "the model was closed before it had answered"


@dataclass(eq=False)
class Job:
    """A request and who waits for its reply.

    Attributes:
        model: the model's name, for messages.
        closing: set when the model is being closed.
    """

    model: str
    request: Request
    closing: threading.Event
    future: Future[Reply] = field(default_factory=Future)

    def wanted(self) -> bool:
        """Whether somebody still waits for the reply."""
        return not self.closing.is_set() and not self.future.done()

    def answer(self, reply: Reply) -> None:
        """Hand the reply over, if nobody took the request back."""
        if self._open():
            self.future.set_result(reply)

    def fail(self, kind: str, detail: str, *, fatal: bool = False) -> None:
        """Say that there will be no reply, if there was none.

        Args:
            kind: a word to count by.
            detail: why, in one line.
            fatal: no other request will fare better.
        """
        if self._open():
            self.future.set_exception(ModelFailure(f"model {self.model!r}: {detail}", (f"{kind}: {detail}",), fatal=fatal))

    def _open(self) -> bool:
        return not self.future.done() and self.future.set_running_or_notify_cancel()


More = Callable[[int], list[Job]]
"""Gives up to so many jobs that have come in meanwhile, without waiting."""
Answer = Callable[[list[Job], More], None]
"""Answers every job of a batch, and those that it asks for while it is at it."""


class Worker:
    """The thread, from its making until ``close``.

    Args:
        name: the model's name, for messages.
        start: called in the thread first (it loads the model); gives what answers a batch.
        most: most jobs of a batch.
        wait: how long the first job of a batch waits for others, in seconds.
    """

    def __init__(self, name: str, start: Callable[[], Answer], most: int, wait: float) -> None:
        self._name, self._start, self._most, self._wait = name, start, most, wait
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._closing = threading.Event()
        # a daemon, so that a program that forgets to close its models can end
        self._thread = threading.Thread(target=self._run, name=f"model {name}", daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> Future[Reply]:
        """Queue a request. Whoever cancels the future takes it back, even while it is being answered."""
        job = Job(self._name, request, self._closing)
        self._jobs.put(job)
        return job.future

    def close(self) -> None:
        """Fail what is open, end the thread and let go of the model; returns when that is done."""
        self._closing.set()
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        answer = self._begin()
        while jobs := self._gather():
            try:
                answer(jobs, lambda most, jobs=jobs: self._more(jobs, most))  # type: ignore[misc]  # an annotation has no place in a lambda
            except Exception as problem:
                # whatever it is, those who wait must hear of it, and the next batch may fare better
                for job in jobs:
                    job.fail("batch", one_line(f"{type(problem).__name__}: {problem}"))
            for job in jobs:
                job.fail("closed", _CLOSED)
        while not self._jobs.empty():
            if (left := self._jobs.get()) is not None:
                left.fail("closed", _CLOSED)

    def _begin(self) -> Answer:
        try:
            return self._start()
        except Exception as problem:
            words = one_line(str(problem) or type(problem).__name__)

        def refuse(jobs: list[Job], more: More) -> None:
            for job in jobs:
                job.fail("load", words, fatal=True)

        return refuse

    def _more(self, jobs: list[Job], most: int) -> list[Job]:
        """Take what is queued, up to ``most``, into the batch under way."""
        fresh: list[Job] = []
        while len(fresh) < most and not self._closing.is_set():
            try:
                job = self._jobs.get_nowait()
            except Empty:
                break
            if job is not None:
                fresh.append(job)
        jobs += fresh
        return fresh

    def _gather(self) -> list[Job]:
        """Wait for a job, then for what else comes in time; nothing when the model is closed."""
        jobs: list[Job] = []
        until: float | None = None
        while len(jobs) < self._most and not self._closing.is_set():
            try:
                job = self._jobs.get(timeout=None if until is None else max(until - time.monotonic(), 0.0))
            except Empty:
                break
            if job is None:
                break
            until = until or time.monotonic() + self._wait
            jobs.append(job)
        return jobs
