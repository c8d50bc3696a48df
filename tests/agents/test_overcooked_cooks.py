"""Scripted cooks: they see what there is, and every style serves soups in every kitchen of the papers."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.agents.bots.overcooked import MANNERS, bot_for
from ludens.agents.bots.overcooked.player import CookPlayer, PlanningCookPlayer, cook_fits, planning_cook_fits
from ludens.agents.bots.overcooked.sight import see
from ludens.agents.bots.overcooked.talk import SAYINGS, Ear
from ludens.errors import ParameterError
from ludens.games import Move, make
from ludens.games.overcooked.game import ACTIONS, Overcooked
from ludens.games.overcooked.kitchen import KITCHENS
from ludens.games.overcooked.plan import joint_plan

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


def shared(game, *players, seed=0):
    """Play an episode; give what it earned, and the state."""
    state = game.start(seed)
    for seat, player in enumerate(players):
        player.start(seat, game.type, seed + seat)
    while not state.over:
        state.play({seat: players[seat].act(state.observe(seat)) for seat in range(game.seats)})
    return state.returns[0], state


def test_roles_split_the_work_and_stay():
    game = Overcooked(old_dynamics=True)
    earned, state = shared(game, CookPlayer("split"), CookPlayer("split"))
    assert earned >= 180
    kinds = [{event.kind for event in state.events if event.seat == seat} for seat in range(2)]
    assert "pot" in kinds[0] - kinds[1]
    assert {"plate", "deliver"} <= kinds[1] - kinds[0]
    alone, state = shared(game, CookPlayer(), CookPlayer("stay"))
    assert alone >= 100
    assert not [event for event in state.events if event.seat == 1]


def test_cooks_say_what_they_are_about_and_heed_it():
    game = Overcooked(layout="counter_circuit", old_dynamics=True, say_chars=60)
    earned, state = shared(game, CookPlayer(), CookPlayer())
    said = [event.data["text"] for event in state.events if event.kind == "say"]
    assert set(said) <= set(SAYINGS.values())
    assert 20 < len(said) < 400
    assert earned >= 140
    silent = Overcooked(layout="counter_circuit", old_dynamics=True, say_chars=10)
    assert not [event for event in shared(silent, CookPlayer(), CookPlayer())[1].events if event.kind == "say"]


def test_a_claim_is_heeded_until_the_cook_holds_something():
    game = Overcooked(say_chars=60)
    state, ears = game.start(0), [Ear(), Ear()]

    def hear():
        for seat in range(2):
            ears[seat].listen(state.observe(seat))
        return [[ear.about(name, seat) for name in ("onion", "dish")] for seat, ear in enumerate(ears)]

    state.play({0: Move("west", "I'll get an onion, then the dish."), 1: Move("east", "You could fetch a dish")})
    assert hear() == [[0, 0], [1, 0]]
    # the first to claim a thing need not heed the second
    state.play({0: Move("north"), 1: Move("stay", "I fetch an onion.")})
    assert hear() == [[0, 0], [1, 0]]
    state.play({0: Move("west"), 1: Move("stay")})
    state.play({0: Move("interact"), 1: Move("stay")})
    assert state.hands[0] == ("onion",)
    assert hear() == [[1, 0], [0, 0]]


def test_cooks_by_plan_earn_what_they_planned_and_make_do_with_others():
    game = Overcooked(old_dynamics=True, horizon=200)
    planned = joint_plan(game, width=100).returns
    assert shared(game, PlanningCookPlayer(width=100), PlanningCookPlayer(width=100))[0] == planned >= 100
    assert shared(game, PlanningCookPlayer(width=100, then_width=20), CookPlayer())[0] >= 80
    assert shared(game, PlanningCookPlayer(width=100, then_width=20), CookPlayer("stay"))[0] >= 60


def test_bad_cooks_are_refused():
    with pytest.raises(ParameterError, match="player cook: role='filler' should be one of: all, fill, serve, split, stay; did you mean 'fill'"):
        CookPlayer("filler")
    with pytest.raises(ParameterError, match="player cook: noise=2 should be from 0 to 1"):
        CookPlayer(noise=2)
    with pytest.raises(ParameterError, match="player planning_cook: then_width=0"):
        PlanningCookPlayer(then_width=0)
    assert planning_cook_fits(Overcooked(layout="XXPXX\nO1  O\nX   X\nXDXSX")) == "planning_cook plans for two cooks; this kitchen has 1"
    assert cook_fits(make("prisoners_dilemma")) == "cook plays Overcooked only, not prisoners_dilemma-v0"
