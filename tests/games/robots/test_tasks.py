"""The pure rules of the three tasks: what is where, what can fail and why, what is earned; on random play in every level."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.games.robots import sandwich, sort, sweep
from ludens.games.robots.sandwich import HELD, STACK, sandwich_task
from ludens.games.robots.sort import REACH, TARGETS, sort_task
from ludens.games.robots.sweep import BIN, FLOOR, PAN, sweep_task
from ludens.games.robots.task import WAIT, Reason

TASKS = [maker(level) for maker, levels in ((sweep_task, sweep.LEVELS), (sandwich_task, sandwich.LEVELS), (sort_task, sort.LEVELS)) for level in levels]


def walk(task, seed, length=25):
    """Random play: mostly what can be done, now and then anything, actions that are not offered among them."""
    rng = np.random.default_rng(seed)
    position = task.starts[int(rng.integers(len(task.starts)))]
    for _ in range(length):
        joint = []
        for robot in range(len(task.roles)):
            options = task.able(position, robot) if rng.random() < 0.7 else range(len(task.actions))
            joint.append(int(options[int(rng.integers(len(options)))]))
        step = task.step(position, tuple(joint))
        yield position, tuple(joint), step
        if task.done(step.position):
            return
        position = step.position


walks = given(task=st.sampled_from(TASKS), seed=st.integers(0, 10**6))


@walks
@settings(max_examples=150)
def test_rewards_add_up_to_what_is_where_and_stay_in_their_bounds(task, seed):
    total = 0.0
    for _, _, step in walk(task, seed):
        total += step.reward
        assert total == task.score(step.position)
        assert task.bounds[0] <= total <= task.bounds[1]
        assert (total == task.bounds[1]) <= task.done(step.position)
    assert all(task.score(start) == 0 for start in task.starts)


@walks
@settings(max_examples=150)
def test_what_fails_changes_nothing(task, seed):
    for position, joint, step in walk(task, seed):
        kept = tuple(WAIT if reason else number for number, reason in zip(joint, step.reasons, strict=True))
        assert task.step(position, kept) == (step.position, step.reward, (None,) * len(joint))
        assert task.step(position, joint) == step
        assert all(0 <= entry < size for entry, size in zip(step.position, task.sizes, strict=True))


@walks
@settings(max_examples=100)
def test_waiting_is_neutral_and_what_a_robot_is_able_to_do_works_alone(task, seed):
    for position, _, _ in walk(task, seed, 8):
        waits = (WAIT,) * len(task.roles)
        assert task.step(position, waits) == (position, 0.0, (None,) * len(waits))
        for robot in range(len(task.roles)):
            able = task.able(position, robot)
            assert WAIT in able
            assert set(able) <= set(task.offered(position, robot))
            for number in range(len(task.actions)):
                alone = task.step(position, tuple(number if other == robot else WAIT for other in range(len(waits))))
                assert (alone.reasons[robot] is None) == (number in able)


@walks
@settings(max_examples=100)
def test_one_hot_rows_tell_positions_apart(task, seed):
    for position, _, _ in walk(task, seed, 8):
        row = task.one_hot(position)
        assert row.shape == (sum(task.sizes),)
        ends = np.cumsum(task.sizes)
        assert tuple(int(part.argmax()) for part in np.split(row, ends[:-1])) == position
        assert row.sum() == len(position)


@given(level=st.sampled_from(list(sweep.LEVELS)), seed=st.integers(0, 10**6))
@settings(max_examples=80)
def test_cubes_go_from_the_floor_into_the_dustpan_into_the_bin(level, seed):
    task = sweep_task(level)
    for position, joint, step in walk(task, seed):
        pan, broom = (task.actions[number] for number in joint)
        for cube, (before, after) in enumerate(zip(position[2:], step.position[2:], strict=True)):
            if (before, after) == (FLOOR, PAN):
                assert (broom.verb, broom.thing, pan.verb) == ("SWEEP", cube, "WAIT")
                assert position[:2] == (cube + 1, cube + 1)
            elif (before, after) == (PAN, BIN):
                assert pan.verb == "DUMP"
            else:
                assert before == after
        # nobody stands at a cube that is gone
        assert all(at == 0 or step.position[1 + at] == FLOOR for at in step.position[:2])


@given(level=st.sampled_from(list(sandwich.LEVELS)), seed=st.integers(0, 10**6))
@settings(max_examples=80)
def test_items_stay_on_their_side_and_the_sandwich_grows_by_the_recipe(level, seed):
    task = sandwich_task(level)
    side = None
    for position, joint, step in walk(task, seed):
        side = side or position
        assert all(place in (home, HELD + home, STACK) for place, home in zip(step.position, side, strict=True))
        assert all(step.position.count(HELD + robot) <= 1 for robot in range(2))
        height = task.height(step.position)
        assert step.position[:height] == (STACK,) * height
        assert task.height(position) <= height <= task.height(position) + 1
        puts = [task.actions[number].verb == "PUT" for number in joint]
        assert not (all(puts) and step.position != position)


@given(level=st.sampled_from(list(sort.LEVELS)), seed=st.integers(0, 10**6))
@settings(max_examples=80)
def test_cubes_move_within_the_reach_of_the_one_robot_that_moves_them(level, seed):
    task = sort_task(level)
    for position, joint, step in walk(task, seed):
        for cube, (before, after) in enumerate(zip(position, step.position, strict=True)):
            if before != after:
                (robot,) = (robot for robot, number in enumerate(joint) if task.actions[number].thing == cube and step.reasons[robot] is None)
                assert {before, after} <= set(REACH[robot])
                assert after not in TARGETS or after == TARGETS[cube]


def numbers(task, *labels):
    return tuple(task.numbers[label] for label in labels)


SWEEP, SANDWICH, SORT = sweep_task("Y1_G1"), sandwich_task("recipe1"), sort_task("sort5")
CUBES = (FLOOR,) * 7
FAILURES = [
    (SWEEP, (1, 0, *CUBES), ("MOVE yellow_cube", "WAIT"), 0, Reason.ALREADY),
    (SWEEP, (0, 0, PAN, *CUBES[1:]), ("MOVE yellow_cube", "WAIT"), 0, Reason.GONE),
    (SWEEP, (0, 0, BIN, *CUBES[1:]), ("WAIT", "SWEEP yellow_cube"), 1, Reason.GONE),
    (SWEEP, (0, 0, *CUBES), ("DUMP", "WAIT"), 0, Reason.EMPTY),
    (SWEEP, (0, 0, *CUBES), ("SWEEP yellow_cube", "WAIT"), 0, Reason.TOOL),
    (SWEEP, (0, 0, PAN, *CUBES[1:]), ("WAIT", "DUMP"), 1, Reason.TOOL),
    (SWEEP, (1, 2, *CUBES), ("WAIT", "SWEEP yellow_cube"), 1, Reason.AWAY),
    (SWEEP, (2, 1, *CUBES), ("WAIT", "SWEEP yellow_cube"), 1, Reason.PARTNER_AWAY),
    (SWEEP, (1, 1, *CUBES), ("MOVE green_cube", "SWEEP yellow_cube"), 1, Reason.PARTNER_BUSY),
    (SWEEP, (1, 1, *CUBES), ("DUMP", "SWEEP yellow_cube"), 1, Reason.PARTNER_BUSY),
    (SANDWICH, (0, 1, 0), ("PICK ham", "WAIT"), 0, Reason.REACH),
    (SANDWICH, (0, HELD + 1, 0), ("PICK ham", "WAIT"), 0, Reason.HELD),
    (SANDWICH, (STACK, 1, 0), ("PICK bread_slice1", "WAIT"), 0, Reason.STACKED),
    (SANDWICH, (HELD, 1, 0), ("PICK bread_slice2", "WAIT"), 0, Reason.GRIPPER),
    (SANDWICH, (0, 1, 0), ("PUT bread_slice1 ON cutting_board", "WAIT"), 0, Reason.GRIPPER),
    (SANDWICH, (0, HELD + 1, 0), ("WAIT", "PUT ham ON cutting_board"), 1, Reason.ORDER),
    (SANDWICH, (STACK, HELD + 1, 0), ("WAIT", "PUT ham ON cutting_board"), 1, Reason.NOT_TOP),
    (SANDWICH, (STACK, HELD + 1, HELD), ("PUT bread_slice2 ON table", "PUT ham ON bread_slice1"), 0, Reason.TWO_PUTS),
    (SANDWICH, (STACK, HELD + 1, HELD), ("PUT bread_slice2 ON table", "PUT ham ON bread_slice1"), 1, Reason.TWO_PUTS),
    (SORT, (6, 2, 0), ("PICK blue_square PLACE panel3", "WAIT", "WAIT"), 0, Reason.REACH),
    (SORT, (6, 2, 0), ("PICK pink_polygon PLACE panel4", "WAIT", "WAIT"), 0, Reason.REACH_TARGET),
    (SORT, (6, 2, 0), ("PICK pink_polygon PLACE panel3", "WAIT", "WAIT"), 0, Reason.ALREADY),
    (SORT, (6, 2, 0), ("PICK pink_polygon PLACE panel2", "WAIT", "WAIT"), 0, Reason.RESERVED),
    (SORT, (6, 2, 0), ("PICK pink_polygon PLACE panel1", "PICK pink_polygon PLACE panel4", "WAIT"), 0, Reason.SAME_CUBE),
    (SORT, (6, 2, 0), ("PICK pink_polygon PLACE panel1", "PICK pink_polygon PLACE panel4", "WAIT"), 1, Reason.SAME_CUBE),
]


@pytest.mark.parametrize(("task", "position", "labels", "robot", "reason"), FAILURES)
def test_a_failure_has_its_reason(task, position, labels, robot, reason):
    assert task.step(position, numbers(task, *labels)).reasons[robot] is reason


def test_every_reason_is_among_them():
    assert {reason for *_, reason in FAILURES} == set(Reason)


def test_a_robot_out_of_reach_does_not_hinder_the_one_that_picks():
    step = SORT.step((6, 2, 0), numbers(SORT, "WAIT", "PICK pink_polygon PLACE panel4", "PICK pink_polygon PLACE panel5"))
    assert step == ((6, 3, 0), 1.0, (None, None, Reason.REACH))


def test_several_cubes_may_come_to_one_panel_at_once():
    step = SORT.step((2, 6, 0), numbers(SORT, "PICK yellow_trapezoid PLACE panel3", "PICK blue_square PLACE panel5", "PICK pink_polygon PLACE panel5"))
    assert step.position == (4, 4, 2)
    assert step.reasons == (None, None, None)


def test_a_cube_taken_off_its_target_costs_the_point_that_it_earned():
    there = SORT.step((2, 2, 0), numbers(SORT, "PICK blue_square PLACE panel2", "WAIT", "WAIT"))
    back = SORT.step(there.position, numbers(SORT, "PICK blue_square PLACE panel1", "WAIT", "WAIT"))
    assert (there.reward, back.reward) == (1.0, -1.0)


def test_the_last_dump_earns_a_point_and_a_cube_that_should_stay_costs_one():
    position = (3, 3, PAN, PAN, *CUBES[2:])
    assert SWEEP.step(position, numbers(SWEEP, "DUMP", "WAIT")) == ((0, 3, BIN, BIN, *CUBES[2:]), 1.0, (None, None))
    assert SWEEP.step(position, numbers(SWEEP, "WAIT", "SWEEP blue_cube")) == ((0, 0, PAN, PAN, PAN, *CUBES[3:]), -1.0, (None, None))


def test_levels_are_those_of_the_papers():
    counts = {level: sweep_task(level).things for level in sweep.LEVELS}
    for level, names in counts.items():
        assert (f"Y{sum('yellow' in name for name in names)}_G{sum('green' in name for name in names)}") == level
    assert [len(names) for names in counts.values()] == [7, 7, 7, 9, 9]
    assert [sandwich_task(level).recipe for level in sandwich.LEVELS] == [3, 5, 7, 9]
    hard = sandwich_task("recipe4")
    left = {name for name, side in zip(hard.things, hard.starts[0], strict=True) if side == 1}
    assert left == {"bread_slice1", "bread_slice2", "bacon", "cheese", "tomato1", "ham"}
    assert sort_task("sort5").starts == ((6, 2, 0),)
