"""Online learning: sequences, answers, adversaries, what is told and what is hidden."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.actions import Move
from ludens.games.core import NotSupported
from ludens.games.online.predictions import hedge_bound, two_experts
from ludens.games.online.sequences import SEQUENCES, Shape, better_chances, draw
from ludens.games.testing import check_game


@pytest.mark.parametrize("answer", ["choice", "distribution"])
@pytest.mark.parametrize("losses", [*SEQUENCES, "heaviest", "last"])
@pytest.mark.parametrize("name", ["experts", "bandit"])
def test_all_kinds_conform(name, losses, answer):
    check_game(make(name, losses=losses, answer=answer, arms=3, rounds=6), seeds=(0,))


def play(game, choices, seed=0):
    state = game.start(seed)
    for choice in choices:
        state.play({0: Move(choice)})
    return state


@given(
    kind=st.sampled_from(sorted(SEQUENCES)),
    rounds=st.integers(1, 40),
    arms=st.integers(2, 5),
    high=st.sampled_from([1.0, 10.0, 250.0]),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=150)
def test_sequences_keep_their_bounds(kind, rounds, arms, high, seed):
    shape = Shape(rounds, arms, high, noise=high / 5, variation=2 * high)
    losses = draw(kind, shape, np.random.default_rng(seed))
    assert losses.shape == (rounds, arms)
    assert losses.min() >= 0
    assert losses.max() <= high


@pytest.mark.parametrize("kind", ["gradual", "abrupt"])
@pytest.mark.parametrize("variation", [0.0, 5.0, 20.0, 60.0])
def test_the_variation_budget_is_used_up_and_not_exceeded(kind, variation):
    # without noise the losses are the means themselves
    for seed in range(50):
        losses = draw(kind, Shape(60, 2, 10.0, noise=0.0, variation=variation), np.random.default_rng(seed))
        used = np.abs(np.diff(losses, axis=0)).max(axis=1).sum()
        assert used == pytest.approx(variation, abs=60 * 0.011)  # two decimals are kept in each round


def test_a_trend_is_a_line_and_a_sine_comes_back():
    line = draw("trend", Shape(30, 2, noise=0.0), np.random.default_rng(0))
    assert np.abs(np.diff(line, n=2, axis=0)).max() <= 0.021
    wave = draw("sine", Shape(60, 2, noise=0.0, period=20), np.random.default_rng(0))
    assert np.abs(wave[:40] - wave[20:]).max() <= 0.011
    assert wave.min() < 0.3
    assert wave.max() > 9.7


def test_the_better_arm_is_better_by_the_gap():
    means = [np.sort(draw("iid", Shape(400, 2, gap=2.0), np.random.default_rng(seed)).mean(axis=0)) for seed in range(100)]
    # a mean of 400 uniform losses over 100 runs has a standard error of at most 10 / sqrt(12 * 40000) = 0.015
    assert np.mean(means, axis=0) == pytest.approx([3.0, 5.0], abs=0.06)


def test_the_alternating_sequence_is_the_published_one():
    losses = draw("alternating", Shape(25, 2), np.random.default_rng(1))
    for number in range(1, 26):
        assert losses[number - 1, number % 2] == pytest.approx(min(25 / number, 10), abs=0.006)
        assert 9 <= losses[number - 1, 1 - number % 2] <= 10


def test_the_same_seed_gives_the_same_costs_whatever_is_played():
    game = make("bandit", answer="distribution", rounds=10)
    one, two = play(game, [{"A": 1.0, "B": 0.0}] * 10, 5), play(game, [{"A": 0.3, "B": 0.7}] * 10, 5)
    assert one.outcome["losses"] == two.outcome["losses"]


def test_a_given_sequence_is_faced_as_it_is(tmp_path):
    rows = ((1.0, 9.0), (2.5, 0.0), (3.0, 4.0))
    page = tmp_path / "costs.csv"
    page.write_text("1,9\n2.5,0\n3,4\n")
    game = make("experts", losses="given", given=str(page), rounds=3)
    assert game == make("experts", losses="given", given=rows, rounds=3)
    state = play(game, ["A", "A", "B"])
    assert state.outcome["losses"] == [list(row) for row in rows]
    assert state.returns == [-7.5]
    assert state.outcome["regret"] == 1.0
    assert state.outcome["best_arm"] == "A"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"losses": "given"}, "given"),
        ({"given": ((1.0, 2.0),)}, "given"),
        ({"losses": "given", "given": ((1.0, 2.0),), "rounds": 2}, "at least 2 rows of 2 costs"),
        ({"losses": "given", "given": ((1.0, 20.0),), "rounds": 1}, "from 0 to 10"),
        ({"losses": "given", "given": "nowhere.csv", "rounds": 1}, "cannot read nowhere.csv"),
        ({"gap": 5.0}, "below half of high"),
        ({"gap": 1.0, "losses": "sine"}, "only with losses='iid'"),
        ({"arms": 1}, "from 2 to 1000"),
    ],
    ids=str,
)
def test_wrong_parameters_are_named(params, words):
    with pytest.raises(ParameterError, match=words):
        make("experts", **params)


def test_a_file_of_words_is_refused(tmp_path):
    page = tmp_path / "costs.csv"
    page.write_text("a,b\n")
    with pytest.raises(ParameterError, match="rows of numbers"):
        make("experts", losses="given", given=str(page), rounds=1)


def test_the_heaviest_option_is_hit():
    state = play(make("experts", losses="heaviest", rounds=5), ["B", "B", "A", "B", "A"])
    # before anything was chosen all are alike, and the first is hit
    assert [row.index(10.0) for row in state.outcome["losses"]] == [0, 1, 1, 1, 1]
    sure = play(make("experts", losses="heaviest", answer="distribution", rounds=2), [{"A": 0.2, "B": 0.8}, {"A": 0.6, "B": 0.4}])
    assert sure.returns == [-14.0]


def test_last_hits_what_was_done_before():
    state = play(make("bandit", losses="last", rounds=4), ["B", "A", "A", "B"])
    assert [row.index(10.0) for row in state.outcome["losses"]] == [0, 1, 0, 0]
    assert state.returns == [-10.0]


def test_experts_pay_the_mean_and_bandits_a_draw():
    game = make("experts", answer="distribution", losses="given", given=((2.0, 8.0),), rounds=1)
    assert play(game, [{"A": 0.25, "B": 0.75}]).returns == [-6.5]
    draws = make("bandit", answer="distribution", losses="given", given=((2.0, 8.0),) * 4000, rounds=4000)
    paid = -play(draws, [{"A": 0.25, "B": 0.75}] * 4000).returns[0] / 4000
    # one draw has a standard deviation of 6 sqrt(3) / 4 = 2.6, the mean of 4000 one of 0.041
    assert paid == pytest.approx(6.5, abs=0.17)


def test_a_bandit_is_told_its_own_cost_alone():
    state = play(make("bandit", arms=3, rounds=4), ["A", "C", "C"], 3)
    for event, arm in zip([event for event in state.observe(0).events if event.kind == "round"], [0, 2, 2], strict=True):
        assert [loss is not None for loss in event.data["losses"]] == [at == arm for at in range(3)]
    assert "costs were" not in state.observe(0).text()
    assert state.hides(0)


def test_the_better_arm_is_guessed_by_bayes():
    shape = Shape(4, 2, 10.0, gap=2.5)
    # both ranges can give 4 and 3; that of the better arm, half as wide, is twice as likely to in each round
    assert better_chances(shape, np.array([[4.0, np.nan], [3.0, np.nan]])) == pytest.approx([0.8, 0.2])
    assert better_chances(shape, np.array([[6.0, np.nan]])) == pytest.approx([0.0, 1.0])
    assert better_chances(shape, np.full((2, 2), np.nan)) == pytest.approx([0.5, 0.5])


def test_resampled_costs_have_the_right_distribution():
    state = play(make("bandit", gap=4.0, rounds=30), ["A"] * 29, 2)
    rng = np.random.default_rng(0)
    unseen = np.array([[row[1] for row in state.resample_hidden(0, rng).outcome["losses"]] for _ in range(300)])
    seen = np.array([row[0] for row in state.outcome["losses"]])
    better = seen.max() <= 2.0
    # A is the better arm exactly if none of its 29 costs is above 2 (or else by a chance of 5^-29)
    assert (unseen.max() <= 2.0) == (not better)
    # 8700 uniform costs from 0 to 10 (or 2): a standard error of 0.031 (or 0.007)
    assert unseen.mean() == pytest.approx(5.0 if better else 1.0, abs=0.13)


def test_moving_means_are_not_resampled():
    with pytest.raises(NotSupported, match="means that move"):
        play(make("bandit", losses="sine"), ["A"]).resample_hidden(0, np.random.default_rng(0))


def test_the_value_of_two_experts_by_hand():
    # the mean distance of a fair walk: 1, 1, 1.5, 1.5 after 1, 2, 3, 4 steps
    assert [two_experts(rounds) for rounds in (1, 2, 3, 4)] == pytest.approx([0.5, 0.5, 0.75, 0.75])
    assert two_experts(10_000) == pytest.approx(math.sqrt(10_000 / (2 * math.pi)), rel=1e-3)
    assert two_experts(100) < hedge_bound(100, 2)


def test_whatever_is_done_unbiased_costs_are_the_same_on_average():
    (card,) = [card for card in make("experts").predictions() if card.quantity == "mean_loss"]
    rng = np.random.default_rng(0)
    means = [play(make("experts"), [("A", "B")[int(choice)] for choice in rng.integers(2, size=25)], seed).outcome["mean_loss"] for seed in range(100)]
    assert card.agrees(float(np.mean(means)))
    assert np.mean(means) == pytest.approx(card.value, abs=4 * 10 / math.sqrt(12 * 2500))
