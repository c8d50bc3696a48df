"""alpha-Rank and dynamics: chains, rest points, what is kept on the way."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from ludens.analysis.equilibria import alpharank
from ludens.analysis.equilibria.alpharank import alpha_rank, alpha_rank_symmetric, stationary
from ludens.analysis.equilibria.dynamics import best_response, fictitious_play, flow, logit, projected_replicator, replicator, smith, velocity
from ludens.analysis.equilibria.meta import META_SOLVERS, solve_meta
from ludens.analysis.equilibria.nash import one_equilibrium, zero_sum
from ludens.analysis.equilibria.profiles import nash_conv
from ludens.analysis.equilibria.qre import logit_qre
from ludens.errors import ParameterError, UnknownName
from ludens.games import make


@pytest.mark.parametrize("alpha", [None, 0.0, 0.5])
def test_shares_are_stationary(alpha):
    table = np.random.default_rng(0).normal(size=(3, 2, 3, 2))
    found = alpha_rank(table, alpha=alpha)
    chain = found.chain.toarray()
    np.testing.assert_allclose(chain.sum(axis=1), 1, atol=1e-14)
    np.testing.assert_allclose(found.shares.ravel() @ chain, found.shares.ravel(), atol=1e-15)
    assert [part.sum() for part in found.marginals()] == pytest.approx([1, 1, 1])
    if alpha == 0.0:
        np.testing.assert_allclose(found.shares, 1 / 12)


def test_rock_paper_scissors_ranks_nobody_and_dominance_ranks_all():
    pennies = make("rock_paper_scissors").table[0]
    for selection in ("local", "population"):
        np.testing.assert_allclose(alpha_rank_symmetric(pennies, alpha=0.5, selection=selection).shares, 1 / 3)
    dilemma = alpha_rank(make("prisoners_dilemma").table)
    assert dilemma.shares[1, 1] > 0.95


def test_large_chains_are_solved_alike(monkeypatch):
    table = np.random.default_rng(1).normal(size=(2, 9, 9))
    small = alpha_rank(table, alpha=0.7).shares
    monkeypatch.setattr(alpharank, "_DENSE", 10)
    np.testing.assert_allclose(alpha_rank(table, alpha=0.7).shares, small, atol=1e-12)


def test_tiny_shares_are_right():
    # a chain that is left once in 1e30 steps: eigenvectors would lose it
    chance = 1e-30
    shares = stationary(csr_array(np.array([[1 - chance, chance], [0.5, 0.5]])))
    assert shares[1] == pytest.approx(2 * chance, rel=1e-12)


def test_what_alpha_rank_cannot_do_is_said():
    with pytest.raises(ParameterError, match="smaller alpha"):
        alpha_rank(np.array([[[0.0, 0.0], [1.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]]), alpha=1e6)
    with pytest.raises(ParameterError, match="square"):
        alpha_rank_symmetric(np.zeros((2, 3)))
    with pytest.raises(ParameterError, match="noise"):
        alpha_rank(np.zeros((2, 2, 2)), noise=0.7)
    with pytest.raises(ParameterError, match="population"):
        alpha_rank(np.zeros((2, 2, 2)), population=1)


@pytest.mark.parametrize("rule", [replicator, smith, best_response])
def test_equilibria_rest_and_shares_add_up(rule):
    table = np.random.default_rng(2).normal(size=(2, 3, 3))
    rng = np.random.default_rng(3)
    profile = [rng.dirichlet(np.ones(3)) for _ in range(2)]
    assert [part.sum() for part in velocity(table, profile, rule)] == pytest.approx([0, 0], abs=1e-14)
    dilemma = make("prisoners_dilemma").table
    rest = one_equilibrium(dilemma).profile
    for part in velocity(dilemma, rest, rule):
        np.testing.assert_allclose(part, 0, atol=1e-12)


def test_logit_dynamics_rest_in_quantal_response_equilibria():
    table = make("chicken").table
    for part in velocity(table, logit_qre(table, 1.3), logit(1.3)):
        np.testing.assert_allclose(part, 0, atol=1e-10)
    paths = flow(table, [np.array([0.9, 0.1]), np.array([0.8, 0.2])], [0.0, 60.0], logit(0.5))
    np.testing.assert_allclose(paths[0][-1], logit_qre(table, 0.5)[0], atol=1e-8)


def test_replicators_circle_in_matching_pennies():
    # x(1-x) y(1-y) is kept (Hofbauer and Sigmund 1998, section 10.3)
    table = make("matching_pennies").table
    x, y = flow(table, [np.array([0.7, 0.3]), np.array([0.6, 0.4])], np.linspace(0, 20, 50))
    kept = x[:, 0] * x[:, 1] * y[:, 0] * y[:, 1]
    np.testing.assert_allclose(kept, kept[0], rtol=1e-6)
    assert np.ptp(x[:, 0]) > 0.3


def test_fictitious_play_finds_zero_sum_values_and_misses_shapleys():
    matrix = np.random.default_rng(4).normal(size=(5, 5))
    table = np.stack([matrix, -matrix])
    assert nash_conv(table, fictitious_play(table, 20_000)) < 0.1
    row, column = fictitious_play(table, 20_000)
    assert row @ matrix @ column == pytest.approx(zero_sum(matrix).value, abs=0.05)
    shapley = make("shapley").table
    assert nash_conv(shapley, fictitious_play(shapley, 5000, start=(0, 1))) > 0.1
    three = np.random.default_rng(5).normal(size=(3, 2, 2, 2))
    assert [part.sum() for part in fictitious_play(three, 50)] == pytest.approx([1, 1, 1])
    with pytest.raises(ParameterError, match="rounds"):
        fictitious_play(table, 0)


def test_projected_replicators_keep_the_least_share():
    dilemma = make("prisoners_dilemma").table
    found = projected_replicator(dilemma, iterations=3000, least=1e-3)
    assert found[0][1] > 0.9
    with pytest.raises(ParameterError, match="least"):
        projected_replicator(dilemma, least=0.9)


@pytest.mark.parametrize("solver", META_SOLVERS)
def test_meta_solvers_give_mixtures(solver):
    table = np.random.default_rng(6).normal(size=(2, 3, 4))
    for part, size in zip(solve_meta(table, solver), (3, 4), strict=True):
        assert part.shape == (size,)
        assert part.sum() == pytest.approx(1)
        assert part.min() >= 0
    with pytest.raises(UnknownName):
        solve_meta(table, solver + "_")
