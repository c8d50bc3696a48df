"""Sparse coarse correlated equilibria: against matrices, against exploitability, and where memory is what gains."""

import itertools

import numpy as np
import pytest

from ludens.analysis.cfr import CFR
from ludens.analysis.equilibria.correlated import empirical_joint, gaps
from ludens.analysis.exploitability import best_response, nash_conv, values
from ludens.analysis.psro.trees import mixed_policy
from ludens.analysis.sparse_cce import sparse_gap
from ludens.analysis.trees import tree_of
from ludens.errors import ParameterError
from ludens.games import make

pytest.importorskip("numba")


def random_policy(tree, rng):
    return tree.policy(lambda seat, key, options: rng.dirichlet(np.ones(len(options))))


@pytest.mark.parametrize("name", ["rock_paper_scissors", "prisoners_dilemma", "chicken"])
def test_of_one_round_it_is_the_gap_of_the_joint_distribution(name):
    game = make(name, rounds=1)
    tree, rng = tree_of(game), np.random.default_rng(0)
    policies = [random_policy(tree, rng) for _ in range(6)]
    weights = rng.dirichlet(np.ones(6))
    rows = [int(np.flatnonzero(tree.owner == seat)[0]) for seat in (0, 1)]
    # the tree's choices may stand in another order than the table's actions: by label
    order = [[tree.options[row].index(label) for label in labels] for row, labels in zip(rows, game.actions, strict=True)]
    profiles = [[policy[row][places] for row, places in zip(rows, order, strict=True)] for policy in policies]
    found = sparse_gap(tree, policies, weights)
    np.testing.assert_allclose(found.gains, gaps(game.table, empirical_joint(profiles, weights)).coarse, atol=1e-12)
    assert found.eps == pytest.approx(max(found.gains))


def test_one_policy_is_sparse_where_it_is_an_equilibrium():
    tree = tree_of(make("kuhn_poker"))
    uniform = tree.uniform()
    found = sparse_gap(tree, [uniform])
    assert found.gains.sum() == pytest.approx(nash_conv(tree, uniform))
    np.testing.assert_allclose(sparse_gap(tree, [uniform] * 3).gains, found.gains, atol=1e-12)
    np.testing.assert_allclose(found.worth, values(tree, uniform))


def test_two_seats_meet_the_mixture_of_each_other():
    tree, rng = tree_of(make("kuhn_poker")), np.random.default_rng(1)
    policies = [random_policy(tree, rng) for _ in range(5)]
    mixture = np.full(5, 1 / 5)
    parts = [mixed_policy(tree, policies, mixture, seat) for seat in (0, 1)]
    joined = np.where((tree.owner == 0)[:, None], *parts)
    found = sparse_gap(tree, policies)
    for seat in (0, 1):
        assert found.worth[seat] + found.gains[seat] == pytest.approx(best_response(tree, joined, seat).value, abs=1e-12)


def test_rounds_of_no_regret_learning_are_sparse_equilibria_of_kuhn_poker():
    tree = tree_of(make("kuhn_poker"))
    eps = []
    for rounds in (10, 100, 1000):
        solver, policies = CFR(tree), []
        for _ in range(rounds):
            policies.append(solver.current())
            solver.run(1)
        eps.append(sparse_gap(tree, policies).eps)
    assert eps[0] > eps[1] > eps[2]
    assert eps[2] < 0.02


def test_three_seats_are_told_apart_by_brute_force():
    tree, rng = tree_of(make("kuhn_poker", players=3)), np.random.default_rng(2)
    policies = [random_policy(tree, rng) for _ in range(2)]
    found = sparse_gap(tree, policies)
    seat = 2
    sets = np.flatnonzero(tree.owner == seat)
    best = -np.inf
    # pure deviations at the first few information sets, the rest by local improvement: never better than what was found
    for choices in itertools.product(range(2), repeat=6):
        reply = [policy.copy() for policy in policies]
        for policy in reply:
            for number in sets:
                policy[number] = 0.0
                policy[number, 0] = 1.0
            for number, choice in zip(sets[:6], choices, strict=True):
                policy[number] = 0.0
                policy[number, min(choice, tree.counts[number] - 1)] = 1.0
        best = max(best, float(np.mean([values(tree, policy)[seat] for policy in reply])))
    assert best <= found.worth[seat] + found.gains[seat] + 1e-12


def test_memory_finds_out_which_round_it_is():
    # two rounds of matching pennies: the mixture always plays heads, or always tails, so that the second round is won by whoever remembers the first
    game = make("matching_pennies", rounds=2)
    tree = tree_of(game)
    policies = []
    for always in (0, 1):
        policy = tree.uniform()
        for number in np.flatnonzero(tree.owner == 1):
            policy[number] = 0.0
            policy[number, always] = 1.0
        policies.append(policy)
    found = sparse_gap(tree, policies)
    # each policy alone, and the average of both without memory, is worth nothing to know in the first round; in the second it is worth one
    assert found.gains[0] == pytest.approx(1.0)


def test_bad_mixtures_are_refused():
    tree = tree_of(make("kuhn_poker"))
    with pytest.raises(ParameterError, match="one policy at least"):
        sparse_gap(tree, [])
    with pytest.raises(ParameterError, match="weight"):
        sparse_gap(tree, [tree.uniform()], [1.0, 2.0])
