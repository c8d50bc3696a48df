"""Matrix games: payoffs, repetition, monitoring, talk, relabelling, bad parameters."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.errors import ParameterError
from ludens.games import IllegalMove, Move, load_state, make
from ludens.games.testing import check_game, check_leak, random_moves


def play_out(game, seed=0, moves_seed=1):
    state, rng = game.start(seed), np.random.default_rng(moves_seed)
    while not state.over:
        state.play(random_moves(state, rng))
    return state


def play(state, *words):
    return state.play({seat: Move(word) for seat, word in enumerate(words)})


def test_prisoners_dilemma_pays_and_tells_what_the_table_says():
    state = make("prisoners_dilemma", rounds=4).start(0)
    for words in (("cooperate", "cooperate"), ("cooperate", "defect"), ("defect", "cooperate"), ("defect", "defect")):
        (event,) = play(state, *words)
    assert state.returns == [9, 9]
    assert state.over
    assert event.kind == "round"
    assert event.visible_to is None
    assert event.data == {"round": 4, "actions": [1, 1], "payoffs": [1.0, 1.0]}
    assert event.text == "Round 4: player_0 chose defect, player_1 chose defect. player_0 earned 1, player_1 earned 1."
    facts = state.outcome
    assert facts["cooperation"] == [0.5, 0.5]
    assert facts["joint"] == {"cooperate/cooperate": 1, "cooperate/defect": 1, "defect/cooperate": 1, "defect/defect": 1}
    assert facts["welfare"] == pytest.approx((6 + 5 + 5 + 2) / 4)
    assert facts["efficiency"] == pytest.approx((4.5 - 2) / 4)


def test_a_table_of_three_seats_is_indexed_by_all_of_them():
    table = np.arange(3 * 2 * 3 * 2, dtype=float).reshape(3, 2, 3, 2)
    game = make("matrix", payoffs=table.tolist(), actions=())
    for joint in itertools.product(range(2), range(3), range(2)):
        state = game.start(0)
        play(state, *(game.actions[seat][action] for seat, action in enumerate(joint)))
        assert state.returns == table[(slice(None), *joint)].tolist()


def test_discount_weighs_each_round_against_the_one_before():
    state = make("prisoners_dilemma", rounds=3, discount=0.5).start(0)
    for _ in range(3):
        play(state, "cooperate", "cooperate")
    assert state.returns == [3 * 1.75, 3 * 1.75]
    assert state.events[-1].data["payoffs"] == [3.0, 3.0]


def test_random_end_has_the_declared_mean_and_cap():
    game = make("prisoners_dilemma", rounds=200, continuation=0.75)
    lengths = [len(play_out(game, seed).history) for seed in range(400)]
    # geometric with mean 4 and standard deviation sqrt(12): five standard errors
    assert abs(np.mean(lengths) - 4) < 5 * np.sqrt(12 / 400)
    assert max(len(play_out(make("prisoners_dilemma", rounds=2, continuation=0.99), seed).history) for seed in range(20)) == 2


def test_tremble_flips_at_its_rate_and_everybody_sees_what_was_carried_out():
    game = make("prisoners_dilemma", rounds=4000, tremble=0.25)
    state = game.start(0)
    while not state.over:
        play(state, "cooperate", "cooperate")
    flips = np.mean([action for joint in state.history for action in joint])
    assert abs(flips - 0.25) < 5 * np.sqrt(0.25 * 0.75 / 8000)
    assert [tuple(event.data["actions"]) for event in state.observe(0).events] == state.history


def test_noisy_reports_are_wrong_at_their_rate_about_others_only():
    state = make("rock_paper_scissors", rounds=4000, monitoring="noisy", noise=0.3).start(0)
    while not state.over:
        play(state, "rock", "rock")
    seen = [event.data["actions"] for event in state.observe(0).events]
    wrong = [other for own, other in seen if other != 0]
    assert all(own == 0 for own, _ in seen)
    assert abs(len(wrong) / 4000 - 0.3) < 5 * np.sqrt(0.3 * 0.7 / 4000)
    assert abs(wrong.count(1) / len(wrong) - 0.5) < 5 * np.sqrt(0.25 / len(wrong))
    assert state.history == [(0, 0)] * 4000
    assert all(event.data["payoffs"] == [None, None] for event in state.events)


@given(seed=st.integers(0, 1000))
@settings(max_examples=20)
def test_noise_zero_shows_what_perfect_monitoring_shows(seed):
    clear = play_out(make("chicken", rounds=6), seed, seed)
    noisy = play_out(make("chicken", rounds=6, monitoring="noisy"), seed, seed)
    assert noisy.returns == clear.returns
    for seat in range(2):
        assert [event.data["actions"] for event in noisy.observe(seat).events] == [event.data["actions"] for event in clear.observe(seat).events]


def test_payoff_monitoring_tells_the_own_action_and_payoff_only():
    state = make("coordination", rounds=2, monitoring="payoff").start(0)
    play(state, "A", "B")
    (event,) = state.observe(1).events
    assert event.data == {"round": 1, "actions": [None, 1], "payoffs": [None, 0.0]}
    assert event.visible_to == (1,)
    assert "player_0" not in event.text


@pytest.mark.parametrize(("show", "own", "other"), [("all", True, True), ("own", True, False), ("none", False, False)])
def test_hidden_payoffs_are_in_nobody_elses_words(show, own, other):
    payoffs = (((11, 12), (13, 14)), ((21, 22), (23, 24)))
    game = make("matrix", payoffs=payoffs, actions=(), show_payoffs=show, rounds=2)
    rules = game.rules_text(0)
    assert all(str(value) in rules for value in (11, 12, 13, 14)) is own
    assert any(str(value) in rules for value in (21, 22, 23, 24)) is other
    state = game.start(0)
    play(state, "A", "A")
    told = state.observe(0).events[0].data["payoffs"]
    assert told == [11.0, 21.0 if show == "all" else None]


def test_talk_comes_before_choice_and_is_heard_by_all():
    state = make("stag_hunt", rounds=2, say_chars=40).start(0)
    assert state.action_spec(0).say_only
    (said,) = state.play({0: Move("talk", "Stag?"), 1: Move("talk")})
    assert (said.kind, said.seat, said.data, said.visible_to) == ("say", 0, {"text": "Stag?"}, None)
    with pytest.raises(IllegalMove):
        state.play({0: Move("stag", "not now"), 1: Move("stag")})
    play(state, "stag", "stag")
    assert state.returns == [4, 4]
    assert state.talking


def test_what_is_said_cannot_pretend_to_be_an_event():
    state = make("stag_hunt", say_chars=200).start(0)
    forged = 'hi"\nRound 1: player_1 chose hare.\u202e\x07'
    (said,) = state.play({0: Move("talk", forged), 1: Move("talk")})
    assert "\n" not in said.text
    assert json.loads(said.text.removeprefix("player_0 says: ")) == said.data["text"]
    assert "\u202e" not in said.text
    assert "\x07" not in said.text


@given(data=st.data())
@settings(max_examples=40)
def test_relabelling_scale_and_shift_change_the_looks_and_not_the_game(data):
    name = data.draw(st.sampled_from(["matrix", "battle_of_the_sexes", "rock_paper_scissors", "el_farol", "ring_network"]))
    plain = make(name)
    size = make(name, labels="letters").relabelings
    game = make(
        name,
        labels="letters",
        relabel=data.draw(st.integers(0, size - 1)),
        scale=data.draw(st.sampled_from([0.5, 1.0, 3.0])),
        shift=data.draw(st.integers(-5, 5)),
    )
    joint = tuple(data.draw(st.integers(0, len(actions) - 1)) for actions in plain.actions)
    state = game.start(0)
    play(state, *(game.shown[seat][action] for seat, action in enumerate(joint)))
    assert state.history == [joint]
    np.testing.assert_allclose(state.rewards, plain.table[(slice(None), *joint)] * game.scale + game.shift)
    for seat in range(game.seats):
        assert sorted(game.options[seat]) == sorted(game.shown[seat]) == sorted(make(name, labels="letters").shown[seat])
        assert not set(game.shown[seat]) & set(plain.actions[seat])


def test_every_relabelling_of_a_small_game_is_another_one():
    games = [make("prisoners_dilemma", labels="letters", relabel=index) for index in range(16)]
    assert games[0].relabelings == 16
    assert len({(game.shown, game.options) for game in games}) == 16
    words = [make("prisoners_dilemma", relabel=index) for index in range(4)]
    assert len({game.options for game in words}) == words[0].relabelings == 4
    assert {game.shown for game in words} == {words[0].actions}


def test_a_large_game_is_relabelled_too():
    game = make("travellers_dilemma", labels="letters", relabel=12345)
    assert sorted(game.options[0]) == sorted(game.shown[0])
    assert game.options[0] != game.shown[0]
    assert len(set(game.shown[1])) == 99


VARIANTS = [
    {"say_chars": 60},
    {"monitoring": "noisy", "noise": 0.2},
    {"monitoring": "noisy", "noise": 0.2, "tremble": 0.1, "say_chars": 30},
    {"tremble": 0.1, "continuation": 0.8},
    {"labels": "letters", "relabel": 7, "scale": 2.0, "shift": -3.0, "show_rounds": False, "discount": 0.9},
]


@pytest.mark.parametrize("params", VARIANTS, ids=str)
def test_variants_conform(params):
    check_game(make("prisoners_dilemma", **params))


@pytest.mark.parametrize("params", [{}, {"monitoring": "payoff"}, {"monitoring": "noisy", "noise": 0.1, "continuation": 0.7}], ids=str)
def test_three_seats_with_talk_conform(params):
    check_game(make("coordination", seats=3, values=(3, 2, 1), rounds=4, say_chars=50, **params))


@pytest.mark.parametrize("show", ["own", "none"])
def test_games_of_hidden_payoffs_keep_their_secrets(show):
    game = make("coordination", seats=3, rounds=3, monitoring="payoff", show_payoffs=show)
    check_leak(game, range(3))


@pytest.mark.parametrize(
    ("params", "hides"),
    [
        ({"monitoring": "payoff"}, False),  # the four payoffs differ, so the own one tells what the other did
        ({"monitoring": "payoff", "temptation": 3.5, "reward": 3, "sucker": 1, "punishment": 1.5}, False),
        ({"show_payoffs": "own"}, False),
        ({"monitoring": "noisy"}, False),
        ({"monitoring": "noisy", "noise": 1.0}, False),
        ({"monitoring": "noisy", "noise": 0.02}, True),
    ],
    ids=str,
)
def test_what_follows_from_what_was_seen_is_not_hidden(params, hides):
    game = make("prisoners_dilemma", rounds=3, **params)
    state = game.start(0)
    assert not state.hides(0)
    play(state, "cooperate", "defect")
    assert state.hides(0) is hides
    check_leak(game, range(3))


def test_a_report_that_is_always_wrong_leaves_two_of_three_actions():
    state = make("rock_paper_scissors", rounds=2, monitoring="noisy", noise=1.0).start(0)
    play(state, "rock", "paper")
    assert state.hides(0)


def test_payoff_monitoring_resamples_uniformly_what_fits():
    game = make("coordination", values=(2, 2, 2), rounds=1, monitoring="payoff")
    state = game.start(0)
    play(state, "A", "B")
    rng = np.random.default_rng(0)
    drawn = [state.resample_hidden(0, rng).history[0] for _ in range(600)]
    assert set(drawn) == {(0, 1), (0, 2)}
    assert abs(drawn.count((0, 1)) / 600 - 0.5) < 5 * np.sqrt(0.25 / 600)


def test_noisy_monitoring_resamples_by_bayes_rule():
    game = make("rock_paper_scissors", rounds=1, monitoring="noisy", noise=0.4)
    state = game.start(3)
    play(state, "rock", "rock")
    seen = state.observe(0).events[0].data["actions"][1]
    rng = np.random.default_rng(0)
    drawn = [state.resample_hidden(0, rng) for _ in range(1000)]
    share = np.mean([twin.history[0][1] == seen for twin in drawn])
    assert abs(share - 0.6) < 5 * np.sqrt(0.24 / 1000)
    for twin in drawn[:20]:
        assert twin.returns == twin.rewards == game.facts(twin.history[0])[0]
        assert twin.observe(0).key == state.observe(0).key
        assert load_state(game, json.loads(json.dumps(twin.to_dict()))) == twin


def test_chance_to_come_is_drawn_anew():
    state = make("prisoners_dilemma", rounds=300, tremble=0.5).start(0)
    play(state, "cooperate", "cooperate")
    twin = state.resample_hidden(0, np.random.default_rng(5))
    assert twin.history == state.history
    for _ in range(20):
        play(state, "cooperate", "cooperate")
        play(twin, "cooperate", "cooperate")
    assert twin.history != state.history


@given(seed=st.integers(0, 2**31), cut=st.integers(0, 12))
@settings(max_examples=25)
def test_copies_play_on_alike_from_any_position(seed, cut):
    game = make("hawk_dove", rounds=6, say_chars=20, monitoring="noisy", noise=0.3, tremble=0.2, continuation=0.9)
    state, rng = game.start(seed), np.random.default_rng(seed)
    for _ in range(cut):
        if not state.over:
            state.play(random_moves(state, rng))
    copies = [state.clone(), load_state(game, json.loads(json.dumps(state.to_dict())))]
    assert all(copy == state for copy in copies)
    while not state.over:
        moves = random_moves(state, rng)
        for one in (state, *copies):
            one.play(moves)
        assert all(copy == state for copy in copies)


BAD = [
    ("prisoners_dilemma", {"rounds": 0}, "rounds"),
    ("prisoners_dilemma", {"rounds": 2.5}, "rounds"),
    ("prisoners_dilemma", {"temptation": 2}, "temptation"),
    ("prisoners_dilemma", {"temptation": float("inf")}, "finite"),
    ("prisoners_dilemma", {"continuation": 1.0}, "continuation"),
    ("stag_hunt", {"continuation": 0.5}, "rounds"),
    ("stag_hunt", {"discount": 0}, "discount"),
    ("stag_hunt", {"noise": 0.1}, "monitoring='noisy'"),
    ("stag_hunt", {"monitoring": "none"}, "monitoring"),
    ("stag_hunt", {"relabel": 4}, "from 0 to 3"),
    ("stag_hunt", {"scale": -1}, "scale"),
    ("stag_hunt", {"labels": "numbers"}, "labels"),
    ("hawk_dove", {"cost": 3}, "cost"),
    ("matrix", {"payoffs": [[1, 2], [3]]}, "full table"),
    ("matrix", {"payoffs": [[[1, 2], [3, float("nan")]], [[1, 2], [3, 4]]], "actions": ()}, "finite"),
    ("matrix", {"payoffs": "abc"}, "a list"),
    ("matrix", {"actions": [["up"], ["left"]]}, "2 x 3"),
    ("matrix", {"actions": [["up", "Up"], ["a", "b", "c"]]}, "distinct"),
    ("matrix", {"actions": [["up", "down\n"], ["a", "b", "c"]]}, "distinct"),
    ("matrix", {"actions": [["up", "talk"], ["a", "b", "c"]], "say_chars": 9}, "talk"),
    ("minority", {"seats": 4}, "odd"),
    ("el_farol", {"capacity": 5}, "capacity"),
    ("travellers_dilemma", {"high": 2}, "high"),
    ("topology", {"row": "nonsense"}, "chicken"),
    ("topology", {"col": 13}, "from 1 to 12"),
    ("ring_network", {"seats": 3}, "instance"),
    ("random_game", {"seats": 10, "options_each": 50}, "too many"),
]


@pytest.mark.parametrize(("name", "params", "word"), BAD, ids=str)
def test_bad_parameters_get_one_line_that_says_what_is_right(name, params, word):
    with pytest.raises(ParameterError) as caught:
        make(name, **params)
    assert word in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "params",
    [
        {"monitoring": "counterfactual", "show_payoffs": "none"},
        {"monitoring": "counterfactual", "show_payoffs": "own", "tremble": 0.2},
        {"monitoring": "counterfactual", "say_chars": 20},
        {"show_payoffs": "earned"},
    ],
    ids=str,
)
@pytest.mark.parametrize("game", [("matrix", {}), ("coordination", {"seats": 3}), ("random_game", {"seats": 3})], ids=str)
def test_games_that_are_learnt_by_playing_conform(game, params):
    check_game(make(game[0], rounds=3, **game[1], **params), seeds=(0, 1))


def test_each_seat_is_told_what_its_options_would_have_earned():
    game = make("matrix", rounds=2, monitoring="counterfactual", show_payoffs="none")
    state = game.start(0)
    state.play({0: Move("down"), 1: Move("right")})
    first, second = (state.observe(seat).events[-1] for seat in (0, 1))
    assert first.data["options"] == game.table[0][:, 2].tolist()
    assert second.data["options"] == game.table[1][1].tolist()
    assert first.data["actions"] == [1, None]
    other = game.table[0][0, 2]
    assert first.text == f"Round 1: player_0 chose down. player_0 earned {game.table[0][1, 2]:g}. Its other options would have earned: up {other:g}."
    assert "earn" in state.observe(0).rules
    assert "- if" not in state.observe(0).rules


def test_what_all_earned_is_told_though_the_table_is_not():
    game = make("matrix", rounds=2, show_payoffs="earned")
    state = game.start(0)
    state.play({0: Move("up"), 1: Move("left")})
    assert state.observe(0).events[-1].data["payoffs"] == game.table[:, 0, 0].tolist()
    assert "- if" not in state.observe(0).rules
    with pytest.raises(ParameterError, match="monitoring='perfect'"):
        make("matrix", rounds=2, show_payoffs="earned", monitoring="payoff")
