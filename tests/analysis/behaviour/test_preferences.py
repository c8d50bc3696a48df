"""Distribution, giving, waiting, risk and answering in kind against closed forms and textbook data."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.analysis.behaviour import (
    bronars_power,
    ces_altruism,
    ces_share,
    charness_rabin,
    consistency,
    contribution_type,
    crra,
    crra_utility,
    discount_factor,
    discounting,
    efficiency_index,
    fehr_schmidt,
    garp_violations,
    indifference,
    reciprocity,
    social_utility,
)
from ludens.errors import LudensError, ParameterError


@settings(max_examples=40)
@given(st.floats(-2, 2), st.floats(-2, 2), st.integers(0, 2**31))
def test_fehr_schmidt_is_charness_rabin_without_reciprocity(alpha, beta, seed):
    own, other = np.random.default_rng(seed).uniform(0, 10, size=(2, 7))
    theirs = own - alpha * np.maximum(other - own, 0) - beta * np.maximum(own - other, 0)
    np.testing.assert_allclose(social_utility(np.stack([own, other], axis=1), beta, -alpha), theirs, atol=1e-9)


def test_both_models_find_the_same_maximum():
    rng = np.random.default_rng(0)
    table = rng.integers(0, 11, size=(150, 3, 2)).astype(float)
    chosen = (social_utility(table, 0.3, -0.5) + rng.gumbel(size=(150, 3))).argmax(axis=1)
    one, two = fehr_schmidt(table, chosen), charness_rabin(table, chosen)
    assert one.log_likelihood == pytest.approx(two.log_likelihood, abs=1e-6)
    assert [one.value("alpha"), one.value("beta")] == pytest.approx([-two.value("sigma"), two.value("rho")], abs=1e-3)


def test_options_that_are_not_there_are_left_out():
    rng = np.random.default_rng(1)
    table = rng.integers(0, 11, size=(150, 2, 2)).astype(float)
    chosen = (social_utility(table, 0.3, -0.5) + rng.gumbel(size=(150, 2))).argmax(axis=1)
    padded = np.concatenate([table, np.full((150, 1, 2), np.nan)], axis=1)
    assert fehr_schmidt(padded, chosen).estimate == pytest.approx(fehr_schmidt(table, chosen).estimate, abs=1e-4)


def test_ces_shares_at_known_points():
    assert ces_share(0.7, 0.0, [0.5, 1, 2]) == pytest.approx([0.7] * 3)  # Cobb-Douglas spends fixed shares
    assert ces_share(0.5, -1e6, 3.0) == pytest.approx(1 / 4, abs=1e-4)  # equal amounts, the other's three times as dear
    assert ces_share(0.5, 0.9, 2.0) > 0.99  # nearly the larger total
    # first-order condition at rho = -1, a = 0.8, price 2: (own / other)^2 = a p / (1 - a) = 8
    share = float(ces_share(0.8, -1.0, 2.0))
    assert (share / ((1 - share) / 2)) ** 2 == pytest.approx(8)


def test_one_price_does_not_identify_ces():
    share = np.clip(np.random.default_rng(2).normal(0.7, 0.1, size=100), 0, 1)
    fit = ces_altruism(np.ones((100, 2)), np.stack([share, 1 - share], axis=1))
    assert math.isnan(fit.value("a"))
    assert math.isnan(fit.value("rho"))
    assert fit.value("sd") == pytest.approx(share.std(), abs=0.01)


def test_garp_of_textbook_data():
    # each bundle was affordable and strictly cheaper where the other was bought
    prices, amounts = [[1, 2], [2, 1]], [[1, 2], [2, 1]]
    assert garp_violations(prices, amounts) == [(0, 1), (1, 0)]
    # 5 was spent and the other bundle cost 4, both ways: below 4/5 no relation is left
    assert efficiency_index(prices, amounts) == pytest.approx(0.8)
    assert garp_violations(prices, amounts, 0.79) == []
    assert garp_violations([[1, 2], [2, 1]], [[2, 1], [1, 2]]) == []
    assert efficiency_index([[1, 2], [2, 1]], [[2, 1], [1, 2]]) == 1


def test_garp_finds_a_chain_of_three():
    # cyclic symmetry: bundle i costs 9 of 10 on budget i - 1 and more than 10 on budget i + 1
    prices = np.array([[4.0, 1.0, 5.0], [5.0, 4.0, 1.0], [1.0, 5.0, 4.0]])
    amounts = np.array([[2.0, 0.0, 0.4], [0.4, 2.0, 0.0], [0.0, 0.4, 2.0]])
    ratio = prices @ amounts.T / np.diag(prices @ amounts.T)[:, None]
    pairs = [(i, j) for i in range(3) for j in range(3) if i != j and ratio[i, j] < 1]
    assert len(pairs) == 3
    assert not any((j, i) in pairs for i, j in pairs), "no pair violates by itself"
    assert len(garp_violations(prices, amounts)) == 3
    # the weakest link of the only cycle sets the index, and all its links are alike
    assert efficiency_index(prices, amounts) == pytest.approx(ratio[pairs[0]])


@settings(max_examples=30)
@given(st.integers(0, 2**31), st.floats(0.2, 0.8), st.floats(-3, 0.8))
def test_maximisers_never_violate_garp(seed, a, rho):
    prices = np.random.default_rng(seed).uniform(0.3, 2, size=(12, 2))
    share = ces_share(a, rho, prices[:, 1] / prices[:, 0])
    amounts = 100 * np.stack([share, 1 - share], axis=1) / prices
    assert garp_violations(prices, amounts) == []
    assert efficiency_index(prices, amounts) == 1


@settings(max_examples=20)
@given(st.integers(0, 2**31))
def test_the_index_is_where_violations_end(seed):
    rng = np.random.default_rng(seed)
    prices = rng.uniform(0.3, 2, size=(8, 2))
    amounts = rng.dirichlet([1, 1], size=8) / prices
    index = efficiency_index(prices, amounts)
    assert garp_violations(prices, amounts, index - 1e-6) == []
    assert index == 1 or garp_violations(prices, amounts, index + 1e-6)


def test_power_of_two_crossing_budgets_is_its_area():
    # a violation needs both bundles under the other's line: with a share u of spending on the dear good, the first is x = 3 (1 - u), y = 3 u / 2 and costs
    # 3 (2 - 3 u / 2) < 3 on the other budget for u > 2 / 3; so does the second, by symmetry: a chance of 1 / 9
    power, se = bronars_power([[1, 2], [2, 1]], [3, 3], draws=4000)
    assert abs(power - 1 / 9) < 4 * se
    assert bronars_power([[1, 2], [2, 4]], [1, 2]) == (0.0, 0.0)  # the same line twice
    found = consistency([[1, 2], [2, 1]], [[1, 2], [2, 1]], draws=200)
    assert (found.violations, found.n) == (2, 2)
    assert found.efficiency == pytest.approx(0.8)


def test_discount_factors():
    assert discount_factor("exponential", 10, 0.1) == pytest.approx(math.exp(-1))
    assert discount_factor("quasi_hyperbolic", [0, 10], 0.1, 0.7) == pytest.approx([1, 0.7 * math.exp(-1)])
    assert discount_factor("hyperbolic", 10, 0.1) == pytest.approx(0.5)


def test_beta_is_not_identified_without_an_immediate_amount():
    rng = np.random.default_rng(3)
    amounts, delays = rng.uniform(5, 20, size=(200, 2)), np.stack([np.full(200, 10.0), 10.0 + rng.integers(1, 30, size=200)], axis=1)
    worth = amounts * discount_factor("quasi_hyperbolic", delays, 0.03, 0.7)
    fit = discounting(amounts, delays, (worth[:, 1] - worth[:, 0] + rng.logistic(size=200) > 0).astype(int), kind="quasi_hyperbolic")
    assert math.isnan(fit.value("beta"))
    assert abs(fit.value("rate") - 0.03) < 4 * fit.se[0]


def test_crra_utility_is_continuous_at_the_logarithm():
    ratio = [float(np.diff(crra_utility([2.0, 3.0], r))[0]) for r in (1 - 1e-4, 1.0, 1 + 1e-4)]
    assert ratio == pytest.approx([math.log(1.5)] * 3, rel=1e-3)


def test_switches_of_holt_and_laury():
    # the bounds of r that the paper's table prints for the number of safe choices
    printed = [-1.71, -0.95, -0.49, -0.14, 0.15, 0.41, 0.68, 0.97, 1.37]
    for tenths, r in enumerate(printed, 1):
        chances = [[tenths / 10, 1 - tenths / 10]] * 2
        assert indifference([[2.0, 1.6], [3.85, 0.1]], chances) == pytest.approx(r, abs=0.006)
    assert indifference([[2.0, 1.6], [3.85, 0.1]], [[1, 0], [1, 0]]) is None


def test_reciprocity_is_least_squares():
    rng = np.random.default_rng(4)
    x = rng.uniform(0, 10, size=60)
    y = 1 + 0.5 * x + rng.normal(size=60)
    fit = reciprocity(x, y)
    assert fit.estimate[::-1] == pytest.approx(np.polyfit(x, y, 1))
    # the sandwich by hand
    left = y - fit.estimate[0] - fit.estimate[1] * x
    gap = x - x.mean()
    assert fit.se[1] == pytest.approx(math.sqrt(60 / 58 * (gap**2 * left**2).sum()) / (gap**2).sum())


def test_reciprocity_agrees_with_statsmodels():
    regression = pytest.importorskip("statsmodels.regression.linear_model")
    rng = np.random.default_rng(5)
    x, group = rng.uniform(0, 10, size=60), np.arange(60) // 4
    y = 1 + 0.5 * x + rng.normal(size=15)[group] + rng.normal(size=60)
    theirs = regression.OLS(y, np.column_stack([np.ones(60), x])).fit(cov_type="cluster", cov_kwds={"groups": group})
    fit = reciprocity(x, y, clusters=group)
    assert fit.se == pytest.approx(theirs.bse)
    assert fit.log_likelihood == pytest.approx(theirs.llf)


def test_a_rule_is_said_to_be_one():
    assert reciprocity([1, 2, 3, 4], [2, 4, 6, 8]).flags == ("the line fits exactly: standard errors of 0 mean a rule, not precision",)
    assert math.isnan(reciprocity([5, 5, 5], [1, 2, 3]).value("slope"))


@pytest.mark.parametrize(
    ("own", "kind"),
    [
        (np.arange(21), "conditional cooperator"),
        (np.arange(21) // 2, "conditional cooperator"),
        (np.zeros(21), "free rider"),
        (np.full(21, 10), "unconditional"),
        (np.minimum(np.arange(21), 20 - np.arange(21)), "hump-shaped"),
        (20 - np.arange(21), "other"),
        (np.tile([0, 20, 10], 7), "other"),
    ],
)
def test_types_of_schedules(own, kind):
    assert contribution_type(np.arange(21), own) == kind
    shuffled = np.random.default_rng(6).permutation(21)
    assert contribution_type(np.arange(21)[shuffled], np.asarray(own)[shuffled]) == kind


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: fehr_schmidt(np.ones((3, 2)), [0, 0, 0]), "allocations should have shape"),
        (lambda: fehr_schmidt(np.ones((3, 2, 2)), [0, 0, 0]), "all options are worth the same"),
        (lambda: fehr_schmidt(np.ones((3, 2, 2)), [0, 0]), "one for each choice"),
        (lambda: fehr_schmidt(np.array([[[1.0, 2], [np.nan, np.nan]]]), [1]), "was not there"),
        (lambda: ces_altruism([[1, 0]], [[1, 1]]), "prices should be positive"),
        (lambda: ces_altruism([[1, 1, 1]], [[1, 1, 1]]), "shape"),
        (lambda: garp_violations([[1, 1]], [[0, 0]]), "nor all zero"),
        (lambda: bronars_power([[1, 1]], [0]), "all positive"),
        (lambda: discounting([[1, 2]], [[0, -1]], [0]), "delays"),
        (lambda: discounting([[1, 2]], [[0, 1]], [0], kind="quasi_hyperbolc"), "did you mean 'quasi_hyperbolic'"),
        (lambda: crra([[[1, 2], [3, 4]]], [[[0.5, 0.4], [0.5, 0.5]]], [0]), "sum to 1"),
        (lambda: crra([[[1, 1], [1, 1]]], [[[0.5, 0.5], [0.5, 0.5]]], [0]), "all amounts of a pair are equal"),
        (lambda: reciprocity([], []), "at least one answer"),
        (lambda: contribution_type([1, 2], [1, 2]), "at least three"),
    ],
)
def test_bad_input_is_told(call, problem):
    with pytest.raises(LudensError, match=problem) as raised:
        call()
    assert isinstance(raised.value, ParameterError) or "did you mean" in problem
