"""Auctions: equilibrium bids, revenue equivalence, private values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.games import Move, make

FIRST, SECOND = "first_price_auction", "second_price_auction"


def play_equilibrium(game, seed):
    state = game.start(seed)
    while not state.over:
        state.play({seat: Move(game.equilibrium_bid(state.values[seat])) for seat in state.to_move})
    return state


@pytest.mark.parametrize(("seats", "low"), [(2, 0.0), (3, 0.0), (5, 40.0)])
def test_revenue_equivalence(seats, low):
    """Both auctions raise l + (n - 1) / (n + 1) (h - l) on average under equilibrium bids: within 4 standard errors, on the same values."""
    revenues = []
    for name in (FIRST, SECOND):
        game = make(name, seats=seats, value_low=low, rounds=1500)
        state = play_equilibrium(game, 7)
        prices = np.array([facts["price"] for facts in state.history])
        assert abs(prices.mean() - game.equilibrium_revenue) < 4 * prices.std() / np.sqrt(len(prices))
        assert state.outcome["efficiency"] == 1.0
        revenues.append(prices)
    assert revenues[0].var() < revenues[1].var()  # same mean, less risk for the seller under first price (Vickrey 1961)


@settings(max_examples=100)
@given(value=st.integers(0, 10_000), bid=st.integers(0, 10_000), rivals=st.lists(st.integers(0, 10_000), min_size=2, max_size=2))
def test_truth_is_dominant_in_the_second_price_auction(value, bid, rivals):
    game = make(SECOND, rounds=1)

    def earned(own):
        state = game.start(0)
        state.values[0] = value / 100
        state.play({0: Move(own / 100), 1: Move(rivals[0] / 100), 2: Move(rivals[1] / 100)})
        return state.returns[0]

    # a tie with a rival pays 0 whoever wins it, so that the lot does not matter
    assert earned(value) >= max(earned(bid), 0) - 1e-9


@pytest.mark.parametrize("seats", [2, 3, 6])
def test_first_price_bid_is_a_best_response_in_closed_form(seats):
    """Against rivals who bid (n - 1) / n of values uniform on [0, 100], a bid b wins with probability (b n / (100 (n - 1))) ** (n - 1)."""
    game = make(FIRST, seats=seats)
    bids = np.linspace(0, 100 * (seats - 1) / seats, 20_001)
    winning = (bids * seats / (100 * (seats - 1))) ** (seats - 1)
    for value in (10.0, 55.5, 100.0):
        best = bids[np.argmax((value - bids) * winning)]
        assert best == pytest.approx(game.equilibrium_bid(value), abs=0.01)


def test_winner_pays_and_losers_do_not():
    for name, price in ((FIRST, 80.0), (SECOND, 70.0)):
        state = make(name, rounds=1).start(3)
        state.play({0: Move(70.0), 1: Move(80.0), 2: Move(0.0)})
        assert (state.last["winner"], state.last["price"]) == (1, price)
        assert state.returns == [0, round(state.last["values"][1] - price, 9), 0]


def test_ties_are_drawn_fairly():
    winners = []
    state = make(FIRST, seats=3, rounds=600).start(1)
    while not state.over:
        state.play({seat: Move(50.0 if seat else 10.0) for seat in state.to_move})
        winners.append(state.last["winner"])
    assert set(winners) == {1, 2}
    assert 240 < winners.count(1) < 360


def test_a_value_is_told_to_its_bidder_only():
    state = make(SECOND, rounds=2).start(5)
    state.play({seat: Move(10.0 * seat) for seat in state.to_move})
    for seat in range(3):
        own = [event.data["value"] for event in state.observe(seat).events if event.kind == "value"]
        assert own == [state.history[0]["values"][seat], state.values[seat]]
        assert all(event.visible_to in (None, (seat,)) for event in state.observe(seat).events)


def test_resampling_keeps_what_a_seat_knows_and_moves_the_rest():
    state = make(FIRST, rounds=3).start(11)
    for _ in range(2):
        state.play({seat: Move(5.0 + 10 * seat) for seat in state.to_move})
    twin = state.resample_hidden(0, np.random.default_rng(0))
    assert [facts["values"][0] for facts in twin.history] == [facts["values"][0] for facts in state.history]
    assert twin.values[0] == state.values[0]
    assert all(ours != theirs for ours, theirs in zip(state.values[1:], twin.values[1:], strict=True))
    assert twin.key(0) == state.key(0)
    assert twin.key(1) != state.key(1)
    assert twin.returns[0] == state.returns[0]
    assert twin.returns[2] == pytest.approx(sum(facts["values"][2] - 25.0 for facts in twin.history))
    assert twin.rewards == twin.history[-1]["payoffs"]
    for other in (state, twin):  # both play on
        other.play({seat: Move(1.0 + seat) for seat in other.to_move})
        assert other.over


def test_resampled_values_are_uniform_over_the_range():
    state = make(SECOND, seats=2, value_low=20, value_high=60).start(0)
    rng = np.random.default_rng(4)
    drawn = np.array([state.resample_hidden(0, rng).values[1] for _ in range(400)])
    assert drawn.min() >= 20
    assert drawn.max() <= 60
    assert abs(drawn.mean() - 40) < 4 * (40 / np.sqrt(12)) / np.sqrt(400)
