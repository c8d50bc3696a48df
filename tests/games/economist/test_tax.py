"""Schedules, the worker's problem, welfare, budgets: exact against grids, tables and identities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.errors import ParameterError
from ludens.games.economist.economy import Aim, Economy
from ludens.games.economist.labour import Tastes, best_hours, cost_of_effort, invert_income, reward_of_hours
from ludens.games.economist.schedule import EDGES, US_FEDERAL_2024, Schedule, paid_in_brackets, taxes
from ludens.games.economist.welfare import OBJECTIVES, atkinson, gini, lorenz, weights, welfare

GRID = 200_001
seeds = st.integers(0, 2**32 - 1)


def drawn_schedule(rng, progressive=False):
    brackets = int(rng.integers(1, 8))
    edges = np.concatenate([[0.0], np.sort(rng.uniform(500, 200_000, brackets - 1))])
    rates = rng.random(brackets) if not progressive else np.sort(rng.random(brackets))
    return edges, rates


# -- taxes -----------------------------------------------------------------------------------------------------------------


def test_the_federal_tax_of_2024_is_that_of_the_tables():
    # the lines of the rate schedule for single filers: so much plus a share of the amount over the edge
    law = Schedule.us_federal()
    at_edges = [0, 1_160, 5_426, 17_168.5, 39_110.5, 55_678.5, 183_647.25]
    np.testing.assert_allclose(law.tax(EDGES["us_federal"]), at_edges, atol=1e-9)
    assert law.tax(1_000_000) == pytest.approx(183_647.25 + 0.37 * (1_000_000 - 609_350))
    assert law.marginal([0, 11_599, 11_600, 1e9]).tolist() == [0.10, 0.10, 0.12, 0.37]
    assert law.bracket([0, 11_600, 700_000]).tolist() == [0, 1, 6]
    assert law.progressive


@settings(max_examples=60)
@given(seeds)
def test_taxes_are_those_of_a_walk_up_the_brackets(seed):
    rng = np.random.default_rng(seed)
    edges, rates = drawn_schedule(rng)
    for income in rng.uniform(0, 400_000, 20):
        owed, left = 0.0, income
        for low, high, rate in zip(edges, [*edges[1:], np.inf], rates, strict=True):
            part = min(left, high - low)
            owed, left = owed + rate * part, left - part
        assert taxes(income[None], edges, rates)[0] == pytest.approx(owed, rel=1e-12, abs=1e-9)
        np.testing.assert_allclose(paid_in_brackets(income, edges).sum(), income)


def test_taxes_of_many_schedules_are_those_of_each():
    rng = np.random.default_rng(3)
    edges, incomes, rates = np.array([0, 100.0, 1000.0]), rng.uniform(0, 5000, 7), rng.random((4, 2, 3))
    many = taxes(incomes, edges, rates)
    assert many.shape == (4, 2, 7)
    for index in np.ndindex(4, 2):
        np.testing.assert_allclose(many[index], Schedule.of(edges, rates[index]).tax(incomes))


def test_the_federal_rates_on_other_edges_are_means():
    np.testing.assert_allclose(Schedule.us_federal_on(EDGES["us_federal"]).rates, US_FEDERAL_2024)
    (flat,) = Schedule.us_federal_on((0.0,)).rates
    assert flat == pytest.approx(float(Schedule.us_federal().tax(2 * 609_350)) / (2 * 609_350))
    low, high = Schedule.us_federal_on((0.0, 23_200.0)).rates
    assert low == pytest.approx(0.11)
    assert 0.12 < high < 0.37


@pytest.mark.parametrize(("edges", "rates"), [((), ()), ((1.0,), (0.1,)), ((0.0, 5.0, 5.0), (0.1, 0.1, 0.1)), ((0.0,), (1.1,)), ((0.0,), (0.1, 0.2))])
def test_what_is_no_schedule_is_refused(edges, rates):
    with pytest.raises(ParameterError):
        Schedule(edges, rates)


# -- the worker's problem --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("curvature", [0.0, 0.23, 0.9])
def test_best_hours_lose_nothing_against_a_fine_grid(curvature):
    rng = np.random.default_rng(11)
    hours = np.linspace(0, 100, GRID)
    for _ in range(30):
        edges, rates = drawn_schedule(rng)
        power = float(rng.uniform(1.3, 4.5))
        skill, rebate = np.exp(rng.uniform(3, 9, 1)), float(rng.uniform(0, 20_000))
        tastes = Tastes(cost_of_effort(float(skill[0]), float(rng.uniform(10, 120)), power, curvature), power, 100.0, 0.0, curvature)
        best = best_hours(tastes, skill, edges, rates, rebate)
        ours = reward_of_hours(tastes, best, skill, edges, rates, rebate=rebate)[0]
        grid = reward_of_hours(tastes, hours, np.full(GRID, skill[0]), edges, rates, rebate=rebate)
        assert 0 <= best[0] <= 100
        assert ours >= grid.max() - 1e-6 * max(abs(grid.max()), 1.0)


@pytest.mark.parametrize("power", [1.0, 3.5])
@pytest.mark.parametrize("step", [1.0, 5.0, 10.0])
def test_best_whole_hours_are_the_best_of_all_of_them(power, step):
    rng = np.random.default_rng(5)
    hours = np.arange(0, 101, step)
    curvature = 0.23 if power == 1 else 0.0
    for _ in range(60):
        edges, rates = drawn_schedule(rng)
        skills = np.exp(rng.uniform(3, 9, 4))
        tastes = Tastes(cost_of_effort(float(skills[0]), 45.0, power, curvature), power, 100.0, step, curvature)
        best = best_hours(tastes, skills, edges, rates, 10.0)
        ours = reward_of_hours(tastes, best, skills, edges, rates, rebate=10.0)
        for worker, skill in enumerate(skills):
            grid = reward_of_hours(tastes, hours, np.full(hours.size, skill), edges, rates, rebate=10.0)
            assert ours[worker] == pytest.approx(grid.max(), rel=1e-12, abs=1e-9)
            assert best[worker] in hours


def test_answers_to_many_schedules_are_those_to_each():
    rng = np.random.default_rng(0)
    edges, rates, skills = np.array([0, 30_000.0, 90_000.0]), rng.random((5, 3)), rng.uniform(200, 4000, 6)
    for curvature in (0.0, 0.4):
        tastes = Tastes(cost_of_effort(900.0, 40.0, 3.5, curvature), curvature=curvature)
        economy = Economy(skills, tastes)
        many = economy.under(edges, rates)
        for index in range(5):
            one = economy.under(edges, rates[index])
            np.testing.assert_allclose(many.hours[index], one.hours)
            np.testing.assert_allclose(many.utility[index], one.utility)


def test_who_gets_more_money_for_nothing_works_less_where_money_has_curvature():
    skills = np.array([300.0, 900.0, 3000.0])
    for curvature, less in ((0.0, False), (0.5, True)):
        tastes = Tastes(cost_of_effort(900.0, 40.0, 3.5, curvature), curvature=curvature)
        poor, rich = (best_hours(tastes, skills, (0.0,), (0.3,), rebate) for rebate in (0.0, 50_000.0))
        assert (rich < poor).all() == less
        assert np.allclose(rich, poor) != less


def test_incomes_invert_to_the_skills_that_earn_them():
    for curvature in (0.0, 0.3):
        tastes = Tastes(cost_of_effort(952.0, 40.0, 3.5, curvature), 3.5, 1e9, 0.0, curvature)
        incomes = np.array([500.0, 38_101.5, 2e6])
        skills = invert_income(tastes, incomes)
        np.testing.assert_allclose(skills * tastes.untaxed_hours(skills), incomes, rtol=1e-12)
        np.testing.assert_allclose(skills * best_hours(tastes, skills, (0.0,), (0.0,)), incomes, rtol=1e-9)
        assert tastes.untaxed_hours(952.0) == pytest.approx(40)


# -- a year ----------------------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(seeds)
def test_the_budget_balances(seed):
    rng = np.random.default_rng(seed)
    edges, rates = drawn_schedule(rng)
    skills, hours = np.exp(rng.uniform(3, 9, 30)), rng.uniform(0, 100, 30)
    year = Economy(skills, Tastes(0.02)).settle(hours, edges, rates)
    assert abs(year.tax.sum() - 30 * year.rebate) <= 1e-9 * max(year.tax.sum(), 1)
    assert abs(year.consumption.sum() - year.income.sum()) <= 1e-9 * max(year.income.sum(), 1)
    good = Economy(skills, Tastes(0.02), spending="public_good", good_value=1.0).settle(hours, edges, rates)
    np.testing.assert_allclose(good.utility, year.utility, rtol=1e-9, atol=1e-6)
    assert good.consumption.sum() + 30 * good.rebate == pytest.approx(year.income.sum())


def test_with_curvature_the_rebate_that_workers_expect_is_the_one_they_get():
    rng = np.random.default_rng(2)
    skills = np.exp(rng.uniform(5, 9, 12))
    tastes = Tastes(cost_of_effort(900.0, 40.0, 2.5, 0.4), 2.5, curvature=0.4)
    economy = Economy(skills, tastes)
    for _ in range(10):
        edges, rates = drawn_schedule(rng, progressive=True)
        year = economy.under(edges, rates)
        np.testing.assert_allclose(best_hours(tastes, skills, edges, rates, year.rebate), year.hours, atol=1e-6)


def test_strategic_workers_reckon_with_what_comes_back():
    tastes, skills = Tastes(0.0269, longest=1e6), np.array([500.0, 900.0, 2000.0])
    taker, strategic = (Economy(skills, tastes, strategic=flag).under((0.0,), (0.6,)) for flag in (False, True))
    np.testing.assert_allclose(strategic.hours / taker.hours, ((1 - 0.6 * 2 / 3) / 0.4) ** 0.4)
    # nobody gains by other hours when all else stays: brute force over the whole account
    economy = Economy(skills, tastes, strategic=True)
    for worker in range(3):
        for factor in (0.9, 0.99, 1.01, 1.1):
            hours = strategic.hours.copy()
            hours[worker] *= factor
            assert economy.settle(hours, (0.0,), (0.6,)).utility[worker] < strategic.utility[worker]


# -- welfare and inequality ------------------------------------------------------------------------------------------------


def test_gini_is_that_of_all_pairs():
    rng = np.random.default_rng(0)
    for size in (1, 2, 7, 40):
        values = rng.pareto(2, size)
        pairs = np.abs(values[:, None] - values[None]).sum() / (2 * size**2 * values.mean())
        assert gini(values) == pytest.approx(pairs)
    assert gini([0.0, 0.0]) == 0
    assert gini([0, 0, 0, 1]) == pytest.approx(0.75)
    shares, held = lorenz(values)
    assert (shares[0], held[0], shares[-1], held[-1]) == (0, 0, 1, pytest.approx(1))
    # the Gini index is one minus twice the area under the Lorenz curve
    assert gini(values) == pytest.approx(1 - 2 * float(((held[1:] + held[:-1]) / 2 * np.diff(shares)).sum()))


def test_atkinson_has_its_known_values():
    assert atkinson([5.0, 5.0], 2.0) == pytest.approx(0)
    assert atkinson([1.0, 4.0], 1.0) == pytest.approx(1 - 2 / 2.5)
    assert atkinson([1.0, 4.0], 2.0) == pytest.approx(1 - 1.6 / 2.5)
    assert atkinson([1.0, 4.0], 0.0) == pytest.approx(0)
    assert atkinson([1e-3, 1e9], 8.0) == pytest.approx(1, abs=1e-6)
    with pytest.raises(ParameterError):
        atkinson([1.0], -1.0)


def test_objectives_have_their_values_by_hand():
    u, z, y = [10.0, 30.0], [20.0, 100.0], [40.0, 80.0]
    assert welfare("inverse_income", u, z, y) == pytest.approx((10 / 20 + 30 / 100) / (1 / 20 + 1 / 100))
    assert welfare("utilitarian", u, z, y) == 20
    assert welfare("rawlsian", u, z, y) == 10
    assert welfare("atkinson", u, z, y, 1.0) == pytest.approx(300**0.5)
    assert welfare("atkinson", u, z, y, 0.0) == pytest.approx(20)
    assert welfare("equality_productivity", u, z, y) == pytest.approx(60 * (1 - 1 / 6))
    assert welfare("raw_sum", u, z, y) == pytest.approx(0.8)
    with pytest.raises(ParameterError, match="should be one of"):
        welfare("happiness", u, z, y)


@pytest.mark.parametrize("objective", [name for name in OBJECTIVES if name not in ("equality_productivity", "raw_sum")])
def test_weights_are_the_slope_of_welfare(objective):
    u, z = np.array([12.0, 30.0, 55.0]), np.array([20.0, 60.0, 130.0])
    g = weights(objective, u, z, 1.5)
    assert g.mean() == pytest.approx(1)
    slopes = np.array([(welfare(objective, u + step, z, u, 1.5) - welfare(objective, u - step, z, u, 1.5)) / 2e-5 for step in 1e-5 * np.eye(3)])
    np.testing.assert_allclose(slopes / slopes.mean(), g, rtol=1e-5, atol=1e-9)


def test_equality_times_productivity_has_no_weights():
    with pytest.raises(ParameterError, match="no welfare weights"):
        weights("equality_productivity", [1.0], [1.0])


def test_an_aim_reads_a_year():
    year = Economy(np.array([500.0, 900.0]), Tastes(0.0269)).under((0.0,), (0.3,))
    assert Aim("rawlsian").of(year) == year.utility.min()
