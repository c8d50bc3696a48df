"""Utilities from choices between two: planted ones come back, questions that are chosen beat random ones, coherence of known choosers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.analysis.utility import (
    PairChoices,
    ask_both_ways,
    coherence,
    expected_utility,
    fit_bradley_terry_utilities,
    fit_thurstone,
    next_pairs,
    random_pairs,
    start_pairs,
    usual_pairs,
)
from ludens.errors import ParameterError


def answerer(utility, rng, spread=None):
    from scipy.special import ndtr

    each = np.full(len(utility), math.sqrt(0.5)) if spread is None else spread
    return lambda a, b: float(rng.random() < ndtr((utility[a] - utility[b]) / math.hypot(each[a], each[b])))


def every_pair(options):
    return [(a, b) for a in range(options) for b in range(a)]


def ranks(values):
    return np.argsort(np.argsort(values))


def spearman(one, two):
    return float(np.corrcoef(ranks(one), ranks(two))[0, 1])


def elicited(utility, rng, *, active, pairs, each=15, times=2):
    options, answer = len(utility), answerer(utility, rng)
    choices = ask_both_ways(start_pairs(options, rng), answer, options, times=times)
    while (asked := coherence(choices).pairs) < pairs:
        count = min(each, pairs - asked)
        more = next_pairs(fit_thurstone(choices), choices, count, rng) if active else random_pairs(options, count, rng, asked=choices)
        choices = choices.joined(ask_both_ways(more, answer, options, times=times))
    return fit_thurstone(choices)


def test_planted_utilities_come_back_from_the_usual_number_of_pairs():
    rng = np.random.default_rng(0)
    utility = 2 * rng.normal(size=40)
    assert usual_pairs(40) == 426
    found = elicited(utility, rng, active=True, pairs=usual_pairs(40), each=60, times=5)
    assert spearman(found.mean, utility) > 0.98
    assert found.converged
    assert not found.flags
    # standardised errors of 40 options: their mean square is 1, give or take four standard errors of a mean of 40 squares
    z = (found.mean - (utility - utility.mean())) / found.se
    assert (z**2).mean() < 1 + 4 * math.sqrt(2 / 40)


@pytest.mark.parametrize("fit", [fit_bradley_terry_utilities, fit_thurstone, lambda choices: fit_thurstone(choices, spreads=True)])
def test_all_models_rank_alike(fit):
    rng = np.random.default_rng(1)
    utility = rng.permutation(np.linspace(-3, 3, 12))
    choices = ask_both_ways(every_pair(12), answerer(utility, rng), 12, times=5)
    found = fit(choices)
    assert spearman(found.mean, utility) > 0.97
    assert found.mean.mean() == pytest.approx(0, abs=1e-8)
    held = ask_both_ways(every_pair(12), answerer(utility, rng), 12, times=5)
    loss, accuracy = found.held_out(held)
    assert accuracy > 0.75
    assert loss < math.log(2) / 1.3
    np.testing.assert_allclose(found.probability() + found.probability().T, 1, atol=1e-9)


def test_spreads_come_back_where_there_are_many_answers():
    rng = np.random.default_rng(2)
    utility, spread = np.linspace(-2, 2, 10), np.where(np.arange(10) % 2, 0.3, 1.5)
    found = fit_thurstone(ask_both_ways(every_pair(10), answerer(utility, rng, spread), 10, times=60), spreads=True)
    assert found.spread[1::2].max() < found.spread[::2].min()
    assert found.mean.std() == pytest.approx(1)


def test_intervals_cover_at_the_nominal_rate():
    inside, total = 0, 0
    for seed in range(60):
        rng = np.random.default_rng([seed, 3])
        utility = rng.normal(size=8)
        found = fit_thurstone(ask_both_ways(every_pair(8), answerer(utility, rng), 8, times=8))
        inside += int(((found.low <= utility - utility.mean()) & (utility - utility.mean() <= found.high)).sum())
        total += 8
    # the 8 of one fit hang together: counted as one and a half independent ones, four standard errors
    assert inside / total > 0.95 - 4 * math.sqrt(0.95 * 0.05 / 90)


def test_chosen_questions_beat_random_ones():
    gains = []
    for seed in range(6):
        quality = []
        for active in (True, False):
            rng = np.random.default_rng(seed)
            utility = 2 * rng.normal(size=30)
            quality.append(spearman(elicited(utility, rng, active=active, pairs=120).mean, utility))
        gains.append(quality[0] - quality[1])
    assert np.mean(gains) > 0
    assert np.mean(np.array(gains) > 0) >= 0.6


def test_next_pairs_are_new_and_close_and_rare():
    rng = np.random.default_rng(4)
    utility = np.linspace(-3, 3, 20)
    choices = ask_both_ways(start_pairs(20, rng), answerer(utility, rng), 20, times=3)
    found = fit_thurstone(choices)
    pairs = next_pairs(found, choices, 10, rng)
    asked = {tuple(sorted(pair)) for pair in zip(choices.first.tolist(), choices.second.tolist(), strict=True)}
    assert len(set(pairs)) == 10
    assert not asked & set(pairs)
    gaps = [abs(found.mean[a] - found.mean[b]) for a, b in pairs]
    others = [abs(found.mean[a] - found.mean[b]) for b, a in every_pair(20) if (b, a) not in asked]
    assert np.median(gaps) < np.quantile(others, 0.5)
    assert len(next_pairs(found, choices, 10_000, rng)) == 190 - 20


@settings(max_examples=15)
@given(st.integers(2, 30), st.integers(0, 2**31))
def test_the_start_connects_all_options(options, seed):
    import networkx as nx

    pairs = start_pairs(options, np.random.default_rng(seed))
    graph = nx.Graph(pairs)
    assert len(graph) == options
    assert nx.is_connected(graph)
    assert len(set(pairs)) == len(pairs) == (options if options > 2 else 1)


def test_groups_without_a_question_between_them_are_flagged():
    choices = ask_both_ways([(0, 1), (2, 3)], lambda a, b: float(a < b), 4, times=2)
    assert "fall into 2 groups" in fit_thurstone(choices).flags[0]


def test_a_random_chooser_has_a_quarter_of_cycles():
    rng = np.random.default_rng(5)
    found = coherence(ask_both_ways(every_pair(15), lambda a, b: float(rng.random() < 0.5), 15, times=10))
    assert found.cycle_chance == pytest.approx(0.25, abs=0.01)
    assert found.random_cycles == pytest.approx(0.25, abs=0.01)
    # three fair majorities form one of the two cycles in 2 of 8 cases: 455 triads, far from independent
    assert found.cyclic_triads == pytest.approx(0.25, abs=0.12)
    assert found.order_consistency == pytest.approx(0.5, abs=0.06)
    assert found.triads == 455


def test_a_ranking_is_coherent_and_a_cycle_is_not():
    found = coherence(ask_both_ways(every_pair(8), lambda a, b: float(a > b), 8))
    assert (found.cycle_chance, found.cyclic_triads, found.strong_violations, found.order_consistency, found.first_bias) == (0, 0, 0, 1, 0)
    assert (found.completeness, found.decisiveness, found.pairs, found.n) == (1, 1, 28, 56)
    rock = coherence(ask_both_ways([(0, 1), (1, 2), (0, 2)], lambda a, b: float((a - b) % 3 == 1), 3))
    assert (rock.cycle_chance, rock.cyclic_triads, rock.strong_violations) == (1, 1, 1)


def test_a_chooser_of_what_is_first_shows_its_bias():
    found = coherence(ask_both_ways(every_pair(6), lambda a, b: 1.0, 6, times=3))
    assert (found.first_bias, found.order_consistency, found.decisiveness) == (0.5, 0.0, 0.5)
    last = coherence(ask_both_ways(every_pair(6), lambda a, b: 0.0, 6, times=3))
    assert last.first_bias == -0.5


def test_unread_answers_are_counted_and_left_out():
    choices = PairChoices.of([0, 1, 0], [1, 2, 2], [1, math.nan, 0], 3)
    assert coherence(choices).completeness == pytest.approx(2 / 3)
    assert choices.wins().sum() == 2
    assert math.isnan(coherence(choices).order_consistency)
    assert coherence(choices).triads == 0


def test_expected_utility_of_known_lotteries():
    utility = np.array([0.0, 1.0, 3.0])
    lotteries = np.array([[0.5, 0.5, 0], [0, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3]])
    exact = expected_utility(utility, lotteries, lotteries @ utility)
    assert (exact.correlation, exact.mean_error, exact.same_sign) == (pytest.approx(1), pytest.approx(0), 1)
    turned = expected_utility(utility, lotteries, -lotteries @ utility)
    assert (turned.correlation, turned.same_sign) == (pytest.approx(-1), 0)
    assert expected_utility(utility, lotteries, lotteries @ utility + 0.5).mean_error == pytest.approx(0.5 / utility.std())


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: PairChoices.of([0], [0], [1], 2), "two different options"),
        (lambda: PairChoices.of([0], [2], [1], 2), "out of 0 to 1"),
        (lambda: PairChoices.of([0], [1], [0.5], 2), "1, 0 or NaN"),
        (lambda: PairChoices.of([0, 1], [1], [1], 2), "one entry"),
        (lambda: fit_thurstone(PairChoices.of([0], [1], [math.nan], 2)), "no answer"),
        (lambda: fit_bradley_terry_utilities(PairChoices.of([], [], [], 2)), "no answer"),
        (lambda: coherence(PairChoices.of([], [], [], 2)), "no question"),
        (lambda: PairChoices.of([0], [1], [1], 2).joined(PairChoices.of([0], [1], [1], 3)), "the same options"),
        (lambda: start_pairs(1, np.random.default_rng(0)), "at least two"),
        (lambda: expected_utility([0, 1], [[0.5, 0.4], [1, 0]], [0, 1]), "sum to 1"),
        (lambda: expected_utility([0, 1], [[0.5, 0.5]], [0]), "at least two"),
    ],
)
def test_bad_input_is_told(call, problem):
    with pytest.raises(ParameterError, match=problem):
        call()
