"""Keeps a command no longer than its parent: ``python keeper.py COMMAND...`` ends the command, and all that it started, when standard input closes.

A server of vLLM starts processes of its own, which outlive a server that is killed; so they are given a process group, and somebody outside it looks after it.
Run by its path in any interpreter: it imports nothing but the standard library.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

_GRACE = 10.0
"""Seconds that the command has to end by itself."""


def main(command: list[str]) -> int:
    """Run a command until it ends or standard input closes; gives its exit status."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)

    def watch() -> None:
        while os.read(0, 1024):  # not by sys.stdin, whose lock a thread must not hold when the interpreter ends
            pass
        _send(child.pid, signal.SIGTERM)
        try:
            child.wait(_GRACE)
        except subprocess.TimeoutExpired:
            _send(child.pid, signal.SIGKILL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _send(child.pid, signal.SIGTERM))
    threading.Thread(target=watch, daemon=True).start()
    status = child.wait()
    _send(child.pid, signal.SIGKILL)  # whatever of its group is left
    return status


def _send(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return  # nobody is left


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
