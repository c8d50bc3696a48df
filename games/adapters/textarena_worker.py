"""The process beside ours in which TextArena runs: ``python textarena_worker.py SOCKET``, started by :mod:`~ludens.games.adapters.textarena_table`.

TextArena seeds and draws from the generator of the whole process and keeps what it likes in its modules, so every episode has a process of its own. This
one loads TextArena once and forks for each episode, which takes milliseconds; it loads nothing of ours. Over the socket it is named it receives the sockets
of episodes, each with the id of its environment; over those go lines of JSON.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import random  # noqa: TID251 - TextArena draws from this one, in a process of its own
import signal
import socket
import sys
import traceback
from typing import Any


def main(control: socket.socket) -> None:
    """Load TextArena, say so, and fork for every socket that comes, until the other side is gone."""
    try:
        from textarena.envs.registration import ENV_REGISTRY
    except Exception as problem:
        control.sendall(json.dumps({"error": _told(problem)}).encode() + b"\n")
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    control.sendall(b"{}\n")
    while True:
        name, sockets, _, _ = socket.recv_fds(control, 4096, 1)
        if not name:
            return
        _preload(ENV_REGISTRY.get(name.decode()))
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                serve(socket.socket(fileno=sockets[0]))
            finally:
                os._exit(0)
        os.close(sockets[0])


def _preload(spec: Any) -> None:
    """Import an environment's rules before the fork, so that they are imported once."""
    entry = getattr(spec, "entry_point", None)
    module = entry.partition(":")[0] if isinstance(entry, str) else ""
    if module and module not in sys.modules:
        # what is wrong with them is told by the episode, which imports them itself
        with contextlib.suppress(Exception):
            importlib.import_module(module)
        gc.collect()
        gc.freeze()


def serve(wire: socket.socket) -> None:
    """Answer one episode's lines: the first opens it, each other is a move; ends when the other side is gone."""
    with wire, wire.makefile("r", encoding="utf-8") as lines:
        table = None
        for line in lines:
            asked = json.loads(line)
            try:
                if table is None:
                    table = Episode(**asked)
                    answer = {"pid": os.getpid(), **table.standing()}
                else:
                    answer = table.act(asked["text"])
            except Exception as problem:
                answer = {"error": _told(problem), "pid": os.getpid()}
            wire.sendall(json.dumps(answer).encode() + b"\n")


class Episode:
    """One episode of one environment, from seed to end."""

    def __init__(self, env: str, seats: int, seed: int) -> None:
        import textarena

        seed %= 2**32
        random.seed(seed)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed(seed)
        self.seats = seats
        self.shown: dict[int, str] = {}
        self.invalid: str | None = None
        self.done = False
        self.env = textarena.make(env)
        self.env.reset(num_players=seats, seed=seed)
        judged = self.env.state.set_invalid_move

        def set_invalid_move(*args: Any, **kwargs: Any) -> Any:
            reason = kwargs.get("reason", args[0] if args else "")
            self.invalid = str(reason)
            return judged(*args, **kwargs)

        self.env.state.set_invalid_move = set_invalid_move

    def act(self, text: str) -> dict[str, Any]:
        """Hand a text to whoever is to move and tell how things stand after it."""
        self.invalid = None
        self.done, _ = self.env.step(text)
        return self.standing()

    def standing(self) -> dict[str, Any]:
        """Say who moves and what that seat is told that it has not been told yet; at the end what everybody earned, and why."""
        standing: dict[str, Any] = {"invalid": self.invalid, "done": bool(self.done)}
        if self.done:
            rewards, facts = self.env.close()
            paid = None if rewards is None else [float(rewards.get(seat, 0.0)) for seat in range(self.seats)]
            return {**standing, "rewards": paid, "reason": str(next((item["reason"] for item in facts.values() if item.get("reason")), ""))}
        seat, observed = self.env.get_observation()
        before = self.shown.get(seat, "")
        self.shown[seat] = observed
        # the usual wrapper repeats the whole conversation each time
        return {**standing, "seat": int(seat), "told": observed[len(before) :] if observed.startswith(before) else observed}


def _told(problem: Exception) -> str:
    frame = traceback.extract_tb(problem.__traceback__)[-1]
    return f"{type(problem).__name__}: {problem} (line {frame.lineno} of {os.path.basename(frame.filename)})"


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
