"""``ludens games``, ``players``, ``completion``, ``version``."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING
from typing import TYPE_CHECKING, Any

from ..errors import LudensError, UnknownName
from .meanings import described, meanings
from .words import brief, console

if TYPE_CHECKING:
    from rich.table import Table

    from ..agents.player import Kind
    from ..games.core import Prediction

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
    from ..games import adapter_ids, all_ids, make, parameters, spec

    out = console()
    if not words:
        rows = []
        for game_id in all_ids():
            low, high = make(game_id).type.seats
            rows.append((spec(game_id).name, str(low) if low == high else f"{low}-{high}", spec(game_id).family, spec(game_id).summary))
        out.print(table(("game", "seats", "family", "about"), rows))
        others = [(spec(found).name, spec(found).adapts, "yes" if spec(found).installed else "no", spec(found).summary) for found in adapter_ids()]
        out.print()
        out.print(table(("adapter", "package", "installed", "about"), others, "adapters: one id for many games"))
        out.print("\nludens games NAME  shows parameters, rules and predictions")
        return 0
    game = game_of(words[0])
    out.print(f"{game.made_as}  {spec(game.made_as).summary}\n", style="bold", markup=False)
    out.print(game.rules_text(None) + "\n", markup=False)
    defaults = parameters(game.made_as).items()
    about = described(type(game))
    rows3 = [(name, "(required)" if default is MISSING else _setting(default), about.get(name, "")) for name, default in defaults]
    out.print(table(("name", "default", "meaning"), rows3, "parameters"))
    if cards := game.predictions():
        rows4 = [(card.concept, card.quantity, brief(card.value)[:200], _source(card)) for card in cards]
        out.print()
        out.print(table(("concept", "quantity", "value", "source"), rows4, "predictions"))
    return 0


def _source(card: Prediction) -> str:
    """Say where a prediction comes from; of figures from people also what the figure is worth."""
    return f"{card.source}; {card.note}" if card.concept == "human" and card.note else card.source


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
    out = console()
    out.print(table(("player", "about"), [(name, about) for name, about in sorted(rows.items()) if not words or name == words[0]]))
    if words:
        given = named("player", words[0]) or {"kind": words[0]}
        chosen = kinds()[str(given["kind"])]
        out.print()
        out.print(table(("name", "value", "meaning"), _parameters(chosen, {**chosen.presets, **given}), "parameters"))
    return 0


def _parameters(kind: Kind, given: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """List a kind's parameters: name, what it is unless told otherwise, meaning."""
    factory = kind.load()
    about = described(factory) if inspect.isclass(factory) else meanings(factory.__doc__)
    rows = []
    for name, item in inspect.signature(factory).parameters.items():
        if item.kind not in (item.VAR_POSITIONAL, item.VAR_KEYWORD):
            value = given.get(name, item.default)
            rows.append((name, "(required)" if value is item.empty else _setting(value), about.get(name, "")))
    return rows


def _setting(value: Any) -> str:
    """Write a value as it would be given on the command line."""
    if value is None or isinstance(value, bool | str):
        return {None: "null", True: "true", False: "false", "": '""'}.get(value, str(value))
    return brief(value)


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
