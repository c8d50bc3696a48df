"""A time limit on code that does not wait: the moves of scripted players.

A repeating interval timer interrupts the main thread; setting one a move would cost more than many moves do. A move is
stopped when it is still the same one after the limit has passed, at the latest a quarter of the limit later.
"""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any

__all__ = ["Hung", "Watchdog"]


class Hung(BaseException):
    """A move took longer than it may; not an Exception, so that no player's own handler takes it."""


class Watchdog:
    """Interrupts the main thread when the watched stretch of code lasts too long.

    Use as a context manager around many moves; set ``watching`` to True before each and to False after it. Where no interval
    timer is to be had (another thread, another system than POSIX), ``armed`` stays False and nothing is interrupted. Several may be at work at once, and
    end in any order: they share one timer, and whose it was before gets it back after the last of them.

    Args:
        limit: seconds a stretch may last; None for no limit.
    """

    def __init__(self, limit: float | None) -> None:
        self.limit = limit
        self.watching = False
        self.armed = False
        self._move = 0
        self._last = -1
        self._since = 0.0

    def begin(self) -> None:
        """Mark the beginning of a move."""
        self._move += 1
        self.watching = True

    def tick(self) -> None:
        """Look whether the move is still the one of the last look.

        Raises:
            Hung: it is, and has lasted too long.
        """
        now = time.monotonic()
        if not self.watching or self._move != self._last:
            self._last, self._since = self._move, now
        elif self.limit is not None and now - self._since >= self.limit:
            self.watching = False
            raise Hung(f"no move after {self.limit:g} s")

    def __enter__(self) -> Watchdog:
        if self.limit is not None and hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
            _shared.add(self)
            self.armed = True
        return self

    def __exit__(self, *_: object) -> None:
        if self.armed:
            _shared.remove(self)
            self.armed = False


class _Shared:
    """The one timer of the process, and the watchdogs that it serves."""

    def __init__(self) -> None:
        self._dogs: list[Watchdog] = []
        self._before: Any = None
        self._timer = (0.0, 0.0)

    def add(self, dog: Watchdog) -> None:
        timer = signal.setitimer(signal.ITIMER_REAL, 0)
        if not self._dogs:
            self._timer, self._before = timer, signal.signal(signal.SIGALRM, self._ring)
        self._dogs.append(dog)
        self._start()

    def remove(self, dog: Watchdog) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        self._dogs.remove(dog)
        if self._dogs:
            self._start()
        else:
            signal.signal(signal.SIGALRM, self._before)
            signal.setitimer(signal.ITIMER_REAL, *self._timer)  # somebody else's alarm goes on, late rather than never

    def _start(self) -> None:
        often = min(dog.limit for dog in self._dogs if dog.limit is not None) / 4
        signal.setitimer(signal.ITIMER_REAL, often, often)

    def _ring(self, signum: int, frame: FrameType | None) -> None:
        for dog in list(self._dogs):
            dog.tick()


_shared = _Shared()
