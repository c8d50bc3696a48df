"""The kitchen in a page: the script that draws it, with the shapes it draws, and its style with their colours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from ...games.core import Game
from ..record import Episode
from .displays import Drawing, Section
from .kitchen import film, kitchen_title, packed
from .kitchen_shapes import DARK, HATS, HELD, LIGHT, PICTURES, deeper

__all__ = ["drawing", "page_section", "scene"]

_HERE = Path(__file__).parent


def page_section(episode: Episode) -> Section:
    """Make room for the kitchen, which the page's script draws there."""
    shown = film(episode)
    html = Markup('<div id="scene"><p class="muted">The kitchen is drawn by the script of this page.</p></div>')
    return Section(html, title=f"Overcooked: {kitchen_title(shown.kitchen).replace('_', ' ')}")


def scene(episode: Episode, game: Game | None = None) -> dict[str, object]:
    """Give the frames of an episode as JSON values."""
    return packed(film(episode, game))


@lru_cache(maxsize=1)
def drawing() -> Drawing:
    """Give the script that draws such scenes, and their style."""
    look = {"pictures": {name: [_short(shape) for shape in shapes] for name, shapes in PICTURES.items()}, "held": HELD, "hats": len(HATS)}
    script = f"const kitchenLook = {json.dumps(look, separators=(',', ':'))};\n{(_HERE / 'kitchen.js').read_text('utf-8')}"
    hats = {f"hat{seat}{suffix}": value for seat, hat in enumerate(HATS) for suffix, value in (("", hat), ("_deep", deeper(hat)))}
    dark = {name: value for name, value in DARK.items() if LIGHT[name] != value}
    style = f":root {{ {_variables({**LIGHT, **hats})} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {_variables(dark)} }} }}\n"
    return Drawing(script, style + (_HERE / "kitchen.css").read_text("utf-8"))


def _short(shape: tuple[object, ...]) -> list[object]:
    return [int(value) if isinstance(value, float) and value.is_integer() else value for value in shape]


def _variables(colours: Mapping[str, str]) -> str:
    return " ".join(f"--k-{name}: {value};" for name, value in colours.items())
