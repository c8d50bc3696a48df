"""Sizes of differences, against other libraries and published examples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.studies.analysis.effects import cliffs_delta, hedges_g, mean_difference, odds_ratio, risk_difference

proportion = pytest.importorskip("statsmodels.stats.proportion")
counts = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def answers(count, n):
    return np.r_[np.ones(count), np.zeros(n - count)]


def test_newcombes_own_example():
    found = risk_difference(answers(56, 70), answers(48, 80))
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)  # Newcombe 1998, table II (a), method 10


@given(counts, counts)
def test_newcombe_is_that_of_statsmodels(one, other):
    found = risk_difference(answers(*one), answers(*other))
    low, high = proportion.confint_proportions_2indep(*one, *other, method="newcomb", compare="diff")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


@given(counts, counts)
def test_odds_ratio_turns_over(one, other):
    found, turned = odds_ratio(answers(*one), answers(*other)), odds_ratio(answers(*other), answers(*one))
    assert (found.value * turned.value, found.low * turned.high) == pytest.approx((1, 1))
    assert ("half" in found.method) == (0 in (one[0], one[1] - one[0], other[0], other[1] - other[0]))


def test_odds_ratio_is_that_of_statsmodels():
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    found = odds_ratio(answers(80, 117), answers(2, 92))
    table = tables.Table2x2([[80, 37], [2, 90]])
    assert (found.value, found.low, found.high) == pytest.approx((table.oddsratio, *table.oddsratio_confint()))


def test_mean_difference_is_welch():
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(0)
    high, low = rng.normal(1, 2, size=20), rng.normal(size=35)
    found = mean_difference(high, low)
    interval = ttest_ind(high, low, equal_var=False).confidence_interval()
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_clustered_difference_is_a_clustered_regression():
    sm = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(1)
    group, treated = rng.integers(10, size=90), rng.integers(2, size=90) > 0
    y = rng.normal(size=90) + group * 0.3 + treated
    found = mean_difference(y[treated], y[~treated], (group[treated], group[~treated]))
    fit = sm.OLS(y, np.column_stack([np.ones(90), treated])).fit(cov_type="cluster", cov_kwds={"groups": group, "use_correction": False})
    from scipy.stats import t

    half = t.ppf(0.975, 9) * fit.bse[1] * math.sqrt(10 / 9)
    assert (found.value, found.low) == pytest.approx((fit.params[1], fit.params[1] - half))


def test_hedges_g_of_known_numbers():
    # means 2 apart with pooled deviation 2 in groups of 10: d = 1, times 1 - 3 / (4 * 18 - 1) to three places
    base = np.array([-3, -2, -1, -0.5, 0, 0, 0.5, 1, 2, 3.0])
    base = 2 * base / base.std(ddof=1)
    found = hedges_g(base + 2, base)
    assert found.value == pytest.approx(1 - 3 / 71, abs=1e-3)
    from scipy.stats import nct

    scale = math.sqrt(0.2)
    exact = math.gamma(9) / (math.gamma(8.5) * math.sqrt(9))
    assert nct.cdf(1 / scale, 18, found.low / scale / exact) == pytest.approx(0.975, abs=1e-6)
    assert nct.cdf(1 / scale, 18, found.high / scale / exact) == pytest.approx(0.025, abs=1e-6)


@given(st.integers(2, 400), st.integers(2, 400), st.floats(-6, 6), st.integers(0, 99))
@settings(max_examples=60)
def test_hedges_g_has_an_interval_for_any_groups(n, m, shift, seed):
    rng = np.random.default_rng(seed)
    found = hedges_g(rng.normal(shift, 1, size=n), rng.normal(size=m))
    assert found.low < found.value < found.high


def test_hedges_g_has_no_seam_between_its_intervals():
    rng = np.random.default_rng(6)
    high, low = rng.normal(0.5, 1, size=251), rng.normal(size=251)
    exact, normal = hedges_g(high, low), hedges_g(np.r_[high, high.mean()], np.r_[low, low.mean()])
    assert (exact.method, normal.method[:12]) == ("noncentral t", "large-sample")
    assert (exact.low, exact.high) == pytest.approx((normal.low, normal.high), abs=0.005)


@given(st.lists(st.integers(0, 5), min_size=2, max_size=30), st.lists(st.integers(0, 5), min_size=2, max_size=30))
def test_cliffs_delta_counts_pairs(one, other):
    high, low = np.array(one, float), np.array(other, float)
    found = cliffs_delta(high, low)
    assert found.value == pytest.approx(np.sign(high[:, None] - low[None, :]).mean())
    assert -1 <= found.low <= found.value <= found.high <= 1


def test_resampled_clusters_widen_effects():
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(8), 20)
    y = rng.normal(size=160) + rng.normal(size=8)[group]
    clusters = (group[:80], group[80:])
    for effect in (hedges_g, cliffs_delta):
        wide, narrow = effect(y[:80], y[80:], clusters), effect(y[:80], y[80:])
        assert wide.high - wide.low > narrow.high - narrow.low
        assert wide.n == 8
        assert wide == effect(y[:80], y[80:], clusters)


def test_empty_groups_give_no_number():
    nothing = np.array([])
    for effect in (risk_difference, mean_difference, odds_ratio, hedges_g, cliffs_delta):
        assert math.isnan(effect(nothing, np.ones(3)).value)


@pytest.mark.slow
def test_effects_cover_at_their_level():
    rng = np.random.default_rng(5)
    rounds, hits = 1000, {"g": 0, "delta": 0, "difference": 0}
    delta = 2 * 0.6381632 - 1
    for _ in range(rounds):
        high, low = rng.normal(0.5, 1, size=40), rng.normal(size=30)
        g, d = hedges_g(high, low), cliffs_delta(high, low)
        hits["g"] += g.low <= 0.5 <= g.high
        hits["delta"] += d.low <= delta <= d.high
        r = risk_difference((rng.random(40) < 0.6).astype(float), (rng.random(30) < 0.3).astype(float))
        hits["difference"] += r.low <= 0.3 <= r.high
    # four standard errors of 0.95 over 1000 rounds: 0.028
    for name, count in hits.items():
        assert abs(count / rounds - 0.95) < 0.028, name
