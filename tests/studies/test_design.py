"""Cells, fractions, nuisance factors and seeds."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.errors import ParameterError
from ludens.studies.design import design_of
from ludens.studies.loading import load_study
from ludens.studies.spec import Factor


@pytest.fixture
def study(entry):
    return load_study(entry)


def two_level(count):
    return tuple(Factor(f"f{number}", ("no", "yes")) for number in range(count))


def nuisance(*sizes):
    return tuple(Factor(f"n{number}", tuple(range(size)), "nuisance") for number, size in enumerate(sizes))


def counts(design, name):
    return np.unique([replicate.levels[name] for replicate in design.replicates], return_counts=True)[1]


def test_full_factorial(study):
    design = design_of(study)
    assert [cell.label for cell in design.cells] == [
        "principal_informed=false, customer_informed=false",
        "principal_informed=false, customer_informed=true",
        "principal_informed=true, customer_informed=false",
        "principal_informed=true, customer_informed=true",
    ]
    assert design.episodes == 24


def test_crossed_nuisance_factors_occur_equally_often(study):
    design = design_of(study)
    assert list(counts(design, "wording")) == [2, 2, 2]
    assert "crossed: each of their 3 combinations occurs 2 times" in " ".join(design.notes)
    assert "2 or 3 times" in " ".join(design_of(replace(study, replicates=8)).notes)


@settings(max_examples=30)
@given(sizes=st.lists(st.integers(2, 6), min_size=2, max_size=5), count=st.integers(2, 40), seed=st.integers(0, 99))
def test_counterbalancing_is_level(sizes, count, seed):
    study = replace(load_study(SIMPLE), factors=(*two_level(1), *nuisance(*sizes)), replicates=count, seed=seed)
    design = design_of(study)
    for number, size in enumerate(sizes):
        found = np.bincount([replicate.levels[f"n{number}"] for replicate in design.replicates], minlength=size)
        assert found.sum() == count
        if np.prod(sizes) > count:
            assert found.max() - found.min() <= 1
    if np.prod(sizes) >= 4 * count:
        assert len({tuple(replicate.levels.values()) for replicate in design.replicates}) == count


SIMPLE = {
    "name": "simple",
    "title": "t",
    "question": "q",
    "game": "dictator",
    "seats": ["subject", "fair"],
    "factors": {"pie": {"levels": [10, 100]}},
    "outcomes": {"share": {"value": "mean_share", "kind": "share"}},
}


def test_pairs_of_levels_are_nearly_level(study):
    design = design_of(replace(study, factors=(*two_level(1), *nuisance(2, 2, 2, 2, 2, 2)), replicates=16))
    for one, other in combinations(range(6), 2):
        pairs = np.bincount([2 * replicate.levels[f"n{one}"] + replicate.levels[f"n{other}"] for replicate in design.replicates], minlength=4)
        assert pairs.min() >= 3  # 4 each would be an orthogonal array


def test_many_combinations_are_sampled(study):
    design = design_of(replace(study, factors=(*two_level(1), *nuisance(10, 10, 10, 10, 10)), replicates=50))
    assert list(counts(design, "n3")) == [5] * 10


@pytest.mark.parametrize(("count", "resolution", "runs"), [(4, 4, 8), (5, 5, 16), (5, 3, 8), (6, 4, 16), (3, 3, 4), (7, 4, 16)])
def test_fractions(study, count, resolution, runs):
    design = design_of(replace(study, factors=two_level(count), design="fractional", resolution=resolution))
    assert len(design.cells) == runs
    signs = np.array([[1 if cell.levels[f"f{number}"] == "yes" else -1 for number in range(count)] for cell in design.cells])
    # of resolution R: effects of sizes i and j are orthogonal where i + j < R
    for size in range(1, resolution):
        for chosen in combinations(range(count), size):
            assert signs[:, chosen].prod(axis=1).sum() == 0
    told = " ".join(design.aliases)
    assert ("f0 = " in told) == (resolution == 3)
    assert bool(told) == (resolution < 5)


def test_fraction_is_crossed_with_the_rest(study):
    design = design_of(replace(study, factors=(*two_level(4), Factor("dose", (1, 2, 3)), Factor("site", ("a", "b"), "block")), design="fractional"))
    assert len(design.cells) == 8 * 3 * 2
    assert "8 of 16 combinations" in design.notes[0]


def test_there_is_no_such_fraction(study):
    with pytest.raises(ParameterError, match="3 factors with two levels have no fraction of resolution 4"):
        design_of(replace(study, factors=two_level(3), design="fractional"))


def test_too_many_cells(study):
    with pytest.raises(ParameterError, match="8192 cells are too many"):
        design_of(replace(study, factors=two_level(13)))


def test_seeds_are_paired_or_not(study):
    design = design_of(study)
    one, other = design.cells[:2]
    first, second = design.replicates[:2]
    assert design.seed_of(one, first, "a") == design.seed_of(other, first, "b")
    assert design.seed_of(one, first, "a") != design.seed_of(one, second, "a")
    free = design_of(replace(study, seeds="independent"))
    seeds = {free.seed_of(cell, replicate, subject) for cell in free.cells for replicate in free.replicates for subject in "ab"}
    assert len(seeds) == 4 * 6 * 2
    assert "same seed in every cell" in " ".join(design.notes)
    assert "seed of its own" in " ".join(free.notes)
