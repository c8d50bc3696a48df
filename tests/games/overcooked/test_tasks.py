"""Cooks with tasks: what is offered, how they walk, when tasks end, and that the steps are those of the kitchen without tasks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.agents.bots.overcooked import MANNERS, bot_for
from ludens.errors import ParameterError
from ludens.games import IllegalMove, Move, NotSupported, make
from ludens.games.overcooked.errands import actions_of
from ludens.games.overcooked.game import ACTIONS, Overcooked
from ludens.games.overcooked.kitchen import KITCHENS, kitchen
from ludens.games.overcooked.tasks import OvercookedTasks
from ludens.games.testing import check_game

CORRIDOR = "XXXXXXX\nO1   2P\nXXX XXX\nXXXDXSX"
# payoffs of two fair cooks, nine tenths of what they were seen to earn
LEAST = {"cramped_room": 190, "asymmetric_advantages": 250, "coordination_ring": 190, "forced_coordination": 230, "counter_circuit": 140}


def offered(state, seat):
    return set(state.action_spec(seat).domain.values())


def choose(state, *tasks):
    """Play one joint choice of those who are asked."""
    return state.play({seat: Move(task) for seat, task in zip(state.to_move, tasks, strict=True)})


def cooked(game, styles, seed=0):
    state = game.start(seed)
    bots = [bot_for(game, style)(seat, np.random.default_rng([seed, seat])) for seat, style in enumerate(styles)]
    while not state.over:
        state.play({seat: bots[seat].act(state.observe(seat)) for seat in state.to_move})
    return state


@pytest.mark.parametrize("params", [{}, {"layout": "forced_coordination", "old_dynamics": True, "say_chars": 40}, {"layout": "XXPXX\nO1  T\nX   X\nXDXSX"}])
def test_conformance(params):
    check_game(make("overcooked_tasks", horizon=60, **params), seeds=range(2))


@settings(max_examples=25)
@given(layout=st.sampled_from(sorted(KITCHENS)), old=st.booleans(), seed=st.integers(0, 2**32 - 1))
def test_steps_are_those_of_the_kitchen_without_tasks(layout, old, seed):
    game, plain = OvercookedTasks(layout=layout, old_dynamics=old, horizon=150), Overcooked(layout=layout, old_dynamics=old, horizon=150)
    state, twin, rng = game.start(0), plain.start(0), np.random.default_rng(seed)
    while not state.over:
        state.play({seat: state.action_spec(seat).sample(rng) for seat in state.to_move})
        earned = 0.0
        for actions in state.walked:
            twin.play({seat: Move(ACTIONS[action]) for seat, action in enumerate(actions)})
            earned += twin.rewards[0]
        assert state.rewards == [earned, earned]
        for name in ("where", "facing", "hands", "counters", "pots", "clock", "shaping", "delivered"):
            assert getattr(state, name) == getattr(twin, name)
        # somebody is asked, and never one that has a task
        assert state.over or state.to_move == tuple(seat for seat in range(2) if state.tasks[seat] is None)
        assert state.over or state.to_move
    assert state.clock == 150
    assert twin.over


def test_what_can_be_begun_is_offered():
    state = OvercookedTasks().start(0)
    idle = {"make way", "wait"}
    assert offered(state, 0) == offered(state, 1) == {"get onion", "get dish"} | idle
    choose(state, "get onion", "get dish")
    assert state.to_move == (0,)
    assert state.hands == [("onion",), None]
    assert offered(state, 0) == {"put in pot 1", "put down"} | idle
    choose(state, "put in pot 1")
    while state.hands[1] is None:
        choose(state, *["wait"] * len(state.to_move))
    assert offered(state, 1) == {"put down"} | idle
    while 0 not in state.to_move:
        choose(state, *["wait"] * len(state.to_move))
    assert state.pots == {(2, 0): (1, 0, -1)}
    assert offered(state, 0) == {"get onion", "get dish", "start pot 1"} | idle
    with pytest.raises(IllegalMove, match="player_0"):
        state.play({seat: Move("serve") for seat in state.to_move})


def test_a_cook_that_waits_makes_room_and_two_pass_each_other_in_a_corridor():
    game = OvercookedTasks(layout=CORRIDOR, horizon=40)
    state = game.start(0)
    choose(state, "get onion", "wait")
    while state.hands[0] is None:
        choose(state, *["wait"] * len(state.to_move))
    # the way to the pot is barred by the other, who steps into the side room
    moves = 0
    while not state.pots and not state.over:
        choose(state, *["put in pot 1" if seat == 0 and state.hands[0] else "wait" for seat in state.to_move])
        moves += 1
    assert state.pots
    assert state.clock <= 20
    # crossing: each wants to be where the other is
    where = [(1, 1), (5, 1)]
    goals = [frozenset({(6, 1)}), frozenset({(0, 1)})]
    for _ in range(14):
        actions = actions_of(kitchen(CORRIDOR), where, goals, [None, None])
        ahead = [kitchen(CORRIDOR).ahead(cell, action) if action < 4 else cell for cell, action in zip(where, actions, strict=True)]
        ahead = [there if there in kitchen(CORRIDOR).floor else cell for there, cell in zip(ahead, where, strict=True)]
        assert ahead[0] != ahead[1]
        assert ahead != where[::-1]
        where = ahead
    assert where[0][0] > 3 > where[1][0]


def test_waiting_ends_when_something_happens_or_after_a_while():
    game = OvercookedTasks(pause=4, horizon=100)
    state = game.start(0)
    choose(state, "wait", "wait")
    assert (state.clock, state.to_move) == (4, (0, 1))
    choose(state, "get dish", "wait")
    assert state.to_move == (0, 1)
    assert state.clock == 6
    assert state.hands[0] == ("dish",)


def test_a_task_that_cannot_be_done_any_more_fails_with_the_reason():
    state = OvercookedTasks(layout="XXPXX\nO1 2O\nX   X\nXDXSX", old_dynamics=True).start(0)
    state.hands, state.pots = [("onion",), ("onion",)], {(2, 0): (2, 0, -1)}
    choose(state, "put in pot 1", "put in pot 1")
    if not any(event.kind == "fail" for event in state.events):
        choose(state, *["wait"] * len(state.to_move))
    failed = next(event for event in state.events if event.kind == "fail")
    assert failed.data == {"task": "put in pot 1", "why": "pot 1 is cooking already"}
    assert failed.text == f"player_{failed.seat} gives up: put in pot 1. Pot 1 is cooking already."
    assert state.outcome["failures"][failed.seat] == 1


def test_what_was_put_down_for_others_is_left_to_them():
    state = OvercookedTasks(layout="forced_coordination").start(0)
    assert "get onion" not in offered(state, 0)
    choose(state, "wait", "get onion")
    while "get onion" not in offered(state, 0):
        choose(state, *["pass on" if seat == 1 and state.hands[1] else "wait" for seat in state.to_move])
    choose(state, *["get onion"] * len(state.to_move))
    while state.hands[1] is None or state.hands[0] is None:
        choose(state, *["get onion" if "get onion" in offered(state, seat) else "wait" for seat in state.to_move])
    assert not [event for event in state.events if event.kind == "fail"]


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("layout", KITCHENS)
def test_fair_cooks_serve_many_soups(layout, old):
    state = cooked(OvercookedTasks(layout=layout, old_dynamics=old), ("fair", "fair"))
    assert state.returns[0] >= LEAST[layout]
    assert state.turn < 300


@pytest.mark.parametrize("style", MANNERS)
def test_every_style_cooks_with_a_fair_one(style):
    state = cooked(OvercookedTasks(layout="counter_circuit", old_dynamics=True, say_chars=40), (style, "fair"))
    assert state.returns[0] >= 80
    assert any(event.kind == "say" for event in state.events)


def test_bad_parameters_and_engines_are_refused():
    with pytest.raises(ParameterError, match="patience=0 should be from 1 to 1000"):
        OvercookedTasks(patience=0)
    with pytest.raises(NotSupported, match="overcooked-v0 has one"):
        make("overcooked_tasks").vector_env(4)
