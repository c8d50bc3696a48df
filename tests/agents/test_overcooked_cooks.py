"""Scripted cooks: they see what there is, and every style serves soups in every kitchen of the papers."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.agents.bots.overcooked import MANNERS, bot_for
from ludens.agents.bots.overcooked.sight import see
from ludens.errors import ParameterError
from ludens.games import Move, make
from ludens.games.overcooked.game import ACTIONS, Overcooked
from ludens.games.overcooked.kitchen import KITCHENS

# payoffs of two fair cooks over three episodes, about nine tenths of what they were seen to earn
LEAST = {"cramped_room": 170, "asymmetric_advantages": 250, "coordination_ring": 200, "forced_coordination": 215, "counter_circuit": 140}


def cooked(game, styles, seed):
    state = game.start(seed)
    cooks = [bot_for(game, style)(seat, np.random.default_rng([seed, seat])) for seat, style in enumerate(styles)]
    while not state.over:
        state.play({seat: cooks[seat].act(state.observe(seat)) for seat in range(game.seats)})
    return state.returns[0]


def test_a_cook_sees_what_there_is():
    rng, game = np.random.default_rng(0), Overcooked(layout="counter_circuit", old_dynamics=True)
    state = game.start(0)
    while not state.over:
        for seat in range(2):
            seen = see(state.data(seat)["planes"])
            assert (seen.cell, seen.facing, seen.held) == (state.where[seat], state.facing[seat], state.hands[seat])
            assert seen.others == {state.where[1 - seat]: state.hands[1 - seat]}
            assert seen.counters == state.counters
            for cell, pot in seen.pots.items():
                onions, tomatoes, ticks = state.pots.get(cell, (0, 0, -1))
                assert (pot.onions, pot.tomatoes) == (onions, tomatoes)
                assert pot.left == (None if ticks < 0 else 20 - ticks)
        state.play({seat: Move(ACTIONS[action]) for seat, action in enumerate(rng.choice([0, 1, 2, 3, 5, 5], size=2))})


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("layout", KITCHENS)
def test_fair_cooks_serve_many_soups(layout, old):
    game = Overcooked(layout=layout, old_dynamics=old)
    assert np.mean([cooked(game, ("fair", "fair"), seed) for seed in range(3)]) >= LEAST[layout]


@pytest.mark.parametrize("style", MANNERS)
def test_every_style_cooks_with_a_fair_one(style):
    assert cooked(Overcooked(old_dynamics=True), (style, "fair"), 1) >= 60


def test_cooks_make_the_soup_that_is_worth_most():
    grid = "XXPXX\nO1 2T\nX   X\nXDXSX"
    orders = [["tomato", "tomato"], ["onion", "onion", "onion"]]
    layout = repr({"grid": grid, "start_all_orders": [{"ingredients": order} for order in orders], "recipe_values": [50, 10], "recipe_times": [5, 30]})
    game = Overcooked(layout=layout, horizon=200)
    assert cooked(game, ("fair", "fair"), 0) >= 150


def test_one_cook_and_four_cooks_work_too():
    alone = Overcooked(layout="XXPXX\nO1  O\nX   X\nXDXSX")
    assert cooked(alone, ("fair",), 0) >= 100
    four = Overcooked(layout="XXSPDXX\nX  1  X\nX  X  X\nO3   4O\nX  X  X\nX  2  X\nXXDPSXX", old_dynamics=True)
    assert cooked(four, ("fair", "greedy", "generous", "fair"), 0) > 0


def test_cooks_know_no_other_game():
    with pytest.raises(ParameterError, match="cooks do not know"):
        bot_for(make("prisoners_dilemma"), "fair")
