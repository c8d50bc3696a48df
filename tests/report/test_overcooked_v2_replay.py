"""Replays of Overcooked-v2: its tiles and things have pictures, and the order is told to whoever watches."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from ludens.arena.report.kitchen import Film, code, frame_of, packed
from ludens.arena.report.kitchen_shapes import PICTURES
from ludens.arena.report.kitchen_terminal import still
from ludens.games import Move
from ludens.games.overcooked.v2.game import OvercookedV2
from ludens.games.overcooked.v2.state import MUSHROOM


def position():
    """A cook that has just taken a mushroom; another lies on a counter."""
    state = OvercookedV2(random_starts=False).start(0)
    state.play({0: Move("north"), 1: Move("stay")})
    events = state.play({0: Move("interact"), 1: Move("stay")})
    state.counters[3, 1] = MUSHROOM
    return state, events


def test_everything_has_a_picture():
    state, _ = position()
    assert set("".join(state.game.kitchen.rows)) - {" "} <= set(PICTURES)
    assert code(MUSHROOM) in PICTURES


def test_the_terminal_shows_them():
    state, events = position()
    out = io.StringIO()
    Console(file=out, width=100).print(still(state, events))
    told = out.getvalue()
    assert all(mark in told for mark in ("[R]", "[L]", "[M]", "░m░"))


def test_a_scene_tells_the_order():
    state, events = position()
    shown = Film(state.game.kitchen, state.game.horizon, ("", ""), (frame_of(state, state.events[:1]), frame_of(state, events)))
    first, second = packed(shown)["steps"]
    assert first[4]["news"] == [state.events[0].text] != []
    assert [3, 1, "m"] in [list(row) for row in first[2]]
    assert second[4] == 0


def test_pictures_are_painted():
    pytest.importorskip("PIL")
    from ludens.arena.report.kitchen_pictures import Painter

    state, events = position()
    film = Film(state.game.kitchen, state.game.horizon, ("a", "b"), (frame_of(state, events),))
    assert Painter(film).paint(0).size[0] > 100
