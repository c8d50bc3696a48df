"""Correlated equilibria: their order, the identity with regret, and the distribution of largest entropy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from ludens.analysis.equilibria.correlated import correlated, empirical_joint, gaps, price_of_anarchy
from ludens.analysis.equilibria.entropy import entropy, max_entropy
from ludens.analysis.equilibria.nash import bimatrix_equilibria, one_equilibrium
from ludens.analysis.equilibria.profiles import deviations, joint_of
from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.core import NotSupported
from ludens.games.matrix.programs import incentive_rows, joint_program
from ludens.games.matrix.solvers import correlated_welfare

GOALS = ("welfare", "least_welfare", "egalitarian", "entropy", 0, 1)


@pytest.mark.parametrize("shape", [(2, 2), (3, 4), (2, 3, 2)])
def test_equilibria_lie_in_each_other(shape):
    rng = np.random.default_rng(sum(shape))
    for _ in range(5):
        table = rng.normal(size=(len(shape), *shape))
        nash = joint_of(one_equilibrium(table).profile)
        assert gaps(table, nash).ce < 1e-9
        assert gaps(table, nash).cce < 1e-9
        for goal in GOALS:
            exact, coarse = correlated(table, goal), correlated(table, goal, coarse=True)
            assert exact.gap < 1e-8
            assert coarse.gap < 1e-8
            assert exact.joint.sum() == pytest.approx(1)
            assert gaps(table, exact.joint).cce < 1e-8
        wide, narrow = ([correlated(table, goal, coarse=coarse).welfare for goal in ("least_welfare", "welfare")] for coarse in (True, False))
        assert wide[0] <= narrow[0] + 1e-9 <= narrow[1] + 2e-9 <= wide[1] + 3e-9
        np.testing.assert_allclose(narrow, correlated_welfare(table), atol=1e-8)


@given(seed=st.integers(0, 10_000), rounds=st.integers(1, 30), shape=st.sampled_from([(2, 2), (3, 4), (2, 3, 2)]))
@settings(max_examples=40)
def test_gaps_of_play_are_its_regrets_per_round(seed, rounds, shape):
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(len(shape), *shape))
    profiles = [[rng.dirichlet(np.ones(size) / 2) for size in shape] for _ in range(rounds)]
    found = gaps(table, empirical_joint(profiles))
    for seat, size in enumerate(shape):
        worth = np.array([deviations(table, profile)[seat] for profile in profiles])
        played = np.array([profile[seat] for profile in profiles])
        external = (worth.sum(axis=0) - (worth * played).sum()).max() / rounds
        # swap regret: each action's weight moved to the best action for those rounds
        moved = played.T @ worth
        swap = sum(moved[action].max() - moved[action, action] for action in range(size)) / rounds
        assert found.coarse[seat] == pytest.approx(external, abs=1e-12)
        assert found.swap[seat] == pytest.approx(swap, abs=1e-12)


def test_the_traffic_light_is_better_than_every_mixed_equilibrium():
    pytest.importorskip("pygambit")
    table = make("chicken").table
    best, fair = correlated(table, "welfare"), correlated(table, "egalitarian")
    mixed = min(sum(one.payoffs) for one in bimatrix_equilibria(table).found)
    assert best.welfare > mixed
    assert min(fair.payoffs) == pytest.approx(max(fair.payoffs))


def test_prices_of_anarchy_of_known_games():
    dilemma = price_of_anarchy(make("prisoners_dilemma").table)
    assert (dilemma.optimum, dilemma.worst, dilemma.best) == pytest.approx((6, 2, 2))
    assert (dilemma.anarchy, dilemma.stability) == pytest.approx((3, 3))
    assert price_of_anarchy(make("stag_hunt").table).stability == pytest.approx(1)
    assert np.isnan(price_of_anarchy(make("rock_paper_scissors").table).anarchy)


@pytest.mark.parametrize("coarse", [False, True])
def test_the_most_random_equilibrium_is_more_random_than_mixtures_of_others(coarse):
    rng = np.random.default_rng(5)
    for _ in range(5):
        table = rng.normal(size=(2, 4, 3))
        most = entropy(correlated(table, "entropy", coarse=coarse).joint)
        others = [correlated(table, goal, coarse=coarse).joint for goal in ("welfare", "least_welfare", "egalitarian", 0, 1)]
        for weights in rng.dirichlet(np.ones(len(others)), size=20):
            assert most >= entropy(np.tensordot(weights, others, axes=1)) - 1e-9


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30)
def test_largest_entropy_satisfies_the_conditions_of_optimality(seed):
    rng = np.random.default_rng(seed)
    rows = incentive_rows(rng.integers(-3, 4, size=(2, 3, 3)).astype(float)).toarray()
    shares = max_entropy(rows)
    assert (rows @ shares).max() < 1e-9
    # no feasible direction raises entropy: towards any other point that satisfies the rows, the derivative is not positive
    kept = shares > 0
    for goal in rng.normal(size=(5, 9)):
        other = joint_program(csr_array(rows), goal)
        slope = -((np.log(shares[kept]) + 1) * (other - shares)[kept]).sum()
        assert other[~kept].max(initial=0) < 1e-6
        assert slope < 1e-6


def test_what_cannot_be_asked_is_said():
    with pytest.raises(ParameterError, match="egalitarian"):
        correlated(np.zeros((2, 2, 2)), "fairness")
    with pytest.raises(NotSupported, match="joint actions"):
        correlated(np.zeros((2, 200, 200)))
    with pytest.raises(ParameterError, match="shape"):
        gaps(np.zeros((2, 2, 2)), np.zeros(4))
    with pytest.raises(ParameterError, match="no rounds"):
        empirical_joint([])
