"""Equilibria out of preferences on tabular games: exact gaps, data, rewards by their derivatives, and which coverage suffices."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.arena.report.findings import kept_findings
from ludens.cli import main
from ludens.errors import ParameterError
from ludens.trainers import Task
from ludens.trainers.marlhf import LEARNERS, MIXES, MarkovGame, Setting, compare, equilibrium, findings, gaps, learn, nash_gap, random_game
from ludens.trainers.marlhf.data import Comparisons, policies, sampled
from ludens.trainers.marlhf.learners import imitate, toward_reference
from ludens.trainers.marlhf.markov import best_reply, uniform, values
from ludens.trainers.marlhf.reward import loss
from ludens.trainers.marlhf.study import mean
from ludens.trainers.marlhf.trainer import MarlhfTabular

SMALL = {"steps": 2, "states": 2, "actions": 2}


def one_stage(*payoffs):
    """A game of one step and one state."""
    rewards = np.array(payoffs, float)[:, None, None]
    return MarkovGame(rewards, np.ones((1, 1, *rewards.shape[3:], 1)), np.ones(1))


def pure(game, one, other):
    shape = game.shape
    return np.broadcast_to(np.eye(shape[2])[one], (shape[0], shape[1], shape[2])), np.broadcast_to(np.eye(shape[3])[other], (shape[0], shape[1], shape[3]))


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_equilibria_have_no_gap_and_best_replies_earn_what_they_say(seed):
    game = random_game(np.random.default_rng(seed))
    assert nash_gap(game, equilibrium(game)) == pytest.approx(0, abs=1e-8)
    profile = uniform(game)
    for player in range(2):
        earned, reply = best_reply(game, profile, player)
        both = (reply, profile[1]) if player == 0 else (profile[0], reply)
        assert values(game, both)[player] == pytest.approx(earned)


def test_the_best_reply_is_the_best_of_all_pure_policies():
    game = random_game(np.random.default_rng(3), **SMALL)
    profile, best = uniform(game), -1.0
    for choice in itertools.product(range(2), repeat=4):
        policy = np.eye(2)[np.array(choice).reshape(2, 2)]
        best = max(best, float(values(game, (policy, profile[1]))[0]))
    assert best_reply(game, profile, 0)[0] == pytest.approx(best)


def test_values_are_what_play_earns():
    game, rng = random_game(np.random.default_rng(1)), np.random.default_rng(2)
    earned = game.rewards.reshape(2, -1)[:, sampled(game, uniform(game), 20_000, rng)].sum(-1)
    error = 4 * earned.std(1) / np.sqrt(earned.shape[1])
    assert np.all(np.abs(earned.mean(1) - values(game, uniform(game))) < error)


def test_players_prefer_as_bradley_and_terry_say():
    # the first player's returns are 0 or 1: of two different trajectories it prefers the better with probability sigmoid(5)
    game = one_stage([[0, 0], [1, 1]], [[0, 0], [0, 0]])
    data = compare(game, {"trivial": 1.0}, 20_000, np.random.default_rng(0), steepness=2.0)
    returns = game.rewards.reshape(2, -1)[0][data.cells].sum(-1)
    better = returns[:, 0] > returns[:, 1]
    share = 1 / (1 + np.exp(-2.0))
    assert data.prefers[better, 0].mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / better.sum()))
    assert data.prefers[:, 1].mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(20_000))


@pytest.mark.parametrize("source", ["expert", "decoy", "unilateral", "rookie", "trivial"])
def test_sources_are_policies(source):
    game = random_game(np.random.default_rng(4))
    for one, other in policies(game, source):
        assert one.sum(2) == pytest.approx(np.ones(one.shape[:2]))
        assert other.sum(2) == pytest.approx(np.ones(other.shape[:2]))
    if source == "unilateral":
        expert = equilibrium(game)
        assert [[np.array_equal(*pair) for pair in zip(kind, expert, strict=True)] for kind in policies(game, source)] == [[False, True], [True, False]]


def test_the_decoy_differs_everywhere_and_sources_have_names():
    game = random_game(np.random.default_rng(4))
    (decoy,), expert = policies(game, "decoy"), equilibrium(game)
    assert all((one.argmax(2) != other.argmax(2)).all() for one, other in zip(decoy, expert, strict=True))
    with pytest.raises(ParameterError, match="'experts' is no source of data"):
        policies(game, "experts")


def test_derivatives_of_the_loss_are_right():
    rng = np.random.default_rng(0)
    differences, prefers, leap = rng.normal(size=(7, 4)), rng.integers(2, size=7) + 0.0, rng.normal(size=(4, 4))
    jumps, theta = leap @ leap.T, rng.normal(size=4)

    def at(point):
        return loss(point, differences, prefers, jumps, alpha=0.3, ridge=0.1)

    _, gradient, curvature = at(theta)
    for index, unit in enumerate(np.eye(4) * 1e-5):
        assert (at(theta + unit)[0] - at(theta - unit)[0]) / 2e-5 == pytest.approx(gradient[index], abs=1e-6)
        assert (at(theta + unit)[1] - at(theta - unit)[1]) / 2e-5 == pytest.approx(curvature[index], abs=1e-5)


def test_the_regulariser_along_time_spreads_rewards_over_the_steps():
    game = random_game(np.random.default_rng(5))
    data = compare(game, MIXES["uniform"], 500, np.random.default_rng(6))

    def roughness(alpha):
        along = learn(game, data, alpha=alpha).rewards.reshape(2, -1)[:, data.cells]
        return float(np.square(np.diff(along, axis=-1)).sum(-1).mean())

    assert roughness(0.0) > roughness(0.1) > roughness(10.0)


def test_rewards_are_recovered_where_everything_is_covered():
    game = random_game(np.random.default_rng(7), **SMALL)
    learned = learn(game, compare(game, MIXES["uniform"], 60_000, np.random.default_rng(8)), ridge=1e-6)
    for step in range(2):
        # up to a constant in each step
        error = (learned.rewards - game.rewards)[:, step]
        spread = error - error.mean((1, 2, 3), keepdims=True)
        assert np.all(np.abs(spread) < 4 * learned.widths[:, step] + 1e-3)
    assert learned.widths.max() < 0.1


def test_what_was_never_seen_is_not_known():
    game = random_game(np.random.default_rng(9), **SMALL)
    learned = learn(game, compare(game, MIXES["single"], 2000, np.random.default_rng(10)))
    seen = np.bincount(compare(game, MIXES["single"], 2000, np.random.default_rng(10)).cells.ravel(), minlength=learned.widths[0].size).reshape(
        learned.widths[0].shape
    )
    assert learned.rewards[:, seen == 0] == pytest.approx(0, abs=1e-9)
    assert learned.widths[:, seen == 0].min() > 2 * np.median(learned.widths[:, seen > 100])


# (a, a) pays 1 to both; in the second game the first player gets 2 by leaving it alone: data on (a, a) and (b, b) are the same in both
FIRST = one_stage([[1, 0], [0, 0]], [[1, 0], [0, 0]])
SECOND = one_stage([[1, 0], [2, 0]], [[1, 0], [0.5, 0]])


def compared(game, joints, pairs=4000, seed=0):
    """Comparisons of some joint actions, each as often."""
    rng = np.random.default_rng(seed)
    cells = rng.choice([one * 2 + other for one, other in joints], size=(pairs, 2, 1))
    returns = game.rewards.reshape(2, -1)[:, cells].sum(-1)
    odds = 5 * (returns[..., 0] - returns[..., 1])
    return Comparisons(cells, (rng.random(odds.shape) < 1 / (1 + np.exp(-odds))).T.astype(float))


@pytest.mark.parametrize("learner", ["plain", "pessimism"])
def test_unilateral_coverage_tells_two_games_apart_and_single_policies_do_not(learner):
    gap = {}
    for name, joints in (("single", [(0, 0), (1, 1)]), ("unilateral", [(0, 0), (1, 1), (1, 0), (0, 1)])):
        for number, game in enumerate((FIRST, SECOND)):
            data = compared(game, joints)
            gap[name, number] = nash_gap(game, LEARNERS[learner](game, learn(game, data), imitate(game, data)))
    assert gap["unilateral", 0] == gap["unilateral", 1] == pytest.approx(0)
    # the same data, the same policy: it cannot be an equilibrium of both
    assert gap["single", 0] + gap["single", 1] > 0.5


def test_both_cells_off_an_equilibrium_are_needed_and_the_one_beyond_them_is_not():
    for game in (FIRST, SECOND):
        data = compared(game, [(0, 0), (1, 0), (0, 1)])
        assert nash_gap(game, LEARNERS["pessimism"](game, learn(game, data), imitate(game, data))) == pytest.approx(0, abs=1e-6)


def test_unilateral_coverage_beats_single_policies_in_exact_gaps():
    found = gaps(24, Setting(pairs=2000, alpha=0.1, **SMALL), mixes=("single", "unilateral"))
    for learner in ("plain", "reference", "pessimism"):
        assert mean(found["single", learner] - found["unilateral", learner]).low > 0, learner


def test_the_reference_keeps_to_the_data():
    game = random_game(np.random.default_rng(11))
    data = compare(game, MIXES["pure-expert"], 500, np.random.default_rng(12))
    learned, reference = learn(game, data), imitate(game, data)
    free, kept = (toward_reference(game, learned, reference, temperature=temperature) for temperature in (0.0, 1.0))

    def foreign(profile):
        return sum(float((one * (policy < 0.05)).sum()) for one, policy in zip(profile, reference, strict=True))

    assert foreign(kept) < foreign(free)


def test_findings_lay_out_every_mix_and_learner():
    found = findings(2, Setting(pairs=100, **SMALL))
    assert [row[0] for row in found.tables[0].rows] == list(MIXES)
    assert found.tables[0].columns == ("data", *LEARNERS)
    assert findings(2, Setting(pairs=100, **SMALL)) == found


def test_the_command_measures_and_tells(tmp_path, capsys):
    words = ["train", "trainer=marlhf_tabular", "trainer.games=2", "trainer.pairs=50", "trainer.states=2", "trainer.actions=2", f"runs={tmp_path}", "name=m"]
    assert main(words) == 0
    assert "mix-unilateral: imitation" in capsys.readouterr().out
    (found,) = kept_findings(tmp_path / "m")
    assert len(found.tables) == 2


@pytest.mark.parametrize(("given", "message"), [({"games": 1}, "games=1 should be a whole number from 2"), ({"steps": 400}, "at most 1000")])
def test_what_is_wrong_is_told(tmp_path, given, message):
    with pytest.raises(ParameterError, match=message):
        MarlhfTabular(Task((), None, tmp_path), **given)
