"""A game of Werewolf in the terminal: the same story as the page, compactly."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from ...games.core import seat_name
from ..record import Episode
from .numbers import number
from .plain import colour, plain
from .werewolf_story import Note, Phase, Seat, Speech, Story, Vote, tell

__all__ = ["terminal"]


def terminal(episode: Episode) -> Iterator[RenderableType]:
    """Tell an episode line by line, all that was hidden included."""
    story = tell(episode)
    yield _cast(story, episode.returns)
    for phase in story.phases:
        yield Text()
        yield Rule(phase.title, align="left", style="blue" if phase.kind == "night" else "yellow")
        yield _phase(phase, story)
    yield Text()
    yield Rule(style="dim")
    yield plain(story.result or "The game broke off.", "bold")


def _cast(story: Story, returns: tuple[float, ...]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for one in story.seats:
        earned = returns[one.seat] if one.seat < len(returns) else 0.0
        places = 0 if float(earned).is_integer() else 2
        table.add_row(_name(one.seat), plain(one.name), _role(one), Text(one.fate, "dim"), Text(number(earned, places), "dim", justify="right"))
    return table


def _phase(phase: Phase, story: Story) -> RenderableType:
    """Put names in one column and what they did in another, so that long words wrap beside the name."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True, width=max((len(seat_name(one.seat)) for one in story.seats), default=8))
    table.add_column(overflow="fold", ratio=1)
    for item in phase.items:
        if isinstance(item, Note):
            style = "bold" if item.tone == "death" else "dim" if item.seat is None else ""
            table.add_row(_name(item.seat) if item.seat is not None else "", _with_role(item.seat, story, plain(item.text, style)))
        elif isinstance(item, Speech):
            table.add_row(_name(item.seat), _speech(item, story))
        else:
            table.add_row(Text("votes", "dim"), _vote(item, story))
    return table


def _speech(item: Speech, story: Story) -> RenderableType:
    words = plain(f"“{item.text}”", "italic" if item.whisper else "")
    if item.whisper:
        words = Text("(whispers) ", "dim") + words
    rows: list[RenderableType] = [_with_role(item.seat, story, words)]
    for mark in item.marks:
        rows.append(plain(f"✓ {mark.why}", "green") if mark.truth else plain(f"✗ {mark.why}", "red"))
    return Group(*rows)


def _vote(item: Vote, story: Story) -> RenderableType:
    head = "" if item.title == "Vote" else f"{item.title}: "
    rows: list[RenderableType] = []
    for target, voters in item.tally:
        row = Text(head, "dim") + _name(target) + plain(f" ({story.seats[target].role})", "dim")
        rows.append(row + Text(f" ← {', '.join(map(seat_name, voters))} ({len(voters)})"))
    if item.abstained:
        rows.append(Text(f"{head}nobody ← {', '.join(map(seat_name, item.abstained))} ({len(item.abstained)})", "dim"))
    if item.secret:
        rows.append(Text("(secret: all saw the result only)", "dim italic"))
    return Group(*rows)


def _with_role(seat: int | None, story: Story, words: Text) -> Text:
    return words if seat is None else Text("(") + _role(story.seats[seat]) + Text(") ") + words


def _role(one: Seat) -> Text:
    return plain(one.role, "red" if one.evil else "green")


def _name(seat: int) -> Text:
    return Text(seat_name(seat), f"bold {colour(seat)}")
