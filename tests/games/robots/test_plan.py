"""Shortest plans: the optima of the papers' levels, and the planner against a plain search over everything."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest

from ludens.games.robots import sandwich, sort, sweep
from ludens.games.robots.plan import Planner, planner
from ludens.games.robots.sandwich import HELD, SandwichTask, sandwich_task
from ludens.games.robots.sort import SortTask, sort_task
from ludens.games.robots.sweep import BIN, FLOOR, PAN, SweepTask, sweep_task

OPTIMA = {
    sweep_task: dict(zip(sweep.LEVELS, (5, 7, 9, 11, 13), strict=True)),
    sandwich_task: dict(zip(sandwich.LEVELS, (4, 6, 8, 10), strict=True)),
    sort_task: dict(zip(sort.LEVELS, (1, 2, 2, 3, 4), strict=True)),
}
CASES = [(maker(level), steps) for maker, levels in OPTIMA.items() for level, steps in levels.items()]


@pytest.mark.parametrize(("task", "steps"), CASES)
def test_the_shortest_plan_has_the_known_length_and_completes_the_task(task, steps):
    for start in task.starts:
        plan, position, earned = planner(task).plan(start), start, 0.0
        assert planner(task).steps(start) == len(plan) == steps
        for joint in plan:
            assert not task.done(position)
            position, reward, reasons = task.step(position, joint)
            earned += reward
            assert not any(reasons)
        assert task.done(position)
        assert earned == task.bounds[1]


def distances(task, first):
    """Distances from completion by plain search: all positions that can come of some, all that robots can do, no short cuts."""
    before, queue = {position: set() for position in first}, list(first)
    for position in queue:
        for joint in itertools.product(*(task.able(position, robot) for robot in range(len(task.roles)))):
            after = task.step(position, joint).position
            if after not in before:
                before[after] = set()
                queue.append(after)
            before[after].add(position)
    found = {position: 0 for position in queue if task.done(position)}
    ring = list(found)
    for position in ring:
        for earlier in before[position]:
            if earlier not in found:
                found[earlier] = found[position] + 1
                ring.append(earlier)
    assert found.keys() == before.keys()
    return found


def compared(task):
    own = Planner(task)
    plain = distances(task, task.starts)
    # near ones first, so that later searches meet what is known already
    for position, steps in sorted(plain.items(), key=lambda item: (item[1], item[0])):
        assert own.steps(position) == steps, position
        best = own.best(position)
        assert all(plain[task.step(position, joint).position] == steps - 1 for joint in best)
        assert bool(best) == bool(steps)
    other = Planner(task)
    assert all(other.steps(position) == steps for position, steps in sorted(plain.items(), key=lambda item: (-item[1], item[0])))
    return len(plain)


def test_it_agrees_with_plain_search_on_a_small_floor(monkeypatch):
    monkeypatch.setitem(sweep.LEVELS, "tiny", (1, 1, 3))
    assert compared(SweepTask("tiny")) > 100


def test_it_agrees_with_plain_search_on_sandwiches():
    # by height, what either gripper may hold: 3 * 2 + 2 * 2 + 2 + 1 positions from each of two starts, which have the last in common
    assert compared(SandwichTask("recipe1")) == 2 * 13 - 1
    assert compared(SandwichTask("recipe4")) > 125


def test_it_agrees_with_plain_search_on_panels():
    assert compared(SortTask("sort5")) == 5**3


def test_an_item_that_nobody_needs_costs_a_step_to_lay_down():
    task = sandwich_task("recipe4")
    start = list(task.starts[0])
    start[task.things.index("tomato1")] = HELD + 1
    assert planner(task).steps(tuple(start)) == 11


def test_cubes_of_one_kind_are_alike():
    task = sweep_task("Y3_G3")
    one = (1, 3, FLOOR, PAN, FLOOR, BIN, FLOOR, FLOOR, FLOOR, PAN, FLOOR)
    other = (5, 2, PAN, FLOOR, FLOOR, FLOOR, FLOOR, BIN, FLOOR, FLOOR, PAN)
    assert task.canonical(one) == task.canonical(other) == task.canonical(task.canonical(one))
    assert planner(task).steps(one) == planner(task).steps(other)
    assert task.canonical((1, 1, *one[2:])) != task.canonical(one)


def picks(task, position):
    """Give the fewest picks of a shortest plan."""
    best = planner(task).best(position)
    return min((sum(map(bool, joint)) + picks(task, task.step(position, joint).position) for joint in best), default=0)


def test_levels_of_sorting_are_all_starts_on_odd_panels_by_their_shortest_plans():
    task = sort_task("sort5")
    kinds: dict[tuple[int, ...], set[tuple[int, ...]]] = {}
    for start in itertools.permutations((0, 2, 4, 6), 3):
        steps = planner(task).steps(start)
        kinds.setdefault((steps, picks(task, start)) if steps == 2 else (steps,), set()).add(start)
    levels = {level: set(sort_task(level).starts) for level in sort.LEVELS}
    assert kinds == {
        (1,): levels["sort1"],
        (2, 4): levels["sort2"],
        (2, 5): levels["sort3"],
        (3,): levels["sort4"],
        (4,): levels["sort5"] | {(6, 4, 0)},
    }


@pytest.mark.parametrize(("level", "noise", "success", "steps"), [("Y1_G1", 0.3, 0.98, 8.0), ("Y1_G1", 0.6, 0.45, 13.1), ("Y3_G3", 0.3, 0.09, 14.9)])
def test_a_noisy_planner_does_as_well_as_with_rules_written_apart(level, noise, success, steps):
    """Figures of an independent implementation of the rules: with this chance any joint action that can be carried out, otherwise one of a shortest plan."""
    task, rng, completed, used = sweep_task(level), np.random.default_rng(0), [], []

    @cache
    def feasible(position):
        joints = itertools.product(*(task.able(position, robot) for robot in range(2)))
        return [joint for joint in joints if not any(task.reasons(position, joint))]

    for _ in range(400):
        position, count = task.starts[0], 0
        while count < 15 and not task.done(position):
            joints = feasible(position) if rng.random() < noise else planner(task).best(position)
            position = task.step(position, joints[int(rng.integers(len(joints)))]).position
            count += 1
        completed.append(task.done(position))
        used.append(count)
    assert np.mean(completed) == pytest.approx(success, abs=0.06)
    assert np.mean(used) == pytest.approx(steps, abs=0.4)
