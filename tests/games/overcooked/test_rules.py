"""The rules of Overcooked: sums over random play as they were measured on overcooked_ai itself, and case by case."""

from __future__ import annotations

import pytest

from ludens.games import Move
from ludens.games.overcooked.game import ACTIONS, Overcooked

HELD = {None: 0, "onion": 1, "dish": 2, "soup": 3}
# payoffs, shaped rewards and a sum over positions, directions and hands, of 25 episodes of 400 steps, measured on overcooked_ai
GOLDEN = {
    ("cramped_room", False): (0, 298, 2303924),
    ("asymmetric_advantages", False): (0, 206, 5171059),
    ("coordination_ring", False): (0, 166, 2664088),
    ("forced_coordination", False): (0, 118, 2660608),
    ("counter_circuit", False): (0, 24, 3979369),
    ("cramped_room", True): (80, 371, 2299838),
    ("asymmetric_advantages", True): (0, 128, 5168181),
    ("coordination_ring", True): (0, 162, 2654914),
    ("forced_coordination", True): (0, 99, 2657604),
    ("counter_circuit", True): (0, 27, 3979216),
}


@pytest.mark.parametrize(("layout", "old"), GOLDEN)
def test_random_play_adds_up_as_in_the_original(layout, old):
    game = Overcooked(layout=layout, old_dynamics=old)
    width, drawn, earned, shaped, total = game.kitchen.width, 12345, 0.0, 0.0, 0
    for _ in range(25):
        state = game.start(0)
        while not state.over:
            moves = {}
            for seat in range(2):
                drawn = (1103515245 * drawn + 12345) % 2**31
                moves[seat] = Move(ACTIONS[min(drawn // 65536 % 8, 5)])
            state.play(moves)
            for seat, (x, y) in enumerate(state.where):
                held = state.hands[seat]
                total += (7, 13)[seat] * (y * width + x) + (3, 5)[seat] * state.facing[seat] + (11, 17)[seat] * HELD[held and held[0]]
        earned += state.returns[0]
        shaped += sum(state.shaping)
    assert (earned, shaped, total) == GOLDEN[layout, old]
