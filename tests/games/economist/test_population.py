"""Populations: the income distribution against its table, samples, skills of every kind, people."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.economist.personas import AGES, ATTITUDES, OCCUPATIONS, SEXES, draw_personas
from ludens.games.economist.population import TOP, US_INCOMES, ranked_pareto, stratified

TABLE = {0.05: 3_434, 0.10: 6_851, 0.25: 17_393, 0.50: 38_102, 0.75: 72_159, 0.90: 124_509, 0.95: 175_432, 0.99: 361_313, 0.999: 967_607}


def test_quantiles_of_incomes_are_those_of_the_table():
    np.testing.assert_allclose(US_INCOMES.quantile(list(TABLE)), list(TABLE.values()), rtol=1e-3)
    np.testing.assert_allclose(US_INCOMES.share_below(US_INCOMES.quantile(list(TABLE))), list(TABLE), rtol=1e-9)
    assert US_INCOMES.mean == pytest.approx(59_249, rel=1e-3)


def test_the_mean_is_that_of_the_quantiles():
    middles = US_INCOMES.quantile(stratified(200_000))
    assert middles.mean() == pytest.approx(US_INCOMES.mean, rel=5e-3)


def test_a_stratified_sample_has_one_in_each_part():
    drawn = stratified(50, np.random.default_rng(0))
    assert np.floor(drawn * 50).tolist() == list(range(50))
    assert stratified(2).tolist() == [0.25, 0.75]


def test_untaxed_workers_earn_the_incomes_of_the_distribution():
    game = make("economist", workers=2000, hours_step=0)
    incomes = game.typical.under(game.edges, np.zeros(3)).income
    shares = stratified(2000)
    inside = shares < 0.998
    np.testing.assert_allclose(incomes[inside], US_INCOMES.quantile(shares[inside]), rtol=1e-9)
    np.testing.assert_allclose(np.quantile(incomes, [0.1, 0.5, 0.9]), US_INCOMES.quantile([0.1, 0.5, 0.9]), rtol=4e-3)
    hours = game.typical.under(game.edges, np.zeros(3)).hours
    assert (hours < 100).mean() > 0.99
    assert np.median(hours) == pytest.approx(40, rel=1e-3)


@pytest.mark.parametrize("skills", ["us_incomes", "us_wages", "uniform", "pareto"])
def test_every_kind_of_skill_is_calibrated_to_full_time_and_fills_the_brackets(skills):
    game = make("economist", skills=skills, workers=200, brackets="seven")
    year = game.typical.under(game.edges, np.zeros(7))
    assert np.median(year.hours) == pytest.approx(40, abs=1.01)
    assert (np.bincount(np.searchsorted(game.edges, year.income, side="right") - 1, minlength=7) > 0).all()


def test_draws_differ_by_seed_and_are_capped():
    game = make("economist", workers=500)
    one, other = (game.start(seed).skills for seed in (0, 1))
    assert not np.allclose(np.sort(one), np.sort(other))
    assert game.start(0).skills.tolist() == one.tolist()
    assert one.tolist() != sorted(one)
    assert one.max() * game.longest <= game.most_income
    assert US_INCOMES.share_below(US_INCOMES.quantile(TOP)) == pytest.approx(TOP)


def test_the_skills_of_the_one_step_economy_are_ranks_between_one_and_three():
    skills = ranked_pareto(10)
    assert (np.diff(skills) > 0).all()
    assert skills[0] > 1
    assert skills[-1] <= 3
    assert skills.tolist() == ranked_pareto(10).tolist()


def test_tables_of_people_sum_to_one():
    for table in (OCCUPATIONS, AGES, SEXES, ATTITUDES):
        assert sum(table.values()) == pytest.approx(1, abs=1e-12)
        assert min(table.values()) > 0


def test_people_follow_the_tables_and_the_seed():
    people = draw_personas(1500, seed=1)
    assert people == draw_personas(1500, seed=1)
    assert people != draw_personas(1500, seed=2)
    for table, drawn in (
        (OCCUPATIONS, [one.occupation for one in people]),
        (SEXES, [one.sex for one in people]),
        (ATTITUDES, [one.attitude for one in people]),
    ):
        for name, share in table.items():
            assert drawn.count(name) / 1500 == pytest.approx(share, abs=4 * (share * (1 - share) / 1500) ** 0.5)
    for (low, high), share in AGES.items():
        assert np.mean([low <= one.age <= high for one in people]) == pytest.approx(share, abs=0.05)
    assert set(people[0].row) == {"occupation", "age", "sex", "attitude"}
    with pytest.raises(ParameterError, match="count=0"):
        draw_personas(0, 0)


def test_people_are_told_who_they_are_in_the_second_person():
    for one in draw_personas(200, seed=3):
        assert one.words.startswith("You are a ")
        assert not any(word in one.words for word in ("thinks", "does", "cares"))
