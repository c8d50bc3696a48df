"""Cooks for hidden orders: they find out what is ordered, remember what they saw, and every style plays every kitchen."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.agents.bots.overcooked import MANNERS, bot_for
from ludens.agents.bots.overcooked.hidden import HiddenCook
from ludens.agents.bots.overcooked.player import cook_fits, planning_cook_fits
from ludens.games import make
from ludens.games.overcooked.v2.game import OvercookedV2
from ludens.games.overcooked.v2.kitchens import KITCHENS_V2

# payoffs of two fair cooks over three episodes, about nine tenths of what they were seen to earn
LEAST = {"cramped_room_v2": 140, "overcooked_v2_demo": 140, "grounded_coord_simple": 115, "grounded_coord_ring": 85, "demo_cook_simple": 30}


def cooked(game, styles, seed):
    state = game.start(seed)
    cooks = [bot_for(game, style)(seat, np.random.default_rng([seed, seat])) for seat, style in enumerate(styles)]
    while not state.over:
        state.play({seat: cooks[seat].act(state.observe(seat)) for seat in range(game.seats)})
    return state, cooks


@pytest.mark.parametrize("layout", LEAST)
def test_fair_cooks_serve_what_is_ordered(layout):
    assert np.mean([cooked(OvercookedV2(layout=layout), ("fair", "fair"), seed)[0].returns[0] for seed in range(3)]) >= LEAST[layout]


@pytest.mark.parametrize("style", MANNERS)
@pytest.mark.parametrize("layout", KITCHENS_V2)
def test_every_style_plays_every_kitchen(layout, style):
    state, cooks = cooked(OvercookedV2(layout=layout, horizon=120, view_radius=1), (style, style), 0)
    assert state.over
    assert all(isinstance(cook, HiddenCook) for cook in cooks)


def test_who_can_cook_nothing_shows_the_order_once():
    game = OvercookedV2(layout="grounded_coord_simple", horizon=40, random_starts=False, new_recipe="episode")
    state, cooks = cooked(game, ("fair", "fair"), 0)
    assert [event.seat for event in state.events if event.kind == "button"] == [0]
    assert all(cook._known and cook._order == state.recipe for cook in cooks)


def test_nobody_guesses_who_can_look():
    # the order is far from the pots: whoever begins there goes to see it before anything else
    game = OvercookedV2(layout="XXXXXXXXSX/R       1O/XXXXXXXP T/XXXXXXXXDX", horizon=120)
    state, (cook,) = cooked(game, ("fair",), 0)
    assert cook._known
    assert not [event for event in state.events if event.kind == "deliver" and event.data["value"] < 0]


def test_pots_out_of_view_are_remembered():
    game = OvercookedV2(layout="XPXXXXXXXX/O       1O/XXXXXXXDSR", horizon=60, random_starts=False)
    state = game.start(0)
    state.where[0] = (1, 1)
    state.pots[1, 0] = (1, 0, -1)
    cook = bot_for(game, "fair")(0, np.random.default_rng(0))
    assert cook._look(state.observe(0)).pots[1, 0].count == 1
    state.where[0] = (7, 1)
    state.pots[1, 0] = (3, 0, 4)
    assert cook._look(state.observe(0)).pots[1, 0].count == 1


def test_who_plays_it():
    game = make("overcooked_v2")
    assert cook_fits(game) is None
    assert planning_cook_fits(game) == "planning_cook plans where nothing is hidden, not for overcooked_v2-v0"
