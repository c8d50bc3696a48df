"""Bots for matrix games: what each style does against what, and what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ludens.agents import PlayerSpec
from ludens.agents.bots import STYLES
from ludens.agents.bots.matrix import MatrixBot, Outlook, bot_for
from ludens.agents.bots.matrix_talk import TEMPLATES, speak
from ludens.errors import ParameterError
from ludens.games import Move
from ludens.games.matrix.rules import NormalForm

DILEMMA = (((3, 0), (5, 1)), ((3, 5), (0, 1)))
SEXES = (((3, 0), (0, 2)), ((2, 0), (0, 3)))
CHICKEN = (((3, 1), (5, 0)), ((3, 5), (1, 0)))
PENNIES = (((1, -1), (-1, 1)), ((-1, 1), (1, -1)))
STAG = (((4, 0), (3, 3)), ((4, 3), (0, 3)))


def played(payoffs, *styles, seed=0, **params):
    """Play scripted bots and return the state at the end; a list of choices stands for a fixed opponent."""
    game = NormalForm(payoffs=payoffs, **{"rounds": 10, **params})
    players = [PlayerSpec.of("scripted", style=style).build() if isinstance(style, str) else None for style in styles]
    for seat, player in enumerate(players):
        if player:
            player.start(seat, game.type, 100 * seed + seat)
    state = game.start(seed)
    while not state.over:
        moves = {}
        for seat in state.to_move:
            spec = state.action_spec(seat)
            fixed = styles[seat]
            if players[seat]:
                moves[seat] = players[seat].act(state.observe(seat))
            else:
                moves[seat] = Move(next(spec.domain.values())) if spec.say_only else Move(game.shown[seat][fixed[len(state.history) % len(fixed)]])
            assert spec.check(moves[seat]) is None
        state.play(moves)
    return state


def actions(state, seat=0):
    return [joint[seat] for joint in state.history]


@pytest.mark.parametrize("pair", [(a, b) for a in ("fair", "generous", "tough") for b in ("fair", "generous", "tough")])
@pytest.mark.parametrize("payoffs", [DILEMMA, CHICKEN, STAG])
def test_those_who_seek_the_best_total_find_it_together(payoffs, pair):
    state = played(payoffs, *pair)
    best = np.asarray(payoffs).sum(axis=0).max()
    assert sum(state.returns) == 10 * best


def test_the_fair_take_turns_where_two_ways_are_equally_good():
    state = played(SEXES, "fair", "fair")
    assert state.history == [(0, 0), (1, 1)] * 5
    assert state.returns == [25, 25]


def test_fair_answers_in_kind_and_makes_peace_again():
    #  the other defects in rounds 2 and 3 and returns in round 4: punished in 3 and 4, at peace from 5 on
    state = played(DILEMMA, "fair", [0, 1, 1, 0, 0, 0, 0, 0, 0, 0])
    assert actions(state) == [0, 0, 1, 1, 0, 0, 0, 0, 0, 0]


def test_fair_does_not_avenge_its_own_punishment():
    # two fair players after one trembling hand are at peace two rounds later: the offender accepts what it gets
    game = NormalForm(payoffs=DILEMMA, rounds=10)
    bots = [MatrixBot(game, "fair", seat, np.random.default_rng(seat)) for seat in (0, 1)]
    state, seen = game.start(0), []
    while not state.over:
        chosen = [bots[seat].act(state.observe(seat)) for seat in (0, 1)]
        if state.turn == 2:
            chosen[0] = Move(game.shown[0][1])
        state.play(dict(enumerate(chosen)))
        seen.append(state.history[-1])
    assert seen == [(0, 0), (0, 0), (1, 0), (0, 1), *[(0, 0)] * 6]


def test_tough_never_forgives():
    state = played(DILEMMA, "tough", [0, 0, 1, 0])
    assert actions(state) == [0, 0, 0, *[1] * 7]


def test_tough_insists_on_what_it_likes_best():
    assert actions(played(SEXES, "tough", "generous"))[0] == 0
    assert actions(played(SEXES, "generous", "tough"), 1)[0] == 1


def test_tough_holds_down_the_offender_and_nobody_else():
    # three seats; seat 0's second action costs seat 2, its third costs seat 1
    table = np.zeros((3, 3, 2, 2))
    table[:, 0, 0, 0] = 10
    table[2, 1] -= 5
    table[1, 2] -= 5
    view = Outlook(table)
    assert view.hold_down(0, 2) == 1
    assert view.hold_down(0, 1) == 2


def test_generous_is_generous_whatever_happens():
    assert actions(played(DILEMMA, "generous", [1])) == [0] * 10


def test_greedy_best_responds_to_what_it_has_seen():
    # matching pennies against one who always shows heads: after the first round it always matches
    assert actions(played(PENNIES, "greedy", [0]))[1:] == [0] * 9
    assert actions(played(DILEMMA, "greedy", [0])) == [1] * 10


def test_deceptive_promises_and_breaks():
    state = played(DILEMMA, "deceptive", [0], say_chars=200)
    assert actions(state) == [1] * 10
    said = [event.text for event in state.events if event.kind == "say"]
    assert len(said) == 10
    assert all(" A" in text and " B" not in text for text in said)


def test_cautious_secures_the_value_of_the_game():
    assert actions(played(CHICKEN, "cautious", [0])) == [0] * 10
    shares = np.mean(actions(played(PENNIES, "cautious", [0], rounds=2000)))
    assert shares == pytest.approx(0.5, abs=0.05)


def test_security_of_a_biased_game_is_the_textbook_mixture():
    # row earns 2 on heads/heads, 1 on tails/tails, -1 else: the equalising mixture plays heads with probability 2/5, value 1/5
    table = np.array([[[2.0, -1.0], [-1.0, 1.0]], [[-2.0, 1.0], [1.0, -1.0]]])
    mixed = Outlook(table).security(0)
    assert mixed == pytest.approx([0.4, 0.6])
    assert (mixed @ table[0]).min() == pytest.approx(0.2)


@settings(max_examples=50)
@given(arrays(np.float64, (2, 3, 4), elements=st.integers(-9, 9).map(float)))
def test_security_meets_from_both_sides(table):
    """By the minimax theorem what a seat can secure is what the other, caring for nothing else, can hold it to."""
    low = Outlook(table).security(0) @ table[0]
    against = np.stack([-table[0].T, -table[0].T])
    high = table[0] @ Outlook(against).security(0)
    assert low.min() == pytest.approx(high.max(), abs=1e-6)


@settings(max_examples=50)
@given(arrays(np.float64, (3, 2, 3, 2), elements=st.integers(-9, 9).map(float)), st.integers(0, 2))
def test_expected_payoffs_equal_the_sum_over_joint_actions(table, seat):
    rng = np.random.default_rng(0)
    beliefs = [rng.dirichlet(np.ones(size)) for size in table.shape[1:]]
    direct = np.zeros(table.shape[1 + seat])
    for cell in np.ndindex(*table.shape[1:]):
        weight = np.prod([beliefs[other][cell[other]] for other in range(3) if other != seat])
        direct[cell[seat]] += weight * table[seat, *cell]
    assert Outlook(table).expected(seat, beliefs) == pytest.approx(direct)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"monitoring": "noisy", "noise": 0.3},
        {"monitoring": "payoff"},
        {"tremble": 0.2, "continuation": 0.8},
        {"labels": "letters", "relabel": 3},
        {"say_chars": 40},
    ],
)
def test_every_style_plays_every_variant_legally_and_reproducibly(style, params):
    first, second = (played(DILEMMA, style, "fair", **params) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("show", ["own", "none"])
def test_a_table_that_is_kept_from_the_players_is_kept_from_the_bots(show):
    game = NormalForm(payoffs=DILEMMA, show_payoffs=show)
    assert "show_payoffs" in PlayerSpec.of("scripted", style="greedy").why_not(game)
    with pytest.raises(ParameterError, match="show_payoffs"):
        bot_for(game, "greedy")


@pytest.mark.parametrize("style", STYLES)
def test_three_seats_with_talk(style):
    table = np.zeros((3, 2, 2, 2))
    for cell in np.ndindex(2, 2, 2):
        for seat in range(3):
            table[seat, *cell] = 4 * (3 - sum(cell)) / 3 + 3 * cell[seat]  # a public good: giving (0) costs 3 and makes 4, shared by all
    payoffs = tuple(tuple(tuple(tuple(c) for c in b) for b in a) for a in table.tolist())
    state = played(payoffs, style, "generous", "fair", say_chars=200)
    assert len(state.history) == 10
    assert sum(event.kind == "say" for event in state.events) == 30


@pytest.mark.parametrize("style", STYLES)
def test_talk_varies_and_fits(style):
    said = {
        event.text for seed in range(6) for event in played(DILEMMA, style, [0, 1], seed=seed, say_chars=90).events if event.kind == "say" and event.seat == 0
    }
    assert len(said) >= 5
    assert all(len(text) <= 90 + len('player_0 says: ""') for text in said)


def test_who_has_nothing_short_enough_to_say_says_nothing():
    bot = MatrixBot(NormalForm(payoffs=DILEMMA, rounds=2), "fair", 0, np.random.default_rng(0))
    assert speak(bot, 5) is None
    assert "{" not in (speak(bot, 500) or "{")


def test_every_style_has_its_words():
    assert set(TEMPLATES) == set(STYLES)
    lines = [line for moods in TEMPLATES.values() for group in moods.values() for line in group]
    assert len(set(lines)) == len(lines)
