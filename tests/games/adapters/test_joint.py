"""One planner for all seats of a cooperative game: the same moves lead to the same positions and payoffs as with a player at each seat."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.errors import ParameterError
from ludens.games import Move, make
from ludens.games.adapters.joint import CARRY_ON
from ludens.games.core import seat_name
from ludens.games.testing import check_game

TEAMS = [
    ("overcooked_tasks", {"horizon": 60, "layout": "coordination_ring"}),
    ("overcooked", {"horizon": 30}),
    ("sweep_floor", {}),
    ("make_sandwich", {"level": "recipe2"}),
    ("sort_cubes", {"level": "sort3"}),
]


@pytest.mark.parametrize(("of", "kwargs"), TEAMS)
def test_conformance(of, kwargs):
    check_game(make("joint", of=of, kwargs=kwargs), seeds=range(2))


@pytest.mark.parametrize(("of", "kwargs"), TEAMS)
def test_the_same_moves_lead_to_the_same(of, kwargs):
    game, team = make("joint", of=of, kwargs=kwargs), make(of, **kwargs)
    state, apart, rng = game.start(7), team.start(7), np.random.default_rng(1)
    while not state.over:
        assert apart.to_move == state.inner.to_move
        (move,) = [state.action_spec(0).sample(rng)]
        assert {name for name, choice in move.choice.items() if choice != CARRY_ON} == {seat_name(seat) for seat in apart.to_move}
        apart.play({seat: Move(move.choice[seat_name(seat)]) for seat in apart.to_move})
        state.play({0: move})
        assert state.inner == apart
        assert state.rewards == [apart.rewards[0]]
        assert np.array_equal(state.data(0)["observation"], np.stack([apart.data(seat)["observation"] for seat in range(team.seats)]))
    assert apart.over
    assert state.outcome == apart.outcome


def test_the_planner_is_told_once_what_all_are_told():
    state = make("joint", kwargs={"layout": "counter_circuit"}).start(0)
    text = state.observe(0).text()
    assert text.startswith("You plan for player_0 and player_1: each time you choose for all of them who are to move.")
    assert text.count("Pot 1 at (3, 0) is empty.") == 1
    assert text.count("What is your next task?") == 1
    assert "To player_0:\nStep 1 of 400" in text
    assert "To player_1:\n" in text
    state.play({0: Move({"player_0": "get onion", "player_1": "get dish"})})
    (free,) = state.inner.to_move
    assert f"To player_{free}:" in state.request(0)
    assert f"To player_{1 - free}:" not in state.request(0)
    assert f"player_{1 - free}: one of: carry on" in state.action_spec(0).explain()


def test_the_planner_does_not_know_what_no_cook_knows():
    game = make("joint", of="overcooked_v2", kwargs={"horizon": 30})
    check_game(game, seeds=range(1))
    state = game.start(0)
    hidden = [event for event in state.inner.events if event.visible_to == ()]
    assert hidden
    assert all(event.text not in state.observe(0).text() for event in hidden)


def test_tasks_with_blanks_are_read_out_of_pairs():
    spec = make("joint").start(0).action_spec(0)
    for text in ("player_0=get onion player_1=make way", "player_0: Get Onion, player_1: make way", '{"player_0": "get onion", "player_1": "make way"}'):
        assert spec.parse(f"Answer: {text}").move == Move({"player_0": "get onion", "player_1": "make way"})
    for text in ("player_0=get onion", "so player_0=get onion player_1=wait", "player_0=wait player_0=get dish player_1=wait", "player_0=fly player_1=wait"):
        assert spec.parse(f"Answer: {text}").move is None


def test_only_teams_have_a_planner():
    with pytest.raises(ParameterError, match="of='prisoners_dilemma' should be a game in which all earn the same"):
        make("joint", of="prisoners_dilemma")
    with pytest.raises(ParameterError, match="should have more than one seat"):
        make("joint", of="overcooked", kwargs={"layout": "XXPXX\nO1  O\nX   X\nXDXSX"})
    with pytest.raises(ParameterError, match="kwargs=3 should be a mapping"):
        make("joint", kwargs=3)
