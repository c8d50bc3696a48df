"""The named games are what their names say: their payoffs, their declared structure, their words."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.errors import ParameterError
from ludens.games import Move, make
from ludens.games.matrix.solvers import iterated_dominance, pure_equilibria


def test_biased_rock_paper_scissors_stays_zero_sum():
    game = make("rock_paper_scissors", stakes=(3, 2, 1))
    assert game.type.utility == "zero_sum"
    assert game.table[0].tolist() == [[0, -2, 3], [2, 0, -1], [-3, 1, 0]]


@pytest.mark.parametrize(
    ("name", "utility", "symmetric"),
    [
        ("prisoners_dilemma", "general_sum", True),
        ("battle_of_the_sexes", "general_sum", False),
        ("matching_pennies", "zero_sum", False),
        ("coordination", "cooperative", True),
        ("minority", "general_sum", True),
        ("shapley", "general_sum", False),
    ],
)
def test_structure_is_declared(name, utility, symmetric):
    kind = make(name).type
    assert (kind.utility, kind.symmetric) == (utility, symmetric)


def test_a_shifted_zero_sum_game_is_constant_sum():
    assert make("rock_paper_scissors", shift=1).type.utility == "constant_sum"
    assert not make("prisoners_dilemma", relabel=1).type.symmetric


@given(low=st.integers(0, 50), span=st.integers(1, 40), bonus=st.integers(2, 30), one=st.integers(0, 40), two=st.integers(0, 40))
@settings(max_examples=50)
def test_travellers_dilemma_by_its_rule(low, span, bonus, one, two):
    game = make("travellers_dilemma", low=low, high=low + span, bonus=bonus)
    a, b = low + min(one, span), low + min(two, span)
    state = game.start(0)
    state.play({0: Move(str(a)), 1: Move(str(b))})
    expected = [a, b] if a == b else [min(a, b) + bonus, min(a, b) - bonus][:: 1 if a < b else -1]
    assert state.returns == expected


def test_travellers_dilemma_is_solved_by_the_lowest_claim():
    assert pure_equilibria(make("travellers_dilemma").table) == [(0, 0)]


@pytest.mark.parametrize(("troops", "fields"), [(5, 3), (3, 2), (4, 4)])
def test_blotto_by_counting(troops, fields):
    game = make("blotto", troops=troops, fields=fields)
    rows = [tuple(map(int, name.split("-"))) for name in game.shown[0]]
    assert len(set(rows)) == len(rows) == math.comb(troops + fields - 1, fields - 1)
    assert all(len(row) == fields and sum(row) == troops for row in rows)
    for (i, one), (j, two) in itertools.product(enumerate(rows), repeat=2):
        ahead = sum(a > b for a, b in zip(one, two, strict=True)) - sum(a < b for a, b in zip(one, two, strict=True))
        assert game.table[:, i, j].tolist() == [float(np.sign(ahead)), -float(np.sign(ahead))]
    assert game.type.utility == "zero_sum"
    assert game.type.symmetric


def test_blotto_too_large_is_told():
    with pytest.raises(ParameterError, match="troops=30 can be spread over 6 fields in 324632 ways"):
        make("blotto", troops=30, fields=6)
    with pytest.raises(ParameterError, match="fields=1 should be"):
        make("blotto", fields=1)


@pytest.mark.parametrize("seats", [3, 5, 7])
def test_minority_by_counting(seats):
    table = make("minority", seats=seats).table
    for joint in itertools.product((0, 1), repeat=seats):
        few = 1 if sum(joint) < seats / 2 else 0
        assert table[(slice(None), *joint)].tolist() == [float(side == few) for side in joint]


@pytest.mark.parametrize(("seats", "capacity"), [(2, 1), (5, 3), (6, 2)])
def test_el_farol_by_counting(seats, capacity):
    table = make("el_farol", seats=seats, capacity=capacity).table
    for joint in itertools.product((0, 1), repeat=seats):
        out = 2.0 if sum(joint) <= capacity else 0.0
        assert table[(slice(None), *joint)].tolist() == [out if went else 1.0 for went in joint]


def test_ring_example_is_the_published_one():
    game = make("ring_network")
    assert game.table[0].tolist() == [[40, 5], [0, 15]]
    assert game.table[1].tolist() == [[0, 10], [7, 8]]
    assert game.solution == (1, 1)
    state = game.start(0)
    state.play({0: Move("U"), 1: Move("Y")})
    assert state.outcome["solution"] == ["V", "Y"]
    assert state.outcome["order"] == [2, 1]
    assert state.outcome["rational"] == [0, 1]


@given(seats=st.integers(2, 5), options=st.integers(2, 4), instance=st.integers(0, 10_000))
@settings(max_examples=60)
def test_drawn_rings_need_all_orders_of_rationality(seats, options, instance):
    game = make("ring_network", seats=seats, options_each=options, instance=instance)
    assert iterated_dominance(game.table) == [[action] for action in game.solution]
    assert pure_equilibria(game.table) == [game.solution]
    # one round of elimination takes nothing from anybody but the last seat: each action is the best reply to something
    for own in game.ring[:-1]:
        assert sorted(own.argmax(axis=0)) == list(range(options))
    last = game.ring[-1]
    assert all((last[game.solution[-1]] > last[other]).all() for other in range(options) if other != game.solution[-1])
    assert np.isin(np.concatenate([own.ravel() for own in game.ring]), np.arange(21)).all()


def test_ring_words_list_each_seats_own_and_next_choice_only():
    text = make("ring_network", seats=4, options_each=3, instance=1).rules_text(2)
    assert text.count("\n- if ") == 4 * 9
    assert "- if you choose A and player_3 chooses B: you earn" in text
    assert "- if player_1 chooses C and you choose A: player_1 earns" in text


def test_random_games_are_reproducible_and_differ():
    assert make("random_game", instance=3).table.tolist() == make("random_game", instance=3).table.tolist()
    assert make("random_game", instance=3).table.tolist() != make("random_game", instance=4).table.tolist()


@pytest.mark.parametrize(("name", "params"), [("travellers_dilemma", {"high": 4}), ("minority", {"seats": 3}), ("el_farol", {"seats": 4})])
def test_formulas_stand_for_the_table_only_where_all_payoffs_are_told(name, params):
    assert "- if" not in make(name, **params).rules_text(0)
    assert "- if" in make(name, **params, show_payoffs="own").rules_text(0)
    assert "not told" in make(name, **params, show_payoffs="none").rules_text(0)


def test_scaled_payoffs_are_told_as_paid():
    assert "multiplied by 2 and then decreased by 3" in make("travellers_dilemma", scale=2, shift=-3).rules_text(0)
    assert "you earn 9" in make("prisoners_dilemma", scale=2, shift=-1).rules_text(0)
