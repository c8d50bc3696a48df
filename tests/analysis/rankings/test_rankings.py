"""Nash averaging, voting rules, cycles and multidimensional Elo: axioms, known examples, planted structure."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.analysis.rankings.cycles import cyclic_test, hodge
from ludens.analysis.rankings.melo import fit_melo
from ludens.analysis.rankings.nash_averaging import nash_average, nash_average_tasks
from ludens.analysis.rankings.pairs import log_odds, pair_rates
from ludens.analysis.rankings.voting import (
    Ballots,
    condorcet_winner,
    copeland,
    iterated_lotteries,
    maximal_lottery,
    preferences,
    schulze,
    soft_condorcet,
    votes,
)
from ludens.analysis.ratings import fit_bradley_terry
from ludens.analysis.results import NoResults, Results
from ludens.errors import ParameterError

CIRCLE = np.array([[0.0, 1, -1], [-1, 0, 1], [1, -1, 0]])


def antisymmetric(seed, size):
    matrix = np.random.default_rng(seed).normal(size=(size, size))
    return matrix - matrix.T


# -- Nash averaging ----------------------------------------------------------------------------------------------------


@given(seed=st.integers(0, 10_000), size=st.integers(2, 9))
@settings(max_examples=30)
def test_nobody_does_better_than_the_average_and_copies_change_no_score(seed, size):
    matrix = antisymmetric(seed, size)
    found = nash_average(matrix)
    assert found.scores.max() < 1e-9
    assert np.abs(found.scores[found.shares > 1e-9]).max() < 1e-9
    copied = np.block([[matrix, matrix[:, :1]], [matrix[:1], np.zeros((1, 1))]])
    again = nash_average(copied)
    np.testing.assert_allclose(again.scores[:size], found.scores, atol=1e-8)
    assert again.shares[0] == pytest.approx(again.shares[-1], abs=1e-9)


def test_circles_are_even_and_a_best_player_takes_all():
    np.testing.assert_allclose(nash_average(CIRCLE).shares, 1 / 3)
    strength = np.array([0.3, 2.0, -1.0])
    np.testing.assert_allclose(nash_average(strength[:, None] - strength[None, :]).shares, [0, 1, 0])
    with pytest.raises(ParameterError, match="antisymmetric"):
        nash_average(np.ones((2, 2)))


def test_tasks_that_say_nothing_new_change_no_score():
    scores = np.random.default_rng(1).random((4, 3))
    found, again = nash_average_tasks(scores), nash_average_tasks(np.hstack([scores, scores[:, [0]]]))
    np.testing.assert_allclose(found.scores, again.scores, atol=1e-9)
    assert found.tasks[0] == pytest.approx(again.tasks[0] + again.tasks[3], abs=1e-9)


# -- cycles ------------------------------------------------------------------------------------------------------------


@given(seed=st.integers(0, 10_000), size=st.integers(2, 8))
@settings(max_examples=30)
def test_a_matrix_is_its_scale_and_its_cycles(seed, size):
    matrix = antisymmetric(seed, size)
    found = hodge(matrix)
    np.testing.assert_allclose(found.ratings[:, None] - found.ratings[None, :] + found.cyclic, matrix, atol=1e-10)
    np.testing.assert_allclose(found.cyclic.sum(axis=1), 0, atol=1e-10)
    np.testing.assert_allclose(found.ratings, matrix.mean(axis=1), atol=1e-10)
    assert 0 <= found.share <= 1


def test_shares_of_pure_shapes():
    assert hodge(CIRCLE).share == pytest.approx(1)
    strength = np.arange(4.0)
    assert hodge(strength[:, None] - strength[None, :]).share == pytest.approx(0, abs=1e-20)
    # pairs that never met do not count
    matrix, weights = CIRCLE.copy(), np.ones((3, 3))
    weights[0, 2] = weights[2, 0] = 0
    assert hodge(matrix, weights).share == pytest.approx(0, abs=1e-20)


def counts_of(odds, matches, seed):
    size = len(odds)
    upper = np.triu_indices(size, 1)
    counts = np.zeros((size, size))
    counts[upper] = np.random.default_rng(seed).binomial(matches, 1 / (1 + np.exp(-odds[upper])))
    counts.T[upper] = matches - counts[upper]
    return counts


def test_cycles_are_found_and_a_scale_is_let_be():
    assert cyclic_test(counts_of(2 * CIRCLE, 50, 0), draws=200).p < 0.01
    strength = np.random.default_rng(1).normal(size=6)
    scale = strength[:, None] - strength[None, :]
    found = [cyclic_test(counts_of(scale, 30, seed), draws=60, seed=seed).p for seed in range(60)]
    # a share of 5 % is expected; 60 runs have a standard error of 2.8 %
    assert np.mean(np.array(found) <= 0.05) < 0.05 + 4 * 0.028
    assert np.mean(found) == pytest.approx(0.5, abs=4 * 0.29 / np.sqrt(60))


def test_one_plane_tells_a_circle_and_none_is_elo():
    counts = counts_of(2 * CIRCLE, 2000, 2)
    flat, planar = fit_melo(counts, planes=0), fit_melo(counts, planes=1)
    assert planar.loss < flat.loss - 0.2
    np.testing.assert_allclose(planar.chances[0, 1], 1 / (1 + np.exp(-2)), atol=0.03)
    assert np.abs(planar.ratings).max() < 0.1
    strength = np.random.default_rng(3).normal(size=5)
    plain = counts_of(strength[:, None] - strength[None, :], 500, 4)
    np.testing.assert_allclose(fit_melo(plain, planes=0, penalty=1e-9).ratings, fit_bradley_terry(plain.copy(), virtual_draws=0.0), atol=1e-5)
    np.testing.assert_allclose(planar.chances + planar.chances.T, 1, atol=1e-12)


# -- voting ------------------------------------------------------------------------------------------------------------


def ballots(orders):
    return Ballots(-np.argsort(np.array(orders), axis=1).astype(float), np.ones(len(orders)), ())


def _random(rng):
    scores = rng.random((rng.integers(3, 12), rng.integers(3, 7)))
    return preferences(Ballots(scores, np.ones(len(scores)), ()))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_condorcet_winners_win_by_every_rule(seed):
    prefer = _random(np.random.default_rng(seed))
    winner = condorcet_winner(prefer)
    first = schulze(prefer)[0]
    if winner is None:
        assert max(copeland(prefer)) < len(prefer) - 1
        return
    assert first == [winner]
    assert iterated_lotteries(prefer)[0] == pytest.approx({winner: 1.0})
    assert int(copeland(prefer).argmax()) == winner
    assert int(soft_condorcet(prefer).argmax()) == winner


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40)
def test_schulze_ranks_by_the_strongest_paths(seed):
    prefer = _random(np.random.default_rng(seed))
    size = len(prefer)
    strongest = np.zeros((size, size))
    for strength in sorted(set(prefer[prefer > prefer.T].tolist())):
        graph = nx.DiGraph([(a, b) for a in range(size) for b in range(size) if prefer[a, b] > prefer[b, a] and prefer[a, b] >= strength])
        for a, b in itertools.permutations(graph.nodes, 2):
            if nx.has_path(graph, a, b):
                strongest[a, b] = strength
    place = {player: number for number, group in enumerate(schulze(prefer)) for player in group}
    assert sorted(place) == list(range(size))
    for a, b in itertools.permutations(range(size), 2):
        if strongest[a, b] > strongest[b, a]:
            assert place[a] < place[b]


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30)
def test_no_lottery_is_preferred_to_a_maximal_one(seed):
    prefer = _random(np.random.default_rng(seed))
    shares = maximal_lottery(prefer)
    assert ((prefer - prefer.T) @ shares).max() < 1e-9
    assert sorted(player for level in iterated_lotteries(prefer) for player in level) == list(range(len(prefer)))


def test_schulzes_own_example():
    # Schulze (2011), example 1: 45 voters, E A C B D
    votes_of = {"ACBED": 5, "ADECB": 5, "BEDAC": 8, "CABED": 3, "CAEBD": 7, "CBADE": 2, "DCEBA": 7, "EBADC": 8}
    orders = [["ABCDE".index(one) for one in order] for order, count in votes_of.items() for _ in range(count)]
    assert schulze(preferences(ballots(orders))) == [[4], [0], [2], [1], [3]]


def test_ties_count_half_and_no_opinion_not_at_all():
    prefer = preferences(Ballots(np.array([[1.0, 1.0, np.nan], [2.0, 1.0, 0.0]]), np.array([1.0, 2.0]), ()))
    assert prefer.tolist() == [[0, 2.5, 2], [0.5, 0, 2], [0, 0, 0]]


def test_soft_condorcet_goes_down_to_few_wrong_pairs():
    rng = np.random.default_rng(7)
    for _ in range(5):
        prefer = _random(rng)
        order = np.argsort(-soft_condorcet(prefer))
        wrong = sum(prefer[b, a] for a, b in itertools.combinations(order.tolist(), 2))
        best = min(sum(prefer[b, a] for a, b in itertools.combinations(each, 2)) for each in itertools.permutations(range(len(prefer))))
        assert wrong <= best + 1
    with pytest.raises(ParameterError, match="temperature"):
        soft_condorcet(prefer, temperature=0)


# -- from matches ------------------------------------------------------------------------------------------------------


def two_seats(rows, games=None):
    """Matches (first player, second player, first's return, second's)."""
    number = np.repeat(np.arange(len(rows)), 2)
    game = np.repeat(games or ["g"] * len(rows), 2)
    players = np.array([[a, b] for a, b, _, _ in rows]).ravel()
    returns = np.array([[x, y] for _, _, x, y in rows], float).ravel()
    return Results.of(
        match=number, game=game, seat=np.tile([0, 1], len(rows)), player=players, returns=returns, bounds=dict.fromkeys(set(game.tolist()), (0.0, 1.0))
    )


def test_a_seat_that_wins_favours_nobody():
    # the first seat always wins, and a sat there nine times out of ten
    results = two_seats([("a", "b", 1, 0)] * 9 + [("b", "a", 1, 0)])
    pairs = pair_rates(results)
    assert pairs.rates[0, 1] == pytest.approx(0.5)
    assert pairs.matches[0, 1] == 10
    assert log_odds(pairs)[0, 1] == pytest.approx(0)
    found = votes(results)
    assert found.scores.tolist() == [[0.5, 0.5]]


def test_games_and_matches_vote():
    results = two_seats([("a", "b", 1, 0), ("a", "b", 1, 0), ("b", "a", 1, 0), ("b", "c", 1, 0)], ["g", "g", "h", "h"])
    by_match = votes(results, "match")
    assert len(by_match.voters) == 4
    assert preferences(by_match)[0, 1] == 2
    by_game = votes(results)
    assert by_game.voters == ("g", "h")
    assert preferences(by_game)[1].tolist() == [1, 0, 1]
    with pytest.raises(ParameterError, match="'game' or 'match'"):
        votes(results, "player")
    with pytest.raises(NoResults):
        pair_rates(two_seats([("a", "a", 1, 0)]))
