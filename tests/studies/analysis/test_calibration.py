"""Whole studies of scripted populations: intervals hold the truth as often as they say, families reject no more than they may, forecasts come true."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas
import pytest

from ludens.studies.analysis.contrasts import contrasts_of
from ludens.studies.analysis.fits import effects
from ludens.studies.analysis.frame import read
from ludens.studies.analysis.models import fit
from ludens.studies.analysis.power import power_of
from ludens.studies.spec import Factor, Hypothesis, Model, Outcome, Study

pytest.importorskip("statsmodels")
pytestmark = pytest.mark.slow

FACTORS = (Factor("told", (False, True)), Factor("strong", (False, True)), Factor("word", ("a", "b", "c"), "nuisance"))
OUTCOMES = (Outcome("yes", "yes", "binary", True), Outcome("given", "given", "continuous", low=0.0, high=10.0), Outcome("count", "count", "count"))
HYPOTHESES = (
    Hypothesis("H1", "yes", "told", True, False, "greater"),
    Hypothesis("H2", "given", "told", True, False),
    Hypothesis("H3", "count", "strong", True, False, "less"),
    Hypothesis("H4", "yes", "strong", True, False),
)
STUDY = Study("s", "S", "?", {"id": "x"}, ("subject",), FACTORS, OUTCOMES, hypotheses=HYPOTHESES)


def population(rng, replicates, *, told=0.0, strong=0.0, between=0.0, clusters=0, nested=False):
    """Draw a table of the 2 x 2 x 3 design: log odds, tokens and log rates move by ``told`` and ``strong``."""
    n = 12 * replicates
    t, s = np.tile([0.0, 1.0], n // 2), np.tile(np.repeat([0.0, 1.0], 2), n // 4)
    group = np.arange(n) // 4 % max(1, clusters)
    if nested:
        group = group * 2 + t.astype(int)
    shift = between * rng.normal(size=2 * max(1, clusters))[group]
    yes = rng.random(n) < 1 / (1 + np.exp(-(-0.4 + told * t + strong * s + shift)))
    given = np.clip(5 + told * t + strong * s + shift + 2 * rng.normal(size=n), 0, 10)
    count = rng.poisson(np.exp(0.7 + 0.3 * (told * t + strong * s + shift)))
    return pandas.DataFrame({
        "told": t > 0, "strong": s > 0, "word": np.array(list("abc"))[np.arange(n) // 4 % 3], "group": group, "excluded": "",
        "yes": yes.astype(float), "given": given, "count": count.astype(float),
    })  # fmt: skip


def truth(rng, told, strong):
    """Work out the true differences of :data:`HYPOTHESES` from a population of over a million."""
    table = population(rng, 100_000, told=told, strong=strong)
    return {
        one.name: float(table.loc[table[one.factor], one.outcome].mean() - table.loc[~table[one.factor], one.outcome].mean()) for one in HYPOTHESES
    }  # fmt: skip


def test_differences_and_effects_cover_the_truth_over_200_studies():
    rng = np.random.default_rng(10)
    told, strong = 0.8, -0.5
    true = truth(rng, told, strong)
    models = (
        Model("logit", "yes", "logit", "told + strong"),
        Model("tobit", "given", "tobit", "told + strong"),
        Model("firth", "yes", "firth", "told + strong"),
    )
    study = replace(STUDY, models=models)
    hits = dict.fromkeys((*true, "logit", "tobit", "firth", "logit effect", "tobit effect"), 0)
    for _ in range(200):
        frame = read(study, population(rng, 20, told=told, strong=strong))
        for one in contrasts_of(frame, resamples=50):
            hits[one.hypothesis.name] += one.difference.low <= true[one.hypothesis.name] <= one.difference.high
        for model in models:
            (one,) = fit(frame, model)
            hits[model.name] += one.estimates[1].low <= told <= one.estimates[1].high
            if model.name != "firth":
                effect = effects(one, frame).rows[0][1]
                hits[f"{model.name} effect"] += effect.low <= true["H1" if model.name == "logit" else "H2"] <= effect.high
    # the standard error of a share of 0.95 over 200 studies is 0.0154: 3.3 of them, for nine shares looked at
    for name, count in hits.items():
        assert abs(count / 200 - 0.95) <= 0.051, (name, count)


def test_clustered_differences_cover_the_truth():
    rng = np.random.default_rng(11)
    study = replace(STUDY, cluster="group")
    hits = {"H2": 0, "H1": 0}
    true = {"H2": 0.0, "H1": 0.0}
    for _ in range(200):
        frame = read(study, population(rng, 20, between=1.0, clusters=20, nested=True))
        for one in contrasts_of(frame, resamples=50)[:2]:
            hits[one.hypothesis.name] += one.difference.low <= true[one.hypothesis.name] <= one.difference.high
    # three standard errors of 0.95 over 200 are 0.046; linearised errors of 40 clusters fall short by about a point
    for name, count in hits.items():
        assert abs(count / 200 - 0.95) <= 0.046 + 0.01, (name, count)


@pytest.mark.parametrize(("correction", "cluster"), [("holm", ""), ("bonferroni", ""), ("holm", "group")])
def test_families_reject_no_more_often_than_they_may(correction, cluster):
    rng = np.random.default_rng(12)
    study = replace(STUDY, correction=correction, cluster=cluster)
    rounds, false = 200 if cluster else 400, 0
    for _ in range(rounds):
        frame = read(study, population(rng, 10, between=1.0 if cluster else 0.0, clusters=10, nested=bool(cluster)))
        false += any(one.adjusted <= 0.05 for one in contrasts_of(frame, resamples=20))
    # at most nominal: 0.05 and three standard errors over the studies
    assert false / rounds <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / rounds)


def test_false_discoveries_are_held():
    rng = np.random.default_rng(13)
    study = replace(STUDY, hypotheses=tuple(replace(one, confirmatory=False) for one in HYPOTHESES))
    shares = []
    for _ in range(400):
        found = contrasts_of(read(study, population(rng, 10, told=1.2)), resamples=20)  # H1 and H2 hold, H3 and H4 do not
        positives = [one.hypothesis.name for one in found if one.adjusted <= 0.05]
        shares.append(sum(name in ("H3", "H4") for name in positives) / max(1, len(positives)))
    assert np.mean(shares) <= 0.05 + 3 * np.std(shares) / math.sqrt(len(shares))


@pytest.mark.parametrize("cluster", ["", "group"])
def test_forecasts_of_power_come_true(cluster):
    """Studies are drawn here, cell by cell, by other code than the forecast's."""
    rng = np.random.default_rng(14)
    assumed = {"H1": (0.35, 0.55), "H2": (5.0, 5.7, 2.0), "H3": (2.0, 1.6), "H4": (0.4, 0.4)}
    study = replace(STUDY, assumed=assumed, cluster=cluster)
    base = population(rng, 14, clusters=14)
    forecast = {row[0]: row[7].value for row in power_of(study, base, 2000).rows}
    rounds, found = 300 if cluster else 600, dict.fromkeys(assumed, 0)
    told, strong = base["told"].to_numpy(), base["strong"].to_numpy()
    for _ in range(rounds):
        # hypotheses share no outcome here, as the forecast draws them apart
        for name, outcome, factor in (("H1", "yes", told), ("H2", "given", told), ("H3", "count", strong)):
            low, high = assumed[name][:2]
            mean = np.where(factor, high, low)
            drawn = {"yes": lambda m: rng.random(len(m)) < m, "given": lambda m: np.clip(m + 2 * rng.normal(size=len(m)), 0, 10), "count": rng.poisson}
            base[outcome] = drawn[outcome](mean).astype(float)
        apart = base.assign(yes2=(rng.random(len(base)) < 0.4).astype(float))
        wide = replace(study, outcomes=(*OUTCOMES, Outcome("yes2", "yes2", "binary")), hypotheses=(*HYPOTHESES[:3], replace(HYPOTHESES[3], outcome="yes2")))
        for one in contrasts_of(read(wide, apart), resamples=20):
            found[one.hypothesis.name] += one.adjusted <= 0.05
    # within five points, and two standard errors of what was realised (300 studies: at most 5.8 points)
    for name, count in found.items():
        spread = 2 * math.sqrt(max(1e-3, count / rounds * (1 - count / rounds)) / rounds)
        assert abs(count / rounds - forecast[name]) <= 0.05 + spread, (name, count / rounds, forecast[name])
