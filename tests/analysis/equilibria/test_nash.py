"""Nash equilibria: known games, what every equilibrium must satisfy, and games in which there are infinitely many."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ludens.analysis.equilibria.entropy import max_entropy
from ludens.analysis.equilibria.nash import bimatrix_equilibria, one_equilibrium, zero_sum
from ludens.analysis.equilibria.profiles import as_profile, as_table, expected, joint_of, nash_conv, regrets
from ludens.analysis.equilibria.selection import max_entropy_equilibrium, max_entropy_zero_sum, payoff_dominant, risk_dominance, risk_dominant_equilibrium
from ludens.analysis.equilibria.stackelberg import stackelberg
from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.core import NotSupported

PAYOFFS = st.integers(-5, 5).map(float)
MATRICES = st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(lambda shape: arrays(float, shape, elements=PAYOFFS))


def test_payoffs_of_mixtures_are_those_of_their_joint_distribution():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(3, 2, 3, 4))
    profile = [rng.dirichlet(np.ones(size)) for size in (2, 3, 4)]
    np.testing.assert_allclose(expected(table, profile), (table * joint_of(profile)).sum(axis=(1, 2, 3)), atol=1e-14)
    for seat, gain in enumerate(regrets(table, profile)):
        alone = [
            expected(table, [*profile[:seat], np.eye(size)[action], *profile[seat + 1 :]])[seat] for size in [table.shape[1 + seat]] for action in range(size)
        ]
        assert gain == pytest.approx(max(alone) - expected(table, profile)[seat], abs=1e-14)


def test_bad_payoffs_and_profiles_are_refused_in_words():
    with pytest.raises(ParameterError, match="same"):
        as_table([np.zeros((2, 2)), np.zeros((2, 3))])
    with pytest.raises(ParameterError, match="2 axes"):
        as_table(np.zeros((2, 2, 2, 2)))
    with pytest.raises(ParameterError, match="not finite"):
        as_table(np.full((2, 2, 2), np.nan))
    with pytest.raises(ParameterError, match="add up to one"):
        as_profile(np.zeros((2, 2, 2)), [np.array([0.5, 0.6]), np.array([0.5, 0.5])])
    with pytest.raises(ParameterError, match="was given for a game"):
        as_profile(np.zeros((2, 2, 2)), [np.array([1.0]), np.array([0.5, 0.5])])


@given(matrix=MATRICES)
@settings(max_examples=40)
def test_zero_sum_play_is_optimal_for_both(matrix):
    for solved in (zero_sum(matrix), max_entropy_zero_sum(matrix)):
        assert abs(solved.gap) < 1e-9
        assert (matrix @ solved.column).max() == pytest.approx(solved.value, abs=1e-9)
        assert (solved.row @ matrix).min() == pytest.approx(solved.value, abs=1e-9)
        assert solved.row.sum() == pytest.approx(1)
        assert solved.column.min() >= 0


def test_zero_sum_takes_both_tensors_and_refuses_others():
    table = make("matching_pennies").table
    assert zero_sum(table).value == pytest.approx(zero_sum(table[0]).value)
    np.testing.assert_allclose(zero_sum(table).row, 0.5)
    with pytest.raises(ParameterError, match="add up to a constant"):
        zero_sum(make("prisoners_dilemma").table)


def test_symmetric_zero_sum_games_have_one_most_random_mixture_for_both_seats():
    rng = np.random.default_rng(1)
    for _ in range(10):
        matrix = np.sign(rng.normal(size=(7, 7)))
        solved = max_entropy_zero_sum(matrix - matrix.T)
        np.testing.assert_allclose(solved.row, solved.column, atol=1e-8)


@pytest.mark.parametrize(
    ("game", "count"), [("prisoners_dilemma", 1), ("stag_hunt", 3), ("battle_of_the_sexes", 3), ("chicken", 3), ("rock_paper_scissors", 1)]
)
def test_named_games_have_the_equilibria_of_the_books(game, count):
    pytest.importorskip("pygambit")
    found = bimatrix_equilibria(make(game).table)
    assert (len(found.found), found.degenerate, found.complete) == (count, False, True)
    assert max(one.regret for one in found.found) < 1e-12


def test_degenerate_games_are_recognised():
    pytest.importorskip("pygambit")
    # the column player is indifferent against the first row
    table = np.array([[[1, 1], [1, 0]], [[1, 1], [1, 0]]], float)
    found = bimatrix_equilibria(table)
    assert found.degenerate
    assert found.sets == (((0,), (0, 1)), ((0, 1), (0,)))
    nothing = bimatrix_equilibria(np.zeros((2, 2, 3)))
    assert nothing.degenerate
    assert nothing.sets == (((0, 1), (0, 1, 2)),)
    middle = max_entropy_equilibrium(np.zeros((2, 2, 3)), nothing)
    np.testing.assert_allclose(middle.profile[0], 1 / 2)
    np.testing.assert_allclose(middle.profile[1], 1 / 3)
    assert max_entropy_equilibrium(table, found).profile[1] == pytest.approx([0.5, 0.5])


def test_enumeration_says_what_it_cannot_do():
    with pytest.raises(NotSupported, match="two seats only"):
        bimatrix_equilibria(np.zeros((3, 2, 2, 2)))
    with pytest.raises(NotSupported, match="too large"):
        bimatrix_equilibria(np.zeros((2, 20, 20)))


@pytest.mark.parametrize("shape", [(2, 2), (4, 5), (2, 2, 2), (3, 3, 3), (2, 2, 2, 2), (6, 6)])
def test_one_equilibrium_of_any_game_has_no_regret(shape):
    rng = np.random.default_rng(len(shape))
    for _ in range(4):
        table = rng.normal(size=(len(shape), *shape))
        one = one_equilibrium(table)
        assert one.regret < 1e-10
        assert nash_conv(table, one.profile) < 1e-9


def test_selection_by_payoffs_and_by_risk():
    pytest.importorskip("pygambit")
    hunt = make("stag_hunt", reward=4, temptation=3, punishment=2, sucker=0).table
    found = bimatrix_equilibria(hunt).found
    rich, safe = payoff_dominant(found), risk_dominant_equilibrium(hunt, found)
    assert rich.payoffs == (4, 4)
    assert safe.payoffs == (2, 2)
    assert risk_dominance(hunt, rich, safe) is safe
    sexes = make("battle_of_the_sexes").table
    assert payoff_dominant(bimatrix_equilibria(sexes).found) is None
    assert risk_dominant_equilibrium(sexes, bimatrix_equilibria(sexes).found) is None


def test_commitment_pays_what_the_books_say():
    # Conitzer and Sandholm (2006), section 1: committing to half and half earns 3.5 where the only equilibrium earns 2
    table = np.array([[[2, 4], [1, 3]], [[1, 0], [0, 1]]], float)
    found = stackelberg(table)
    np.testing.assert_allclose(found.commitment, 0.5, atol=1e-9)
    assert (found.reply, found.leader) == (1, pytest.approx(3.5))
    swapped = stackelberg(table.transpose(0, 2, 1)[::-1], leader=1)
    assert swapped.leader == pytest.approx(3.5)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25)
def test_a_leader_earns_no_less_than_in_any_equilibrium(seed):
    pytest.importorskip("pygambit")
    table = np.random.default_rng(seed).normal(size=(2, 3, 3))
    best = max(one.payoffs[0] for one in bimatrix_equilibria(table).found)
    assert stackelberg(table).leader >= best - 1e-9


def test_no_distribution_is_made_up_where_none_is():
    with pytest.raises(NotSupported, match="largest entropy"):
        max_entropy(np.array([[1.0, 1.0]]))
