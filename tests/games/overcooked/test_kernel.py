"""The batched engine beside the readable one, step by step, in every kitchen that the tests know."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ludens.errors import ParameterError
from ludens.games import IllegalMove, Move
from ludens.games.overcooked.encode import grid
from ludens.games.overcooked.features import features
from ludens.games.overcooked.game import ACTIONS, Overcooked
from ludens.games.overcooked.kernel import OvercookedBatch
from ludens.games.overcooked.kitchen import KITCHENS

KEPT = json.loads((Path(__file__).parents[2] / "fixtures" / "overcooked.json").read_text(encoding="utf-8"))
LAYOUTS = {(kept["called"], kept["old"]): kept["layout"] for kept in KEPT}


def compare(game, steps, size=10):
    """Play so many steps in a batch and beside it; 100,000 of them are done by the slow test."""
    batch = OvercookedBatch(game, size, seed=7, auto_reset=True)
    states = [game.start(0) for _ in range(size)]
    for step in range(steps // size):
        actions = batch.random_actions()
        batch.step(actions)
        for index in range(size):
            if states[index].over:
                states[index] = game.start(0)
                assert batch.rewards[index] == 0
            else:
                state = states[index]
                state.play({seat: Move(ACTIONS[action]) for seat, action in enumerate(actions[index])})
                assert batch.rewards[index] == state.rewards[0]
                assert batch.shaped[index].tolist() == state.shaped
            found = batch.facts(index)
            assert found == {name: getattr(states[index], name) for name in found}
        assert batch.over.tolist() == [state.over for state in states]
        if step % 10 == 0:
            seen, numbers = batch.observations(), batch.features()
            for index in (0, size - 1):
                for seat in range(game.seats):
                    assert np.array_equal(seen[index, seat], grid(states[index], seat))
                    assert np.array_equal(numbers[index, seat], features(states[index], seat))


@pytest.mark.parametrize(("called", "old"), LAYOUTS)
def test_batch_and_readable_rules_agree(called, old):
    compare(Overcooked(layout=LAYOUTS[called, old], old_dynamics=old, horizon=150), 2000)


@pytest.mark.slow
@pytest.mark.parametrize(("called", "old"), LAYOUTS)
def test_batch_and_readable_rules_agree_for_long(called, old):
    compare(Overcooked(layout=LAYOUTS[called, old], old_dynamics=old), 100_000)


def test_random_steps_are_those_of_the_batch():
    game = Overcooked(old_dynamics=True, horizon=50)
    whole, stepped = OvercookedBatch(game, 5, seed=3), OvercookedBatch(game, 5, seed=3)
    earned = whole.random_steps(49)
    total = 0.0
    for _ in range(49):
        stepped.step(stepped.random_actions())
        total += float(stepped.rewards.sum())
    assert earned == total
    assert [whole.facts(index) for index in range(5)] == [stepped.facts(index) for index in range(5)]
    assert not whole.over.any()
    whole.random_steps(1)
    assert whole.over.all()


def test_games_stay_over_until_they_are_reset():
    batch = OvercookedBatch(Overcooked(horizon=2), 3, seed=0)
    fresh = batch.facts(0)
    for _ in range(3):
        batch.step(np.full((3, 2), 3))
    assert batch.over.all()
    assert batch.clock.tolist() == [2, 2, 2]
    assert not batch.rewards.any()
    batch.reset([True, False, False])
    assert batch.over.tolist() == [False, True, True]
    assert batch.facts(0) == fresh != batch.facts(1)


def test_a_refused_action_changes_nothing():
    batch = OvercookedBatch(Overcooked(), 3, seed=0)
    before = [batch.facts(index) for index in range(3)]
    with pytest.raises(IllegalMove, match="game 1: player_1's action 6 should be from 0 to 5"):
        batch.step([[0, 0], [0, 6], [0, 0]])
    assert [batch.facts(index) for index in range(3)] == before
    for dtype, wrong in ((np.int64, 258), (np.int8, -1), (np.uint8, 255), (np.float32, 6.0)):
        actions = np.zeros((3, 2), dtype)
        actions[2, 0] = wrong
        with pytest.raises(IllegalMove, match=f"game 2: player_0's action {wrong} should be from 0 to 5"):
            batch.step(actions)
    assert [batch.facts(index) for index in range(3)] == before
    with pytest.raises(ParameterError, match=r"actions should have shape \(3, 2\), got \(2, 3\)"):
        batch.step(np.zeros((2, 3)))
    with pytest.raises(ParameterError, match="size=0"):
        OvercookedBatch(Overcooked(), 0)


def test_uniform_actions_are_uniform():
    drawn = np.bincount(np.concatenate([OvercookedBatch(Overcooked(), 2000, seed=seed).random_actions().ravel() for seed in range(10)]), minlength=6)
    assert drawn.sum() == 40_000
    assert np.abs(drawn / 40_000 - 1 / 6).max() < 5 * (5 / 36 / 40_000) ** 0.5


def test_every_named_kitchen_is_known_to_the_tests():
    assert set(KITCHENS) <= set(LAYOUTS.values())
