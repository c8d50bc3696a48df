"""The page of a game of Werewolf: seats and roles, nights and days, and who knew what."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from ...games.core import seat_name
from ...games.werewolf.roles import ROLES
from ...games.werewolf.truth import Judged, titled
from ...games.words import listed
from ..record import Episode
from .displays import Section
from .plain import visible
from .werewolf_knowledge import knowledge
from .werewolf_story import tell
from .werewolf_votes import arrows

__all__ = ["page_section"]

_HERE = Path(__file__).parent
_CELLS = {"werewolf": "wolf", "not werewolf": "clear", "village": "village", "werewolves": "evil"}
"""What a cell of the table of knowledge says; of a role, its first letters."""


def page_section(episode: Episode) -> Section:
    """Show an episode as a timeline, with a switch between all that happened and what all could see."""
    story = tell(episode)
    html = _template().render(
        story=story,
        wolves={one.seat for one in story.seats if one.role == "werewolf"},
        rounds=knowledge(episode.events, len(story.seats)),
    )
    name = episode.game.rpartition("-v")[0].replace("_", " ")
    return Section(Markup(html), (_HERE / "werewolf.css").read_text("utf-8"), f"{name[:1].upper()}{name[1:]}, {len(story.seats)} seats")


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(arrows=arrows, cell=_cell, tone=_tone, chip=_chip, titled=titled, seat_name=seat_name, named=_named)
    environment.filters["visible"] = visible
    return environment.get_template("werewolf.html")


def _named(seats: list[int]) -> str:
    return listed(map(seat_name, seats))


def _chip(mark: Judged) -> str:
    """Say all of what is false, and of what is true only what was said."""
    return mark.why if mark.truth is False else mark.why.partition(";")[0]


def _cell(what: str) -> str:
    return _CELLS.get(what, what[:3])


def _tone(what: str) -> str:
    """Tell friend from foe of the village."""
    evil = what in ("werewolf", "werewolves") or (what in ROLES and ROLES[what].side == "werewolves")
    return "evil" if evil else "good"
