"""Our side of TextArena's processes: :class:`Table`, one episode in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...errors import LudensError

__all__ = ["Table"]

TIMEOUT = 120.0
"""Seconds that TextArena may take for one move; loading it counts as one."""


class _Nursery:
    """The process that holds TextArena and forks an episode's process whenever one is asked for."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        # sets and their order must not differ from run to run
        env = {**os.environ, "PYTHONHASHSEED": "0"}
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", str(Path(__file__).with_name("textarena_worker.py")), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # an interrupt at the terminal is for us; it ends when we do
                start_new_session=True,
            )
        self.control = ours
        self.lock = threading.Lock()
        ours.settimeout(TIMEOUT)
        try:
            ready = json.loads(_line(ours) or '{"error": "its process ended"}')
        except TimeoutError:
            self.process.kill()
            ready = {"error": f"not loaded after {TIMEOUT:g} seconds"}
        if "error" in ready:
            raise LudensError(f"TextArena cannot be loaded: {ready['error']}")

    def open(self, env: str) -> socket.socket:
        """Give the socket of the process of a new episode of an environment."""
        ours, theirs = socket.socketpair()
        with theirs, self.lock:
            socket.send_fds(self.control, [env.encode()], [theirs.fileno()])
        ours.settimeout(TIMEOUT)
        return ours


@lru_cache(maxsize=1)
def _nursery(process: int) -> _Nursery:
    """One a process: what was forked from us must not share our sockets."""
    return _Nursery()


def _line(wire: socket.socket) -> str:
    """Read one line without reading beyond it; empty when the other side is gone."""
    parts = []
    while part := wire.recv(65536):
        parts.append(part)
        if part.endswith(b"\n"):
            break
    return b"".join(parts).decode("utf-8")


class Table:
    """One episode of TextArena, running in a process of its own, which ends when the table is closed or forgotten.

    Args:
        env: TextArena's id of the environment.
        seats: how many play.
        seed: of the episode.

    Raises:
        LudensError: TextArena is missing or refuses, or the process died or did not answer in time; the line says which.

    Attributes:
        standing: how things stand: ``done``, ``invalid`` (why the last move was none), and ``seat`` and ``told``, or ``rewards`` and ``reason``.
    """

    def __init__(self, env: str, seats: int, seed: int) -> None:
        self.env = env
        self.pid = 0
        nursery = _nursery(os.getpid())
        try:
            self.wire = nursery.open(env)
        except OSError:
            # it was killed; what it had forked lives on
            _nursery.cache_clear()
            self.wire = _nursery(os.getpid()).open(env)
        self.standing = self._ask({"env": env, "seats": seats, "seed": seed})

    def act(self, text: str) -> dict[str, Any]:
        """Hand in the move of whoever is to move; returns (and keeps) the new standing."""
        self.standing = self._ask({"text": text})
        return self.standing

    def close(self) -> None:
        """End the process."""
        self.wire.close()

    def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            self.wire.sendall(json.dumps(asked).encode() + b"\n")
            line = _line(self.wire)
        except TimeoutError:
            self._kill()
            raise LudensError(f"TextArena's {self.env} has not answered for {TIMEOUT:g} seconds") from None
        except OSError:
            line = ""
        answer: dict[str, Any] = json.loads(line) if line else {"error": "its process ended"}
        self.pid = int(answer.get("pid", self.pid))
        if "error" in answer:
            self.close()
            raise LudensError(f"TextArena's {self.env} failed: {answer['error']}")
        return answer

    def _kill(self) -> None:
        self.close()
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
