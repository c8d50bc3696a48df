"""Intervals of shares and means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ludens.studies.analysis.intervals import average, clustered, effective_size, share, wilson

proportion = pytest.importorskip("statsmodels.stats.proportion")


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_that_of_statsmodels(counts):
    count, n = counts
    found = wilson(count, n)
    low, high = proportion.proportion_confint(count, n, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)
    assert found.low <= found.value <= found.high


def test_no_answers_give_no_interval():
    assert not wilson(0, 0).has_interval
    assert not average(np.array([])).has_interval
    assert "one unit" in average(np.array([3.0])).method
    assert "equal" in average(np.full(10, 3.0)).method


def test_clustered_error_is_that_of_a_regression_on_nothing():
    sm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(0)
    group = rng.integers(9, size=80)
    values = rng.normal(size=80) + group
    mean, error, groups = clustered(values, group)
    # G / (G - 1) alone: the library's further (n - 1) / (n - k) is one for one column
    fit = sm.OLS(values, np.ones(80)).fit(cov_type="cluster", cov_kwds={"groups": group})
    assert (mean, error, groups) == pytest.approx((fit.params[0], fit.bse[0], 9))


def test_clusters_that_agree_count_once_each():
    values = np.repeat([0.0, 1.0, 1.0, 0.0, 1.0, 1.0], 50)
    group = np.repeat(np.arange(6), 50)
    size, groups = effective_size(values, group)
    assert groups == 6
    assert size < 6  # 300 rows tell no more than 6 clusters, and few clusters cost a Student quantile
    assert share(values, group).high - share(values, group).low > share(values).high - share(values).low


def test_all_answers_equal_in_clusters_count_clusters():
    assert share(np.ones(300), np.repeat(np.arange(6), 50)).low == pytest.approx(wilson(6, 6).low)


def test_the_bootstrap_repeats_itself():
    values = np.random.default_rng(1).exponential(size=40)
    assert average(values, seed=3) == average(values, seed=3)
    assert average(values, seed=3) != average(values, seed=4)
    assert average(values, bounds=(0.9, 1.0)).method.startswith("bootstrap")


@pytest.mark.slow
def test_intervals_cover_at_their_level():
    rng = np.random.default_rng(2)
    rounds = 1000
    hits = {"share": 0, "mean": 0, "clusters": 0, "clustered share": 0}
    for _ in range(rounds):
        hits["share"] += _holds(share((rng.random(40) < 0.3).astype(float)), 0.3)
        hits["mean"] += _holds(average(rng.normal(2, 1, size=30), resamples=500, seed=int(rng.integers(1 << 30))), 2)
        shift, group = rng.normal(size=20), np.repeat(np.arange(20), 8)
        hits["clusters"] += _holds(average(shift[group] + rng.normal(size=160), group), 0)
        chances = rng.beta(2, 2, size=20)
        hits["clustered share"] += _holds(share((rng.random(160) < chances[group]).astype(float), group), 0.5)
    # four standard errors of a share of 0.95 over 1000 rounds are 0.028; the bootstrap's own shortfall at n = 30 is about 0.01
    for name, count in hits.items():
        assert count / rounds > 0.95 - 0.028 - 0.01, name


def _holds(one, truth):
    return one.low <= truth <= one.high
