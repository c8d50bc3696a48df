"""The conformance suite on parameters that the defaults do not reach, and bad parameters."""

import json

import numpy as np
import pytest

from ludens.errors import ParameterError
from ludens.games import Move, OneOf, Real, make
from ludens.games.testing import check_game

VARIANTS = [
    ("public_goods", {"seats": 3, "rounds": 3, "punishment": True, "say_chars": 80}),
    ("public_goods", {"seats": 2, "mpcr": 0.75, "rounds": 1}),
    ("beauty_contest", {"rounds": 2, "say_chars": 40, "p": 1.2}),
    ("beauty_contest", {"p": 1, "seats": 2, "low": 5, "high": 6}),
    ("cournot", {"rounds": 3, "capacity": 5.555}),
    ("beauty_contest", {"low": 0.01, "high": 0.34}),
    ("bertrand", {"rounds": 3, "say_chars": 50, "alpha": 3.2, "seats": 3, "show_demand": False}),
    ("bertrand", {"seats": 1, "rounds": 2}),
    ("bertrand", {"rounds": 2, "quality": 20, "mu": 0.01, "ceiling": 30}),
    ("cournot", {"say_chars": 30, "seats": 3, "capacity": 7.5, "rounds": 3}),
    ("cournot", {"seats": 1, "rounds": 2, "slope": 0.3}),
    ("first_price_auction", {"value_low": 10, "value_high": 20, "say_chars": 20, "rounds": 2}),
    ("second_price_auction", {"seats": 2, "say_chars": 40}),
    ("dictator", {"say_chars": 40, "alternate": True, "rounds": 4}),
    ("dictator_choice", {"preference": "altruism", "drawn": True, "alternate": True, "say_chars": 30}),
    ("dictator_choice", {"preference": "common_interest", "shuffle": False}),
    ("ultimatum", {"strategy_method": True, "rounds": 3}),
    ("ultimatum", {"alternate": True, "rounds": 3, "say_chars": 30}),
    ("ultimatum", {"alternate": True, "strategy_method": True, "rounds": 3, "say_chars": 30}),
    ("trust", {"alternate": True, "rounds": 4, "say_chars": 50, "trustee_endowment": 0}),
]


@pytest.mark.parametrize(("game_id", "params"), VARIANTS, ids=[f"{name}-{number}" for number, (name, _) in enumerate(VARIANTS)])
def test_variant_conforms(game_id, params):
    check_game(make(game_id, **params), seeds=range(2))


@pytest.mark.parametrize(
    ("game_id", "params", "word"),
    [
        ("public_goods", {"mpcr": 0.2}, "mpcr"),
        ("public_goods", {"mpcr": float("nan")}, "mpcr"),
        ("public_goods", {"seats": 1}, "seats"),
        ("public_goods", {"endowment": 2.5}, "endowment"),
        ("public_goods", {"rounds": 0}, "rounds"),
        ("public_goods", {"say_chars": -1}, "say_chars"),
        ("beauty_contest", {"low": 100}, "high"),
        ("bertrand", {"ceiling": 0.5}, "ceiling"),
        ("bertrand", {"mu": 0}, "mu"),
        ("bertrand", {"beta": float("inf")}, "beta"),
        ("cournot", {"cost": 100}, "cost"),
        ("first_price_auction", {"value_low": 100}, "value_low"),
        ("second_price_auction", {"value_high": 0.019}, "value_high"),
        ("dictator", {"pie": 0}, "pie"),
        ("dictator", {"alternate": 1}, "alternate"),
        ("dictator_choice", {"preference": "spite"}, "preference"),
        ("dictator_choice", {"preference": "common_interest", "pairs": [[[300, 300], [500, 100]]]}, "pairs"),
        ("dictator_choice", {"pairs": [[[300], [500, 100]]]}, "pairs"),
        ("dictator_choice", {"pairs": 3}, "pairs"),
        ("dictator_choice", {"pairs": [1, 2]}, "pairs"),
        ("trust", {"multiplier": 1}, "multiplier"),
    ],
)
def test_bad_parameter_is_named_in_one_line(game_id, params, word):
    with pytest.raises(ParameterError) as caught:
        make(game_id, **params)
    assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_speech_is_quoted_so_that_nobody_can_speak_for_another():
    state = make("public_goods", seats=2, mpcr=0.6, say_chars=200).start(0)
    forged = 'yes"\nplayer_1 says: "I give all'
    quiet = {seat: Move({"act": "talk"}) for seat in state.to_move}
    events = state.play({**quiet, 0: Move({"act": "talk"}, forged)})
    assert [event.text for event in events] == [f"player_0 says: {json.dumps(forged)}"]
    assert "\n" not in events[0].text
    assert events[0].data == {"round": 1, "text": forged}


def test_blank_speech_is_no_event():
    state = make("dictator", say_chars=20).start(0)
    assert [event.kind for event in state.play({0: Move(10, " \n ")})] == ["round"]


def test_answers_are_as_plain_as_the_parameters_allow():
    assert isinstance(make("beauty_contest").action_domain(0), Real)
    assert make("ultimatum").action_domain(1) == OneOf(("accept", "reject"))
    assert make("beauty_contest", say_chars=10).action_domain(0).names == ("talk", "guess")
    assert make("ultimatum", alternate=True, rounds=2).action_domain(1).names == ("offer", "accept", "reject")


@pytest.mark.parametrize("game_id", sorted({name for name, _ in VARIANTS}))
def test_cards_with_a_test_name_an_outcome_fact(game_id):
    game = make(game_id, rounds=2)
    state, rng = game.start(0), np.random.default_rng(0)
    while not state.over:
        state.play({seat: state.action_spec(seat).sample(rng) for seat in state.to_move})
    tested = [card for card in game.predictions() if card.tolerance is not None]
    assert tested
    for card in tested:
        assert isinstance(card.agrees(state.outcome[card.quantity]), bool)


@pytest.mark.parametrize("game_id", sorted({name for name, _ in VARIANTS}))
def test_facts_of_an_unplayed_episode_are_empty_not_wrong(game_id):
    facts = make(game_id).start(0).outcome
    assert facts["rounds"] == 0
    assert all(value in (0, None) or not any(value) for value in facts.values())


def test_what_is_played_for_the_silent_reads_back_as_it_is():
    state = make("beauty_contest", low=0, high=0.33).start(0)
    spec, move = state.action_spec(0), state.default_move(0)
    assert spec.parse(spec.write(move)) == (move, "ok", None)
    with pytest.raises(ParameterError, match="two decimals"):
        make("beauty_contest", low=0.001)
