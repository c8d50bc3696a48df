"""``ludens games``, ``players``, ``completion``, ``version``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import MISSING
from typing import TYPE_CHECKING

from ..errors import LudensError, UnknownName
from .words import brief, console

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["completion", "games", "players", "table", "version"]


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], title: str | None = None) -> Table:
    """Make a plain table of untrusted text."""
    from rich.table import Table
    from rich.text import Text

    from ..games.replies import clean_text

    made = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="bold", pad_edge=False)
    for name in titles:
        made.add_column(name, overflow="fold")
    for row in rows:
        made.add_row(*(Text(clean_text(cell)) for cell in row))
    return made


def games(words: list[str]) -> int:
    """List what can be played, or show one game."""
    from ..conf.resolve import game_of
    from ..games import all_ids, make, parameters, spec

    out = console()
    if not words:
        rows = []
        for game_id in all_ids():
            low, high = make(game_id).type.seats
            rows.append((spec(game_id).name, str(low) if low == high else f"{low}-{high}", spec(game_id).family, spec(game_id).summary))
        out.print(table(("game", "seats", "family", "about"), rows))
        out.print("\nludens games NAME  shows parameters, rules and predictions")
        return 0
    game = game_of(words[0])
    out.print(f"{game.made_as}  {spec(game.made_as).summary}\n", style="bold", markup=False)
    out.print(game.rules_text(None) + "\n", markup=False)
    defaults = parameters(game.made_as).items()
    out.print(table(("name", "default"), [(name, "(required)" if default is MISSING else str(default)) for name, default in defaults], "parameters"))
    if cards := game.predictions():
        rows4 = [(card.concept, card.quantity, brief(card.value)[:200], card.source) for card in cards]
        out.print()
        out.print(table(("concept", "quantity", "value", "source"), rows4, "predictions"))
    return 0


def players(words: list[str]) -> int:
    """List who can play, or show one line of the list."""
    from ..agents.player import kinds
    from ..conf.resolve import choices, named

    rows = {name: kind.summary for name, kind in kinds().items()}
    for name in choices("player"):
        params = dict(named("player", name) or {})
        kind = str(params.pop("kind", ""))
        inner = ", ".join(f"{key}={value}" for key, value in params.items())
        rows[name] = f"{kind}({inner})" if inner else kinds()[kind].summary if kind in kinds() else kind
    if words and words[0] not in rows:
        raise UnknownName("player", words[0], rows)
    console().print(table(("player", "about"), [(name, about) for name, about in sorted(rows.items()) if not words or name == words[0]]))
    return 0


def completion(words: list[str]) -> int:
    """Print the completion script of a shell."""
    from .completion import SHELLS, script

    if len(words) != 1:
        raise LudensError(f"name one shell out of: {', '.join(SHELLS)}")
    print(script(words[0]))
    return 0


def version(words: list[str]) -> int:
    """Print the version."""
    from .. import __version__

    print(__version__)
    return 0
