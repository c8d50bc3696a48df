"""The vector environment plays what the readable rules play, and keeps gymnasium's promises."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from ludens.errors import ParameterError
from ludens.games import Move
from ludens.games.robots.make_sandwich import MakeSandwich
from ludens.games.robots.sort_cubes import SortCubes
from ludens.games.robots.sweep_floor import SweepFloor

GAMES = (SweepFloor(level="Y2_G3"), MakeSandwich(level="recipe4"), SortCubes(level="sort5"))
"""Levels with one start, so that the same actions give the same game."""


@pytest.mark.parametrize("game", GAMES)
def test_it_plays_what_the_readable_rules_play(game):
    envs, rng = game.vector_env(3), np.random.default_rng(0)
    for _ in range(20):
        states = [game.start(0) for _ in range(3)]
        seen, _ = envs.reset(seed=0)
        cut = done = np.zeros(3, bool)
        while not (cut | done).any():
            actions = np.zeros((3, game.seats), np.int64)
            for env, state in enumerate(states):
                for seat in range(game.seats):
                    assert np.array_equal(seen[env, seat], state.data(seat)["observation"])
                    able, offered = (np.array(task(state.position, seat)) for task in (game.task.able, game.task.offered))
                    actions[env, seat] = rng.choice(able if rng.random() < 0.7 else offered)
                state.play({seat: Move(game.task.labels[action]) for seat, action in enumerate(actions[env])})
            seen, rewards, done, cut, _ = envs.step(actions)
            assert rewards.tolist() == [state.rewards[0] for state in states]
            assert done.tolist() == [state.outcome["success"] for state in states]
            assert (done | cut).tolist() == [state.over for state in states]
            assert not (done & cut).any()


@pytest.mark.parametrize("game", [*GAMES, SortCubes(level="sort1"), MakeSandwich(level="recipe1")])
def test_spaces_hold_what_is_given(game):
    envs = game.vector_env(4)
    envs.action_space.seed(0)
    seen, _ = envs.reset(seed=3)
    for _ in range(40):
        assert seen in envs.observation_space
        seen, rewards, terminations, truncations, _ = envs.step(envs.action_space.sample())
        assert rewards.shape == terminations.shape == truncations.shape == (4,)
    assert envs.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP


def test_what_is_over_begins_anew_in_the_next_step():
    game = SortCubes(level="sort5", horizon=3)
    envs = game.vector_env(2)
    first, _ = envs.reset(seed=0)
    wait = np.zeros((2, 3), np.int64)
    move = wait + np.array([game.task.numbers["PICK pink_polygon PLACE panel1"], 0, 0])
    for step in range(3):
        seen, _, _, truncations, _ = envs.step(move)
        assert truncations.all() == (step == 2)
    assert not np.array_equal(seen, first)
    seen, rewards, _, truncations, _ = envs.step(move)
    assert np.array_equal(seen, first)
    assert not rewards.any()
    assert not truncations.any()
    envs.step(move)
    envs.reset(options={"reset_mask": np.array([True, False])})
    seen, *_ = envs.step(wait)
    assert not np.array_equal(seen[0, 0, :-1], seen[1, 0, :-1])


def test_the_seed_draws_the_starts():
    envs = SortCubes(level="sort4").vector_env(64)
    one, other, again = (envs.reset(seed=seed)[0] for seed in (0, 1, 0))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert len(np.unique(one, axis=0)) > 5


def test_it_needs_an_environment():
    with pytest.raises(ParameterError, match="num_envs=0 should be positive"):
        SweepFloor().vector_env(0)
