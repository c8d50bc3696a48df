"""Scripted planners and workers of the economist: exact answers, learning by experience, planners side by side on the same populations."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.agents.bots import STYLES
from ludens.agents.bots.economist import STYLED, bot_for, economic
from ludens.agents.bots.economist.planners import PLANNERS
from ludens.agents.bots.economist.workers import WORKERS
from ludens.agents.player import PlayerSpec
from ludens.analysis.economist import benchmark, family_measures, read
from ludens.arena import Match, play_match
from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.economist.game import PLANNER
from ludens.games.economist.optimum import follower_regret


def played(game, seed, taxes="saez", works="best_response", **knobs):
    state = game.start(seed)
    bots = [economic(game, seat, np.random.default_rng([seed, seat]), taxes, works, **knobs) for seat in range(game.seats)]
    while not state.over:
        state.play({seat: bots[seat].act(state.observe(seat)) for seat in state.to_move})
    return state


def regrets(state):
    hours = np.array([event.data["hours"] for event in state.events if event.kind == "work"]).reshape(-1, state.game.workers)
    rates = np.array([step["rates"] for step in state.history]) / 100
    return follower_regret(state.game.economy(state.skills), hours, state.game.edges, rates).mean(axis=1)


def match(game, planner, seed, worker="best_response"):
    boss, hand = PlayerSpec.of("economist", planner=planner, worker=worker), PlayerSpec.of("economist", worker=worker)
    return play_match(Match(game, (boss, *[hand] * game.workers), seed))


# -- workers ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parameters",
    [{}, {"hours_step": 10}, {"strategic": True}, {"spending": "public_good"}, {"brackets": "seven", "altruists": 1}],
    ids=str,
)
def test_best_response_workers_give_nothing_away(parameters):
    state = played(make("economist", workers=4, years=2, year_length=2, **parameters), 1, "random")
    assert regrets(state).max() < 1e-6


def test_best_response_to_any_hours_loses_only_what_two_decimals_cost():
    state = played(make("economist", workers=4, years=2, year_length=2, hours_step=0), 1, "random")
    assert regrets(state).max() < 0.05


def test_best_response_workers_with_curvature_find_the_rebate_that_pays_for_itself():
    game = make("economist", workers=4, years=1, year_length=12, curvature=0.3, hours_step=0, objective="utilitarian")
    state = played(game, 2, "us_federal")
    hours = np.array([event.data["hours"] for event in state.events if event.kind == "work"]).reshape(-1, 4)
    np.testing.assert_allclose(hours[-1], game.economy(state.skills).answer(game.edges, np.array(state.rates) / 100), atol=0.02)


def test_hill_climbers_learn_the_best_hours_from_experience():
    state = played(make("economist", workers=6, years=1, year_length=40), 0, works="hill_climbing")
    found = regrets(state)
    assert found[-5:].mean() < 0.02 * found[0]


def test_epsilon_greedy_workers_settle_on_the_best_of_their_table():
    game = make("economist", workers=6, years=1, year_length=60, hours_step=10)
    found = regrets(played(game, 0, works="epsilon_greedy", epsilon=0.0))
    assert found[-10:].max() < 1e-6 < found[0]


def test_logit_workers_are_sharper_the_colder_they_are():
    game = make("economist", workers=6, years=1, year_length=20)
    by_temperature = [regrets(played(game, 0, works="logit", temperature=heat)).mean() for heat in (1.0, 300.0, 10_000.0)]
    assert by_temperature[0] < 50 < by_temperature[1] * 2 < by_temperature[2]
    # of equal utilities all are alike likely: the temperature is in units of utility
    state = played(game, 0, works="logit", temperature=1e12)
    hours = [event.data["hours"] for event in state.events if event.kind == "work"]
    assert np.mean(hours) == pytest.approx(50, abs=6)


def test_fixed_workers_work_forty_to_sixty_hours():
    state = played(make("economist", workers=10, years=1, year_length=30), 0, works="fixed")
    hours = np.array([event.data["hours"] for event in state.events if event.kind == "work"])
    assert (hours.min(), hours.max()) == (40, 60)
    assert hours.mean() == pytest.approx(50, abs=1.5)


@pytest.mark.parametrize("name", WORKERS)
def test_every_worker_keeps_to_what_is_allowed(name):
    for parameters in ({"longest": 30, "hours_step": 7}, {"satisfaction": True, "hours_step": 0}):
        state = played(make("economist", workers=3, years=2, year_length=4, **parameters), 0, works=name)
        assert state.over


# -- planners --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLANNERS)
def test_every_planner_keeps_to_what_is_allowed(name):
    for parameters in ({}, {"control": "changes", "rate_step": 10, "objective": "utilitarian"}, {"brackets": "seven", "rate_step": 20, "start_rate": 40}):
        state = played(make("economist", workers=3, years=4, year_length=1, **parameters), 0, name)
        assert state.over


def test_a_planner_that_makes_changes_walks_to_where_it_wants():
    game = make("economist", workers=6, years=6, year_length=1, control="changes", rate_step=5)
    state = played(game, 0, "optimal")
    assert np.array(state.rates).tolist() == [round(100 * rate) for rate in _optimum(game, state).rates]


def _optimum(game, state):
    from ludens.games.economist.optimum import best_schedule

    return best_schedule(game.economy(np.sort(state.skills)), game.aim, game.edges)


def test_the_bandit_tries_everything_once_and_then_the_better_half():
    game = make("economist", workers=6, years=40, year_length=1)
    state = played(game, 0, "ucb")
    welfare = state.outcome["welfare_by_year"]
    assert len({tuple(step["rates"]) for step in state.history[:11]}) == 11
    assert np.mean(welfare[-10:]) > np.mean(welfare[:11])


def test_coordinate_search_keeps_the_best_it_has_seen():
    game = make("economist", workers=6, years=60, year_length=1)
    state = played(game, 0, "coordinate")
    optimum = _optimum(game, state).welfare
    assert max(state.outcome["welfare_by_year"]) > 0.985 * optimum


def test_estimated_elasticities_are_close_to_the_true_one():
    for name in ("saez_regression", "saez_perturbation"):
        game = make("economist", workers=50, years=4, year_length=1, hours_step=0)
        bots = [economic(game, seat, np.random.default_rng(seat), name, "best_response") for seat in range(game.seats)]
        state = game.start(0)
        while not state.over:
            state.play({seat: bots[seat].act(state.observe(seat)) for seat in state.to_move})
        assert bots[PLANNER]._bot.estimate() == pytest.approx(0.4, abs=0.01)


@pytest.mark.slow
def test_a_tournament_of_planners_on_the_same_twenty_populations():
    _tournament(20, 10)


def test_a_small_tournament_of_planners():
    _tournament(5, 8)


def _tournament(seeds, workers):
    game = make("economist", workers=workers, years=3, year_length=1)
    episodes = [match(game, planner, seed) for planner in PLANNERS for seed in range(seeds)]
    name = {episode.seats[PLANNER].hash: episode.seats[PLANNER].spec["planner"] for episode in episodes}
    planners, workers_table = family_measures(episodes, names=lambda hash: name.get(hash, "worker")).tables
    rows = {name: cells for name, *cells in planners.rows}
    percent = {planner: row[0] for planner, row in rows.items()}
    assert set(percent) == set(PLANNERS)
    assert percent["optimal"].value == pytest.approx(100, abs=1e-9)
    assert percent["optimal"].high - percent["optimal"].low < 1e-9
    assert all(one.value < 100 and one.n == seeds for planner, one in percent.items() if planner != "optimal")
    # above on every population, not only on average
    for episode in (one for one in episodes if one.seats[PLANNER].spec["planner"] == "saez"):
        (federal,) = [other for other in episodes if other.seed == episode.seed and other.seats[PLANNER].spec["planner"] == "us_federal"]
        assert episode.outcome["welfare"] > federal.outcome["welfare"]
    assert percent["saez"].low > percent["us_federal"].high
    assert percent["saez"].value > percent["flat"].value > percent["us_federal"].value
    assert {name: cells for name, *cells in workers_table.rows}["worker"][1].value == pytest.approx(0, abs=1e-6)


def test_the_raw_sum_pushes_the_optimal_planner_to_take_all():
    with pytest.warns(UserWarning, match="no sensible maximum"):
        game = make("economist", workers=8, years=1, year_length=1, brackets="flat", objective="raw_sum", rate_step=1, hours_step=0)
    state = played(game, 0, "optimal")
    assert state.rates[0] >= 99
    assert (
        state.outcome["mean_income"]
        < 0.25 * played(make("economist", workers=8, years=1, year_length=1, brackets="flat", hours_step=0), 0, "optimal").outcome["mean_income"]
    )


# -- styles and the player -------------------------------------------------------------------------------------------------


def test_every_style_taxes_and_works():
    game = make("economist", workers=4, years=2, year_length=2)
    assert tuple(STYLED) == STYLES
    for style in STYLES:
        state = game.start(0)
        bots = [bot_for(game, style)(seat, np.random.default_rng(seat)) for seat in range(game.seats)]
        while not state.over:
            state.play({seat: bots[seat].act(state.observe(seat)) for seat in state.to_move})
    with pytest.raises(ParameterError, match="do not know prisoners_dilemma"):
        bot_for(make("prisoners_dilemma"), "fair")


def test_the_player_is_made_of_rules_and_says_what_it_does_not_know():
    game = make("economist", workers=2, years=1, year_length=1)
    assert PlayerSpec.of("economist").why_not(game) is None
    assert "plays the economist only" in PlayerSpec.of("economist").why_not(make("prisoners_dilemma"))
    assert match(game, "flat", 0).error is None
    for parameters, says in (
        ({"planner": "sage"}, "planner='sage' is none of"),
        ({"worker": "best"}, "worker='best' is none of"),
        ({"temperature": 0.0}, "temperature=0.0 should be positive"),
        ({"epsilon": 2.0}, "epsilon=2.0 should be from 0 to 1"),
    ):
        with pytest.raises(ParameterError, match=says):
            PlayerSpec.of("economist", **parameters).build()


# -- measures --------------------------------------------------------------------------------------------------------------


def test_an_episode_read_back_is_what_was_played():
    game = make("economist", workers=4, years=2, year_length=3, brackets=(0, 20_000))
    episode = match(game, "random", 3, worker="hill_climbing")
    economics = read(episode)
    assert economics.game == game
    assert economics.hours.shape == (6, 4)
    np.testing.assert_allclose(economics.welfare.mean(), episode.outcome["welfare"])
    np.testing.assert_allclose(economics.by_year, episode.outcome["welfare_by_year"])
    np.testing.assert_allclose(economics.year.utility.mean(axis=0), episode.returns[1:])
    assert benchmark(economics).proven
    assert benchmark(economics).optimum >= benchmark(economics).no_tax


def test_charts_show_years_schedules_shares_and_hours():
    game = make("economist", workers=10, years=3, year_length=2)
    episodes = [match(game, planner, seed) for planner in ("optimal", "us_federal") for seed in range(3)]
    charts = {chart.title: chart for chart in family_measures(episodes, names=lambda hash: hash).curves}
    assert set(charts) == {"Welfare by year", "Last schedules", "Lorenz curves", "Hours by skill"}
    boss = episodes[0].seats[PLANNER].hash
    assert [round(one.value, 6) for _, one in dict(charts["Welfare by year"].lines)[boss]] == [100, 100, 100]
    shares = dict(charts["Lorenz curves"].lines)
    # spending is more equal than income: its curve lies above
    assert all(after.value >= before.value - 1e-9 for (_, before), (_, after) in zip(shares["income before tax"], shares["spending"], strict=True))
    assert family_measures([]).tables == ()


def test_a_chart_shows_who_won_the_votes():
    game = make("economist", workers=5, years=3, year_length=1, brackets="flat", ballot="condorcet")
    episodes = [match(game, "us_federal", seed, worker="best_response") for seed in range(4)]
    charts = {chart.title: chart for chart in family_measures(episodes).curves}
    lines = dict(charts["Laws voted in"].lines)
    won = [[election["winner"] for election in episode.outcome["elections"]] for episode in episodes]
    for line, points in lines.items():
        for year, share in points:
            assert share.value == pytest.approx(sum(winners[int(year) - 1].startswith(WINNER[line]) for winners in won) / len(won))
    assert [sum(points[year][1].value for points in lines.values()) for year in range(len(won[0]))] == pytest.approx([1.0] * len(won[0]))


WINNER = {"the present law": "present_law", "the planner's law": "planner", "a worker's law": "candidate_"}
