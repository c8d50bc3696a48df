"""Weights of strategies: the released ones to the digit, what they leave out, and what the others compare."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ludens.errors import ParameterError
from ludens.trainers.credit import RoleBaselines, group_scores
from ludens.trainers.epo.weights import NORMS, Played, key_rewards, traj_maxabs, weights


def played(outcome, *, turns=3, keys=(), deal=0, seat="0"):
    return Played(key_rewards(turns, keys, outcome), outcome, ("game-v0", seat), deal)


def test_the_released_weights_to_the_digit():
    # three turns, the second of them a key turn, an outcome of 0.6: G = 1.57806, 1.594, 0.6
    rewards = key_rewards(3, {1}, 0.6)
    np.testing.assert_array_equal(rewards, [0, 1, 0.6])
    (weighed,) = weights([played(0.6, keys={1})], "traj_maxabs")
    np.testing.assert_allclose(weighed, [0.99, 1, 0.37641], atol=5e-6)
    (raw,) = weights([played(0.6, keys={1})], "none")
    np.testing.assert_allclose(raw, [1.57806, 1.594, 0.6], atol=5e-6)


def test_a_last_turn_that_is_a_key_turn_gets_the_bonus_instead_of_the_outcome():
    np.testing.assert_array_equal(key_rewards(3, {2, 7}, 0.3), [0, 0, 1])


@given(outcome=st.floats(0.01, 1), turns=st.integers(1, 12))
def test_as_released_and_without_key_turns_the_outcome_counts_for_nothing(outcome, turns):
    expected = 0.99 ** np.arange(turns)[::-1]
    np.testing.assert_allclose(traj_maxabs(key_rewards(turns, (), outcome), 0.99), expected)


def test_an_episode_that_earned_nothing_teaches_nothing_as_released():
    np.testing.assert_array_equal(traj_maxabs(key_rewards(4, (), 0.0), 0.99), np.zeros(4))


@given(outcome=st.floats(0, 1), keys=st.sets(st.integers(0, 9)), turns=st.integers(1, 10))
def test_released_weights_lie_between_0_and_1(outcome, keys, turns):
    weighed = traj_maxabs(key_rewards(turns, keys, outcome), 0.99)
    assert (weighed >= 0).all()
    assert (weighed <= 1 + 1e-12).all()


def test_groups_compare_episodes_of_one_deal():
    batch = [played(outcome, turns=1, deal=deal) for deal, outcomes in enumerate(((0.2, 0.4), (0.9, 0.9))) for outcome in outcomes]
    np.testing.assert_allclose(np.concatenate(weights(batch, "group")), [-0.1, 0.1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(np.concatenate(weights(batch, "group_std")), [*group_scores(np.array([0.2, 0.4])), 0, 0], atol=1e-9)
    with pytest.raises(ParameterError, match="twice"):
        weights(batch[:1], "group")


def test_seats_are_not_compared_with_each_other():
    baselines = RoleBaselines(0.5)
    batch = [played(outcome, turns=1, seat=seat) for seat, outcome in (("0", 0.9), ("1", 0.1))]
    weights(batch, "seat", baselines=baselines)
    np.testing.assert_allclose(np.concatenate(weights(batch, "seat", baselines=baselines)), [0, 0], atol=1e-12)
    better = [played(outcome, turns=1, seat=seat) for seat, outcome in (("0", 0.8), ("1", 0.3))]
    np.testing.assert_allclose(np.concatenate(weights(better, "seat", baselines=baselines)), [-0.1, 0.2], atol=1e-12)


def test_turns_are_compared_with_the_same_turn_of_others():
    batch = [played(outcome, turns=2) for outcome in (0.2, 0.6)]
    first, second = weights(batch, "turn", discount=1.0)
    np.testing.assert_allclose(first, [-0.2, -0.2])
    np.testing.assert_allclose(second, [0.2, 0.2])


@pytest.mark.parametrize("norm", [norm for norm in NORMS if norm not in ("traj_maxabs", "none", "batch")])
def test_equal_outcomes_teach_nothing_where_they_are_compared(norm):
    batch = [played(0.5, turns=1) for _ in range(4)]
    baselines = RoleBaselines()
    weights(batch, norm, baselines=baselines)
    np.testing.assert_allclose(np.concatenate(weights(batch, norm, baselines=baselines)), 0, atol=1e-12)
    # as released it teaches all the same: to do what was done
    assert np.concatenate(weights(batch, "traj_maxabs")).sum() == 4


def test_an_unknown_norm_is_named():
    with pytest.raises(ParameterError, match="group"):
        weights([], "groups")
