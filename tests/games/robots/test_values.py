"""Exact values of planners: identities of ReAd, simulation, and policies weighted by advantages that must not be worse anywhere."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ludens.games import make
from ludens.games.robots.plan import planner
from ludens.games.robots.task import WAIT
from ludens.games.robots.values import ImprovedPlans, NoisyPlans, Values, values_of

TASKS = [("sweep_floor", "Y1_G1"), ("make_sandwich", "recipe2"), ("sort_cubes", "sort3")]


def task_of(game, level):
    return make(game, level=level).task


def walk(task, plans, seed, steps=12):
    """Positions of one simulated episode, the first one among them."""
    rng, position, found = np.random.default_rng(seed), task.starts[0], []
    while not task.done(position) and len(found) < steps:
        found.append(position)
        chances = plans.joints(position)
        position = task.step(position, list(chances)[rng.choice(len(chances), p=list(chances.values()))]).position
    return found


@pytest.mark.parametrize(("game", "level"), TASKS)
def test_local_advantages_add_up_to_the_joint_one(game, level):
    task = task_of(game, level)
    values = values_of(task, 0.5)
    for position in walk(task, values.plans, 1):
        for joint in values.plans.joints(position):
            parts = [values.local(position, joint[:robot], joint[robot]) for robot in range(len(joint))]
            assert sum(parts) == pytest.approx(values.advantage(position, joint), abs=1e-9)


@pytest.mark.parametrize(("game", "level"), TASKS)
def test_advantages_of_what_the_planner_does_are_zero_on_average(game, level):
    task = task_of(game, level)
    values = values_of(task, 0.5)
    for position in walk(task, values.plans, 2):
        chances = values.plans.joints(position)
        assert sum(chances.values()) == pytest.approx(1)
        assert sum(chance * values.advantage(position, joint) for joint, chance in chances.items()) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("game", "level"), TASKS)
def test_waiting_is_worth_the_discounted_position(game, level):
    # what ReAd uses in place of V; true here because nothing happens while all wait
    task = task_of(game, level)
    values = values_of(task, 0.3)
    for position in walk(task, values.plans, 3):
        assert values.joint(position, (WAIT,) * len(task.roles)) == pytest.approx(0.9 * values.value(position), abs=1e-9)


def test_values_are_what_simulation_earns():
    task = task_of("make_sandwich", "recipe1")
    values, rng = Values(NoisyPlans(task, 0.5), 0.9), np.random.default_rng(0)
    earned = []
    for _ in range(2000):
        position, weight, total = task.starts[0], 1.0, 0.0
        while not task.done(position) and weight > 1e-4:
            chances = values.plans.joints(position)
            position, reward, _ = task.step(position, list(chances)[rng.choice(len(chances), p=list(chances.values()))])
            total, weight = total + weight * reward, weight * 0.9
        earned.append(total)
    assert values.value(task.starts[0]) == pytest.approx(np.mean(earned), abs=4 * np.std(earned) / np.sqrt(len(earned)))


def test_a_perfect_planner_has_no_positive_advantage():
    task = task_of("sweep_floor", "Y1_G1")
    values = values_of(task, 0.0)
    position = task.starts[0]
    assert values.value(position) == pytest.approx(0.9 + 0.9**3 + 0.9**4)  # a cube with the second, another with the fourth step, completed with the fifth
    able = [task.able(position, robot) for robot in range(2)]
    assert max(values.advantage(position, joint) for joint in itertools.product(*able)) == pytest.approx(0, abs=1e-9)


def test_at_threshold_zero_the_accepted_actions_are_the_optimal_ones():
    task = task_of("sweep_floor", "Y1_G1")
    values = values_of(task, 0.5)
    for position in walk(task, NoisyPlans(task, 0.3), 4):
        left = planner(task).steps(position)
        for joint in values.plans.joints(position):
            shortens = planner(task).steps(task.step(position, joint).position) < left
            assert (values.advantage(position, joint) > 0) == shortens


@pytest.mark.parametrize(("game", "level"), [("make_sandwich", "recipe1"), ("sort_cubes", "sort3")])
@pytest.mark.parametrize("in_turn", [False, True])
def test_weighting_by_advantages_is_worse_nowhere(game, level, in_turn):
    task = task_of(game, level)
    mu = values_of(task, 0.6)
    at_start = [mu.value(task.starts[0])]
    for temperature in (1.0, 0.1, 0.02, 0.0):
        better = Values(ImprovedPlans(mu, temperature, in_turn=in_turn))
        better.value(task.starts[0])
        assert all(worth >= mu.value(position) - 1e-9 for position, worth in better._values.items())
        at_start.append(better.value(task.starts[0]))
    # colder is better; the filter at 0 keeps all that is not worse than usual, and so is better than mu but not than cold weights
    assert at_start[:4] == sorted(at_start[:4])
    assert at_start[1] > at_start[0] + 1e-3
    assert at_start[4] > at_start[0] + 1e-3


def test_weights_robot_after_robot_make_another_policy():
    task = task_of("sweep_floor", "Y1_G1")
    mu = values_of(task, 0.6)
    together, in_turn = (ImprovedPlans(mu, 0.2, in_turn=order).joints(task.starts[0]) for order in (False, True))
    assert sum(in_turn.values()) == pytest.approx(1)
    assert max(abs(together[joint] - in_turn[joint]) for joint in together) > 1e-3
