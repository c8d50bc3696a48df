"""Regressions: against statsmodels and numpy, planted effects, and what is said when a model cannot be fitted as planned."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from ludens.errors import ParameterError
from ludens.studies.analysis.firth import NotConverged
from ludens.studies.analysis.fits import effects, regression_table, termed
from ludens.studies.analysis.frame import read
from ludens.studies.analysis.models import fit
from ludens.studies.analysis.tobit import _Cut, _negative, expected, tobit
from ludens.studies.spec import Model

sm = pytest.importorskip("statsmodels.api")
smf = pytest.importorskip("statsmodels.formula.api")


def fitted(made, family, outcome, formula="told", cluster="", **more):
    study, table = made(**more)
    frame = read(study, table)
    return fit(frame, Model("m", outcome, family, formula, cluster)), frame, table


@pytest.mark.parametrize("formula", ["told", "told * C(word)", "told + C(word) + C(word):told"])
def test_logit_is_that_of_statsmodels(made, formula):
    (one,), _, table = fitted(made, "logit", "yes", formula)
    peer = smf.logit(f"yes ~ {formula}", table).fit(disp=0)
    assert [estimate.value for estimate in one.estimates] == pytest.approx(list(peer.params), abs=1e-6)
    assert one.errors == pytest.approx(list(peer.bse), rel=1e-5)
    assert one.p == pytest.approx(list(peer.pvalues), rel=1e-4)


def test_marginal_effects_are_those_of_statsmodels(made):
    (one,), frame, table = fitted(made, "logit", "yes", "told + C(word)")
    peer = smf.logit("yes ~ told + C(word)", table.assign(told=table["told"].astype(float))).fit(disp=0).get_margeff(dummy=True)
    found = effects(one, frame).rows[0]
    assert found[0] == "told = true rather than false"
    place = [name.startswith("told") for name in peer.summary_frame().index].index(True)
    assert (found[1].value, found[2]) == pytest.approx((peer.margeff[place], peer.margeff_se[place]), rel=1e-4)


def test_ols_and_fractional_and_poisson_are_those_of_statsmodels(made):
    (one,), _, table = fitted(made, "ols", "given", "told + C(word)")
    peer = smf.ols("given ~ told + C(word)", table).fit(cov_type="HC3")
    assert one.errors == pytest.approx(list(peer.bse))
    (one,), _, _ = fitted(made, "fractional", "share", "told")
    peer = smf.glm("share ~ told", table, family=sm.families.Binomial()).fit(cov_type="HC1")
    assert one.errors == pytest.approx(list(peer.bse))
    (one,), _, _ = fitted(made, "poisson", "count", "told")
    peer = smf.glm("count ~ told", table, family=sm.families.Poisson()).fit(cov_type="HC1")
    assert [estimate.value for estimate in one.estimates] == pytest.approx(list(peer.params))


def test_clustered_errors_come_with_a_wild_bootstrap_where_clusters_are_few(made):
    (one,), _, table = fitted(made, "logit", "yes", "told", "group", seed=3)
    peer = smf.logit("yes ~ told", table).fit(disp=0, cov_type="cluster", cov_kwds={"groups": table["group"]})
    assert one.errors == pytest.approx(list(peer.bse))
    from scipy.stats import t

    assert one.estimates[1].high == pytest.approx(peer.params.iloc[1] + t.ppf(0.975, 11) * peer.bse.iloc[1])
    assert one.wild[1] == pytest.approx(one.p[1], abs=0.005)
    assert math.isnan(one.wild[0])
    assert any("12 clusters are few" in note for note in one.notes)
    assert "p, wild bootstrap" in regression_table(one).columns
    (many,), _, _ = fitted(made, "logit", "yes", "told", "group", clusters=40)
    assert not many.wild


def test_gee_and_mixed_are_those_of_statsmodels(made):
    (one,), _, table = fitted(made, "gee", "yes", "told", "group")
    peer = smf.gee("yes ~ told", "group", table.sort_values("group", kind="stable"), family=sm.families.Binomial(), cov_struct=sm.cov_struct.Exchangeable())
    assert [estimate.value for estimate in one.estimates] == pytest.approx(list(peer.fit().params), abs=1e-6)
    (one,), _, _ = fitted(made, "mixed", "given", "told", "group")
    peer = smf.mixedlm("given ~ told", table, groups=table["group"]).fit(reml=True)
    assert [estimate.value for estimate in one.estimates] == pytest.approx(list(peer.fe_params), abs=1e-3)
    with pytest.raises(ParameterError, match="needs clusters; name a column"):
        fitted(made, "gee", "yes")
    with pytest.raises(ParameterError, match="needs groups"):
        fitted(made, "mixed", "given")


def test_ordered_logit_finds_planted_odds(made):
    # the latent normal effect 0.8 is about 0.8 * 1.7 on the logistic scale; within four standard errors, about 0.2 at n = 1200
    (one,), frame, _ = fitted(made, "ordered", "rank", "told", n=1200, between=0.0)
    assert one.names == ("told = true",)
    assert one.estimates[0].value == pytest.approx(0.8 * 1.7, abs=4 * one.errors[0])
    effect = effects(one, frame).rows[0][1]
    means = [frame.values(frame.rows[frame.rows["told"] == told], frame.study.outcome("rank"))[0].mean() for told in (True, False)]
    assert effect.value == pytest.approx(means[0] - means[1], abs=0.05)  # one dummy: the model's means are the groups', but for its shape


def test_tobit_without_limits_reached_is_least_squares(made):
    rng = np.random.default_rng(0)
    design = np.column_stack([np.ones(80), rng.normal(size=80)])
    y = design @ [1.0, 2.0] + rng.normal(size=80)
    found = tobit(design, y, -100.0, 100.0)
    least, *_ = np.linalg.lstsq(design, y, rcond=None)
    assert found.coefficients[:2] == pytest.approx(least, abs=1e-5)
    sigma = math.sqrt(((y - design @ least) ** 2).mean())
    assert math.exp(found.coefficients[2]) == pytest.approx(sigma, rel=1e-5)
    assert np.diag(found.covariance)[:2] == pytest.approx(np.diag(np.linalg.inv(design.T @ design)) * sigma**2, rel=1e-3)


def test_tobit_has_the_gradient_of_its_likelihood():
    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(60), rng.normal(size=60)])
    y = np.clip(design @ [0.3, 1.0] + rng.normal(size=60), 0, 1)
    low, high = y <= 0, y >= 1
    data = _Cut(design, y, 0.0, 1.0, low, high, ~(low | high))
    at = np.array([0.2, 0.7, -0.3])
    for index in range(3):
        step = np.eye(3)[index] * 1e-6
        numeric = (_negative(at + step, data)[0] - _negative(at - step, data)[0]) / 2e-6
        assert _negative(at, data)[1][index] == pytest.approx(numeric, rel=1e-5)


def test_tobit_finds_what_is_cut_off():
    rng = np.random.default_rng(2)
    design = np.column_stack([np.ones(4000), rng.integers(2, size=4000)])
    latent = design @ [0.4, 0.5] + 0.8 * rng.normal(size=4000)
    found = tobit(design, np.clip(latent, 0, 1), 0.0, 1.0)
    errors = np.sqrt(np.diag(found.covariance))
    # four standard errors
    assert np.all(np.abs(found.coefficients - [0.4, 0.5, math.log(0.8)]) < 4 * errors)
    groups = [np.clip(latent, 0, 1)[design[:, 1] == told].mean() for told in (0, 1)]
    assert expected(found.coefficients, np.array([[1.0, 0.0], [1.0, 1.0]]), 0.0, 1.0) == pytest.approx(groups, abs=0.03)
    plain = np.linalg.lstsq(design, np.clip(latent, 0, 1), rcond=None)[0]
    assert plain[1] < 0.4  # which least squares does not


def test_tobit_needs_limits_and_answers_between_them(made):
    study, table = made()
    with pytest.raises(ParameterError, match="needs limits"):
        fit(read(replace(study, outcomes=tuple(replace(one, low=None) for one in study.outcomes)), table), Model("m", "given", "tobit", "told"))
    with pytest.raises(NotConverged, match="hardly an answer lies between"):
        tobit(np.ones((6, 1)), np.array([0.0, 1, 0, 1, 1, 0]), 0.0, 1.0)


def test_hurdle_has_two_parts(made):
    (first, second), frame, table = fitted(made, "hurdle", "given", "told + C(word)")
    over = table[table["given"] > 0]
    assert [one.value for one in first.estimates] == pytest.approx(
        list(smf.logit("over ~ told + C(word)", table.assign(over=(table["given"] > 0) * 1.0)).fit(disp=0).params), abs=1e-6
    )
    assert [one.value for one in second.estimates] == pytest.approx(list(smf.ols("given ~ told + C(word)", over).fit().params))
    assert (first.model.name, second.model.name) == ("m, clears 0", "m, amount above 0")
    assert effects(first, frame) is not None
    study, table = made()
    with pytest.raises(NotConverged, match="every answer clears 0"):
        fit(read(study, table.assign(given=table["given"] + 1)), Model("m", "given", "hurdle", "told"))


def test_separation_is_said_and_firth_stands_in(made):
    study, table = made()
    table.loc[table["told"], "yes"] = 1.0
    for family, cluster in (("logit", ""), ("gee", "group")):
        (one,) = fit(read(study, table), Model("m", "yes", family, "told", cluster))
        assert one.family == "Logit by Firth's penalised likelihood"
        assert one.notes[0].startswith("Quasi-complete separation: the plain likelihood has no maximum (it grows for ever in")
        assert "told = true" in one.notes[0]
        assert math.isfinite(one.estimates[1].value)
    table.loc[~table["told"], "yes"] = 0.0
    (one,) = fit(read(study, table), Model("m", "yes", "logit", "told"))
    assert one.notes[0].startswith("Complete separation")


def test_terms_that_cannot_be_told_apart_are_left_out_and_named(made):
    study, table = made()
    frame = read(study, table.assign(twin=table["told"].astype(float)))
    (one,) = fit(frame, Model("m", "given", "ols", "told + twin + C(word)"))
    assert one.notes[0] == "The design cannot tell twin from the other terms: left out."
    assert one.names == ("intercept", "told = true", "word = b", "word = c")


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("tell", "'tell' in formula 'tell' is no column; columns: told"),
        ("told +", "cannot be read"),
        ("yes ~ told", "should be a right-hand side only"),
        ("__import__('os').getcwd()", "is not allowed"),
        ("__import__('os')", "'__import__' in formula"),
        ("told.__class__", "is not allowed"),
        ("np.load('x')", "is not allowed"),
    ],
)
def test_formulas_reach_columns_and_nothing_else(made, formula, said):
    with pytest.raises(ParameterError, match="model m: ") as problem:
        fitted(made, "ols", "given", formula)
    assert said in str(problem.value)


def test_families_suit_outcomes(made):
    with pytest.raises(ParameterError, match="family logit needs an outcome that is binary; count is count"):
        fitted(made, "logit", "count")
    study, table = made()
    with pytest.raises(NotConverged, match="all answers are 1"):
        fit(read(study, table.assign(yes=1.0)), Model("m", "yes", "logit", "told"))


def test_missing_answers_are_counted(made):
    study, table = made()
    table.loc[:9, "yes"] = np.nan
    table.loc[10:14, "excluded"] = "rule"
    (one,) = fit(read(study, table), Model("m", "yes", "logit", "told"))
    assert (len(one.design.y), one.design.dropped) == (225, 10)
    assert "225 rows, 10 without an answer left out" in regression_table(one).about


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Intercept", "intercept"),
        ("told[T.True]", "told = true"),
        ("C(word)[T.b]:told[T.True]", "word = b × told = true"),
        ("C(word, Treatment('b'))[T.a:b]", "word = a:b"),
        ("np.log(price)", "np.log(price)"),
    ],
)
def test_terms_are_written_in_words(name, words):
    assert termed(name) == words
