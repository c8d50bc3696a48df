"""Learners: bounds that are theorems, updates by hand, limits in which two are the same, and seats at tables."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.agents import PlayerSpec
from ludens.agents.learners import LEARNERS, learner
from ludens.agents.learners.leaders import onto_simplex
from ludens.agents.learners.learning import draw_arms, run
from ludens.arena.episode import play_match
from ludens.arena.plan import Match
from ludens.errors import ParameterError, UnknownName
from ludens.games import make
from ludens.games.online.predictions import hedge_bound
from ludens.games.online.sequences import SEQUENCES, Shape, draw

KINDS = [name for name in LEARNERS if name != "attention"]
"""Those that need no folder of weights."""
BANDIT = [name for name in KINDS if learner(name).feedback == "bandit"]


def regret(mixed, losses):
    return (mixed * losses).sum(axis=(1, 2)) - losses.sum(axis=1).min(axis=1)


def sequences(runs, rounds, arms, seed=0):
    """Drawn sequences of every kind, sequences of zeros and ones, and one that hits whatever Hedge holds dearest."""
    rng = np.random.default_rng(seed)
    made = [draw(kind, Shape(rounds, arms, 1.0, noise=0.1, variation=2.0), rng) for kind in SEQUENCES for _ in range(runs // (2 * len(SEQUENCES)))]
    return np.concatenate([np.stack(made), (rng.random((runs // 2, rounds, arms)) < rng.random((runs // 2, 1, arms))).astype(float)])


def adversarial(rule, rounds, arms, runs=1):
    """Run a learner against the loss 1 on its heaviest arm, round by round."""
    rule.start(runs, arms, rounds, np.random.default_rng(0))
    mixed, losses = np.empty((runs, rounds, arms)), np.zeros((runs, rounds, arms))
    for number in range(rounds):
        mixed[:, number] = rule.mix()
        losses[np.arange(runs), number, mixed[:, number].argmax(axis=1)] = 1
        rule.update(losses[:, number], mixed[:, number], draw_arms(mixed[:, number], np.random.default_rng(number)))
        rule.round += 1
    return mixed, losses


@pytest.mark.parametrize(("arms", "rounds"), [(2, 25), (3, 60), (10, 40)])
def test_hedge_keeps_its_bounds_on_ten_thousand_sequences(arms, rounds):
    losses = sequences(10_000, rounds, arms)
    bounds = {
        "tuned": hedge_bound(rounds, arms),
        "anytime": 2 * hedge_bound(rounds, arms) + math.sqrt(math.log(arms) / 8),
        "doubling": math.sqrt(2) / (math.sqrt(2) - 1) * hedge_bound(rounds, arms),
    }
    for tuning, bound in bounds.items():
        assert regret(run(learner("hedge", tuning=tuning), losses, np.random.default_rng(0)).mixed, losses).max() <= bound
        assert regret(*adversarial(learner("hedge", tuning=tuning), rounds, arms))[0] <= bound


@pytest.mark.parametrize("arms", [2, 5])
def test_ftrl_and_regret_matching_keep_their_bounds(arms):
    rounds = 50
    losses = sequences(2000, rounds, arms)
    # Euclid: |l|^2 is at most d, the diameter squared over 2 is at most 1: 1 / eta + eta T d / 2
    bounds = {"ftrl": math.sqrt(2 * rounds * arms), "regret_matching": math.sqrt(rounds * arms), "regret_matching_plus": math.sqrt(rounds * arms)}
    for name, bound in bounds.items():
        assert regret(run(learner(name), losses, np.random.default_rng(0)).mixed, losses).max() <= bound
        assert regret(*adversarial(learner(name), rounds, arms))[0] <= bound


@pytest.mark.parametrize("name", ["exp3", "exp3_ix"])
def test_exp3_keeps_its_bound_on_average(name):
    rounds, arms, runs = 200, 3, 4000
    for kind in ("alternating", "trend", "sine"):
        losses = np.repeat(draw(kind, Shape(rounds, arms, 1.0, noise=0.1), np.random.default_rng(1))[None], runs, axis=0)
        found = regret(run(learner(name), losses, np.random.default_rng(2)).mixed, losses)
        assert found.mean() - 4 * found.std() / math.sqrt(runs) <= math.sqrt(2 * rounds * arms * math.log(arms))


def test_hedge_by_hand():
    losses = np.array([[[1.0, 0.0], [0.5, 1.0], [0.0, 0.0]]])
    mixed = run(learner("hedge", rate=2.0), losses, np.random.default_rng(0)).mixed[0]
    assert mixed[0] == pytest.approx([0.5, 0.5])
    assert mixed[1] == pytest.approx([1 / (1 + math.e**2), 1 / (1 + math.e**-2)])
    assert mixed[2] == pytest.approx([1 / (1 + math.e), 1 / (1 + 1 / math.e)])
    optimistic = run(learner("optimistic_hedge", rate=2.0), losses, np.random.default_rng(0)).mixed[0]
    assert optimistic[1] == pytest.approx([1 / (1 + math.e**4), 1 / (1 + math.e**-4)])
    # the last loss twice: (1 + 2 * 0.5, 2 * 1)
    assert optimistic[2] == pytest.approx([0.5, 0.5])


def test_doubling_begins_anew():
    rng = np.random.default_rng(0)
    mixed = run(learner("hedge", tuning="doubling"), rng.random((1, 20, 3)), rng).mixed[0]
    begun = [number for number in range(20) if np.allclose(mixed[number], 1 / 3)]
    assert begun == [0, 1, 3, 7, 15]


def test_fixed_share_without_share_is_hedge_and_follows_a_change_with_it():
    losses = np.random.default_rng(0).random((5, 30, 3))
    hedge = run(learner("hedge", rate=0.7), losses, np.random.default_rng(0)).mixed
    assert run(learner("fixed_share", share=0.0, rate=0.7), losses, np.random.default_rng(0)).mixed == pytest.approx(hedge, abs=1e-12)
    change = np.zeros((1, 200, 2))
    change[0, :100, 0] = change[0, 100:, 1] = 1.0
    plain, shared = (run(rule, change, np.random.default_rng(0)).mixed for rule in (learner("hedge", rate=0.7), learner("fixed_share", share=0.01, rate=0.7)))
    assert (shared * change).sum() < 0.25 * (plain * change).sum()


def test_gumbel_noise_makes_hedge_of_the_perturbed_leader():
    losses = np.repeat(np.random.default_rng(3).random((1, 10, 3)), 40_000, axis=0)
    drawn = run(learner("ftpl", noise="gumbel"), losses, np.random.default_rng(0)).mixed.mean(axis=0)
    mixed = run(learner("hedge"), losses[:1], np.random.default_rng(0)).mixed[0]
    # a share of 40000 draws has a standard error of at most 0.0025
    assert drawn == pytest.approx(mixed, abs=0.0115)


def test_a_cold_quantal_response_is_fictitious_play():
    losses = np.random.default_rng(0).random((20, 40, 4))
    cold = run(learner("stochastic_fictitious_play", temperature=1e-9), losses, np.random.default_rng(0)).mixed
    assert cold == pytest.approx(run(learner("fictitious_play"), losses, np.random.default_rng(0)).mixed, abs=1e-9)


def test_regret_matching_by_hand():
    losses = np.array([[[1.0, 0.0, 0.5], [0.0, 1.0, 1.0], [0, 0, 0]]])
    mixed = run(learner("regret_matching"), losses, np.random.default_rng(0)).mixed[0]
    # after round 1 regrets are (-1/2, 1/2, 0); then the second arm alone is taken and costs 1: (1/2, 1/2, 0)
    assert mixed == pytest.approx(np.array([[1 / 3] * 3, [0, 1, 0], [0.5, 0.5, 0]]))
    plus = run(learner("regret_matching_plus"), losses, np.random.default_rng(0)).mixed[0]
    # negative regret was forgotten: (0 + 1, 1/2, 0)
    assert plus[2] == pytest.approx([2 / 3, 1 / 3, 0])


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=6))
@settings(max_examples=200)
def test_the_projection_is_the_nearest_distribution(point):
    found = onto_simplex(np.array([point]))[0]
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1)
    # of a projection p on a convex set, (x - p) (q - p) <= 0 for all q of the set; corners are enough
    assert max(float((np.array(point) - found) @ (corner - found)) for corner in np.eye(len(point))) <= 1e-9


def test_ucb_takes_every_arm_once_then_the_most_hopeful():
    losses = np.tile([[0.9, 0.1, 0.5]], (1, 300, 1))
    taken = run(learner("ucb1"), losses, np.random.default_rng(0)).taken[0]
    assert sorted(taken[:3].tolist()) == [0, 1, 2]
    assert (taken == 1).mean() > 0.8


@pytest.mark.parametrize("name", BANDIT)
def test_bandit_learners_look_at_their_own_loss_alone(name):
    losses = np.random.default_rng(0).random((3, 40, 4))

    seen = run(learner(name), losses, np.random.default_rng(1))
    rule = learner(name)
    rng = np.random.default_rng(1)
    rule.start(3, 4, 40, rng)
    for number in range(40):
        mixed = rule.mix()
        taken = draw_arms(mixed, rng)
        assert (taken == seen.taken[:, number]).all()
        blind = np.full((3, 4), np.nan)
        blind[np.arange(3), taken] = losses[np.arange(3), number, taken]
        rule.update(blind, mixed, taken)
        rule.round += 1


@pytest.mark.parametrize("name", [name for name in KINDS if name not in ("q_learning", "policy_gradient")])
def test_learners_find_the_better_arm(name):
    rounds = 400
    losses = np.stack([draw("iid", Shape(rounds, 2, 1.0, gap=0.2), np.random.default_rng(seed)) for seed in range(100)])
    found = regret(run(learner(name), losses, np.random.default_rng(0)).mixed, losses)
    # what takes both alike loses 0.1 a round, 40 in all
    assert found.mean() < 25


@pytest.mark.parametrize("name", KINDS)
def test_runs_are_mixtures_and_repeat(name):
    losses = sequences(60, 12, 3)
    one, two = (run(learner(name), losses, np.random.default_rng(5)) for _ in range(2))
    assert (one.mixed == two.mixed).all()
    assert one.mixed.min() >= 0
    assert one.mixed.sum(axis=2) == pytest.approx(1)


@pytest.mark.parametrize(
    ("game", "params"),
    [
        ("experts", {}),
        ("experts", {"answer": "distribution", "arms": 3}),
        ("bandit", {}),
        ("bandit", {"answer": "distribution"}),
        ("shapley", {"rounds": 20}),
        ("el_farol", {"rounds": 10}),
        ("matrix", {"rounds": 10, "monitoring": "counterfactual", "show_payoffs": "none"}),
        ("matrix", {"rounds": 10, "monitoring": "payoff", "show_payoffs": "none"}),
        ("matrix", {"rounds": 10, "show_payoffs": "earned"}),
        ("prisoners_dilemma", {"rounds": 10, "say_chars": 40, "discount": 0.9}),
    ],
    ids=str,
)
def test_learners_take_seats(game, params):
    game = make(game, **params)
    played = 0
    for name in KINDS:
        spec = PlayerSpec.of(name)
        if spec.why_not(game):
            continue
        played += 1
        episode = play_match(Match(game, (spec,) * game.seats, 4))
        assert not episode.faults
        assert all(decision.status == "ok" for decision in episode.decisions)
    assert played in (len(KINDS), len(BANDIT))


def test_a_player_does_what_its_learner_does():
    game = make("experts", answer="distribution", arms=3, rounds=12)
    episode = play_match(Match(game, (PlayerSpec.of("hedge"),), 7))
    losses = np.array([episode.outcome["losses"]]) / 10
    mixed = run(learner("hedge"), losses, np.random.default_rng(0)).mixed[0]
    assert np.array(episode.outcome["weights"]) == pytest.approx(mixed, abs=1e-6)


def test_counterfactual_payoffs_teach_as_much_as_the_table():
    table = make("shapley", rounds=30)
    blind = make("shapley", rounds=30, monitoring="counterfactual", show_payoffs="own")
    specs = (PlayerSpec.of("regret_matching"), PlayerSpec.of("follow_the_leader"))
    one, two = (play_match(Match(game, specs, 3)) for game in (table, blind))
    assert [decision.choice for decision in one.decisions] == [decision.choice for decision in two.decisions]


@pytest.mark.parametrize(
    ("name", "game", "params", "words"),
    [
        ("hedge", "bandit", {}, "feedback='bandit' hides"),
        ("hedge", "matrix", {"rounds": 5, "monitoring": "payoff"}, "monitoring='payoff' hides"),
        ("hedge", "matrix", {"rounds": 5, "show_payoffs": "none"}, "show_payoffs='none' hides"),
        ("exp3", "matrix", {"rounds": 5, "monitoring": "noisy", "noise": 0.1}, "tells no payoffs"),
        ("hedge", "matrix", {"rounds": 5, "show_rounds": False}, "tuning=anytime"),
        ("hedge", "kuhn_poker", {}, "play experts, bandit and matrix games"),
    ],
)
def test_what_a_learner_cannot_play_is_said(name, game, params, words):
    assert words in PlayerSpec.of(name).why_not(make(game, **params))


def test_wrong_parameters_are_named():
    with pytest.raises(ParameterError, match="unknown parameter 'rat'; did you mean 'rate'"):
        PlayerSpec.of("hedge", rat=1.0).build()
    with pytest.raises(ParameterError, match=r"rate=-1.0 should be positive"):
        learner("hedge", rate=-1.0)
    with pytest.raises(UnknownName, match="hedge"):
        learner("hedg")


def test_regret_matching_reaches_correlated_equilibria_of_rock_paper_scissors():
    game = make("rock_paper_scissors", rounds=2000)
    episode = play_match(Match(game, (PlayerSpec.of("regret_matching_plus"),) * 2, 1))
    # no-regret play of a zero-sum game earns its value, 0, up to regret a round
    assert abs(episode.returns[0]) / 2000 < 0.05


@pytest.mark.parametrize("name", [name for name in KINDS if name not in ("ftpl", "thompson")])
def test_a_learner_that_sits_down_in_the_middle_has_read_what_was_played(name):
    # decisions are judged by playing on with players made anew
    game = make("shapley", rounds=12)
    spec = PlayerSpec.of(name)
    state, old = game.start(0), spec.build()
    old.start(0, game.type, 5)
    rng = np.random.default_rng(1)
    for _ in range(8):
        state.play({0: old.act(state.observe(0)), 1: state.action_spec(1).sample(rng)})
    new = spec.build()
    new.start(0, game.type, 6)
    old.act(state.observe(0))
    new.act(state.observe(0))
    assert new.learner.mix() == pytest.approx(old.learner.mix())
