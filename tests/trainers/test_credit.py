"""Credit by hand and by its invariants."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.errors import ParameterError
from ludens.trainers.credit import RoleBaselines, advantages_by_critic, group_scores, leave_one_out, max_min_reward, of_turns, returns_to_go
from ludens.trainers.tabular.solutions import maxmin_policy, tilted
from ludens.trainers.testbeds import make_testbed


def test_returns_to_go():
    assert returns_to_go(np.array([1.0, 0.0, 2.0])).tolist() == [3, 2, 2]
    assert returns_to_go(np.array([[1.0, 0.0, 2.0]]), 0.5).tolist() == [[1.5, 1, 2]]


def test_generalised_advantages_between_their_two_ends():
    rewards, values = np.array([1.0, 0.0, 2.0]), np.array([0.5, 0.2, 0.1, 0.0])
    assert advantages_by_critic(rewards, values, 0.9, 0.0) == pytest.approx(rewards + 0.9 * values[1:] - values[:-1])
    assert advantages_by_critic(rewards, values, 0.9, 1.0) == pytest.approx(returns_to_go(rewards, 0.9) - values[:-1])


def test_turns_are_credited_with_what_is_earned_after_them():
    earned, values = np.array([0.0, 1.0, 1.0, 3.0]), np.array([0.5, 0.2, 0.1])
    gains, due = of_turns(earned, values, 1.0, 1.0)
    assert due == pytest.approx([3, 2, 2])
    assert gains == pytest.approx(due - values)
    assert of_turns(earned, values, 0.9, 0.0)[1] == pytest.approx([1 + 0.9 * 0.2, 0.9 * 0.1, 2])


def test_groups():
    rewards = np.array([[1.0, 0.0, 0.0, 3.0]])
    assert leave_one_out(rewards)[0] == pytest.approx([1 - 1, -4 / 3, -4 / 3, 3 - 1 / 3])
    assert group_scores(rewards, scaled=False).tolist() == [[0, -1, -1, 2]]
    assert group_scores(rewards, least=0)[0].std(ddof=1) == pytest.approx(1)
    assert group_scores(np.ones((2, 3))).tolist() == [[0, 0, 0], [0, 0, 0]]
    with pytest.raises(ParameterError, match="two answers or more"):
        leave_one_out(np.ones((3, 1)))


def test_a_role_is_compared_with_itself():
    baselines = RoleBaselines(0.5)
    assert baselines.advantages([("g", "buyer"), ("g", "seller")], [2.0, 10.0]).tolist() == [0, 0]
    assert baselines.advantages([("g", "buyer"), ("g", "seller")], [4.0, 10.0]).tolist() == [2, 0]
    assert baselines.means == {("g", "buyer"): 3.0, ("g", "seller"): 10.0}
    with pytest.raises(ParameterError, match="decay=1"):
        RoleBaselines(1)


def test_weights_of_groups_come_to_those_of_the_max_min_policy():
    game = make_testbed("two_groups")
    weights = np.array([0.9, 0.1])
    for _ in range(300):
        policy = tilted(game.reference, np.tensordot(weights, game.groups, 1), 0.1)[0]
        rewards, weights = max_min_reward(game.groups[:, 0] * policy * 3, weights, 1.0)
    assert weights == pytest.approx(maxmin_policy(game, 0.1)[1], abs=1e-5)
    assert rewards.shape == (3,)
