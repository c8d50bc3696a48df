"""What is exactly known of the testbeds: solutions to eight digits, and the functions that measure distance from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.errors import ParameterError, UnknownName
from ludens.games import make
from ludens.games.matrix.quantal import logit_equilibrium
from ludens.trainers.preferences import NotComplementary
from ludens.trainers.tabular import PreferenceGame
from ludens.trainers.tabular.solutions import (
    bradley_terry,
    data_reply,
    divergence,
    exploitability,
    maxmin_policy,
    minimax_winner,
    mix,
    online_dpo_point,
    regularised_exploitability,
    regularised_nash,
    residual,
    reward_policy,
)
from ludens.trainers.testbeds import cycle, list_testbeds, make_testbed, sequences

NASH = {
    ("biased_rps", 1.0): ((0.36591793, 0.30814362, 0.32593844), 0.09066361),
    ("biased_rps", 0.1): ((0.43384861, 0.14818492, 0.41796647), 0.01747732),
    ("biased_rps", 0.05): ((0.38342844, 0.12512916, 0.49144239), 0.01331701),
    ("biased_rps", 0.01): ((0.30611007, 0.13423756, 0.55965238), 0.00376350),
    ("biased_rps_skewed", 1.0): ((0.54534851, 0.25264900, 0.20200249), 0.08085935),
    ("biased_rps_skewed", 0.1): ((0.56438432, 0.07657121, 0.35904447), 0.04112419),
    ("biased_rps_skewed", 0.05): ((0.44899001, 0.07292260, 0.47808740), 0.03031448),
    ("three_rankings", 0.1): ((0.32150414, 0.37459534, 0.30390052), 0.01126969),
    ("three_rankings", 0.05): ((0.33502038, 0.37924673, 0.28573290), 0.00612202),
    ("bradley_terry", 1.0): ((0.20609176, 0.22786976, 0.25395568, 0.31208280), 0.20952340),
    ("bradley_terry", 0.1): ((0.01740377, 0.03515631, 0.08761340, 0.85982651), 0.03803588),
    ("condorcet", 0.1): ((0.46342751, 0.50047066, 0.03610184), 0.01305563),
    ("condorcet", 0.05): ((0.53544860, 0.45970622, 0.00484518), 0.00464551),
    ("condorcet", 0.01): ((0.73105331, 0.26894618, 0.00000051), 0.00268947),
    ("biased_rps_loser", 0.1): ((0.43131183, 0.14760488, 0.41445816, 0.00662513), 0.02024619),
    ("six", 0.1): ((0.34310429, 0.18555835, 0.10934772, 0.08201247, 0.07626676, 0.20371041), 0.05773599),
    ("six", 0.05): ((0.39552102, 0.21107397, 0.07255233, 0.03060102, 0.02696888, 0.26328278), 0.02567415),
    **{(name, t): ((1 / size,) * size, 0.0) for name, size in (("rps", 3), ("spock", 5)) for t in (1.0, 0.1, 0.01)},
}
WINNERS = {
    "rps": (1 / 3, 1 / 3, 1 / 3),
    "biased_rps": (2 / 7, 1 / 7, 4 / 7),
    "three_rankings": (0.36333333, 0.36333333, 0.27333333),
    "bradley_terry": (0, 0, 0, 1),
    "condorcet": (1, 0, 0),
    "spock": (0.2,) * 5,
    "biased_rps_loser": (2 / 7, 1 / 7, 4 / 7, 0),
    "six": (4 / 9, 2 / 9, 0, 0, 0, 3 / 9),
}


@pytest.mark.parametrize(("name", "temperature"), NASH, ids=str)
def test_the_regularised_nash_policies_are_those_that_are_known(name, temperature):
    played, (policy, gap) = make_testbed(name), NASH[name, temperature]
    found = regularised_nash(played, temperature)
    assert found[0] == pytest.approx(policy, abs=6e-9)
    assert exploitability(played, found) == pytest.approx(gap, abs=6e-9)
    assert residual(played, found, temperature) < 1e-13 / temperature


@pytest.mark.parametrize("name", WINNERS)
def test_the_minimax_winners_are_those_that_are_known(name):
    played = make_testbed(name)
    found = minimax_winner(played)
    assert found[0] == pytest.approx(WINNERS[name], abs=1e-8)
    assert exploitability(played, found) < 1e-12


def test_answers_outside_the_support_of_the_winner_lose_to_it():
    played = make_testbed("six")
    assert played.against(minimax_winner(played))[0, 2:5] - 0.5 == pytest.approx((-0.066667, -0.133333, -0.111111), abs=1e-6)


@pytest.mark.parametrize("name", list_testbeds())
@pytest.mark.parametrize("temperature", [2.0, 0.1, 0.003])
def test_every_testbed_is_solved(name, temperature):
    played = make_testbed(name)
    assert played.name == name
    found = regularised_nash(played, temperature)
    assert regularised_exploitability(played, found, temperature) < 1e-12
    assert regularised_exploitability(played, played.reference, temperature) >= 0
    assert exploitability(played, minimax_winner(played)) < 1e-9


@st.composite
def games(draw):
    size = draw(st.integers(2, 7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    upper = np.triu(rng.random((size, size)), 1)
    table = upper + np.tril(1 - upper.T, -1) + 0.5 * np.eye(size)
    return PreferenceGame.of(table, reference=rng.dirichlet(np.ones(size)) * 0.9 + 0.1 / size)


@settings(max_examples=40)
@given(games(), st.sampled_from([3.0, 0.3, 0.03]), st.integers(0, 2**32))
def test_the_solver_is_right_on_any_game_and_the_gap_is_a_best_reply(played, temperature, seed):
    found = regularised_nash(played, temperature)
    assert residual(played, found, temperature) < 1e-11 / min(1.0, temperature)
    policy = np.random.default_rng(seed).dirichlet(np.ones(played.size))[None]
    gap = regularised_exploitability(played, policy, temperature)
    reply = data_reply(played, policy, temperature)

    def worth(one):
        gain = float((one * played.against(policy)).sum()) - temperature * divergence(played, one, played.reference)
        return gain + temperature * divergence(played, policy, played.reference) - 0.5

    assert gap == pytest.approx(worth(reply), abs=1e-12)
    others = np.random.default_rng(seed + 1).dirichlet(np.ones(played.size), 20)
    assert max(worth(other[None]) for other in others) <= gap + 1e-12
    assert exploitability(played, minimax_winner(played)) < 1e-9


def test_three_kinds_of_voters_make_the_winner_that_a_formula_gives():
    # with shares A, B and C of the rankings 123, 231 and 312 it is (1-2C, 1-2A, 1-2B)
    few, many = 1 / 3 - 0.06 / 4, 1 / 3 + 0.06 / 2
    assert minimax_winner(make_testbed("three_rankings"))[0] == pytest.approx((1 - 2 * few, 1 - 2 * few, 1 - 2 * many), abs=1e-9)
    margins = make_testbed("three_rankings").tables[0] - 0.5
    assert (margins[0, 1], margins[1, 2], margins[2, 0]) == pytest.approx((0.136667, 0.181667, 0.181667), abs=1e-6)


def test_contexts_have_solutions_of_their_own_and_a_blind_policy_has_none():
    played = make_testbed("contexts")
    assert regularised_nash(played, 0.1)[1] == pytest.approx((0.19766901, 0.28131295, 0.52101803), abs=6e-9)
    uniform = played.reference
    assert exploitability(played, uniform) == pytest.approx(0.083333, abs=1e-6)
    assert exploitability(played.blind(), uniform[:1]) == pytest.approx(0, abs=1e-15)


def test_blotto():
    played = make_testbed("blotto")
    assert played.size == 21
    assert exploitability(played, played.reference) == pytest.approx(0.14285714, abs=6e-9)
    kinds = ("5-0-0", "4-1-0", "3-2-0", "3-1-1", "2-2-1")
    rows = {
        0.5: ((0.02859387, 0.04213714, 0.05321044, 0.05440390, 0.05964042), 0.10115658),
        0.1: ((0.00344664, 0.02446036, 0.08102648, 0.05859731, 0.06031572), 0.03188118),
        0.05: ((0.00030884, 0.01682603, 0.09814398, 0.06645128, 0.03663320), 0.01847102),
    }
    for temperature, (shares, gap) in rows.items():
        found = regularised_nash(played, temperature)
        assert [found[0, played.answers.index(kind)] for kind in kinds] == pytest.approx(shares, abs=6e-9)
        assert exploitability(played, found) == pytest.approx(gap, abs=6e-9)


def test_with_a_uniform_reference_it_is_the_quantal_response_equilibrium():
    game = make("blotto")
    own = (1 + game.table) / 2
    for temperature in (0.5, 0.1):
        assert regularised_nash(make_testbed("blotto"), temperature)[0] == pytest.approx(logit_equilibrium(own, 1 / temperature)[0], abs=1e-6)


def test_an_additive_judge_is_solved_place_by_place():
    played, place = make_testbed("additive_tokens"), regularised_nash(PreferenceGame.of(cycle(0.9, 0.7, 0.6)), 3 * 0.1)[0]
    assert place == pytest.approx((0.42251569, 0.24304578, 0.33443853), abs=6e-9)
    found = regularised_nash(played, 0.1)[0]
    assert found == pytest.approx(np.einsum("i,j,k->ijk", place, place, place).ravel(), abs=1e-14)
    assert (found[played.answers.index("111")], found[played.answers.index("123")]) == pytest.approx((0.07542729, 0.03434371), abs=6e-9)


def test_a_majority_judge():
    played = make_testbed("majority_tokens")
    rows = {
        1.0: ((0.62501822, 0.26538172, 0.10960006), 0.20731987, 0.009276),
        0.5: ((0.64047399, 0.23577761, 0.12374840), 0.22943585, 0.034767),
        0.1: ((0.54997698, 0.18028204, 0.26974099), 0.23281101, 0.386425),
    }
    for temperature, (first, gap, kl) in rows.items():
        found = regularised_nash(played, temperature)
        assert found[0].reshape(3, 9).sum(1) == pytest.approx(first, abs=6e-9)
        assert exploitability(played, found) == pytest.approx(gap, abs=6e-9)
        assert divergence(played, found, played.reference) == pytest.approx(kl, abs=6e-7)
    named = dict(zip(played.answers, found[0], strict=True))
    assert (named["111"], named["333"], named["123"]) == pytest.approx((0.15384635, 0.01509760, 0.02539446), abs=6e-9)
    from ludens.trainers.preferences import MajorityJudge

    even = sequences(MajorityJudge(cycle(0.9, 0.9, 0.9)), 3, 3)
    assert regularised_nash(even, 0.1)[0] == pytest.approx(1 / 27, abs=1e-14)


def test_a_fitted_reward_prefers_what_loses_to_another_answer_and_depends_on_the_pairs():
    played = make_testbed("condorcet")
    assert played.rewards[0] == pytest.approx((0.030460, 0.721917, -0.752376), abs=6e-7)
    assert reward_policy(played, 0.1)[0, 1] == pytest.approx(0.999007, abs=6e-7)
    assert minimax_winner(played)[0, 0] == pytest.approx(1)
    rare = np.ones((3, 3))
    rare[1, 2] = rare[2, 1] = 0.01
    assert bradley_terry(played.tables[0], rare) == pytest.approx((0.026673, 0.005888, -0.032560), abs=6e-7)
    biased = make_testbed("biased_rps")
    assert biased.rewards[0] == pytest.approx((0.413166, -0.275397, -0.137769), abs=6e-7)
    assert reward_policy(biased, 0.1)[0] == pytest.approx((0.994955, 0.001017, 0.004028), abs=6e-7)
    assert exploitability(biased, reward_policy(biased, 0.1)) == pytest.approx(0.0993, abs=6e-5)


def test_ipo_depends_on_who_made_the_data():
    played = make_testbed("biased_rps")
    for data, reply in (
        ((0.6, 0.3, 0.1), (0.73005796, 0.02692685, 0.24301519)),
        ((0.1, 0.3, 0.6), (0.39150070, 0.47818004, 0.13031926)),
        ((1 / 3,) * 3, (0.68848108, 0.13003728, 0.18148164)),
    ):
        assert data_reply(played, np.array([data]), 0.1)[0] == pytest.approx(reply, abs=6e-9)


def test_two_answers_show_what_a_temperature_means_to_whom():
    played = PreferenceGame.of([[0.5, 0.7], [0.3, 0.5]])
    for temperature, nash, reward in ((1.0, 0.54983400, 0.7), (0.1, 0.88079708, 0.99979100)):
        assert regularised_nash(played, temperature)[0, 0] == pytest.approx(nash, abs=6e-9)
        assert reward_policy(played, temperature)[0, 0] == pytest.approx(reward, abs=6e-9)


def test_online_dpo_stands_still_at_no_nash_policy():
    played = make_testbed("biased_rps")
    assert online_dpo_point(played, 1.0)[0] == pytest.approx((0.43274074, 0.22430549, 0.34295378), abs=6e-9)
    assert online_dpo_point(played, 0.1)[0] == pytest.approx((0.33729574, 0.12629857, 0.53640569), abs=6e-9)
    even = make_testbed("rps")
    assert online_dpo_point(even, 0.1) == pytest.approx(regularised_nash(even, 0.1))


def test_max_min_serves_both_groups_alike():
    played = make_testbed("two_groups")
    policy, weights = maxmin_policy(played, 0.1)
    assert policy[0] == pytest.approx((0.211942, 0.211942, 0.576117), abs=6e-7)
    assert weights == pytest.approx((0.5, 0.5), abs=1e-6)
    assert played.groups[:, 0] @ policy[0] == pytest.approx((0.557612, 0.557612), abs=6e-7)
    from ludens.trainers.tabular.solutions import tilted

    mean = tilted(played.reference, np.tensordot(played.shares, played.groups, 1), 0.1)
    assert mean[0] == pytest.approx((0.878878, 0.002179, 0.118943), abs=6e-7)
    assert played.groups[:, 0] @ mean[0] == pytest.approx((0.9502, 0.0735), abs=6e-5)


def test_the_mixture_of_tokens_is_not_the_mixture_of_sequences():
    # two tokens a and b; the policy draws a with .9, then with .1 after a and .9 after b; the reference with .5, then .9 and .5
    policy, reference = np.array([[0.9 * 0.1, 0.9 * 0.9, 0.1 * 0.9, 0.1 * 0.1]]), np.array([[0.5 * 0.9, 0.5 * 0.1, 0.5 * 0.5, 0.5 * 0.5]])
    whole = mix(policy, reference, 0.5)[0]
    assert whole == pytest.approx((0.334023, 0.334023, 0.248966, 0.082989), abs=6e-7)
    first, after_a, after_b = (mix(np.array([[p, 1 - p]]), np.array([[q, 1 - q]]), 0.5)[0] for p, q in ((0.9, 0.5), (0.1, 0.9), (0.9, 0.5)))
    tokens = np.concatenate([first[0] * after_a, first[1] * after_b])
    assert tokens == pytest.approx((0.375, 0.375, 0.1875, 0.0625))
    assert np.abs(whole - tokens).sum() / 2 == pytest.approx(0.082, abs=6e-4)


def test_mistakes_are_told():
    with pytest.raises(NotComplementary, match=r"at \(0, 0, 1\) it is 1.1"):
        PreferenceGame.of([[0.5, 0.6], [0.5, 0.5]])
    with pytest.raises(ParameterError, match="probability from 0 to 1"):
        PreferenceGame.of([[0.5, 1.2], [-0.2, 0.5]])
    with pytest.raises(ParameterError, match="shape"):
        PreferenceGame.of([[0.5, 0.5]])
    with pytest.raises(ParameterError, match="positive everywhere"):
        PreferenceGame.of([[0.5, 0.5], [0.5, 0.5]], reference=(1, 0))
    with pytest.raises(ParameterError, match="no reward fits"):
        reward_policy(PreferenceGame.of([[0.5, 1.0], [0.0, 0.5]]), 0.1)
    with pytest.raises(ParameterError, match="temperature=0 should be above 0"):
        regularised_nash(make_testbed("rps"), 0)
    with pytest.raises(ParameterError, match="no groups"):
        maxmin_policy(make_testbed("rps"), 0.1)
    with pytest.raises(UnknownName, match="did you mean 'biased_rps'"):
        make_testbed("biased_rp")
