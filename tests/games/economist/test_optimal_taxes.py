"""Closed forms against numerical optima, searches against exhaustive ones, elasticities against the true one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.economist.economy import Aim, Economy
from ludens.games.economist.elasticity import by_perturbation, by_regression
from ludens.games.economist.formulas import bracket_rates, flat_rate, inverse_income_rate, majority_rate, revenue_rate, saez_schedule, top_rate
from ludens.games.economist.labour import Tastes
from ludens.games.economist.optimum import EXHAUSTIVE, best_schedule, follower_regret, percent_of_optimum, welfare_of
from ludens.games.economist.schedule import Schedule
from ludens.games.economist.welfare import weights

FREE = Tastes(0.0005, 3.5, 1e6)
"""So many hours that they never bind, as the closed forms want."""
UNIFORM = np.random.default_rng(0).uniform(1.24, 159.1, 100)


def best_flat(economy, value):
    """The numerical optimum over flat rates: the best of a grid, polished."""
    grid = np.linspace(0, 0.999, 1000)
    at = grid[np.argmax([value(economy.under((0.0,), (rate,))) for rate in grid])]
    found = minimize_scalar(
        lambda rate: -value(economy.under((0.0,), (rate,))), bounds=(max(at - 2e-3, 0), at + 2e-3), method="bounded", options={"xatol": 1e-9}
    )
    return float(found.x)


# -- closed forms ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("power", [3.5, 2.0])
def test_the_best_flat_rate_for_inverse_income_welfare(power):
    economy = Economy(UNIFORM, Tastes(0.0005, power, 1e9))
    e = 1 / (power - 1)
    incomes = economy.under((0.0,), (0.0,)).income
    formula = inverse_income_rate(incomes, e)
    ratio = (1 / (1 / incomes).mean()) / incomes.mean()
    assert formula == pytest.approx((1 - ratio) / (1 - ratio + e))
    assert formula == pytest.approx(best_flat(economy, Aim("inverse_income").of), abs=1e-3)
    # the ratio of the two means is the same at every rate
    assert formula == pytest.approx(inverse_income_rate(economy.under((0.0,), (0.6,)).income, e))


def test_the_worked_example_of_uniform_skills():
    formula = inverse_income_rate(Economy(UNIFORM, FREE).under((0.0,), (0.0,)).income, 0.4)
    assert formula == pytest.approx(0.687, abs=1e-3)


def test_other_aims_have_the_flat_rates_of_theory():
    economy = Economy(UNIFORM, FREE)
    incomes = economy.under((0.0,), (0.0,)).income
    assert best_flat(economy, Aim("utilitarian").of) == pytest.approx(0, abs=1e-3)
    assert best_flat(economy, lambda year: year.rebate) == pytest.approx(revenue_rate(0.4), abs=1e-3)
    assert revenue_rate(0.4) == pytest.approx(1 / 1.4)
    fixed = np.random.default_rng(1).random(100)
    fixed /= fixed.mean()
    assert best_flat(economy, lambda year: (fixed * year.utility).sum()) == pytest.approx(flat_rate(incomes, fixed, 0.4), abs=1e-3)
    # more weight on the rich than any rate could serve
    assert flat_rate(incomes, incomes / incomes.mean(), 0.4) == 0


def test_the_majority_rate_beats_every_other():
    economy = Economy(np.sort(UNIFORM)[:99], FREE)
    chosen = majority_rate(economy.under((0.0,), (0.0,)).income, 0.4)
    ours = economy.under((0.0,), (chosen,)).utility
    for other in np.linspace(0, 0.95, 96):
        if abs(other - chosen) > 1e-3:
            assert (ours > economy.under((0.0,), (other,)).utility).sum() >= 50


def test_the_top_rate_with_a_pareto_tail():
    skills = 800.0 * (1 - (np.arange(4000) + 0.5) / 4000) ** (-1 / 2.5)
    economy, edge = Economy(skills, Tastes(0.0269, 3.5, 1e6)), 120_000.0
    edges = (0.0, edge)
    fixed = 1 / skills / (1 / skills).mean()

    def value(rate):
        return float((fixed * economy.under(edges, (0.1, rate)).utility).sum())

    grid = np.linspace(0.3, 0.9, 601)
    at = grid[np.argmax([value(rate) for rate in grid])]
    numerical = float(minimize_scalar(lambda rate: -value(rate), bounds=(at - 2e-3, at + 2e-3), method="bounded", options={"xatol": 1e-9}).x)
    year = economy.under(edges, (0.1, numerical))
    # those who bunch at the kink do not answer to the rate above it
    assert 0 < np.isclose(year.income, edge).mean() < 0.1
    above = np.where(np.isclose(year.income, edge), edge, year.income)
    assert top_rate(above, fixed, 0.4, edge * (1 + 1e-9)) == pytest.approx(numerical, abs=1e-3)
    with pytest.raises(ParameterError, match="nobody earns more"):
        top_rate([1.0], [1.0], 0.4, 5.0)


def test_top_rate_and_flat_rate_are_the_bracket_rule_in_its_simplest_cases():
    rng = np.random.default_rng(4)
    z, g = rng.pareto(2.0, 300) * 1000, rng.random(300)
    g /= g.mean()
    assert bracket_rates(z, g, 0.4, (0.0,))[0] == pytest.approx(flat_rate(z, g, 0.4))
    for edge in (500.0, 3000.0):
        assert bracket_rates(z, g, 0.4, (0.0, edge))[1] == pytest.approx(top_rate(z, g, 0.4, edge))


def test_a_bracket_without_anybody_takes_its_neighbours_rate():
    z, g = np.array([10.0, 20.0, 500.0]), np.array([2.0, 0.7, 0.3])
    rates = bracket_rates(z, g, 0.4, (0.0, 100.0, 200.0, 1000.0))
    assert rates[1] == rates[0] != rates[2] == rates[3]
    assert bracket_rates(np.zeros(2), np.ones(2), 0.4, (0.0, 1.0)).tolist() == [0, 0]


@pytest.mark.parametrize("objective", ["inverse_income", "rawlsian", "atkinson"])
def test_saez_by_bracket_is_stationary_and_nearly_optimal(objective):
    game = make("economist", workers=100, hours_step=0, brackets="three", objective=objective)
    economy, aim = game.typical, game.aim
    rates = saez_schedule(economy, aim, game.edges)
    year = economy.under(game.edges, rates)
    wanted = bracket_rates(year.income, weights(objective, year.utility, year.income), 0.4, game.edges)
    assert np.abs(wanted - rates).max() < 0.05
    best = best_schedule(economy, aim, game.edges)
    reached, federal = welfare_of(economy, aim, game.edges, [rates, Schedule.us_federal_on(game.edges).rates])
    assert percent_of_optimum(reached, best.welfare) > 98.5
    assert reached > federal


# -- the leader's optimum --------------------------------------------------------------------------------------------------


def test_the_exhaustive_optimum_is_the_best_of_the_grid_and_says_so():
    game = make("economist", workers=8)
    best = best_schedule(game.typical, game.aim, game.edges)
    assert (best.method, best.evaluations) == ("exhaustive", EXHAUSTIVE)
    rng = np.random.default_rng(0)
    others = rng.integers(0, 21, (500, 3)) / 20
    assert welfare_of(game.typical, game.aim, game.edges, others).max() <= best.welfare
    assert welfare_of(game.typical, game.aim, game.edges, [best.rates])[0] == best.welfare


def test_the_leader_and_three_followers_by_enumeration():
    # hours and rates on the published grids, everything by plain loops
    game = make("economist", workers=3, hours_step=10, rate_step=10, brackets=(0, 30_000))
    economy = game.typical
    best, value = None, -np.inf
    for first in range(0, 101, 10):
        for second in range(0, 101, 10):
            law = Schedule.of(game.edges, (first / 100, second / 100))
            hours = []
            for skill in economy.skills:
                worth = [skill * h - float(law.tax(skill * h)) - economy.tastes.cost * h**3.5 for h in range(0, 101, 10)]
                hours.append(10 * int(np.argmax(worth)))
            income = economy.skills * hours
            tax = law.tax(income)
            utility = income - tax + tax.mean() - economy.tastes.cost * np.array(hours) ** 3.5
            share = 1 / np.maximum(income, 1)
            total = float((share * utility).sum() / share.sum())
            if total > value + 1e-9:
                best, value = (first / 100, second / 100), total
    found = best_schedule(economy, game.aim, game.edges, step=0.1)
    assert found.welfare == pytest.approx(value)
    assert found.rates == best


def test_searches_find_what_is_known():
    game = make("economist", workers=12)
    economy, aim = game.typical, game.aim
    exhaustive = best_schedule(economy, aim, game.edges)
    free = best_schedule(economy, aim, game.edges, step=0)
    assert free.method == "search"
    assert free.welfare >= exhaustive.welfare * (1 - 1e-9)
    smooth = make("economist", workers=12, hours_step=0).typical
    flat = best_schedule(smooth, aim, (0.0,), step=0)
    assert flat.rates[0] == pytest.approx(inverse_income_rate(smooth.under((0.0,), (0.0,)).income, 0.4), abs=1e-3)


def test_seven_brackets_are_searched_and_beat_what_is_known():
    game = make("economist", workers=20, brackets="seven")
    economy, aim, edges = game.typical, game.aim, game.edges
    best = best_schedule(economy, aim, edges, seed=1)
    assert best.method == "search"
    assert all(abs(rate * 20 - round(rate * 20)) < 1e-9 for rate in best.rates)
    assert best == best_schedule(economy, aim, edges, seed=1)
    known = [saez_schedule(economy, aim, edges), Schedule.us_federal_on(edges).rates, *([rate] * 7 for rate in np.linspace(0, 1, 21))]
    assert best.welfare >= welfare_of(economy, aim, edges, np.array(known)).max()
    # more brackets cannot do worse than the three whose edges they have
    coarse = best_schedule(economy, aim, (0.0, edges[3], edges[5]))
    assert best.welfare >= coarse.welfare * (1 - 1e-3)


def test_the_raw_sum_pushes_a_flat_rate_to_one():
    smooth = Economy(UNIFORM, FREE)
    values = welfare_of(smooth, Aim("raw_sum"), (0.0,), np.linspace(0, 0.99, 100)[:, None])
    assert (np.diff(values) > 0).all()
    # by the formula: N (1 - tau)/(1 + e) + N tau A/H
    z = smooth.under((0.0,), (0.0,)).income
    means = z.mean() * (1 / z).mean()
    tau = np.linspace(0, 0.9, 10)
    np.testing.assert_allclose(values[:91:10], 100 * ((1 - tau) / 1.4 + tau * means), rtol=1e-9)
    grid = best_schedule(smooth, Aim("raw_sum"), (0.0,), step=0.01)
    assert grid.rates[0] >= 0.99
    # while the same weights, normalised, stop where income would be destroyed
    assert best_schedule(smooth, Aim("inverse_income"), (0.0,), step=0.01).rates[0] == pytest.approx(0.69)


def test_misuse_is_told():
    with pytest.raises(ParameterError, match="should divide 1"):
        best_schedule(Economy(UNIFORM, FREE), Aim(), (0.0,), step=0.3)
    with pytest.raises(ParameterError, match="not positive"):
        percent_of_optimum(1.0, -2.0)
    assert percent_of_optimum(3.0, 4.0) == 75


# -- followers -------------------------------------------------------------------------------------------------------------


def test_regret_of_followers_is_what_they_give_away():
    game = make("economist", workers=6)
    economy, rates = game.typical, (0.2, 0.4, 0.5)
    best = economy.answer(game.edges, rates)
    assert follower_regret(economy, best, game.edges, rates).max() == 0
    off = best + np.array([0, 5, -5, 0, 20, 0])
    regret = follower_regret(economy, off, game.edges, rates)
    assert (regret > 0).tolist() == [False, True, True, False, True, False]
    law = Schedule.of(game.edges, rates)

    def private(worker, hours):
        income = economy.skills[worker] * hours
        return income - float(law.tax(income)) - economy.tastes.cost * hours**3.5

    assert regret[4] == pytest.approx(private(4, best[4]) - private(4, off[4]))


# -- elasticities ----------------------------------------------------------------------------------------------------------


def test_noise_free_workers_have_an_elasticity_of_two_fifths():
    economy = Economy(UNIFORM, FREE)
    rates = np.linspace(0, 0.9, 10)
    incomes = np.array([economy.under((0.0,), (rate,)).income for rate in rates])
    assert by_regression(incomes, np.repeat(rates[:, None], 100, axis=1)) == pytest.approx(0.4, abs=1e-9)
    np.testing.assert_allclose(by_perturbation(economy, (0.0, 2000.0, 8000.0), (0.2, 0.3, 0.4)), 0.4, atol=1e-9)
    assert FREE.elasticity == pytest.approx(0.4)


def test_a_progressive_schedule_biases_the_regression():
    economy = Economy(UNIFORM, FREE)
    edges, rates = (0.0, 2000.0, 8000.0), (0.1, 0.3, 0.6)
    incomes = economy.under(edges, rates).income
    assert by_regression(incomes, Schedule.of(edges, rates).marginal(incomes)) == 0
    with pytest.raises(ParameterError, match="do not vary"):
        by_regression(incomes, np.full(100, 0.3))


def test_the_longest_hours_hide_the_elasticity():
    # the published cost of effort: nearly everybody is at the bound
    with pytest.warns(UserWarning, match="longest hours"):
        game = make("economist", setup="published", workers=100)
    measured = by_perturbation(game.typical, (0.0,), (0.4,))
    assert measured[0] < 0.1
    corrected = make("economist", workers=100, hours_step=0)
    assert by_perturbation(corrected.typical, (0.0,), (0.4,))[0] == pytest.approx(0.4, abs=1e-3)


def test_a_bracket_without_anybody_has_no_elasticity():
    assert np.isnan(by_perturbation(Economy(UNIFORM, FREE), (0.0, 1e9), (0.2, 0.3))).tolist() == [False, True]
