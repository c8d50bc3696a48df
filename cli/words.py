"""The ``key=value`` words of the commands that are no Hydra application, and the console they print to."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import LudensError, UnknownName, nearest

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["amount", "brief", "console", "pairs", "run_folder"]


def console() -> Console:
    """Make the console; output that is no terminal gets neither colours nor a narrow width, and one that nobody reads any more goes nowhere."""
    from rich.console import Console

    class Piped(Console):
        def on_broken_pipe(self) -> None:
            # ludens ... | head: what was begun is still finished
            self.quiet = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    return Piped(highlight=False, width=None if sys.stdout.isatty() else 120)


def brief(value: Any) -> str:
    """Write a value for people: numbers with six digits, lists and mappings of them alike."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {brief(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(brief, value))}]"
    if value is None:
        return "none"
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def amount(value: float, unit: str) -> str:
    """Write a payoff with its unit: ``"1 point"``, ``"2.5 points"``."""
    return f"{value:.6g} {unit.removesuffix('s') if value == 1 else unit}"


def pairs(words: Sequence[str], known: Sequence[str], required: Sequence[str] = ()) -> dict[str, str]:
    """Read ``key=value`` words.

    Raises:
        LudensError: a word is no pair, its key is unknown, or a required one is missing.
    """
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


def run_folder(name: str, runs: str = "runs") -> Path:
    """Find the folder of a run by its path, or by its name under ``runs``.

    Raises:
        LudensError: there is none; the message names the nearest ones.
    """
    for path in (Path(name), Path(runs) / name):
        if (path / "config.json").exists():
            return path
    there = [path.name for path in Path(runs).glob("*") if (path / "config.json").exists()]
    raise LudensError(f"there is no run {name!r}{nearest(name, there) if there else f'; {runs}/ holds no runs'}")
