"""Where a loaded model lives: the worker behind it, who uses it, and which weights it was given last."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from weakref import WeakValueDictionary

from ..chat import Reply
from .places import fingerprint
from .worker import Job, Worker

__all__ = ["Home", "home"]


class Home:
    """One loaded model, for all the models of a program that share it.

    Args:
        places: the base model's folder or name under "", and the folder of every adapter under its name.
        start: makes the worker that loads from such places.
    """

    def __init__(self, places: Mapping[str, str], start: Callable[[Mapping[str, str]], Worker]) -> None:
        self._places, self._start = dict(places), start
        self._revisions: dict[str, str] = {}
        self._users: set[threading.Event] = set()
        self._worker: Worker | None = None
        self._lock = threading.Lock()

    def submit(self, job: Job) -> Future[Reply]:
        """Queue a request; the model is loaded with the first."""
        with self._lock:
            return self._open(job.closing).submit(job)

    def reload(self, place: str, adapter: str, user: threading.Event) -> Future[None]:
        """Replace weights; they stay replaced when the model is closed and used again."""

        def loaded(done: Future[None]) -> None:
            if not done.cancelled() and done.exception() is None:
                self._places[adapter] = place
                self._revisions[adapter] = digest

        digest = fingerprint(Path(place).expanduser())
        with self._lock:
            order = self._open(user).reload(place, adapter)
        order.add_done_callback(loaded)
        return order

    def weights(self, adapter: str) -> str:
        """Which weights were put in by ``reload``; "" for those that the model was described with."""
        return "+".join(self._revisions[name] for name in dict.fromkeys(("", adapter)) if name in self._revisions)

    def leave(self, user: threading.Event) -> bool:
        """Say that one user is done; returns whether it was the last, and the model is unloaded. Blocks until then."""
        with self._lock:
            user.set()
            self._users.discard(user)
            if self._users or self._worker is None:
                return False
            worker, self._worker = self._worker, None
        # not under the lock: it ends when the batch does, and whoever asks meanwhile loads the model anew
        worker.close()
        return True

    def _open(self, user: threading.Event) -> Worker:
        self._users.add(user)
        if self._worker is None:
            # a folder may have been written anew since
            self._revisions = {name: fingerprint(Path(self._places[name]).expanduser()) for name in self._revisions}
            self._worker = self._start(dict(self._places))
        return self._worker


_HOMES: WeakValueDictionary[str, Home] = WeakValueDictionary()
_LOCK = threading.Lock()


def home(key: str, make: Callable[[], Home]) -> Home:
    """The home that goes by a key, made when nobody has it; it lasts as long as somebody does."""
    with _LOCK:
        found = _HOMES.get(key)
        if found is None:
            found = _HOMES[key] = make()
        return found
