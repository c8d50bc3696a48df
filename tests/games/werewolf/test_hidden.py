"""What a seat cannot know, drawn anew: deals that fit what it saw, alike likely, and nights that come out as they did."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from village import DOCTOR, PLAIN, SEER, SEVEN, WOLF, Village

from ludens.games import make
from ludens.games.testing import random_moves
from ludens.games.werewolf.hidden import consistent_deals


def drawn(state, seat, count, seed=0):
    rng = np.random.default_rng(seed)
    return [state.resample_hidden(seat, rng) for _ in range(count)]


def test_at_the_beginning_all_deals_of_the_others_are_alike_likely():
    village = Village((WOLF, SEER, PLAIN, PLAIN))
    counts = Counter(twin.cast for twin in drawn(village.state, 3, 1200))
    assert len(counts) == 6  # werewolf, seer and a villager at three seats
    assert all(cast[3] == PLAIN for cast in counts)
    from scipy.stats import chisquare

    assert chisquare(list(counts.values())).pvalue > 0.001


def test_what_a_seat_found_out_holds_in_every_world():
    village = Village(SEVEN)
    village.night(kill=6, seer=0, doctor=3)
    for twin in drawn(village.state, 2, 60):
        assert twin.cast[2] == SEER
        assert twin.cast[0] == WOLF
        assert twin.cast[6] != WOLF  # werewolves do not kill each other
        assert [event.text for event in twin.observe(2).events] == [event.text for event in village.state.observe(2).events]


def test_a_werewolf_keeps_its_pack_and_their_nights():
    village = Village(SEVEN, whispers=1)
    village.night(kill=5, doctor=3)
    casts = set()
    for twin in drawn(village.state, 0, 60):
        assert twin.wolves == (0, 1)
        assert twin.observe(0).events[-1].text == village.state.observe(0).events[-1].text
        casts.add(twin.cast)
    assert len(casts) > 8  # of 20 for the two that are no villagers


def test_a_quiet_night_needs_somebody_who_protected():
    village = Village(SEVEN)
    village.night(kill=4, doctor=4, seer=5)
    village.day(2, seat_2=0)
    village.night(kill=4, doctor=4)
    for twin in drawn(village.state, 6, 40):
        assert DOCTOR in [twin.cast[seat] for seat in range(7) if seat != 2]
        assert twin.deaths == village.state.deaths


def test_roles_that_were_shown_stay():
    village = Village(SEVEN, reveal_day="role", reveal_night="side")
    village.night(kill=6)
    village.day(0)
    for twin in drawn(village.state, 4, 40):
        assert twin.cast[0] == WOLF
        assert twin.role(6).side == "village"


def test_when_it_is_over_only_the_nights_are_open():
    village = Village((WOLF, SEER, PLAIN, PLAIN))
    village.night(kill=3)
    village.day(0)
    twins = drawn(village.state, 2, 20)
    assert {twin.cast for twin in twins} == {village.state.cast}
    assert len({tuple(event.text for event in twin.events) for twin in twins}) > 1  # whom the seer checked


def test_a_game_of_fifteen_can_be_drawn_anew():
    game = make("werewolf_aiwolf15", talk_rounds=1)
    state, rng = game.start(3), np.random.default_rng(3)
    for _ in range(40):
        if not state.over:
            state.play(random_moves(state, rng))
    assert len({twin.cast for twin in drawn(state, 5, 12)}) > 6


@pytest.mark.parametrize("seed", range(4))
def test_the_true_deal_is_among_those_that_fit(seed):
    state, rng = make("werewolf", cast=[WOLF, SEER, PLAIN, PLAIN, PLAIN]).start(seed), np.random.default_rng(seed)
    while not state.over:
        deals = consistent_deals(state, 4, rng)
        assert any(next(deals) == state.cast for _ in range(400))
        state.play(random_moves(state, rng))
