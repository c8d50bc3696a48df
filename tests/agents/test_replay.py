"""Recorded moves, played again."""

from __future__ import annotations

import pytest
from market import Market

from ludens.agents import PlayerSpec
from ludens.agents.replay import ReplayError, ReplayPlayer
from ludens.errors import ParameterError
from ludens.games import Move


def seat(moves):
    player = ReplayPlayer(moves)
    game = Market()
    player.start(0, game.type, 1)
    return player, game.start(0)


def test_moves_come_in_order_from_mappings_and_moves_alike():
    player, state = seat([{"choice": "north"}, Move({"act": "offer", "price": 4}, "four")])
    state.play({0: player.act(state.observe(0)), 1: Move("south")})
    assert player.act(state.observe(0)) == Move({"act": "offer", "price": 4}, "four")


def test_it_can_be_built_from_a_spec_and_sits_down_anew():
    player = PlayerSpec.of("replay", moves=[{"choice": "north", "say": None}]).build()
    for _ in range(2):
        player.start(0, Market().type, 1)
        assert player.act(Market().start(0).observe(0)) == Move("north", None)


def test_running_out_is_said():
    player, state = seat([{"choice": "north"}])
    player.act(state.observe(0))
    with pytest.raises(ReplayError, match=r"replay of player_0: all 1 recorded moves are played, but the game asks for another one at turn 0"):
        player.act(state.observe(0))


def test_a_move_that_does_not_fit_is_said_with_its_place():
    player, state = seat([{"choice": "west"}])
    with pytest.raises(ReplayError, match=r"recorded move 1 of 1 does not fit turn 0: 'west' is not one of: north, south"):
        player.act(state.observe(0))


@pytest.mark.parametrize("entry", ["north", {"say": "x"}, {"choice": 1, "chosen": 2}, None])
def test_entries_that_are_no_moves_are_named(entry):
    with pytest.raises(ParameterError, match=r"moves\[1\] should look like"):
        ReplayPlayer([{"choice": "north"}, entry])
