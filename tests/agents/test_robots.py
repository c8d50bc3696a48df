"""Scripted robots: fair ones complete every level by a shortest plan; every style works with them."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.agents.bots import STYLES
from ludens.agents.bots.robots import MANNERS, bot_for
from ludens.agents.neural.actions import actions_of
from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.robots.make_sandwich import MakeSandwich
from ludens.games.robots.plan import planner
from ludens.games.robots.sort_cubes import SortCubes
from ludens.games.robots.sweep_floor import SweepFloor

LEVELS = [cls(level=level) for cls in (SweepFloor, MakeSandwich, SortCubes) for level in cls.levels]


def worked(game, styles, seed):
    state = game.start(seed)
    robots = [bot_for(game, style)(seat, np.random.default_rng([seed, seat])) for seat, style in enumerate(styles)]
    while not state.over:
        state.play({seat: robots[seat].act(state.observe(seat)) for seat in range(game.seats)})
    return state


@pytest.mark.parametrize("game", LEVELS, ids=lambda game: game.level)
def test_robots_of_one_convention_follow_a_shortest_plan(game):
    for style in ("fair", "tough"):
        for seed in range(3):
            state = worked(game, [style] * game.seats, seed)
            assert state.outcome == {"success": True, "steps": planner(game.task).steps(game.start(seed).position), "failed": [0] * game.seats}


@pytest.mark.parametrize("style", STYLES)
def test_every_style_completes_tasks_with_a_fair_robot(style):
    for game in (SweepFloor(level="Y1_G1"), MakeSandwich(level="recipe2"), SortCubes(level="sort4")):
        runs = [worked(game, [style, *["fair"] * (game.seats - 1)], seed) for seed in range(5)]
        assert sum(run.outcome["success"] for run in runs) >= 3, game.made_as
        runs = [worked(game, [*["fair"] * (game.seats - 1), style], seed) for seed in range(5)]
        assert sum(run.outcome["success"] for run in runs) >= 3, game.made_as


def test_styles_that_take_each_other_for_others_do_not_wait_for_ever():
    for styles in (("generous", "generous"), ("greedy", "greedy"), ("greedy", "generous"), ("greedy", "tough"), ("generous", "tough")):
        game = SweepFloor(level="Y2_G2", horizon=60)
        assert all(worked(game, styles, seed).outcome["success"] for seed in range(5)), styles
    for styles in (("generous",) * 3, ("greedy",) * 3):
        assert all(worked(SortCubes(level="sort5"), styles, seed).outcome["success"] for seed in range(5)), styles


def test_noise_and_stubbornness_cost_steps():
    game = SweepFloor(level="Y2_G2", horizon=60)
    steps = {style: np.mean([worked(game, (style, "fair"), seed).turn for seed in range(10)]) for style in MANNERS}
    assert steps["fair"] == steps["greedy"] == steps["generous"] == 9
    assert steps["fair"] < steps["cautious"] < steps["deceptive"]
    assert steps["tough"] > steps["fair"]


def test_robots_say_what_they_do_where_they_may():
    game = SortCubes(level="sort5", say_chars=60)
    said = [event for event in worked(game, ["fair"] * 3, 0).events if event.kind == "say"]
    assert any(event.seat == 0 and event.data == {"text": "Now I PICK yellow_trapezoid PLACE panel3."} for event in said)
    assert not any("WAIT" in event.text for event in said)
    assert not any(event.kind == "say" for event in worked(SortCubes(level="sort5", say_chars=5), ["fair"] * 3, 0).events)


@pytest.mark.parametrize("game", LEVELS, ids=lambda game: game.level)
def test_a_network_and_the_vector_environment_number_actions_alike(game):
    assert actions_of(game).choices == game.task.labels


def test_robots_know_no_other_game():
    with pytest.raises(ParameterError, match="robots do not know"):
        bot_for(make("prisoners_dilemma"), "fair")
