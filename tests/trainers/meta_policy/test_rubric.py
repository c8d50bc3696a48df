"""Rubrics as they are written and read, features, and whether scores agree with payoffs."""

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.arena import Match, play_match
from ludens.errors import ParameterError
from ludens.games import make
from ludens.trainers.meta_policy import Item, Rubric
from ludens.trainers.meta_policy.accepting import Agreement, agreement
from ludens.trainers.meta_policy.features import FEATURES, measured, sentence_of


def test_a_rubric_is_written_and_read():
    rubric = Rubric.written(["+3 The game ended in an agreement.", "-2  The player  said much."])
    assert rubric.items == (Item("The game ended in an agreement.", 3), Item("The player said much.", -2))
    assert (rubric.low, rubric.high) == (-2, 3)
    assert [rubric.share(total) for total in (-2, 3)] == [0, 1]
    assert Rubric.read(rubric.plain) == rubric
    assert Rubric.written(rubric.lines) == rubric


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["3 no sign"],
        ["+0 nothing"],
        ["+6 too much"],
        ["+1"],
        ["+1 " + "word " * 41],
        [7],
        [f"+1 thing {n}" for n in range(9)],
        ["+1 Be fair.", "+2 be fair!"],
    ],
)
def test_what_is_no_rubric_is_told_in_one_line(lines):
    with pytest.raises(ParameterError) as told:
        Rubric.written(lines)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        "text",
        [{"text": "a", "points": 0}],
        [{"text": "a", "points": 6}],
        [{"text": "a", "points": 1.5}],
        [{"text": "a", "points": True}],
        [{"text": " ", "points": 1}],
        [{"text": "w " * 41, "points": 1}],
        [{"points": 1}],
        ["a"],
        [{"text": f"thing {n}", "points": 1} for n in range(9)],
    ],
)
def test_what_a_model_writes_out_of_bounds_is_no_rubric(plain):
    assert Rubric.read(plain) is None


def test_what_is_said_twice_is_kept_once_and_marks_that_hide_are_taken_out():
    found = Rubric.read([{"text": "Be\u202e fair.\n", "points": 2}, {"text": "be fair", "points": 5}, {"text": "Say much.", "points": -1}])
    assert found.lines == ["+2 Be fair.", "-1 Say much."]


def played(name, *styles, seed=0, **given):
    game = make(name, **given)
    return play_match(Match(game, tuple(PlayerSpec.of("scripted", style=style) for style in styles), seed)), game


def test_features_are_what_their_sentences_say():
    episode, game = played("ultimatum", "generous", "generous")
    assert episode.outcome["accepted"] == [True]
    offer = episode.outcome["offers"][0]
    proposer, responder = (measured(episode, game, seat) for seat in (0, 1))
    assert proposer["agreement"] == responder["agreement"] == 1
    assert proposer["others"] == pytest.approx(offer / 100)
    assert responder["others"] == pytest.approx(1 - offer / 100)
    assert (proposer["accepted"], responder["accepted"]) == (0, 1)
    assert proposer["numbers"] == pytest.approx(offer / 100)
    assert proposer["equal"] == pytest.approx(1 - abs(1 - 2 * offer / 100))
    assert proposer["ahead"] == {-1: 1.0, 0: 0.5, 1: 0.0}[int(np.sign(2 * offer - 100))]
    assert proposer["total"] == pytest.approx(0.5)
    assert "talk" not in proposer


def test_a_game_that_knows_no_such_thing_has_no_such_feature():
    episode, game = played("trust", "fair", "fair")
    assert not {"agreement", "talk"} & set(measured(episode, game, 0))


def test_sentences_are_known_however_they_are_written():
    assert sentence_of("the game ended, in an AGREEMENT") == "agreement"
    assert sentence_of("The game ended.") is None
    assert all(sentence_of(feature.sentence) == name for name, feature in FEATURES.items())


def test_correlations_are_spearmans():
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=40), rng.normal(size=40)
    ranks = [np.argsort(np.argsort(values)) for values in (one, two)]
    assert agreement(one, two, range(40)).overall == pytest.approx(np.corrcoef(*ranks)[0, 1])
    # deals by themselves leave no differences within
    assert agreement(one, two, range(40)).within == 0


def test_differences_between_deals_are_not_what_a_policy_learns_from():
    # the first deal is better for both, within deals score and payoff go against each other
    scores, payoffs, deals = [0.8, 0.9, 0.1, 0.2], [0.7, 0.6, 0.3, 0.2], [0, 0, 1, 1]
    found = agreement(scores, payoffs, deals)
    assert found.overall > 0.5
    assert found.within == pytest.approx(-1)


def test_scores_that_tell_nothing_apart_correlate_with_nothing():
    assert agreement([0.5] * 4, [0, 1, 0, 1], range(4)) == (0, 0)
    assert agreement([0.1], [0.2], [0]) == (0, 0)


@pytest.mark.parametrize(
    ("new", "old", "better"), [((0.0, 0.5), (0.9, 0.4), True), ((0.9, 0.4), (0.1, 0.5), False), ((0.5, 0.2), (0.4, 0.2), True), ((0.3, 0.2), (0.3, 0.2), False)]
)
def test_agreement_within_deals_comes_first_and_ties_are_settled_over_all(new, old, better):
    assert Agreement(*new).better_than(Agreement(*old)) == better
