"""The ``ludens`` command: list, play, run a tournament, look at what was played.

``play``, ``tournament``, ``study`` and ``train`` are Hydra applications (groups, ``-m`` sweeps, ``--cfg job``); the rest take ``key=value`` words.
A mistake of the user's is one line on standard error and exit status 2; a run that stopped early but kept everything ends with 1, or 130 after Ctrl-C.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

from ..errors import LudensError, UnknownName

__all__ = ["COMMANDS", "entry", "main"]

COMMANDS = {
    "games": ("listing", "what can be played, with parameters and predictions"),
    "players": ("listing", "who can play: kinds of player and the named ones"),
    "play": ("running", "one episode, live in the terminal (a person may hold a seat)"),
    "tournament": ("running", "plan, play, rate, report; give the same command again to resume"),
    "study": ("studying", "a behavioural experiment: design, power, lock, play, table, report; give the same command again to resume"),
    "train": ("training", "improve a model: demonstrations or play, fitting, measuring; give the same command again to resume"),
    "replay": ("reading", "an episode of a run, as text or as a self-contained page"),
    "report": ("reading", "the report of a run, as text and as a self-contained page"),
    "analyse": ("analysing", "what a run says beyond its scores: exploitability, regret, equilibria and more"),
    "label": ("labelling", "which of two episodes is better: asked of people side by side, of a language model, or simulated"),
    "export": ("reading", "the decisions of a run as JSONL, Parquet or chat messages, or its games in formats of other projects"),
    "completion": ("listing", "the completion script of a shell (bash, zsh, fish)"),
    "version": ("listing", "the version"),
}
"""Commands by name: the module of this package that holds the function of that name, and what it does."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _dispatch(words)
    except LudensError as problem:
        print(f"ludens: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("ludens: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # the reader of our output went away (ludens games | head): nothing is wrong
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as problem:
        # standard output, or a file that a command names, on a full disk
        print(f"ludens: {problem.filename or 'output'}: {problem.strerror or problem}", file=sys.stderr)
        return 2


def entry() -> None:
    """Run as the console script."""
    sys.exit(main())


def _dispatch(words: list[str]) -> int:
    from .help import overview, usage

    if not words or words[0] in ("-h", "--help", "help"):
        print(usage(words[1]) if len(words) > 1 and words[1] in COMMANDS else overview(COMMANDS))
        return 0
    command, rest = words[0], words[1:]
    if command in ("-V", "--version"):
        command = "version"
    if command == "--complete":
        from .completion import candidates

        print("\n".join(candidates(rest[0] if rest else "", COMMANDS)))
        return 0
    if command not in COMMANDS:
        raise UnknownName("command", command, COMMANDS)
    if any(word in ("-h", "--help") for word in rest):
        print(f"{COMMANDS[command][1]}\n\n{usage(command)}")
        return 0
    module = importlib.import_module(f".{COMMANDS[command][0]}", __name__)
    status: int = getattr(module, command)(rest)
    return status
