"""Exact algorithms on game trees beside OpenSpiel's, and on games whose values are known."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.analysis.cfr import CFR, ExternalSampling
from ludens.analysis.exploitability import advantages, best_response, exploitability, nash_conv, values
from ludens.analysis.trees import tree_of
from ludens.errors import ParameterError
from ludens.games import NotSupported, make


@pytest.fixture(scope="module")
def kuhn():
    return tree_of(make("kuhn_poker"))


@pytest.fixture(scope="module")
def leduc():
    return tree_of(make("leduc_poker"))


def test_trees_have_the_known_sizes(kuhn, leduc):
    # 4 decision and 5 final nodes for each of 6 deals; without suits Leduc has 288 information sets
    assert (len(kuhn.seat), len(kuhn.keys)) == (54, 12)
    assert (len(leduc.seat), len(leduc.keys)) == (2040, 288)
    for tree in (kuhn, leduc):
        assert tree.roots.sum() == pytest.approx(1)
        assert (tree.parent[len(tree.roots) :] >= 0).all()
        for node in np.flatnonzero(tree.children):
            assert (tree.parent[tree.first[node] : tree.first[node] + tree.children[node]] == node).all()


@pytest.mark.parametrize("name", ["kuhn_poker", "leduc_poker"])
@pytest.mark.parametrize("plus", [False, True])
def test_the_curve_is_openspiels(name, plus):
    pyspiel = pytest.importorskip("pyspiel")
    from open_spiel.python.algorithms import cfr
    from open_spiel.python.algorithms import exploitability as theirs

    tree, peer = tree_of(make(name)), pyspiel.load_game(name)
    ours, other = CFR(tree, plus=plus), (cfr.CFRPlusSolver if plus else cfr.CFRSolver)(peer)
    for _ in range(4 if name == "leduc_poker" else 25):
        ours.run(1)
        other.evaluate_and_update_policy()
        assert exploitability(tree, ours.average()) == pytest.approx(theirs.exploitability(peer, other.average_policy()), abs=1e-12)


def test_kuhn_is_solved(kuhn):
    solver = CFR(kuhn, plus=True)
    solver.run(5000)
    policy = solver.average()
    assert exploitability(kuhn, policy) < 1e-4
    assert values(kuhn, policy) == pytest.approx([-1 / 18, 1 / 18], abs=1e-4)
    table = kuhn.table(policy)
    # every equilibrium: player_0 bets a king three times as often as a jack
    bets = sorted(chances["bet"] for (seat, _), chances in table.items() if seat == 0 and "bet" in chances)
    assert bets[-1] == pytest.approx(3 * bets[-2], abs=0.02)


@pytest.mark.parametrize(("made", "iterations", "most"), [("plus", 400, 0.002), ("linear", 400, 0.02), ("sampling", 60_000, 0.06)])
def test_leduc_comes_close_to_its_value(leduc, made, iterations, most):
    solver = ExternalSampling(leduc, seed=1) if made == "sampling" else CFR(leduc, plus=made == "plus", weights="linear" if made == "linear" else "uniform")
    solver.run(iterations)
    policy = solver.average()
    assert exploitability(leduc, policy) < most
    (card,) = make("leduc_poker").predictions()
    assert values(leduc, policy)[0] == pytest.approx(card.value, abs=most)


def test_sampling_follows_its_seed(kuhn):
    one, same, other = ExternalSampling(kuhn, seed=3), ExternalSampling(kuhn, seed=3), ExternalSampling(kuhn, seed=4)
    one.run(50)
    same.run(50)
    other.run(50)
    assert np.array_equal(one.average(), same.average())
    assert not np.array_equal(one.average(), other.average())


def test_moves_at_once_are_not_seen_by_the_others():
    tree = tree_of(make("rock_paper_scissors", rounds=1))
    assert len(tree.keys) == 2
    solver = CFR(tree)
    solver.run(10)
    assert nash_conv(tree, tree.uniform()) == pytest.approx(0)
    rock = tree.policy(lambda _seat, _key, options: [float(option == options[0]) for option in options])
    reply = best_response(tree, rock, 1)
    assert reply.value == 1
    assert nash_conv(tree, rock) == 2
    assert values(tree, reply.policy).tolist() == [-1, 1]


def test_defection_is_the_best_reply_in_every_round():
    tree = tree_of(make("prisoners_dilemma", rounds=2))
    cooperate = tree.policy(lambda _seat, _key, options: [float(option == "cooperate") for option in options])
    kind = values(tree, cooperate)
    reply = best_response(tree, cooperate, 0)
    assert reply.value > kind[0]
    solver = CFR(tree)
    solver.run(200)
    table = tree.table(solver.average())
    first = [chances for (_, _), chances in table.items()][:2]
    assert all(chances["defect"] > 0.95 for chances in first)


def test_what_does_not_fit_is_refused(kuhn):
    with pytest.raises(NotSupported, match="deals anew between its 2 hands"):
        tree_of(make("kuhn_poker", hands=2))
    with pytest.raises(ParameterError, match="the tree has more than 100 nodes"):
        tree_of(make("leduc_poker"), most=100)
    with pytest.raises(ParameterError, match="first_price_auction-v0: player_0's choices cannot be numbered"):
        tree_of(make("first_price_auction"))
    with pytest.raises(ParameterError, match="should be 2 chances that add up to one"):
        kuhn.policy(lambda *_: [0.5, 0.6])
    with pytest.raises(ParameterError, match="weights='square'"):
        CFR(kuhn, weights="square")


def test_chance_after_the_deal_is_one_more_seat():
    # Werewolf breaks ties by lot: expected payoffs of uniform play in the tree are those of many games
    game = make("latent", of="werewolf_lspo4", meanings=[1, 1, 1])
    tree = tree_of(game)
    chance = tree.seat == game.seats
    assert chance.any()
    assert set(tree.counts[np.unique(tree.infoset[chance])]) == {2, 3}
    expected, rng, seen = values(tree, tree.uniform()), np.random.default_rng(0), []
    for seed in range(1500):
        state = game.start(seed)
        while not state.over:
            state.play({seat: state.action_spec(seat).sample(rng) for seat in state.to_move})
        seen.append(state.returns)
    # payoffs lie between -1 and 1: the standard error is at most 1/sqrt(1500) = 0.026
    assert np.mean(seen, axis=0) == pytest.approx(expected, abs=4 * 0.026)


def test_advantages_are_what_a_change_of_one_choice_earns():
    tree = tree_of(make("kuhn_poker"))
    policy = tree.uniform()
    found, now = advantages(tree, policy), values(tree, policy)
    for number in range(len(tree.keys)):
        assert policy[number] @ found[number] == pytest.approx(0, abs=1e-12)
    # at a first decision a seat comes there with one card of three: what it gains there, it gains in a third of the games
    first = int(tree.infoset[0])
    for choice in range(int(tree.counts[first])):
        other = policy.copy()
        other[first] = 0
        other[first, choice] = 1
        seat = int(tree.owner[first])
        assert values(tree, other)[seat] - now[seat] == pytest.approx(found[first, choice] / 3)
