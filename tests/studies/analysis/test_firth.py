"""Firth's logistic regression, and the search for separation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.studies.analysis.firth import firth, ratio_test
from ludens.studies.analysis.separation import independent, separation

# neovasculization, pulsality index, endometrium height, histology of 79 cases (Heinze and Schemper 2002, Statistics in Medicine 21:2409-2419)
CASES = """0,13,1.64,0 0,16,2.26,0 0,8,3.14,0 0,34,2.68,0 0,20,1.28,0 0,5,2.31,0 0,17,1.8,0 0,10,1.68,0 0,26,1.56,0 0,17,2.31,0 0,8,2.01,0 0,7,1.89,0
0,20,3.15,0 0,10,1.23,0 0,18,1.27,0 0,16,1.76,0 0,18,2,0 0,8,2.64,1 0,29,0.88,1 0,12,1.27,1 0,20,1.37,1 1,38,0.97,1 1,22,1.14,1 1,7,0.88,1 1,25,0.91,1
1,15,0.58,1 0,7,0.97,1 0,28,1.5,0 0,11,1.33,0 0,19,2.37,0 0,10,1.82,0 0,10,3.13,0 0,18,1.31,0 0,14,1.92,0 0,21,1.64,0 0,11,2.01,0 0,17,1.88,0 0,25,1.93,0
0,16,2.11,0 0,19,1.29,0 0,15,1.72,0 0,33,0.75,0 0,24,1.92,0 0,48,1.84,1 0,12,1.11,1 0,19,1.61,1 0,2,1.18,1 1,22,1.44,1 1,40,1.18,1 1,5,0.93,1 1,0,1.17,1
0,21,1.19,1 0,15,1.06,1 0,29,2.02,0 0,15,2.29,0 0,12,2.33,0 0,3,2.9,0 0,20,1.7,0 0,23,1.41,0 0,12,2.25,0 0,22,1.54,0 0,42,1.97,0 0,15,1.75,0 0,13,2.16,0
0,14,2.57,0 0,19,1.37,0 0,12,3.61,0 0,13,2.04,0 0,10,2.17,0 0,12,1.69,1 1,49,0.27,1 0,6,1.84,1 0,5,1.3,1 0,17,0.96,1 1,11,1.01,1 1,21,0.98,1 0,5,0.35,1
1,19,1.02,1 0,33,0.85,1"""


@pytest.fixture(scope="module")
def cases():
    data = np.array([[float(value) for value in case.split(",")] for case in CASES.split()])
    return np.column_stack([np.ones(len(data)), data[:, :3]]), data[:, 3]


def test_the_endometrial_cases_as_logistf_has_them(cases):
    design, answers = cases
    assert separation(design, answers).kind == "quasi"
    found = firth(design, answers)
    assert found.coefficients == pytest.approx([3.77455951, 2.92927330, -0.03475175, -2.60416387], abs=1e-5)
    assert found.low == pytest.approx([1.0825371, 0.6097244, -0.1244587, -4.3651832], abs=1e-4)
    assert found.high == pytest.approx([7.20928050, 7.85463171, 0.04045547, -1.23272106], abs=1e-4)


@given(st.integers(1, 30), st.integers(1, 30), st.data())
@settings(max_examples=40)
def test_two_groups_have_the_log_odds_of_counts_and_a_half(n, m, data):
    k, j = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    answers = np.r_[np.ones(k), np.zeros(n - k), np.ones(j), np.zeros(m - j)]
    design = np.column_stack([np.ones(n + m), np.r_[np.ones(n), np.zeros(m)]])
    found = firth(design, answers, profile=False)
    log_odds = math.log((k + 0.5) / (n - k + 0.5)), math.log((j + 0.5) / (m - j + 0.5))
    assert found.coefficients == pytest.approx([log_odds[1], log_odds[0] - log_odds[1]], abs=1e-5)


def test_profiles_are_where_a_general_optimiser_puts_them(cases):
    from scipy.optimize import minimize

    design, answers = cases[0][:, [0, 3]], cases[1]

    def penalised(b):
        line = design @ b
        p = 1 / (1 + np.exp(-line))
        return answers @ line - np.logaddexp(0, line).sum() + 0.5 * np.linalg.slogdet((design.T * (p * (1 - p))) @ design)[1]

    found = firth(design, answers)
    top = -minimize(lambda b: -penalised(b), np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000}).fun
    for end in (found.low[1], found.high[1]):
        held = -minimize(
            lambda a, end=end: -penalised(np.array([a[0], end])), [found.coefficients[0]], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}
        ).fun
        assert 2 * (top - held) == pytest.approx(3.841459, abs=1e-5)
    less = -minimize(lambda a: -penalised(np.array([a[0], 0.0])), [0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).fun
    from scipy.stats import chi2

    assert found.p[1] == pytest.approx(chi2.sf(2 * (top - less), 1), rel=1e-4)
    assert ratio_test(design, answers, [1]) == pytest.approx(found.p[1], rel=1e-6)


def test_many_answers_leave_no_penalty():
    sm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(0)
    design = np.column_stack([np.ones(20_000), rng.normal(size=(20_000, 2))])
    answers = (rng.random(20_000) < 1 / (1 + np.exp(-design @ [0.2, 0.5, -0.4]))).astype(float)
    plain = sm.Logit(answers, design).fit(disp=0)
    found = firth(design, answers, profile=False)
    assert found.coefficients == pytest.approx(plain.params, abs=1e-3)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(plain.bse, rel=1e-3)


@pytest.mark.parametrize(
    ("answers", "kind"),
    [([0, 0, 0, 1, 1, 1], "complete"), ([0, 0, 1, 0, 1, 1], "none"), ([0, 0, 0, 0, 1, 1], "quasi"), ([0, 0, 0, 0, 0, 0], "complete")],
)
def test_separation_by_a_number(answers, kind):
    x = np.array([1.0, 2, 3, 4, 5, 6]) if kind != "quasi" else np.array([1.0, 2, 3, 4, 4, 5])
    assert separation(np.column_stack([np.ones(6), x]), np.array(answers, float)).kind == kind


def test_an_empty_cell_names_its_columns():
    treated, other = np.repeat([0.0, 1.0], 20), np.tile([0.0, 1.0], 20)
    answers = np.r_[np.zeros(20), np.tile([0.0, 0.0, 1.0, 1.0], 5)]
    found = separation(np.column_stack([np.ones(40), treated, other]), answers)
    assert found == ("quasi", (0, 1))


@given(st.integers(0, 1000))
@settings(max_examples=25)
def test_overlapping_answers_are_never_called_separated(seed):
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(30), rng.normal(size=(30, 2))])
    both = np.vstack([design, design])  # every row answers both ways
    assert separation(both, np.r_[np.zeros(30), np.ones(30)]).kind == "none"


def test_columns_that_repeat_others_go():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 3))
    assert independent(np.column_stack([x, x[:, 0] + 2 * x[:, 1], np.zeros(20), x[:, 2] ** 2])) == [0, 1, 2, 5]
