"""Quantal response equilibria: fixed points, limits, and branches that turn back."""

import numpy as np
import pytest

from ludens.analysis.equilibria.profiles import deviations
from ludens.analysis.equilibria.qre import logit_qre, logit_qres
from ludens.errors import ParameterError
from ludens.games import make


@pytest.mark.parametrize("shape", [(2, 2), (4, 3), (2, 2, 2), (3, 2, 3)])
def test_shares_are_logit_responses_to_each_other(shape):
    rng = np.random.default_rng(len(shape))
    for lam in (0.0, 0.3, 2.0, 20.0, 300.0):
        table = rng.normal(size=(len(shape), *shape))
        found = logit_qre(list(table), lam)
        for part, worth in zip(found, deviations(table, found), strict=True):
            odds = np.exp(lam * (worth - worth.max()))
            np.testing.assert_allclose(part, odds / odds.sum(), atol=1e-9)


def test_many_at_once_are_the_same_in_any_order():
    table = make("chicken").table
    lams = [3.0, 0.0, 1.0, 3.0, 10.0]
    for lam, found in zip(lams, logit_qres(table, lams), strict=True):
        for one, other in zip(found, logit_qre(table, lam), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-9)


def test_matching_pennies_with_one_large_prize_shows_the_own_payoff_effect():
    # Ochs (1995), game 2: the equilibrium has the row player at half and half; quantal responses lean to the prize
    prize = np.array([[[9.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])
    row, column = logit_qre(prize, 1.0)
    assert row[0] > 0.6
    assert column[0] < 0.5
    far = logit_qre(prize, 2000.0)
    np.testing.assert_allclose(far[0], [0.5, 0.5], atol=2e-2)
    np.testing.assert_allclose(far[1], [0.1, 0.9], atol=2e-2)


def test_payoffs_in_other_units_ask_for_another_rationality():
    table = np.random.default_rng(3).normal(size=(2, 3, 3))
    for one, other in zip(logit_qre(table, 2.0), logit_qre(table * 10 + 7, 0.2), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9)


@pytest.mark.parametrize("lam", [-1.0, float("nan"), float("inf")])
def test_rationality_is_a_number_of_zero_or_more(lam):
    with pytest.raises(ParameterError, match="lam"):
        logit_qre(np.zeros((2, 2, 2)), lam)
