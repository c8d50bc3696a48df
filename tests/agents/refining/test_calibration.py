"""On tasks with exact values, loops with a planner that errs at a known rate take what independent calculations say (success, steps, queries)."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.analysis.refining import counts, means
from ludens.arena.episode import play_match
from ludens.arena.plan import Match
from ludens.games import make
from ludens.games.robots.values import values_of

# level, noise, order, refined: success, steps, queries; computed apart from this code with 1000 episodes each
TABLE = [
    ("Y1_G1", 0.3, "together", False, 0.98, 8.0, 8.0),
    ("Y1_G1", 0.6, "together", False, 0.45, 13.1, 13.1),
    ("Y1_G1", 0.3, "together", True, 1.0, 5.0, 7.0),
    ("Y1_G1", 0.6, "together", True, 1.0, 5.0, 11.9),
    ("Y1_G1", 0.3, "in_turn", True, 1.0, 5.0, 12.0),
    ("Y1_G1", 0.6, "in_turn", True, 1.0, 5.0, 16.1),
]
SLOW = [
    ("Y2_G2", 0.6, "together", False, 0.04, 14.9, 14.9),
    ("Y2_G2", 0.6, "together", True, 1.0, 9.0, 21.1),
    ("Y3_G3", 0.3, "together", False, 0.09, 14.9, 14.9),
    ("Y3_G3", 0.3, "together", True, 1.0, 13.0, 18.2),
    ("Y3_G3", 0.3, "in_turn", True, 1.0, 13.0, 30.8),
    ("Y3_G3", 0.6, "together", True, 1.0, 13.0, 30.5),
]


def played(level, noise, order, refined, episodes, **settings):
    game = make("joint", of="sweep_floor", kwargs={"level": level}, order=order)
    player = PlayerSpec.of("noisy_planner", noise=noise)
    if refined:
        player = PlayerSpec.of("refined", of={"kind": "noisy_planner", "noise": noise}, critic={"noise": noise}, budget=15, **settings)
    values_of(game.team.task, noise).value(game.team.task.starts[0])  # takes longer than a move may
    found = [play_match(Match(game, (player,), seed)) for seed in range(episodes)]
    assert not any(episode.faults for episode in found)
    return [counts(episode) for episode in found]


def reproduces(row, episodes=60):
    mean = means(played(*row[:4], episodes))
    for name, value, rounding in zip(("success", "steps", "queries"), row[4:], (0.005, 0.05, 0.05), strict=True):
        # four standard errors of our mean (a 95 % half-width is about two) and of theirs, and the rounding of the table; no spread is no error
        error = (mean[name].high - mean[name].low) * np.sqrt(1 + episodes / 1000)
        assert mean[name].value == pytest.approx(value, abs=error + rounding + 0.01), name


@pytest.mark.parametrize("row", TABLE)
def test_loops_take_what_was_calculated(row):
    reproduces(row)


@pytest.mark.slow
@pytest.mark.parametrize("row", SLOW)
def test_loops_of_longer_tasks_take_what_was_calculated(row):
    reproduces(row)


@pytest.mark.parametrize("noise", [0.3, 0.6])
def test_queries_a_step_are_one_over_the_accepted_share(noise):
    values = values_of(make("sweep_floor", level="Y1_G1").task, noise)
    start = values.task.starts[0]
    share = sum(chance for joint, chance in values.plans.joints(start).items() if values.advantage(start, joint) > -1e-6)
    game = make("joint", of="sweep_floor", kwargs={"level": "Y1_G1"})
    player = PlayerSpec.of("refined", of={"kind": "noisy_planner", "noise": noise}, critic={"noise": noise}, budget=100)
    asked = []
    for seed in range(300):
        built, state = player.build(), game.start(seed)
        built.start(0, game.type, seed)
        asked.append(built.act(state.observe(0)).note.count('"score"'))
    # geometric: standard deviation sqrt(1 - p) / p a decision; four standard errors
    assert np.mean(asked) == pytest.approx(1 / share, abs=4 * np.sqrt(1 - share) / share / np.sqrt(len(asked)))


def test_a_threshold_above_zero_starves_and_uses_the_budget_up():
    found = means(played("Y1_G1", 0.3, "together", True, 20, threshold=0.2))
    assert found["queries"].value == 75.0  # every one of the 5 steps uses up 15 proposals: 75.0 in the independent calculation
    assert found["capped"].value == 5.0
    assert found["steps"].value == 5.0


def test_a_lower_threshold_lets_worse_plans_pass():
    found = means(played("Y1_G1", 0.3, "together", True, 150, threshold=-0.1))
    assert found["steps"].value == pytest.approx(5.29, abs=0.2)  # 4 standard errors of 150 episodes with a spread of 0.6
    assert found["queries"].value == pytest.approx(7.0, abs=0.55)


def test_the_local_advantage_of_an_only_reply_is_zero():
    strict = means(played("Y1_G1", 0.3, "in_turn", True, 60, threshold=0.0))["queries"].value
    assert strict == pytest.approx(25.9, abs=4 * 3.5 / np.sqrt(60))  # "> 0" burns budgets on replies that have no better


def test_what_is_played_scores_no_less_than_what_was_proposed_first():
    found = means(played("Y1_G1", 0.6, "together", True, 30))
    assert found["played"].low > found["first"].high
    assert found["rejected"].value == pytest.approx(found["queries"].value - found["steps"].value)
