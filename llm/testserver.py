"""A real local server that speaks the OpenAI chat protocol, for tests, demonstrations and benchmarks; it can misbehave on command.

    python -m ludens.llm.testserver --latency 0.05 --faults "429:0.1,500:0.1,timeout:0.02,drop:0.05"

prints its base URL once it listens (on 127.0.0.1 only). It answers ``POST /v1/chat/completions`` (streamed or whole), ``GET /v1/models`` and
``GET /stats``; ``x-ludens-fault: 500`` on a request asks for one fault. In tests, ``async with ChatServer(...) as server`` runs it in the same process.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator

from ..errors import LudensError
from .faults import FAULTS, parse_faults
from .serving import ChatServer

__all__ = ["ChatServer", "main", "server_process"]


@contextlib.contextmanager
def server_process(*arguments: str) -> Iterator[str]:
    """Run the server in a process of its own and give its base URL; it ends with the block, or with its parent.

    Args:
        *arguments: of the command line, e.g. ``"--latency", "0.05"``.

    Raises:
        LudensError: the server did not start; with its own words.
    """
    if any("\0" in argument for argument in arguments):
        raise LudensError("the test server takes no NUL characters in its options")
    command = [sys.executable, "-P", "-m", "ludens.llm.testserver", "--until-stdin-closes", *arguments]
    # its words go to a file, because a pipe that nobody reads would stop it once full
    with tempfile.TemporaryFile("w+") as words, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            if not url.startswith("http://"):
                process.wait(timeout=10)
                words.seek(0)
                lines = words.read().strip().splitlines()
                raise LudensError(f"the test server did not start: {lines[-1] if lines else 'no message'}")
            yield url
        finally:
            process.terminate()


def main(arguments: list[str] | None = None) -> int:
    """Run the server until it is interrupted; returns the exit status."""
    parser = argparse.ArgumentParser("ludens.llm.testserver", description="A local OpenAI-compatible server for tests; it can misbehave on command.")
    parser.add_argument("--port", type=int, default=0, help="0 for any free one")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds a request takes")
    parser.add_argument(
        "--faults", default="", help="rates, as in '429:0.1,drop:0.05'; known: " + "; ".join(f"{name}: {what}" for name, what in FAULTS.items())
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the faults")
    parser.add_argument("--brain", default="schema", help="schema, echo or fixed:TEXT")
    parser.add_argument("--model", default="", help="the only model name it answers to; any by default")
    parser.add_argument("--retry-after", type=float, default=0.0, help="seconds that a 429 asks to wait")
    parser.add_argument("--slow-seconds", type=float, default=5.0, help="how long a dripping body takes")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input does, so that it never outlives its parent")
    given = parser.parse_args(arguments)
    try:
        server = ChatServer(
            given.brain,
            latency=given.latency,
            faults=parse_faults(given.faults),
            seed=given.seed,
            model=given.model,
            retry_after=given.retry_after,
            slow_seconds=given.slow_seconds,
            port=given.port,
        )
        asyncio.run(_serve(server, given.until_stdin_closes))
    except KeyboardInterrupt:
        return 0
    except (LudensError, OSError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    return 0


async def _serve(server: ChatServer, until_stdin_closes: bool) -> None:
    async with server:
        print(server.url, flush=True)
        if until_stdin_closes:
            # a daemon thread may sit in read() at exit; that is why the loop's own executor (which joins its threads) is not used
            closed = asyncio.Event()
            loop = asyncio.get_running_loop()

            def watch() -> None:
                sys.stdin.buffer.read()
                loop.call_soon_threadsafe(closed.set)

            threading.Thread(target=watch, daemon=True).start()
            await closed.wait()
        else:
            await asyncio.Event().wait()


if __name__ == "__main__":
    sys.exit(main())
