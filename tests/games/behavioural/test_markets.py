"""Prices, quantities and guesses: known optima."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.games import Move, make
from ludens.games.matrix.behavioural.beauty_contest import level_k
from ludens.games.matrix.behavioural.logit import LogitMarket

# firms: Nash price, joint price, Nash profit, joint profit per firm, profit of the best deviation, grim trigger's critical discount factor;
# a = 2, a_0 = 0, mu = 1/4, c = 1, beta = 100, as in Calvano et al. (2020); computed apart from this code, rounded as shown
TABLE = {
    1: (1.802, 1.802, 55.20, 55.20, None, None),
    2: (1.4729, 1.9250, 22.29, 33.75, 41.17, 0.393),
    3: (1.3702, 2.0000, 12.02, 25.00, 37.44, 0.489),
    4: (1.3315, 2.0544, 8.15, 20.11, 35.52, 0.563),
    5: (1.3115, 2.0972, 6.15, 16.94, 34.31, 0.617),
    8: (1.2854, 2.1890, 3.54, 11.74, 32.25, 0.715),
}
MARKETS = st.builds(
    LogitMarket,
    n=st.integers(1, 6),
    alpha=st.sampled_from([0.5, 1.0, 3.2, 10.0]),
    quality=st.floats(0.5, 4),
    mu=st.floats(0.1, 1.0),
    cost=st.floats(0, 2),
)


@pytest.mark.parametrize("firms", TABLE)
def test_logit_market_matches_the_published_benchmarks(firms):
    nash, joint, nash_profit, joint_profit, deviation, discount = TABLE[firms]
    market = LogitMarket(firms)
    assert market.nash_price == pytest.approx(nash, abs=1e-3)
    assert market.monopoly_price == pytest.approx(joint, abs=1e-3)
    # profits are given to two decimals only
    assert market.nash_profit == pytest.approx(nash_profit, abs=5.1e-3)
    assert market.monopoly_profit == pytest.approx(joint_profit, abs=5.1e-3)
    if discount is None:
        assert market.grim_discount is None
    else:
        assert market.deviation_profit == pytest.approx(deviation, abs=5.1e-3)
        assert market.grim_discount == pytest.approx(discount, abs=1e-3)


@settings(max_examples=60)
@given(market=MARKETS, step=st.floats(-0.3, 0.3))
def test_no_price_beats_nash_and_none_the_joint_optimum(market, step):
    move = step * market.alpha
    nash = [market.nash_price] * market.n
    assert market.profits([nash[0] + move, *nash[1:]])[0] <= market.nash_profit + 1e-9 * market.alpha * market.beta
    joint = market.monopoly_price + move
    assert sum(market.profits([joint] * market.n)) <= market.n * market.monopoly_profit + 1e-9 * market.alpha * market.beta


@settings(max_examples=60)
@given(market=MARKETS, data=st.data())
def test_best_response_beats_a_grid(market, data):
    others = [market.alpha * data.draw(st.floats(0, 5)) for _ in range(market.n - 1)]
    best = market.best_response(others)
    reached = market.profits([best, *others])[0]
    grid = [market.profits([float(price), *others])[0] for price in np.linspace(0, 3 * best, 200)]
    assert reached >= max(grid) - 1e-9 * market.alpha * market.beta


@settings(max_examples=30)
@given(market=MARKETS)
def test_alpha_is_a_unit_of_money(market):
    plain = LogitMarket(market.n, 1.0, market.quality, market.outside, market.mu, market.cost, market.beta)
    assert market.nash_price == pytest.approx(market.alpha * plain.nash_price)
    assert market.monopoly_profit == pytest.approx(market.alpha * plain.monopoly_profit)
    assert market.quantities([market.alpha * 1.7] * market.n) == pytest.approx(plain.quantities([1.7] * market.n))


def test_bertrand_pays_the_market_and_reports_the_collusion_index():
    game = make("bertrand", rounds=2)
    state = game.start(0)
    for price in (game.market.nash_price, game.market.monopoly_price):
        state.play({0: Move(price), 1: Move(price)})
    assert state.history[0]["payoffs"] == pytest.approx([game.market.nash_profit] * 2, abs=1e-4)
    assert state.history[1]["payoffs"] == pytest.approx([game.market.monopoly_profit] * 2, abs=1e-4)
    assert state.outcome["collusion_index"] == pytest.approx(0.5, abs=1e-4)


@settings(max_examples=60)
@given(prices=st.lists(st.floats(0, 4.51), min_size=3, max_size=3), seats=st.just(3))
def test_bertrand_round_lies_within_the_declared_bounds(prices, seats):
    game = make("bertrand", seats=seats, rounds=1)
    state = game.start(0)
    state.play({seat: Move(price) for seat, price in enumerate(prices)})
    assert all(game.type.payoff_low <= payoff <= game.type.payoff_high for payoff in state.returns)
    assert sum(state.last["quantities"]) <= game.beta + 1e-5


def test_bertrand_bounds_are_tight():
    game = make("bertrand", rounds=1)
    worst, best = game.start(0), game.start(0)
    worst.play({0: Move(0), 1: Move(game.price_max)})
    best.play({0: Move(game.market.best_response([game.price_max])), 1: Move(game.price_max)})
    assert worst.returns[0] == pytest.approx(game.type.payoff_low, abs=1e-4)
    assert best.returns[0] == pytest.approx(game.type.payoff_high, abs=1e-4)


@settings(max_examples=60)
@given(seats=st.integers(1, 6), slope=st.floats(0.1, 5), cost=st.floats(0, 90), capacity=st.none() | st.floats(1, 200), deviation=st.floats(0, 1))
def test_cournot_nash_is_a_best_response_and_joint_output_the_best(seats, slope, cost, capacity, deviation):
    game = make("cournot", seats=seats, slope=slope, cost=cost, capacity=capacity)
    nash, rivals = game.nash_quantity, seats - 1
    assert game.best_response(rivals * nash) == pytest.approx(nash, abs=1e-9)
    assert game.profit(deviation * game.most, rivals * nash) <= game.profit(nash, rivals * nash) + 1e-9
    same = deviation * game.most
    assert game.profit(same, rivals * same) <= game.profit(game.joint_quantity, rivals * game.joint_quantity) + 1e-9


def test_cournot_closed_forms():
    game = make("cournot", seats=2, intercept=100, slope=1, cost=10)
    assert (game.nash_quantity, game.joint_quantity, game.walras_quantity) == (30, 22.5, 45)
    state = game.start(0)
    state.play({0: Move(30), 1: Move(30)})
    assert state.returns == [900, 900]
    assert state.last["price"] == 40


@settings(max_examples=60)
@given(quantities=st.lists(st.floats(0, 100), min_size=3, max_size=3))
def test_cournot_stays_within_bounds(quantities):
    game = make("cournot", seats=3, rounds=1)
    state = game.start(0)
    state.play({seat: Move(quantity) for seat, quantity in enumerate(quantities)})
    assert all(game.type.payoff_low - 1e-9 <= payoff <= game.type.payoff_high + 1e-9 for payoff in state.returns)


def test_beauty_contest_nearest_wins_and_ties_share():
    state = make("beauty_contest", seats=3, rounds=2).start(0)
    state.play({0: Move(60), 1: Move(30), 2: Move(0)})  # target 20
    assert state.rewards == [0, 100, 0]
    state.play({0: Move(90), 1: Move(12), 2: Move(12)})  # target 25.33
    assert state.rewards == [0, 50, 50]
    assert state.outcome["first_mean_guess"] == 30


@settings(max_examples=60)
@given(guesses=st.lists(st.floats(0, 100), min_size=2, max_size=6), p=st.floats(0.1, 2))
def test_beauty_contest_always_pays_exactly_one_prize(guesses, p):
    state = make("beauty_contest", seats=len(guesses), p=p).start(0)
    state.play({seat: Move(guess) for seat, guess in enumerate(guesses)})
    assert sum(state.returns) == pytest.approx(100)


@pytest.mark.parametrize(("p", "equilibrium"), [(2 / 3, 0.0), (1.3, 100.0)])
def test_beauty_contest_equilibrium_leaves_no_gain(p, equilibrium):
    game = make("beauty_contest", p=p)
    assert game.equilibrium == equilibrium
    for deviation in np.linspace(0, 100, 41):
        state = game.start(0)
        state.play({0: Move(float(deviation)), **{seat: Move(equilibrium) for seat in range(1, game.seats)}})
        assert state.returns[0] <= 100 / game.seats


def test_level_k_guesses_and_their_depth():
    guesses = [level_k(2 / 3, 0, 100, level) for level in range(5)]
    assert guesses[1] == pytest.approx(33.333, abs=1e-3)
    assert [math.log(guess / 50) / math.log(2 / 3) for guess in guesses] == pytest.approx([0, 1, 2, 3, 4])
    assert level_k(1.5, 0, 100, 5) == 100


@settings(max_examples=40)
@given(prices=st.lists(st.floats(0, 4.51), min_size=1, max_size=3))
def test_bertrand_security_price_secures_its_card(prices):
    game = make("bertrand", seats=1 + len(prices))
    secure = next(card.value for card in game.predictions() if card.concept == "security")
    price = game.market.best_response([0.0] * len(prices))
    assert game.market.profits([price, *prices])[0] >= secure - 1e-12
