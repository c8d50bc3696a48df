"""The kitchen in the terminal: a coloured map of three columns a cell, and a line for each cook and pot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from rich.console import Group, RenderableType
from rich.text import Text

from ...games.core import Event, State, seat_name
from ...games.overcooked.game import Overcooked
from ...games.overcooked.kitchen import Cell, Kitchen
from ...games.overcooked.state import OvercookedState
from ...games.overcooked.text import place, points, recipe, soups, thing
from ...games.words import number
from ..record import Episode
from .kitchen import Film, Frame, Stew, film, frame_of, kitchen_title
from .kitchen_shapes import HATS, LIGHT
from .plain import plain

__all__ = ["still", "stills", "terminal"]

_ARROWS = "▲▼▶◀"
_COLUMNS = 3
_INK = {"onion": "onion_deep", "tomato": "tomato_deep", "dish": "ink", "soup": "ink", "mushroom": "cap"}
_KEPT = {"O": "onion_deep", "T": "tomato_deep", "D": "ink", "S": "window", "R": "ink", "L": "button", "M": "cap"}
_LEGEND = "o onion, t tomato, d dish, s soup; [O] onions, [T] tomatoes, [D] dishes, [S] serving counter; P with what is in it, the steps left, or ✓"
_LEGEND_V2 = f"{_LEGEND}; m mushroom, [M] mushrooms; [R] recipe indicator, [L] button"


def terminal(episode: Episode) -> Iterator[RenderableType]:
    """Tell an episode: the kitchen at the beginning, after each delivery and at the end, and between them who took, put and said what."""
    shown = film(episode)
    legend = _LEGEND_V2 if set("RLM") & set("".join(shown.kitchen.rows)) else _LEGEND
    yield Text(f"{kitchen_title(shown.kitchen)}: {legend}", "dim")
    yield _picture(shown, shown.frames[0])
    for frame in shown.frames[1:]:
        told = _told(frame)
        if told:
            yield Text.assemble((f"{frame.step:>4}  ", "dim"), told)
        if frame.served or frame is shown.frames[-1]:
            yield _picture(shown, frame)


def stills(episode: Episode) -> Iterator[RenderableType]:
    """Show an episode step by step."""
    shown = film(episode)
    for frame in shown.frames:
        yield _picture(shown, frame)


def still(state: State, events: Sequence[Event]) -> RenderableType:
    """Show a position and what the step that led to it caused."""
    game = cast(Overcooked, state.game)
    return _picture(Film(game.kitchen, game.horizon, ("",) * game.seats, ()), frame_of(cast(OvercookedState, state), events))


def _told(frame: Frame) -> Text:
    parts = []
    for seat, cook in enumerate(frame.cooks):
        if cook.acted:
            parts.append(_name(seat) + plain(f" {cook.did}"))
        if cook.said:
            parts.append(_name(seat) + plain(f" says “{cook.said}”"))
    return Text("; ").join([*parts, *(plain(news, "dim") for news in frame.news)])


def _picture(shown: Film, frame: Frame) -> RenderableType:
    head = f"step {frame.step} of {shown.horizon}, {points(frame.score)}, {soups(frame.soups)}"
    return Group(Text(head, "bold"), drawn(shown.kitchen, frame), *_cooks(shown, frame), *_pots(frame))


def drawn(kitchen: Kitchen, frame: Frame) -> Text:
    """Draw the map with all that is in it."""
    at = {cook.cell: seat for seat, cook in enumerate(frame.cooks)}
    out = Text(no_wrap=True, overflow="crop")
    for y, row in enumerate(kitchen.rows):
        for x, tile in enumerate(row):
            out.append_text(_cook(frame, at[x, y], (x + y) % 2) if (x, y) in at else _tile(frame, tile, (x, y)))
        if y + 1 < kitchen.height:
            out.append("\n")
    return out


def _cook(frame: Frame, seat: int, odd: int) -> Text:
    cook = frame.cooks[seat]
    ground = LIGHT["floor_odd" if odd else "floor"]
    out = Text(f"{_ARROWS[cook.facing]}{seat}", f"bold #ffffff on {HATS[seat % len(HATS)]}")
    kind = None if cook.holds is None else cook.holds[0]
    return out.append(" " if kind is None else kind[0], f"bold {LIGHT[_INK[kind or 'dish']]} on {ground}")


def _tile(frame: Frame, tile: str, cell: Cell) -> Text:
    if tile == " ":
        return Text(" " * _COLUMNS, f"on {LIGHT['floor_odd' if sum(cell) % 2 else 'floor']}")
    top = f"on {LIGHT['counter_top']}"
    if tile == "P":
        return _pot(frame.pots.get(cell))
    if cell in frame.counters:
        kind = frame.counters[cell][0]
        return Text(f"░{kind[0]}░", f"bold {LIGHT[_INK[kind]]} {top}")
    if tile == "X":
        return Text("░" * _COLUMNS, f"{LIGHT['lip']} {top}")
    return Text(f"[{tile}]", f"bold {LIGHT[_KEPT[tile]]} {top}")


def _pot(stew: Stew | None) -> Text:
    ground = f"on {LIGHT['stove']}"
    if stew is None:
        return Text("P  ", f"bold {LIGHT['pot']} {ground}")
    if stew.left is None:
        return Text(f"P{'•' * (stew.onions + stew.tomatoes):<2}"[-_COLUMNS:], f"bold {LIGHT['onion_light']} {ground}")
    if stew.left == 0:
        return Text("P ✓", f"bold #ffffff on {LIGHT['done']}")
    return Text(f"P{stew.left:<2}"[-_COLUMNS:], f"bold {LIGHT['bar']} {ground}")


def _cooks(shown: Film, frame: Frame) -> Iterator[Text]:
    for seat, cook in enumerate(frame.cooks):
        line = _name(seat)
        if shown.names[seat]:
            line += plain(f" ({shown.names[seat]})", "dim")
        line += plain(f" holds {thing(cook.holds)}" if cook.holds is not None else " holds nothing")
        if cook.did:
            line += plain(f"; {cook.did}", "" if cook.acted else "dim")
        if cook.shaped:
            line += Text(f" +{number(cook.shaped)} shaped", "dim")
        if cook.said:
            line += plain(f" “{cook.said}”", "italic")
        yield line


def _pots(frame: Frame) -> Iterator[Text]:
    for cell, stew in frame.pots.items():
        state = "not cooking" if stew.left is None else "ready" if stew.left == 0 else f"ready in {stew.left}"
        yield Text(f"pot at {place(cell)}: {recipe((stew.onions, stew.tomatoes))}, {state}", "dim")


def _name(seat: int) -> Text:
    return Text.assemble((seat_name(seat), f"bold {HATS[seat % len(HATS)]}"))
