"""Haggling over a price and exchanging resources: what is drawn, payoffs, zones, checks of stocks."""

import numpy as np
import pytest

from ludens.games import IllegalMove, Move, make
from ludens.games.negotiation.haggling import CATEGORIES

ACCEPT = Move({"act": "accept"})


def price(value):
    return Move({"act": "propose", "price": value})


def trade(**fields):
    return Move({"act": "propose", **fields})


def test_private_prices_follow_the_list_price():
    game = make("haggling", categories=tuple(CATEGORIES))
    seen = set()
    for seed in range(300):
        state = game.start(seed)
        setting, step = state.setting, state.setting["step"]
        kind = CATEGORIES[setting["category"]]
        seen.add(setting["category"])
        assert kind.low <= setting["list_price"] <= kind.high
        cost, value = (state.private[seat]["limit"] for seat in (0, 1))
        assert 0.5 * setting["list_price"] - step <= cost <= 0.9 * setting["list_price"] + step
        assert 0.6 * setting["list_price"] - step <= value <= 1.1 * setting["list_price"] + step
        assert cost % step == value % step == 0
    assert seen == set(CATEGORIES)


def test_trade_is_possible_as_often_as_predicted():
    game = make("haggling")
    card = next(line for line in game.predictions() if line.quantity == "trade_rate")
    zones = [state.private[1]["limit"] > state.private[0]["limit"] for state in map(game.start, range(1500))]
    # cost uniform on (.5, .9), value on (.6, 1.1): P(value > cost) = 1 - (.3 * .3 / 2) / (.4 * .5)
    assert card.value == pytest.approx(0.775, abs=0.001)
    assert card.agrees(float(np.mean(zones)))


def test_always_zone():
    game = make("haggling", always_zone=True)
    rng = np.random.default_rng(0)
    for seed in range(100):
        state = game.start(seed)
        assert state.private[1]["limit"] > state.private[0]["limit"]
        assert state.resample_hidden(0, rng).private[1]["limit"] > state.private[0]["limit"]


def test_payoffs_are_money_over_the_private_prices():
    state = make("haggling", always_zone=True).start(1)
    cost, value = (state.private[seat]["limit"] for seat in (0, 1))
    asked = (cost + value) // 2
    state.play({1: price(asked)})
    state.play({0: ACCEPT})
    assert state.returns == [asked - cost, value - asked]
    facts = state.outcome
    assert facts["zone"] == value - cost
    assert facts["rational"]
    assert facts["pareto"]
    assert facts["efficient_trade"]
    assert sum(facts["surplus_shares"]) == pytest.approx(1.0)


def test_a_deal_at_a_loss_is_allowed_and_told():
    state = make("haggling").start(1)
    state.play({1: price(0)})
    state.play({0: ACCEPT})
    assert state.returns[0] == -state.private[0]["limit"]
    assert not state.outcome["rational"]


def test_prices_keep_to_their_step():
    state = make("haggling", categories=("car",)).start(0)
    with pytest.raises(IllegalMove, match="in steps of 50"):
        state.play({1: price(1025)})


def test_roles_are_told():
    game = make("haggling")
    assert "the seller" in game.rules_text(0)
    assert "You are player_1, the buyer." in game.rules_text(1)


def test_exchange_of_what_each_has_too_much_of():
    state = make("resource_exchange", payoff="goal").start(0)
    state.play({0: trade(give_X=10, give_Y=0, get_X=0, get_Y=10)})
    state.play({1: ACCEPT})
    assert state.returns == [10.0, 10.0]
    assert state.outcome["joint_of_max"] == 1.0
    assert state.outcome["pareto"]
    assert "player_0 gives 10 X and player_1 gives 10 Y" in state.outcome["deal"]


def test_nobody_can_give_what_it_does_not_own_or_ask_for_more_than_there_is():
    state = make("resource_exchange").start(0)
    for bad in ({"give_X": 26}, {"give_Y": 6}, {"get_X": 6}, {"get_Y": 26}):
        fields = {"give_X": 0, "give_Y": 0, "get_X": 0, "get_Y": 0, **bad}
        with pytest.raises(IllegalMove, match="is not a whole number from 0"):
            state.play({0: trade(**fields)})
    state.play({0: trade(give_X=0, give_Y=0, get_X=0, get_Y=0)})
    # the other side's bounds are mirrored
    with pytest.raises(IllegalMove, match="give_X"):
        state.play({1: trade(give_X=6, give_Y=0, get_X=0, get_Y=0)})


@pytest.mark.parametrize("seed", range(5))
def test_what_one_gains_is_the_change_in_the_value_of_its_stock(seed):
    game = make("resource_exchange", resources=("ore", "wood", "wool"), stocks=((4, 2, 0), (1, 3, 5)))
    state, rng = game.start(seed), np.random.default_rng(seed)
    fields = game.offer_fields(state.setting, 0).sample(rng)
    state.play({0: trade(**fields)})
    state.play({1: ACCEPT})
    flow = np.array([fields[f"give_{name}"] - fields[f"get_{name}"] for name in game.resources])
    values = [np.array(known["values"]) for known in state.private]
    assert state.returns == [float(-flow @ values[0]), float(flow @ values[1])]
    low, high = game.type.payoff_low, game.type.payoff_high
    options = [game.worth(state.setting, seat, state.private[seat], game.deals(state.setting)) for seat in (0, 1)]
    assert low <= np.min(options)
    assert np.max(options) <= high


def test_goal_bounds_are_reached_by_giving_all_and_getting_all():
    game = make("resource_exchange", payoff="goal")
    state = game.start(0)
    worth = game.worth(state.setting, 0, state.private[0], game.deals(state.setting))
    assert worth.min() == game.type.payoff_low == -20.0
    assert worth.max() == game.type.payoff_high == 10.0


def test_proposals_read_back_as_written():
    game = make("resource_exchange")
    setting, _ = game.draw(np.random.default_rng(0))
    for deal in [(5, -3), (0, 0), (-5, 5)]:
        for seat in (0, 1):
            assert game.to_deal(setting, seat, game.to_fields(setting, seat, deal)) == deal
