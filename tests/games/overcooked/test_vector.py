"""The vector environment of Overcooked keeps gymnasium's promises."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers.vector import FlattenObservation, NormalizeReward, RecordEpisodeStatistics

from ludens.games import Move
from ludens.games.overcooked.game import ACTIONS, Overcooked
from ludens.games.overcooked.vector import OvercookedVectorEnv


@pytest.mark.parametrize("encoding", ["grid", "features"])
def test_spaces_hold_what_is_given(encoding):
    envs = OvercookedVectorEnv(Overcooked(encoding=encoding, horizon=30), 4)
    envs.action_space.seed(0)
    seen, infos = envs.reset(seed=3)
    for _ in range(70):
        assert seen in envs.observation_space
        assert infos["shaped"].shape == (4, 2)
        seen, rewards, terminations, _, infos = envs.step(envs.action_space.sample())
        assert rewards.shape == (4,)
        assert not terminations.any()
    assert envs.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP


def test_a_kitchen_that_closed_opens_in_the_next_step():
    envs = OvercookedVectorEnv(Overcooked(horizon=5), 2)
    first, _ = envs.reset()
    walk = np.array([[0, 3]] * 2)
    for step in range(5):
        seen, _, _, truncations, _ = envs.step(walk)
        assert truncations.all() == (step == 4)
    assert not np.array_equal(seen, first)
    seen, rewards, _, truncations, _ = envs.step(walk)
    assert np.array_equal(seen, first)
    assert not rewards.any()
    assert not truncations.any()
    seen, *_ = envs.step(walk)
    envs.reset(options={"reset_mask": np.array([True, False])})
    after, *_ = envs.step(np.full((2, 2), 4))
    assert np.array_equal(after[0], first[0])
    assert not np.array_equal(after[1], first[1])


def test_it_plays_what_the_readable_rules_play():
    game = Overcooked(old_dynamics=True, layout="coordination_ring")
    envs, state = OvercookedVectorEnv(game, 1), game.start(0)
    envs.reset()
    rng = np.random.default_rng(0)
    while not state.over:
        actions = rng.integers(6, size=2)
        state.play({seat: Move(ACTIONS[action]) for seat, action in enumerate(actions)})
        seen, rewards, _, truncations, infos = envs.step(actions[None])
        assert rewards[0] == state.rewards[0]
        assert infos["shaped"][0].tolist() == state.shaped
        assert truncations[0] == state.over
        assert all(np.array_equal(seen[0, seat], state.data(seat)["observation"]) for seat in range(2))


def test_gymnasiums_wrappers_take_it():
    plain = OvercookedVectorEnv(Overcooked(encoding="features", old_dynamics=True, horizon=60), 8)
    counted = RecordEpisodeStatistics(OvercookedVectorEnv(plain.game, 8))
    wrapped = FlattenObservation(NormalizeReward(counted))
    assert wrapped.single_observation_space.shape == (2 * 96,)
    rng, earned, lengths = np.random.default_rng(0), np.zeros(8), []
    seen, _ = wrapped.reset(seed=0)
    plain.reset(seed=0)
    for step in range(3 * 61 - 1):
        assert seen in wrapped.observation_space
        if step % 61 == 0:
            earned[:] = 0
        if step % 61 == 10:  # soups in hand, so that something is earned
            for envs in (plain, counted.env):
                position = envs._batch.facts(0)
                for index in range(0, 8, 2):
                    envs._batch.put(index, {**position, "where": [(3, 2), (1, 1)], "facing": [1, 0], "hands": [("soup", 3, 0), None]})
        actions = rng.integers(6, size=(8, 2))
        if step % 61 == 10:
            actions[:] = 5
        seen, *_, infos = wrapped.step(actions)
        rewards = plain.step(actions)[1]
        earned += rewards
        if step % 61 == 59:
            assert infos["_episode"].all()
            assert infos["episode"]["r"].tolist() == earned.tolist()
            assert set(infos["episode"]["r"][::2]) >= {20.0}
            lengths += infos["episode"]["l"].tolist()
        else:
            assert "episode" not in infos
    assert lengths == [60] * 24
    wrapped.close()
