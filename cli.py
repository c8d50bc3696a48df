"""The ``ludens`` command: list, play, run a tournament, look at what was played.

``play`` and ``tournament`` are Hydra applications (groups, ``-m`` sweeps, ``--cfg job``); the rest take ``key=value`` words.
A mistake of the user's is one line on standard error and exit status 2; a run that stopped early but kept everything ends with 1, or 130 after Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import LudensError, UnknownName, nearest

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["main"]

COMMANDS = {
    "games": "what can be played, with parameters and predictions",
    "players": "who can play: kinds of player and the named ones",
    "play": "one episode, live in the terminal (a person may hold a seat)",
    "tournament": "plan, play, rate, report; give the same command again to resume",
    "replay": "one episode of a run, as text or as a self-contained page",
    "report": "the report of a run, as text or as a self-contained page",
    "export": "the decisions of a run as JSONL or Parquet",
    "completion": "the completion script of a shell (bash, zsh, fish)",
    "version": "the version",
}

USAGE = {
    "games": "ludens games [NAME]",
    "players": "ludens players [NAME]",
    "replay": "ludens replay run=NAME [episode=ID] [out=FILE.html]\n\nWithout an episode, lists the run's episodes. Without out, prints to the terminal.",
    "report": "ludens report run=NAME [out=FILE.html]\n\nWithout out, prints to the terminal and writes report.html into the run's folder.",
    "export": "ludens export run=NAME [format=jsonl|parquet|messages] [out=FILE]",
    "completion": 'ludens completion bash|zsh|fish\n\nPut  eval "$(ludens completion bash)"  into your shell\'s start-up file.',
    "version": "ludens version",
}

EXAMPLES = {
    "play": (
        "ludens play game=negotiation players=[person,fair]",
        "ludens play game=prisoners_dilemma game.rounds=5 players=[tit_for_tat,random] seed=3",
        "ludens play game=ultimatum players=[language,greedy] model=openai",
    ),
    "tournament": (
        "ludens tournament game=prisoners_dilemma players=[tit_for_tat,grim,random]",
        "ludens tournament games=[prisoners_dilemma,negotiation] players=[fair,greedy,language] model=openai budget.dollars=2 --dry-run",
        "ludens tournament game=stag_hunt players=[fair,greedy,tough] tournament=swiss plan.rounds=7",
        "ludens tournament -m game=prisoners_dilemma,stag_hunt players=[tit_for_tat,grim] seed=1,2",
    ),
}


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


def entry() -> None:
    """Console script."""
    sys.exit(main())


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        _print_help(words[1] if len(words) > 1 else None)
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
        _print_help(command)
        return 0
    return _HANDLERS[command](rest)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _print_help(command: str | None) -> None:
    if command is None or command not in COMMANDS:
        width = max(map(len, COMMANDS))
        lines = ["usage: ludens COMMAND [KEY=VALUE ...]", "", *(f"  {name:{width}}  {text}" for name, text in COMMANDS.items())]
        print("\n".join([*lines, "", "ludens COMMAND --help says more."]))
        return
    print(f"{COMMANDS[command]}\n")
    if command in USAGE:
        print(f"usage: {USAGE[command]}")
        return
    from .conf.resolve import choices
    from .conf.schema import settings

    print(f"usage: ludens {command} KEY=VALUE ... [-m] [--dry-run] [--cfg job] [--config-dir DIR]\n\nsettings:")
    rows = settings(command)
    width = max(len(name) for name, _, _ in rows)
    for name, default, about in rows:
        print(f"  {name:{width}}  {about}{'' if default is None else f' (default: {default})'}")
    for group in ("model", "tournament") if command == "tournament" else ("model",):
        print(f"\n{group}: {', '.join(sorted(choices(group)))}")
    print("\ngames and players: see  ludens games  and  ludens players\n\nexamples:")
    print("\n".join(f"  {example}" for example in EXAMPLES[command]))


# -- key=value words ---------------------------------------------------------------------------------------------------


def _pairs(words: Sequence[str], known: Sequence[str], required: Sequence[str] = ()) -> dict[str, str]:
    out: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not value:
            raise LudensError(f"{word!r} should be KEY=VALUE with a key out of: {', '.join(known)}")
        if key not in known:
            raise UnknownName("key", key, known)
        out[key] = value
    for key in required:
        if key not in out:
            raise LudensError(f"{key}=... is missing")
    return out


def _games(words: list[str]) -> int:
    from rich.table import Table

    from .games import all_ids, make, parameters, spec

    console = _console()
    if not words:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for title in ("game", "seats", "family", "about"):
            table.add_column(title, overflow="fold")
        for game_id in all_ids():
            low, high = make(game_id).type.seats
            table.add_row(spec(game_id).name, str(low) if low == high else f"{low}-{high}", spec(game_id).family, spec(game_id).summary)
        console.print(table)
        console.print("\nludens games NAME  shows parameters, rules and predictions")
        return 0
    from .conf.resolve import game_of

    game = game_of(words[0])
    console.print(f"[bold]{game.made_as}[/bold]  {spec(game.made_as).summary}\n", markup=True)
    console.print(game.rules_text(None), markup=False)
    table = Table(title="parameters", title_justify="left", box=None, header_style="bold", pad_edge=False)
    table.add_column("name")
    table.add_column("default", overflow="fold")
    for name, default in parameters(game.made_as).items():
        table.add_row(name, "(required)" if default is MISSING else str(default))
    console.print()
    console.print(table)
    cards = game.predictions()
    if cards:
        table = Table(title="predictions", title_justify="left", box=None, header_style="bold", pad_edge=False)
        for title in ("concept", "quantity", "value", "source"):
            table.add_column(title, overflow="fold")
        for card in cards:
            table.add_row(card.concept, card.quantity, str(card.value)[:200], card.source)
        console.print()
        console.print(table)
    return 0


def _players(words: list[str]) -> int:
    from rich.table import Table

    from .agents.player import kinds
    from .conf.resolve import choices, named

    console = _console()
    rows = {name: (name, kind.summary) for name, kind in kinds().items()}
    for name in choices("player"):
        params = named("player", name) or {}
        inner = ", ".join(f"{key}={value}" for key, value in params.items() if key != "kind")
        rows[name] = (name, f"{params.get('kind')}({inner})" if inner else rows.get(name, ("", str(params.get("kind"))))[1])
    if words:
        if words[0] not in rows:
            raise UnknownName("player", words[0], rows)
        rows = {words[0]: rows[words[0]]}
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("player")
    table.add_column("about", overflow="fold")
    for row in sorted(rows.values()):
        table.add_row(*row)
    console.print(table)
    return 0


def _completion(words: list[str]) -> int:
    from .completion import SHELLS, script

    if len(words) != 1:
        raise LudensError(f"name one shell out of: {', '.join(SHELLS)}")
    print(script(words[0]))
    return 0


def _version(words: list[str]) -> int:
    from . import __version__

    print(__version__)
    return 0


_HANDLERS: dict[str, Callable[[list[str]], int]] = {
    "games": _games,
    "players": _players,
    "completion": _completion,
    "version": _version,
}
