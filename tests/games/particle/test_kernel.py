"""The compiled particle worlds play what the readable ones play, game by game, and keep the promises of a batch and of gymnasium."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from ludens.errors import ParameterError
from ludens.games import IllegalMove, Move, make
from ludens.games.spaces import codec

pytest.importorskip("numba")

WORLDS = [
    ("simple_spread", {}),
    ("simple_spread", {"agents": 5, "landmarks": 2, "local_ratio": 0.2}),
    ("simple_spread", {"agents": 2, "landmarks": 1, "end_on_success": True}),
    ("simple_tag", {}),
    ("simple_tag", {"adversaries": 2, "prey": 3, "obstacles": 0, "end_on_success": True}),
    ("simple_reference", {}),
]


@pytest.mark.parametrize(("name", "params"), WORLDS, ids=str)
def test_it_plays_what_the_readable_rules_play(name, params):
    game, size, rng = make(name, horizon=40, **params), 6, np.random.default_rng(0)
    batch, states, coder = game.batch(size), [game.start(seed) for seed in range(size)], codec(game.action_domain(0))
    for index, state in enumerate(states):
        state.where, state.marks = state.where * 0.3, state.marks * 0.3
        batch.put(index, state)
    while not all(state.over for state in states):
        actions = batch.random_actions() if rng.random() < 0.5 else np.repeat(rng.integers(game.options, size=(size, 1)), game.seats, axis=1)
        batch.step(actions)
        seen = batch.observations()
        for index, state in enumerate(states):
            if state.over:
                continue
            state.play({seat: Move(coder.decode(action)) for seat, action in enumerate(actions[index])})
            np.testing.assert_allclose(batch.where[index], state.where, rtol=0, atol=1e-9)
            np.testing.assert_allclose(batch.speed[index], state.speed, rtol=0, atol=1e-9)
            np.testing.assert_allclose(batch.rewards[index], state.rewards, rtol=0, atol=1e-9)
            for seat in range(game.seats):
                mine = state.data(seat)["observation"]
                np.testing.assert_allclose(seen[index, seat, : len(mine)], mine, rtol=0, atol=1e-6)
            assert batch.over[index] == state.over
            assert batch.done[index] == (state.over and state.turn < 40)


@pytest.mark.parametrize("name", ["simple_spread", "simple_tag", "simple_reference"])
def test_games_begin_where_the_rules_let_them(name):
    game = make(name)
    batch = game.batch(4000, seed=1)
    assert np.abs(batch.where).max() <= 1
    assert np.abs(batch.marks).max() <= game.field
    for drawn, reach in ((batch.where, 1.0), (batch.marks, game.field)):
        # mean and spread of a uniform draw, within about five standard errors
        assert abs(drawn.mean()) < 5 * reach / np.sqrt(3 * drawn.size)
        assert drawn.std() == pytest.approx(reach / np.sqrt(3), rel=0.03)
        assert len(np.unique(drawn)) == drawn.size
    assert not batch.speed.any()
    if name == "simple_reference":
        shares = np.bincount(batch.targets.ravel(), minlength=3) / batch.targets.size
        assert np.abs(shares - 1 / 3).max() < 0.03
        assert (batch.sent == -1).all()


def test_a_seed_gives_the_same_games_whatever_their_number():
    one, other = make("simple_tag").batch(8, seed=3), make("simple_tag").batch(8, seed=3)
    for _ in range(30):
        actions = one.random_actions()
        assert np.array_equal(actions, other.random_actions())
        one.step(actions)
        other.step(actions)
    assert np.array_equal(one.where, other.where)
    assert not np.array_equal(one.where, make("simple_tag").batch(8, seed=4).where)


def test_wrong_actions_change_nothing():
    batch = make("simple_reference").batch(3)
    before = batch.observations().copy()
    with pytest.raises(IllegalMove, match="game 2: player_1's action 50 should be from 0 to 49"):
        batch.step([[0, 0], [0, 0], [0, 50]])
    with pytest.raises(ParameterError, match="shape"):
        batch.step([[0, 0]])
    with pytest.raises(ParameterError, match="at least 1"):
        make("simple_spread").batch(0)
    assert np.array_equal(batch.observations(), before)
    assert not batch.clock.any()


def test_a_game_that_is_over_rests_until_it_is_begun_anew():
    batch = make("simple_spread", horizon=2).batch(2)
    for _ in range(2):
        batch.step(np.full((2, 3), 2))
    kept = batch.where.copy()
    batch.step(np.full((2, 3), 2))
    assert np.array_equal(batch.where, kept)
    assert not batch.rewards.any()
    batch.reset([True, False])
    assert batch.over.tolist() == [False, True]
    assert np.array_equal(batch.where[1], kept[1])


@pytest.mark.parametrize(("name", "params"), WORLDS, ids=str)
def test_the_vector_environment_keeps_its_promises(name, params):
    game = make(name, horizon=7, **params)
    envs = game.vector_env(5)
    envs.action_space.seed(0)
    seen, infos = envs.reset(seed=3)
    assert np.array_equal(seen, envs.reset(seed=3)[0])
    was_over = np.zeros(5, bool)
    for _ in range(30):
        assert seen in envs.observation_space
        assert infos["rewards"].shape == (5, game.seats)
        before = seen.copy()
        kept, (seen, rewards, terminations, truncations, infos) = seen, envs.step(envs.action_space.sample())
        assert np.array_equal(kept, before)
        team = game.adversaries if name == "simple_tag" else game.seats
        np.testing.assert_allclose(rewards, infos["rewards"][:, :team].mean(axis=1))
        assert not (terminations & truncations).any()
        assert not rewards[was_over].any()
        assert not (terminations | truncations)[was_over].any()
        was_over = terminations | truncations
    assert envs.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP


def test_a_mask_begins_some_games_anew():
    envs = make("simple_spread").vector_env(2)
    first, _ = envs.reset(seed=0)
    after, _ = envs.reset(options={"reset_mask": np.array([True, False])})
    assert not np.array_equal(after[0], first[0])
    assert np.array_equal(after[1], first[1])
