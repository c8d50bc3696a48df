"""Displays that a family of games brings for its replays: a section above the general transcript of the page, and its own lines in the terminal.

A display is a module with the two functions of :class:`Display`, known by the name of the family and imported when first needed. It reads the stored
record alone. Families without one are shown by the general transcript, and so is an episode that its display cannot read.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeVar, cast

from markupsafe import Markup
from rich.console import RenderableType

from ...errors import LudensError
from ...games.registry import spec
from ...plugins import load_plugins
from ..record import Episode

__all__ = ["Display", "Section", "add_display", "display_of", "section_of", "story_of"]

T = TypeVar("T")


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


class Display(Protocol):
    """How a family of games shows an episode."""

    def page_section(self, episode: Episode) -> Section:
        """Show it in a page."""
        ...

    def terminal(self, episode: Episode) -> Iterable[RenderableType]:
        """Show it in a terminal of any width, from below the title to the result."""
        ...


_MODULES = {"werewolf": "ludens.arena.report.werewolf"}


def add_display(family: str, module: str) -> None:
    """Name the module that shows a family of games.

    Args:
        family: as the games are registered.
        module: has the functions of :class:`Display`.
    """
    _MODULES[family] = module


def display_of(episode: Episode) -> Display | None:
    """Find the display of an episode's family, if it brings one."""
    _discover()
    try:
        module = _MODULES.get(spec(episode.game).family)
    except LudensError:
        return None  # the game is not installed here
    return cast(Display, importlib.import_module(module)) if module is not None else None


def section_of(episode: Episode) -> Section | None:
    """Make the section of an episode's page; None where there is none to make."""
    return _tried(episode, lambda display: display.page_section(episode))


def story_of(episode: Episode) -> list[RenderableType] | None:
    """Make the lines of an episode for the terminal; None where there are none to make."""
    return _tried(episode, lambda display: list(display.terminal(episode)))


def _tried(episode: Episode, show: Callable[[Display], T]) -> T | None:
    try:
        display = display_of(episode)
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
