"""Known solutions, properties that define each concept, and agreement with nashpy."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ludens.games import NotSupported, make
from ludens.games.matrix.quantal import logit_equilibrium
from ludens.games.matrix.solvers import (
    correlated_welfare,
    extreme_equilibria,
    grim_trigger_discount,
    iterated_dominance,
    maximin,
    pareto_payoffs,
    pure_equilibria,
    pure_minmax,
    risk_dominant,
)

SMALL = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(lambda shape: arrays(np.float64, (2, *shape), elements=st.integers(0, 6).map(float)))


def regrets(table, x, y):
    row, col = table
    return (row @ y).max() - x @ row @ y, (x @ col).max() - x @ col @ y


def test_equilibria_of_the_classics():
    assert extreme_equilibria(make("prisoners_dilemma").table) == [((0, 1), (0, 1))]
    assert extreme_equilibria(make("matching_pennies").table) == [((0.5, 0.5), (0.5, 0.5))]
    mixed = extreme_equilibria(make("battle_of_the_sexes").table)
    np.testing.assert_allclose(mixed[1], [[10 / 17, 7 / 17], [7 / 17, 10 / 17]], atol=1e-9)
    assert len(mixed) == 3
    np.testing.assert_allclose(extreme_equilibria(make("rock_paper_scissors").table), [[[1 / 3] * 3] * 2], atol=1e-9)
    np.testing.assert_allclose(extreme_equilibria(make("shapley").table), [[[1 / 3] * 3] * 2], atol=1e-9)


def test_hawk_dove_mixes_at_value_over_cost():
    found = extreme_equilibria(make("hawk_dove", value=4, cost=10).table)
    assert ((0.6, 0.4), (0.6, 0.4)) in found
    assert len(found) == 3


def test_biased_rock_paper_scissors_by_its_closed_form():
    # stakes a, b, c of rock, paper, scissors: the kernel of the antisymmetric table is (c, a, b), up to scale
    found = extreme_equilibria(make("rock_paper_scissors", stakes=(3, 2, 1)).table)
    np.testing.assert_allclose(found, [[[1 / 6, 3 / 6, 2 / 6]] * 2], atol=1e-9)


def test_a_degenerate_game_gives_all_extreme_equilibria():
    table = np.array([[[1.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]])
    assert set(extreme_equilibria(table)) == {((1, 0), (1, 0)), ((0, 1), (0, 1)), ((0.5, 0.5), (1, 0)), ((0.5, 0.5), (0, 1))}


@given(table=SMALL)
@settings(max_examples=150)
def test_all_that_is_found_is_in_equilibrium_and_pure_ones_are_among_it(table):
    found = extreme_equilibria(table)
    assert found
    for x, y in found:
        assert max(regrets(table, np.array(x), np.array(y))) < 1e-8
    for a, b in pure_equilibria(table):
        assert (tuple(float(i == a) for i in range(table.shape[1])), tuple(float(i == b) for i in range(table.shape[2]))) in found


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40)
def test_nashpy_finds_the_same_vertices_in_nondegenerate_games(seed):
    nashpy = pytest.importorskip("nashpy")
    table = np.random.default_rng(seed).uniform(size=(2, 3, 3))
    theirs = {(tuple(np.round(x, 6)), tuple(np.round(y, 6))) for x, y in nashpy.Game(*table).vertex_enumeration()}
    ours = {(tuple(np.round(x, 6)), tuple(np.round(y, 6))) for x, y in extreme_equilibria(table)}
    assert ours == theirs
    assert len(ours) % 2 == 1


def test_large_and_many_seat_games_are_refused_by_name():
    with pytest.raises(NotSupported, match="too large"):
        extreme_equilibria(make("travellers_dilemma").table)
    with pytest.raises(NotSupported, match="two seats"):
        extreme_equilibria(make("minority").table)


@given(table=SMALL)
@settings(max_examples=60)
def test_security_level_is_secured_and_no_more_can_be(table):
    level, mixed = maximin(table, 0)
    assert (np.array(mixed) @ table[0]).min() == pytest.approx(level, abs=1e-7)
    # by duality the other player, playing its own security action of the zero-sum game, holds it there
    held, punishing = maximin(np.stack([table[0], -table[0]]), 1)
    assert held == pytest.approx(-level, abs=1e-7)
    assert (table[0] @ np.array(punishing)).max() == pytest.approx(level, abs=1e-7)
    assert pure_minmax(table, 0) >= level - 1e-7


def test_security_levels_by_hand():
    assert maximin(make("prisoners_dilemma").table, 0)[0] == pytest.approx(1)
    assert maximin(make("matching_pennies").table, 1)[0] == pytest.approx(0)
    assert maximin(make("battle_of_the_sexes").table, 0)[0] == pytest.approx(70 / 17)
    assert pure_minmax(make("matching_pennies").table, 0) == 1


@given(table=SMALL)
@settings(max_examples=60)
def test_correlated_equilibria_reach_at_least_as_far_as_nash(table):
    low, high = correlated_welfare(table)
    sums = [np.array(x) @ table.sum(axis=0) @ np.array(y) for x, y in extreme_equilibria(table)]
    assert low <= min(sums) + 1e-7
    assert high >= max(sums) - 1e-7
    assert high <= table.sum(axis=0).max() + 1e-7


def test_chicken_correlates_beyond_its_nash_equilibria():
    # Aumann (1974): payoffs 6, 2, 7, 0; the best correlated equilibrium mixes the three other cells, sum 10.5
    table = make("chicken", reward=6, sucker=2, temptation=7, punishment=0).table
    assert correlated_welfare(table)[1] == pytest.approx(10.5)


def test_pareto_set():
    assert pareto_payoffs(make("prisoners_dilemma").table) == [(5, 0), (3, 3), (0, 5)]
    assert pareto_payoffs(make("coordination").table) == [(2, 2)]


def test_grim_trigger_threshold_of_the_prisoners_dilemma():
    game = make("prisoners_dilemma")
    assert grim_trigger_discount(game.table, (0, 0), (1, 1)) == pytest.approx((5 - 3) / (5 - 1))
    assert grim_trigger_discount(game.table, (1, 1), (1, 1)) == 0
    assert grim_trigger_discount(game.table, (0, 1), (1, 1)) is None


def test_iterated_dominance_and_risk_dominance():
    assert iterated_dominance(make("prisoners_dilemma").table) == [[1], [1]]
    assert iterated_dominance(make("matching_pennies").table) == [[0, 1], [0, 1]]
    assert risk_dominant(make("stag_hunt", reward=4, temptation=3, punishment=2, sucker=0).table) == (1, 1)
    assert risk_dominant(make("coordination").table) == (0, 0)
    assert risk_dominant(make("battle_of_the_sexes").table) is None
    assert risk_dominant(make("prisoners_dilemma").table) is None


@example(table=np.array([[[3.0, 1.0], [0.0, 4.0], [0.0, 1.0]], [[5.0, 0.0], [0.0, 3.0], [0.0, 5.0]]]), rationality=1.0)  # here the branch turns back
@given(table=SMALL, rationality=st.floats(0, 1.5))
@settings(max_examples=60)
def test_quantal_response_is_a_fixed_point(table, rationality):
    x, y = logit_equilibrium(table, rationality)
    for shares, payoff in ((x, table[0] @ y), (y, x @ table[1])):
        odds = np.exp(rationality * payoff)
        np.testing.assert_allclose(shares, odds / odds.sum(), atol=1e-8)


def test_quantal_response_goes_from_uniform_to_nash():
    table = make("prisoners_dilemma").table
    np.testing.assert_allclose(logit_equilibrium(table, 0.0), 0.5)
    np.testing.assert_allclose(logit_equilibrium(table, 20.0), [[0, 1], [0, 1]], atol=1e-6)
    # a one-dimensional check by hand: defecting gains 2 or 1, so the share c of cooperation solves c = 1 / (1 + exp(rationality * (1 + c)))
    share = logit_equilibrium(table, 1.0)[0][0]
    assert share == pytest.approx(1 / (1 + np.exp(1 + share)))


def test_quantal_response_of_five_seats_keeps_their_symmetry():
    shares = logit_equilibrium(make("el_farol").table, 2.0)
    for part in shares:
        np.testing.assert_allclose(part, shares[0], atol=1e-9)


def test_large_claims_are_quantal_responses_to_a_small_bonus():
    # the reading of Capra et al. (1999): with a small bonus the logit equilibrium lies near the highest claim, with a large one near the lowest
    claims = np.arange(80, 121)
    small, large = (claims @ logit_equilibrium(make("travellers_dilemma", low=80, high=120, bonus=bonus).table, 0.3)[0] for bonus in (2, 30))
    assert small > 108
    assert large < 85
