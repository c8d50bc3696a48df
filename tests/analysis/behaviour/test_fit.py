"""The maximiser against closed forms and statsmodels, and what it flags instead of giving a number."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ludens.analysis.behaviour import Parameter, fehr_schmidt, maximise, quantal_response, social_utility
from ludens.errors import ParameterError


def normal(values):
    return lambda at: -((values - at[0]) ** 2) / (2 * at[1] ** 2) - np.log(at[1]) - math.log(2 * math.pi) / 2


NORMAL = [Parameter("mean", -100, 100, (0.0,)), Parameter("sd", 1e-3, 100, (1.0,))]


def test_normal_sample_has_its_closed_form():
    values = np.random.default_rng(0).normal(3, 2, size=500)
    fit = maximise(normal(values), NORMAL)
    assert fit.value("mean") == pytest.approx(values.mean(), abs=1e-5)
    assert fit.value("sd") == pytest.approx(values.std(), abs=1e-5)
    assert fit.se == pytest.approx([values.std() / math.sqrt(500), values.std() / math.sqrt(1000)], rel=1e-4)
    assert fit.of("mean").low == pytest.approx(values.mean() - 1.959964 * values.std() / math.sqrt(500), abs=1e-4)
    assert (fit.n, fit.clusters, fit.units, fit.flags) == (500, None, 500, ())


def test_sandwich_of_a_mean_is_the_variance_of_cluster_means():
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(30), 8)
    values = rng.normal(size=240) + rng.normal(size=30)[group]
    fit = maximise(normal(values), NORMAL, clusters=group)
    means = values.reshape(30, 8).mean(axis=1)
    # deviations from the mean sum over a cluster to 8 times its mean's: G / (G - 1) times their mean square is the usual variance
    assert fit.se[0] == pytest.approx(means.std(ddof=1) / math.sqrt(30), rel=1e-4)
    assert fit.units == 30


def test_conditional_logit_agrees_with_statsmodels():
    models = pytest.importorskip("statsmodels.discrete.discrete_model")
    rng = np.random.default_rng(2)
    x = rng.normal(size=(600, 2))
    y = (x @ [0.8, -0.5] + rng.logistic(size=600) > 0).astype(float)
    group = np.arange(600) // 6
    fit = maximise(
        lambda at: -np.logaddexp(0, np.where(y == 1, -1, 1) * (x @ at)), [Parameter("a", -9, 9, (0.0,)), Parameter("b", -9, 9, (0.0,))], clusters=group
    )
    theirs = models.Logit(y, x).fit(disp=0, cov_type="cluster", cov_kwds={"groups": group})
    assert fit.estimate == pytest.approx(theirs.params, abs=1e-5)
    assert fit.log_likelihood == pytest.approx(theirs.llf, abs=1e-6)
    # theirs has the factor (n - 1) / (n - k) besides
    assert fit.se == pytest.approx(theirs.bse * math.sqrt(598 / 599), rel=1e-4)


def test_a_flat_direction_is_flagged_and_gives_no_number():
    values = np.random.default_rng(3).normal(size=100)
    fit = maximise(
        lambda at: normal(values)(np.array([at[0] + at[1], at[2]])),
        [Parameter("a", -10, 10, (0.3,)), Parameter("b", -10, 10, (0.2,)), Parameter("sd", 1e-3, 9, (1.0,))],
    )
    assert np.isnan(fit.estimate).tolist() == [True, True, False]
    assert np.isnan(fit.se).tolist() == [True, True, False]
    assert "a is not identified: the likelihood is flat" in fit.flags
    assert fit.value("sd") == pytest.approx(values.std(), abs=1e-5)


def test_one_sum_divided_identifies_nothing_of_fehr_schmidt():
    rng = np.random.default_rng(4)
    table = np.tile(np.array([[10.0 - gift, gift] for gift in range(11)]), (300, 1, 1))
    fit = fehr_schmidt(table, (0.5 * social_utility(table, 0.3, -0.5) + rng.gumbel(size=(300, 11))).argmax(axis=1))
    assert np.isnan(fit.estimate).all()
    assert len(fit.flags) == 3


def test_choices_without_error_set_no_bound_on_precision():
    table = np.random.default_rng(5).integers(0, 30, size=(200, 2, 2)) + np.array([0.1, 0.0])
    fit = fehr_schmidt(table, social_utility(table, 0.413, -0.817).argmax(axis=1))
    assert math.isnan(fit.value("lambda"))
    assert any(flag.startswith("lambda") for flag in fit.flags)


def test_random_choices_are_at_the_bound_of_the_model_without_an_error():
    pennies = np.array([[[9.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])
    # worse than at random
    fit = quantal_response(pennies, [0] * 20 + [1] * 20, [1] * 14 + [0] * 6 + [0] * 14 + [1] * 6)
    assert fit.value("lambda") == 0
    assert math.isnan(fit.se[0])
    assert fit.flags == ("lambda is at its bound 0: no standard error",)


def test_clusters_that_are_all_alike_have_no_error():
    values = np.tile([1.0, 2.0, 3.0], 10)
    fit = maximise(normal(values), NORMAL, clusters=np.repeat(np.arange(10), 3))
    assert fit.value("mean") == pytest.approx(2, abs=1e-6)
    assert math.isnan(fit.se[0])
    assert any("all clusters chose alike" in flag for flag in fit.flags)


def test_too_few_clusters_have_no_error():
    fit = maximise(normal(np.arange(6.0)), NORMAL, clusters=[0, 0, 0, 1, 1, 1])
    assert np.isnan(fit.se).all()
    assert "2 clusters are too few for a standard error" in fit.flags


@pytest.mark.parametrize(
    ("values", "clusters", "problem"), [(np.empty(0), None, "no observation"), (np.arange(5.0), [0, 1], "clusters should have shape \\(5,\\)")]
)
def test_bad_input_is_told(values, clusters, problem):
    with pytest.raises(ParameterError, match=problem):
        maximise(normal(values), NORMAL, clusters=clusters)
