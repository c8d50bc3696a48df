"""Tests of two groups, rearrangements of clusters, corrections of many tests, equivalence."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.studies.analysis.compare import barnard, compare, corrected, equivalence, fisher, fisher_many
from ludens.studies.analysis.flips import cluster_test, sign_flips, wild_score

multitest = pytest.importorskip("statsmodels.stats.multitest")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(max_examples=15)
def test_corrections_are_those_of_statsmodels(p):
    for how, name in (("holm", "holm"), ("bonferroni", "bonferroni"), ("bh", "fdr_bh")):
        assert corrected(np.array(p), how) == pytest.approx(multitest.multipletests(p, method=name)[1], abs=1e-12)
    assert corrected(np.array(p), "none") == pytest.approx(p)


def test_families_are_corrected_row_by_row():
    p = np.random.default_rng(0).random((5, 4))
    assert corrected(p, "holm") == pytest.approx(np.stack([corrected(row, "holm") for row in p]))


def test_fisher_of_the_lady_tasting_tea():
    assert fisher(3, 4, 1, 4, "greater") == pytest.approx(17 / 70)
    assert fisher(3, 4, 1, 4, "two_sided") == pytest.approx(34 / 70)
    assert fisher_many(np.array([3, 4, 3]), 4, np.array([1, 0, 1]), 4, "greater") == pytest.approx([17 / 70, 1 / 70, 17 / 70])


def test_barnard_of_his_own_table():
    # all of three against none of three: the chance of that table or its mirror is largest at one half, twice 1/64 (Barnard 1945)
    assert barnard(3, 3, 0, 3, "two_sided") == pytest.approx(1 / 32, abs=1e-6)
    assert barnard(0, 5, 0, 5, "greater") == 1.0


def test_barnard_knows_directions():
    assert barnard(9, 10, 2, 10, "greater") < 0.01
    assert barnard(9, 10, 2, 10, "less") > 0.9
    assert compare(np.r_[np.ones(9), 0], np.r_[np.ones(2), np.zeros(8)], "binary", "greater", exact="barnard").test == "Barnard exact"


@pytest.mark.parametrize("kind", ["continuous", "ordinal", "binary", "count"])
def test_directions_turn(kind):
    rng = np.random.default_rng(1)
    high, low = rng.integers(0, 2, size=30) + (kind != "binary") * 1.0, rng.integers(0, 2, size=30) * 1.0
    up, down = compare(high, low, kind, "greater").p, compare(low, high, kind, "less").p
    assert up == pytest.approx(down)


def test_groups_without_spread_are_tested_exactly():
    found = compare(np.full(5, 3.0), np.full(5, 2.0), "continuous", "greater")
    assert found.p == pytest.approx(1 / math.comb(10, 5))
    assert compare(np.full(5, 3.0), np.full(5, 3.0), "continuous", "two_sided").p == pytest.approx(1)
    assert compare(np.array([]), np.ones(3), "binary", "greater").p is None


def test_signs_of_few_parts_are_all_tried():
    assert sign_flips(np.array([1.0, 2.0, 3.0]), "greater") == pytest.approx(1 / 8)
    assert sign_flips(np.array([1.0, 2.0, 3.0]), "two_sided") == pytest.approx(2 / 8)
    assert sign_flips(np.array([1.0, -1.0]), "less") == pytest.approx(3 / 4)
    many = np.ones(20)
    assert sign_flips(many, "greater", seed=1) == sign_flips(many, "greater", seed=1) == pytest.approx(1 / 5000)


def test_labels_of_whole_clusters_are_dealt():
    group = np.repeat(np.arange(6), 10)
    y = group.astype(float)
    p, how = cluster_test(y[30:], y[:30], (group[30:], group[:30]), "greater")
    assert p == pytest.approx(1 / math.comb(6, 3))
    assert "labels of 6 clusters" in how


def test_clusters_with_one_group_are_told():
    y = np.arange(12.0)
    p, how = cluster_test(y[6:], y[:6], (np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 3, 3])), "greater")
    assert p == pytest.approx(1 / 4)
    assert "sign flips of 2 clusters' differences, 2 clusters with one group only left out" in how
    assert cluster_test(y[:2], y[2:4], (np.zeros(2, int), np.ones(2, int)), "greater")[0] == pytest.approx(1)


def test_many_studies_at_once_are_each_as_alone():
    rng = np.random.default_rng(2)
    clusters = (rng.integers(7, size=20), rng.integers(7, size=25))
    high, low = rng.normal(size=(6, 20)), rng.normal(size=(6, 25))
    together = cluster_test(high, low, clusters, "two_sided")[0]
    assert together == pytest.approx([float(cluster_test(a, b, clusters, "two_sided")[0]) for a, b in zip(high, low, strict=True)])


def test_wild_scores_agree_with_flipping_differences():
    # with one answer of either group in each cluster the two are the same test
    rng = np.random.default_rng(3)
    difference = rng.normal(0.5, 1, size=9)
    y = np.r_[difference, np.zeros(9)]
    design, group = np.column_stack([np.ones(18), np.repeat([1.0, 0.0], 9)]), np.tile(np.arange(9), 2)

    def restricted(x, answers):
        return np.full(18, answers.mean()), np.ones(18)

    assert wild_score(design, y, group, 1, restricted) == pytest.approx(sign_flips(difference, "two_sided"))


def test_equivalence_is_that_of_statsmodels():
    weightstats = pytest.importorskip("statsmodels.stats.weightstats")
    rng = np.random.default_rng(4)
    one, other = rng.normal(size=60), rng.normal(0.1, 1.5, size=50)
    assert equivalence(one, other, 0.6)[1] == pytest.approx(weightstats.ttost_ind(one, other, -0.6, 0.6, usevar="unequal")[0])
    assert equivalence(one, 0.0, 0.4)[1] == pytest.approx(weightstats.DescrStatsW(one).ttost_mean(-0.4, 0.4)[0])
    assert equivalence(np.full(5, 2.0), 2.0, 0.5) == (0.0, 0.0)
    assert equivalence(np.full(5, 3.0), 2.0, 0.5)[1] == 1.0


def test_equivalence_over_clusters_is_less_sure():
    rng = np.random.default_rng(5)
    group = np.repeat(np.arange(6), 20)
    y = rng.normal(size=6)[group] * 0.5 + rng.normal(size=120) * 0.2
    assert equivalence(y, float(y.mean()), 0.4, group)[1] > equivalence(y, float(y.mean()), 0.4)[1]
