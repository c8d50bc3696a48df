"""Forecasts of power."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas
import pytest

from ludens.errors import ParameterError
from ludens.studies.analysis.compare import fisher
from ludens.studies.analysis.power import power_of
from ludens.studies.spec import Factor, Hypothesis, Outcome, Study

KINDS = {"yes": "binary", "given": "continuous", "count": "count", "share": "share", "rank": "ordinal"}


@pytest.fixture
def study():
    return Study(
        "p", "P", "?", {"id": "x"}, ("subject",),
        (Factor("told", (False, True)),),
        tuple(Outcome(name, name, kind, name == "yes") for name, kind in KINDS.items()),
        hypotheses=(Hypothesis("H1", "yes", "told", True, False, "greater"),),
        assumed={"H1": (0.3, 0.6)},
    )  # fmt: skip


def rows(n):
    return pandas.DataFrame({"told": [False, True] * n, "group": np.repeat(np.arange(n // 5), 10)})


def test_power_of_fisher_is_that_of_all_tables(study):
    from scipy.stats import binom

    n, exact = 25, 0.0
    for k in range(n + 1):
        for j in range(n + 1):
            if fisher(k, n, j, n, "greater") <= 0.05:
                exact += binom.pmf(k, n, 0.6) * binom.pmf(j, n, 0.3)
    (row,) = power_of(study, rows(n), 4000).rows
    assert row[1:5] == (n, n, 0.3, 0.6)
    assert row[6].value == pytest.approx(exact, abs=4 * (exact * (1 - exact) / 4000) ** 0.5)  # four standard errors
    assert row[6] == row[7]  # a family of one


def test_power_of_welch_is_that_of_the_formula(study):
    weightstats = pytest.importorskip("statsmodels.stats.power")
    study = replace(study, hypotheses=(Hypothesis("H1", "given", "told", True, False, "greater"),), assumed={"H1": (1.0, 1.6, 1.2)})
    (row,) = power_of(study, rows(40), 4000).rows
    exact = weightstats.TTestIndPower().power(0.5, 40, 0.05, alternative="larger")
    assert row[6].value == pytest.approx(exact, abs=4 * (exact * (1 - exact) / 4000) ** 0.5)
    least = weightstats.TTestIndPower().solve_power(None, 40, 0.05, 0.8, alternative="larger") * 1.2
    assert row[8] == pytest.approx(least, rel=0.08)  # of 1000 simulations: 1.3 points of power, about 3 % of the difference, twice over


def test_larger_families_have_less(study):
    more = replace(
        study,
        hypotheses=(*study.hypotheses, *(Hypothesis(f"N{index}", "given", "told", True, False) for index in range(4))),
    )
    (alone,), (row,) = power_of(study, rows(25), 1000).rows, power_of(more, rows(25), 1000).rows
    assert row[7].value < alone[7].value
    assert row[8] > alone[8]


@pytest.mark.parametrize(
    ("outcome", "assumed"), [("count", (2.0, 3.5)), ("count", (2.0, 3.5, 2.5)), ("share", (0.3, 0.5, 0.25)), ("rank", (1.0, 2.0, 1.0)), ("yes", (0.2, 0.6))]
)
def test_clusters_that_are_alike_cost_power(study, outcome, assumed):
    study = replace(study, hypotheses=(Hypothesis("H1", outcome, "told", True, False, "greater"),), assumed={"H1": assumed}, cluster="group")
    planned = rows(30)
    planned["group"] = planned["group"] * 2 + planned["told"]  # a cluster lies in one arm
    (free,), (tied,) = (power_of(study, planned, 300, icc=icc).rows for icc in (0.0, 0.5))
    assert free[6].value > tied[6].value + 0.1
    assert power_of(study, planned, 300, icc=0.5) == power_of(study, planned, 300, icc=0.5)


def test_missing_answers_cost_power(study):
    (row,), (thin,) = power_of(study, rows(40), 500).rows, power_of(study, rows(40), 500, missing=0.5).rows
    assert thin[1] + thin[2] < 60
    assert thin[6].value < row[6].value


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"assumed": {}}, "assumed is empty"),
        ({"assumed": {"H9": (0.1, 0.2)}}, "names 'H9', which is no hypothesis"),
        ({"assumed": {"H1": (0.1, 1.2)}}, "should be the means at low and high between 0 and 1"),
        ({"hypotheses": (Hypothesis("H1", "given", "told", True, False),)}, "and a standard deviation"),
    ],
)
def test_assumptions_that_do_not_fit_are_refused(study, change, said):
    with pytest.raises(ParameterError) as problem:
        power_of(replace(study, **change), rows(20))
    assert said in str(problem.value)


def test_a_plan_without_a_level_is_refused(study):
    with pytest.raises(ParameterError, match="no row of the plan has told = true"):
        power_of(study, rows(20).query("told == False"))
