"""Forced choice: what is shown, what is recorded, and players of known utilities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from ludens.agents import PlayerSpec
from ludens.agents.bots.choice import bot_for
from ludens.arena import Match, play_match
from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.actions import Move

MONEY = ("20 dollars", ((0.5, "50 dollars"), (0.5, "nothing")))
words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)


@given(options=st.lists(words, min_size=2, max_size=2, unique=True), swapped=st.booleans(), place=st.sampled_from("AB"))
def test_places_and_options_are_told_apart(options, swapped, place):
    game = make("forced_choice", options=tuple(options), swapped=swapped, worth=(1.0, 2.0))
    state = game.start(0)
    text = state.observe(0).text()
    shown = options[::-1] if swapped else options
    assert text.index(f"Option A: {shown[0]}.") < text.index(f"Option B: {shown[1]}.")
    state.play({0: Move(place)})
    chosen = shown["AB".index(place)]
    number = options.index(chosen)
    assert state.outcome == {"picked": place, "first": place == "A", "option": number, "chosen": chosen}
    assert state.returns == [(1.0, 2.0)[number]]
    assert state.to_move == ()


def test_a_lottery_is_told_with_its_chances():
    text = make("forced_choice", options=MONEY).start(0).observe(0).text()
    assert "Option B: with a chance of 50 %: 50 dollars; with a chance of 50 %: nothing." in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("tea", "tea"), "two different options"),
        (("tea", " "), "described in one line each"),
        (("tea", "two\nlines"), "described in one line each"),
        (("tea", ((0.5, "a mug"), (0.4, "nothing"))), "chances above 0 that sum to 1"),
        (("tea", ()), "chances above 0 that sum to 1"),
    ],
)
def test_options_that_cannot_be_are_refused(options, said):
    with pytest.raises(ParameterError, match=said):
        make("forced_choice", options=options)


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(
    ("style", "options", "picks"),
    [
        ("fair", MONEY, 1),
        ("fair", ("25 dollars", MONEY[1]), 0),
        ("greedy", MONEY, 1),
        ("generous", MONEY, 0),
        ("tough", ("40 dollars", MONEY[1]), 1),
        ("cautious", MONEY, 0),
        ("greedy", ("1,000 dollars", "999 dollars"), 0),
        ("fair", ("a lamp", "a pen"), 1),
    ],
)
def test_styles_pick_by_amounts_whatever_is_first(style, options, picks, swapped):
    state = make("forced_choice", options=options, swapped=swapped).start(0)
    state.play({0: bot_for(state.game, style)(0, np.random.default_rng(0)).act(state.observe(0))})
    assert state.outcome["option"] == picks


def test_planted_utilities_are_chosen_by_thurstones_law():
    spec = PlayerSpec.of("valuing", utilities={"tea": 0.0, "nothing": -1.0, "a mug": 2.0}, noise=1.5, bias=0.3)
    game = make("forced_choice", options=("tea", ((0.5, "a mug"), (0.5, "nothing"))), swapped=True)
    took = [play_match(Match(game, (spec,), seed)).outcome["first"] for seed in range(1500)]
    chance = ndtr((0.5 + 0.3 - 0.0) / 1.5)
    # four standard errors of a share of 0.70 over 1500
    assert np.mean(took) == pytest.approx(chance, abs=4 * (chance * (1 - chance) / 1500) ** 0.5)


def test_a_valuing_player_knows_what_it_cannot_value():
    assert "no utility of 'a mug'" in str(PlayerSpec.of("valuing", utilities={"tea": 1.0}).why_not(make("forced_choice", options=("tea", "a mug"))))
    assert "it plays forced_choice" in str(PlayerSpec.of("valuing", utilities={"tea": 1.0}).why_not(make("dictator")))
    with pytest.raises(ParameterError, match="noise=-1 should be at least 0"):
        PlayerSpec.of("valuing", utilities={"tea": 1.0}, noise=-1).build()
