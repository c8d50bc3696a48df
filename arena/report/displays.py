"""Displays that a family of games brings for its replays: a section above the general transcript of the page, and its own lines in the terminal.

A display is a module with the two functions of :class:`Display`, known by the name of the family and imported when first needed. It reads the stored
record alone. Families without one are shown by the general transcript, and so is an episode that its display cannot read. One whose games move may have the
functions of :class:`Moving` too: a scene that the pages play, stills for the terminal, and a film in a file.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar, cast

from markupsafe import Markup
from rich.console import RenderableType

from ...errors import LudensError
from ...games.core import Event, Game, State
from ...games.registry import spec
from ...plugins import load_plugins
from ..record import Episode

__all__ = ["Display", "Drawing", "Moving", "Section", "add_display", "display_of", "moving_of", "scene_of", "section_of", "story_of"]

T = TypeVar("T")
D = TypeVar("D", bound="Display")


class Section(NamedTuple):
    """What a display adds to a page.

    Attributes:
        html: what stands between the head of the page and the transcript, with all that players wrote escaped. The page's policy allows no script but the
            page's own.
        style: rules of style for it, beside those of the page.
        title: for the head of the page, where that of the game with all its parameters is too long.
    """

    html: Markup
    style: str = ""
    title: str = ""


class Drawing(NamedTuple):
    """How pages draw the scenes of a family.

    Attributes:
        script: puts a function into ``globalThis.scenes`` under the scene's ``kind``. It is called with the scene, the transcript and whether the page is
            that episode's alone, and gives the node that is shown.
        style: rules of style for it.
    """

    script: str
    style: str


class Display(Protocol):
    """How a family of games shows an episode."""

    def page_section(self, episode: Episode) -> Section:
        """Show it in a page."""
        ...

    def terminal(self, episode: Episode) -> Iterable[RenderableType]:
        """Show it in a terminal of any width, from below the title to the result."""
        ...


class Moving(Display, Protocol):
    """What a family may add whose games are watched rather than read."""

    def scene(self, episode: Episode, game: Game | None = None) -> dict[str, Any]:
        """Give what is to be seen of an episode as JSON values, its ``kind`` among them. A section of a page holds it where an element has the id ``scene``."""
        ...

    def drawing(self) -> Drawing:
        """Say how pages draw it."""
        ...

    def still(self, state: State, events: Sequence[Event]) -> RenderableType:
        """Show a position in a terminal, and what the turn that led to it caused."""
        ...

    def stills(self, episode: Episode) -> Iterator[RenderableType]:
        """Show an episode in a terminal, position by position."""
        ...

    def write_film(self, episode: Episode, path: Path, kind: str) -> None:
        """Write an episode as a film, ``gif`` or ``mp4``."""
        ...


_MODULES = {"overcooked": "ludens.arena.report.overcooked", "werewolf": "ludens.arena.report.werewolf"}


def add_display(family: str, module: str) -> None:
    """Name the module that shows a family of games.

    Args:
        family: as the games are registered.
        module: has the functions of :class:`Display`.
    """
    _MODULES[family] = module


def display_of(game: str) -> Display | None:
    """Find the display of a game's family, if it brings one."""
    _discover()
    try:
        module = _MODULES.get(spec(game).family)
    except LudensError:
        return None  # the game is not installed here
    return cast(Display, importlib.import_module(module)) if module is not None else None


def moving_of(game: str) -> Moving | None:
    """Find the display of a game's family, if it can show the game move."""
    display = display_of(game)
    return (
        cast(Moving, display) if display is not None and all(hasattr(display, name) for name in ("scene", "drawing", "still", "stills", "write_film")) else None
    )


def section_of(episode: Episode) -> Section | None:
    """Make the section of an episode's page; None where there is none to make."""
    return _tried(episode, lambda display: display.page_section(episode), display_of)


def story_of(episode: Episode) -> list[RenderableType] | None:
    """Make the lines of an episode for the terminal; None where there are none to make."""
    return _tried(episode, lambda display: list(display.terminal(episode)), display_of)


def scene_of(episode: Episode, game: Game | None = None) -> dict[str, Any] | None:
    """Make the scene of an episode for the pages; None where there is none to make."""
    return _tried(episode, lambda display: display.scene(episode, game), moving_of)


def _tried(episode: Episode, show: Callable[[D], T], find: Callable[[str], D | None]) -> T | None:
    try:
        display = find(episode.game)
        return show(display) if display is not None else None
    except Exception as problem:
        # the record may be of other rules or another version; the transcript shows it all the same
        warnings.warn(f"episode {episode.id} is shown without the display of its family: {problem!r}", stacklevel=3)
        return None


@lru_cache(maxsize=1)
def _discover() -> None:
    # each calls add_display
    for register in load_plugins("ludens.displays"):
        register()
