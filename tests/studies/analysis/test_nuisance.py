"""Specification curves, shares of variance, intraclass correlations."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.studies.analysis.contrasts import contrasts_of
from ludens.studies.analysis.frame import read
from ludens.studies.analysis.nuisance import correlation_table, intraclass, specification_curve, variance_table


def test_the_planned_analysis_is_among_the_specifications(made):
    for cluster in ("", "group"):
        study, table = made(cluster=cluster)
        frame = read(study, table)
        curve = specification_curve(frame, study.hypotheses[0])
        planned = contrasts_of(frame, resamples=50)[0].difference
        assert curve.estimates[curve.main] == planned
        values = [one.value for one in curve.estimates]
        assert values == sorted(values)
        # rows: all and three words; three models, but that the words leave nothing to adjust for within one
        assert len(values) == 3 + 3
        assert {question for question, _, _ in curve.choices} == {"rows", "model"}


def test_missing_answers_and_rules_are_choices_where_there_are_any(made):
    study, table = made()
    table.loc[:20, "yes"] = np.nan
    table.loc[30:40, "excluded"] = "rule"
    curve = specification_curve(read(study, table), study.hypotheses[0])
    asked = {(question, answer) for question, answer, _ in curve.choices}
    assert {("missing answers", "counted as yes"), ("missing answers", "counted as no"), ("rules for leaving out", "not heeded")} <= asked
    for question in {question for question, _ in asked}:
        made_of = np.array([made for name, _, made in curve.choices if name == question])
        assert np.all(made_of.sum(axis=0) == 1)


def test_an_adjusted_estimate_is_that_of_statsmodels(made):
    smf = pytest.importorskip("statsmodels.formula.api")
    study, table = made()
    curve = specification_curve(read(study, table), study.hypotheses[4])
    peer = smf.ols("given ~ told + C(word)", table).fit(cov_type="HC3", use_t=True)
    found = next(one for one in curve.estimates if one.method == "least squares, HC3")
    low, high = peer.conf_int().loc["told[T.True]"]
    assert (found.value, found.low, found.high) == pytest.approx((peer.params["told[T.True]"], low, high))


def test_shares_of_variance_are_of_type_two(made):
    smf = pytest.importorskip("statsmodels.formula.api")
    anova = pytest.importorskip("statsmodels.stats.anova")
    study, table = made()
    peer = anova.anova_lm(smf.ols("yes ~ C(told) * C(word)", table).fit(), typ=2)
    rows = {row[0]: row for row in variance_table(read(study, table), study.outcomes[0]).rows}
    total = float(((table["yes"] - table["yes"].mean()) ** 2).sum())
    for name, term in (("told", "C(told)"), ("word", "C(word)"), ("told × word", "C(told):C(word)")):
        assert rows[name][2] == pytest.approx(peer.loc[term, "sum_sq"] / total)
        assert rows[name][4] == pytest.approx(peer.loc[term, "PR(>F)"])


def test_correlation_of_shrout_and_fleiss():
    # six targets by four judges (Shrout and Fleiss 1979, table 2): ICC(1, 1) is 0.17, its interval -0.13 to 0.72
    judged = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
    found = intraclass(judged.reshape(-1), np.repeat(np.arange(6), 4))
    assert (found.icc.value, found.icc.low, found.icc.high) == pytest.approx((0.17, -0.13, 0.72), abs=0.005)
    assert found.effective == pytest.approx(24 / (1 + 3 * found.icc.value))


def test_correlation_finds_what_was_planted():
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(200), 10)
    values = rng.normal(size=200)[group] * 0.5 + rng.normal(size=2000)
    found = intraclass(values, group)
    assert found.icc.low < 0.2 < found.icc.high  # 0.25 / 1.25
    assert intraclass(values, np.arange(2000)) is None
    assert intraclass(values, np.zeros(2000, int)) is None


def test_treatments_are_taken_out_before_answers_are_called_alike(made):
    study, table = made(effect=6.0, between=0.0, cluster="group")
    table["group"] = table["group"] + 100 * table["told"]  # clusters lie in one arm each
    row = correlation_table(read(study, table), study.outcome("given")).rows[0]
    assert row[0] == "group"
    assert row[3].low < 0.05
