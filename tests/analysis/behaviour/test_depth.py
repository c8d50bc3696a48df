"""Quantal response, levels and hierarchies against closed forms and published numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.analysis.behaviour import (
    cognitive_hierarchy,
    expected_payoffs,
    guessing_hierarchy,
    guessing_levels,
    hierarchy_guesses,
    hierarchy_mean,
    hierarchy_policies,
    level_policies,
    level_shares,
    logit_equilibrium,
    logit_near,
    logit_response,
    mixture,
    poisson,
    quantal_response,
    rationality_orders,
    tau_of_mean,
)
from ludens.errors import ParameterError
from ludens.games import make

PENNIES = np.array([[[9.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])


@settings(max_examples=15)
@given(st.floats(0.01, 5))
def test_quantal_response_of_asymmetric_matching_pennies_solves_its_two_equations(rationality):
    x, y = logit_equilibrium(PENNIES, rationality)
    # McKelvey and Palfrey: p = 1 / (1 + exp(-L (10 q - 1))), q = 1 / (1 + exp(-L (1 - 2 p)))
    assert x[0] == pytest.approx(1 / (1 + math.exp(-rationality * (10 * y[0] - 1))), abs=1e-8)
    assert y[0] == pytest.approx(1 / (1 + math.exp(-rationality * (1 - 2 * x[0]))), abs=1e-8)


def test_quantal_response_goes_to_the_mixed_equilibrium():
    x, y = logit_equilibrium(PENNIES, 100.0)
    assert x[0] == pytest.approx(0.5, abs=0.02)
    assert y[0] == pytest.approx(0.1, abs=0.01)


def test_symmetric_matching_pennies_do_not_identify_lambda():
    fit = quantal_response(make("matching_pennies").table, [0, 1] * 50, [0, 1, 1, 1] * 25)
    assert math.isnan(fit.value("lambda"))
    assert fit.flags == ("lambda is not identified: the likelihood is flat",)


def test_dominant_action_has_a_closed_form_lambda():
    # payoffs 1 and 0 whatever the other does: the share is 1 / (1 + exp(-lambda)), so that lambda is the log odds
    table = np.array([[[1.0, 1.0], [0.0, 0.0]], [[1.0, 0.0], [1.0, 0.0]]])
    chosen = [0] * 80 + [1] * 20
    for fit in (
        quantal_response(table, [0] * 100, chosen),
        logit_response(table, [0] * 100, chosen, [np.array([0.5, 0.5])] * 2),
    ):
        assert fit.value("lambda") == pytest.approx(math.log(4), abs=1e-5)
        assert fit.se[0] == pytest.approx(1 / math.sqrt(100 * 0.8 * 0.2), rel=1e-3)


def test_a_branch_may_begin_elsewhere():
    table = make("stag_hunt", sucker=0).table
    there = logit_near(table, 10.0, logit_near(table, 6.0, [np.array([1.0, 0.0])] * 2))
    assert there[0][0] > 0.9
    assert logit_equilibrium(table, 10.0)[0][0] < 0.1


def test_expected_payoffs_average_over_three_seats():
    table = np.random.default_rng(0).normal(size=(3, 2, 3, 4))
    x, y, z = (np.random.default_rng(seed).dirichlet(np.ones(size)) for seed, size in ((1, 2), (2, 3), (3, 4)))
    np.testing.assert_allclose(expected_payoffs(table, 0, [x, y, z]), np.einsum("abc,b,c->a", table[0], y, z))
    np.testing.assert_allclose(expected_payoffs(table, 1, [x, y, z]), np.einsum("abc,a,c->b", table[1], x, z))
    np.testing.assert_allclose(expected_payoffs(table, 2, [x, y, z]), np.einsum("abc,a,b->c", table[2], x, y))


@settings(max_examples=15)
@given(st.floats(0.01, 9))
def test_poisson_shares_are_those_of_scipy(tau):
    from scipy.stats import poisson as theirs

    exact = theirs.pmf(np.arange(21), tau)
    np.testing.assert_allclose(poisson(tau), exact / exact.sum(), rtol=1e-9)


def test_guesses_of_the_hierarchy_by_hand():
    # tau 1.5: levels 0 and 1 stand as 2 to 3, so level 2 expects (2 * 50 + 3 * 33.33) / 5 = 40
    assert hierarchy_guesses(1.5, 2 / 3, 0, 100)[:3] == pytest.approx([50, 100 / 3, 80 / 3])
    # level 3: weights 1, 1.5, 1.125
    assert hierarchy_guesses(1.5, 2 / 3, 0, 100)[3] == pytest.approx(2 / 3 * (50 + 1.5 * 100 / 3 + 1.125 * 80 / 3) / 3.625)
    assert hierarchy_mean(0.0, 2 / 3, 0, 100) == 50
    # level 1 and above in the limit of one-level thinking
    assert hierarchy_guesses(1e-9, 0.5, 0, 100)[1] == 25


@settings(max_examples=15)
@given(st.floats(0.1, 6), st.floats(0.3, 0.9))
def test_tau_is_found_again_from_the_mean(tau, p):
    assert tau_of_mean(hierarchy_mean(tau, p, 0, 100), p, 0, 100) == pytest.approx(tau, abs=1e-6)


def test_tau_of_a_mean_that_no_tau_has():
    assert tau_of_mean(70, 2 / 3, 0, 100) is None
    assert tau_of_mean(50, 2 / 3, 0, 100) == 0


def test_levels_climb_the_ring():
    ring = make("ring_network", seats=4, options_each=3, instance=2)
    policies = level_policies(ring.table, 5)
    for level in range(1, 6):
        for seat in range(4):
            # seat k needs 4 - k steps: from that level on it plays the solution
            if level >= 4 - seat:
                assert policies[level][seat][ring.solution[seat]] == 1
    assert hierarchy_policies(ring.table, 1.5)[1][3][ring.solution[3]] == 1


def test_uniform_choices_have_no_depth():
    table = make("travellers_dilemma", low=2, high=9).table
    fit = cognitive_hierarchy(table, np.tile([0, 1], 80), np.repeat(np.arange(8), 20))
    assert fit.value("tau") < 0.4


def test_one_level_is_a_flag():
    fit = guessing_levels(100 / 3 + np.linspace(-2, 2, 21), 2 / 3, 0, 100).fit
    assert fit.value("level_1") == 1
    assert "all are level_1: at the bound, no standard error" in fit.flags


def test_types_that_act_alike_are_not_told_apart():
    chance = np.log(np.array([[0.8, 0.8, 0.1], [0.2, 0.2, 0.9], [0.8, 0.8, 0.1]] * 20))
    fit = mixture(("a", "b", "c"), lambda _: chance).fit
    assert np.isnan(fit.estimate).tolist() == [True, True, False]
    assert "a, b act alike in what was seen: their shares are not identified" in fit.flags


def test_two_known_types_have_the_share_of_a_binomial():
    # types that never do what the other does: the share is the frequency, and its error the binomial one
    fit = mixture(("a", "b"), lambda _: np.log(np.array([[1.0, 1e-12]] * 30 + [[1e-12, 1.0]] * 70))).fit
    assert fit.value("a") == pytest.approx(0.3)
    assert fit.se == pytest.approx([math.sqrt(0.3 * 0.7 / 100)] * 2, rel=1e-6)


def test_orders_of_who_always_guesses_right():
    fit = rationality_orders(np.repeat(np.arange(30), 3), np.tile([1, 2, 3], 30), np.ones(90), np.full(90, 4)).fit
    assert fit.value("order_3") == 1


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: quantal_response(PENNIES, [0, 2], [0, 0]), "seats should be whole numbers from 0 to 1"),
        (lambda: quantal_response(PENNIES, [0], [5]), "chosen should be whole numbers"),
        (lambda: quantal_response(np.ones((2, 2, 2)), [0], [1]), "all payoffs of the game are equal"),
        (lambda: quantal_response(PENNIES[0], [0], [1]), "full table"),
        (lambda: cognitive_hierarchy(np.zeros((2, 2, 3)), [0], [2]), "an action was chosen that its seat does not have"),
        (lambda: cognitive_hierarchy(PENNIES, [0, 1], [0, 1], clusters=[0]), "clusters should have shape"),
        (lambda: level_shares(PENNIES, [0], [0, 1], [0, 1]), "units should have shape"),
        (lambda: guessing_hierarchy([101.0], 2 / 3, 0, 100), "guesses should be at least one number, all from 0 to 100"),
        (lambda: guessing_levels([], 2 / 3, 0, 100), "at least one"),
        (lambda: rationality_orders([0], [1, 2], [1, 1], [2, 2]), "orders"),
        (lambda: mixture(("a",), lambda _: np.array([[-np.inf]])), "impossible under all types"),
        (lambda: mixture(("a",), lambda _: np.empty((0, 1))), "no observation"),
    ],
)
def test_bad_input_is_told(call, problem):
    with pytest.raises((ParameterError, ValueError), match=problem):
        call()
