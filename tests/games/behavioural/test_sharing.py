"""Public goods, dictator, ultimatum and trust: who gets what."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.games import Move, make
from ludens.games.matrix.behavioural.dictator_choice import utility


@settings(max_examples=80)
@given(given_=st.lists(st.integers(0, 20), min_size=2, max_size=6), data=st.data())
def test_public_goods_budget(given_, data):
    """What all earn is what all had, plus what the pot makes."""
    seats = len(given_)
    mpcr = data.draw(st.floats(1 / seats + 0.01, 0.99))
    state = make("public_goods", seats=seats, mpcr=mpcr, rounds=1).start(0)
    state.play({seat: Move(amount) for seat, amount in enumerate(given_)})
    assert sum(state.returns) == pytest.approx(20 * seats + (mpcr * seats - 1) * sum(given_), abs=1e-6)
    kind = state.game.type
    assert all(kind.payoff_low - 1e-9 <= payoff <= kind.payoff_high + 1e-9 for payoff in state.returns)


@settings(max_examples=40)
@given(others=st.lists(st.integers(0, 20), min_size=3, max_size=3), own=st.integers(1, 20))
def test_free_riding_dominates(others, own):
    def earned(amount):
        state = make("public_goods", rounds=1).start(0)
        state.play({0: Move(amount), **{seat: Move(other) for seat, other in enumerate(others, 1)}})
        return state.returns[0]

    assert earned(0) - earned(own) == pytest.approx(0.6 * own)


def test_punishment_costs_both():
    game = make("public_goods", seats=3, mpcr=0.5, rounds=1, punishment=True)
    state = game.start(0)
    state.play({seat: Move({"act": "contribute", "amount": amount}) for seat, amount in enumerate((20, 20, 0))})
    assert state.stage == "punish"
    assert state.rewards == [0, 0, 0]
    nobody = {"act": "punish", "player_0": 0, "player_1": 0}
    state.play({0: Move({"act": "punish", "player_1": 0, "player_2": 4}), 1: Move({"act": "punish", "player_0": 0, "player_2": 1}), 2: Move(nobody)})
    assert state.returns == [20 - 4, 20 - 1, 40 - 15]
    assert state.outcome["mean_points"] == pytest.approx(5 / 3)


def test_punishment_budget_is_one_for_all_targets():
    state = make("public_goods", seats=3, mpcr=0.5, punishment=True, punish_max=5).start(0)
    state.play({seat: Move({"act": "contribute", "amount": 0}) for seat in range(3)})
    spec = state.action_spec(0)
    assert spec.check(Move({"act": "punish", "player_1": 3, "player_2": 2})) is None
    assert "at most 5" in spec.check(Move({"act": "punish", "player_1": 3, "player_2": 3}))


@settings(max_examples=50)
@given(pie=st.integers(1, 500), share=st.floats(0, 1), accept=st.booleans())
def test_ultimatum_pays_the_pie_or_nothing(pie, share, accept):
    offer = round(share * pie)
    state = make("ultimatum", pie=pie).start(0)
    state.play({0: Move(offer)})
    assert state.to_move == (1,)
    state.play({1: Move("accept" if accept else "reject")})
    assert state.returns == ([pie - offer, offer] if accept else [0, 0])


@settings(max_examples=50)
@given(offer=st.integers(0, 100), minimum=st.integers(0, 100))
def test_strategy_method_accepts_from_the_minimum_upwards(offer, minimum):
    state = make("ultimatum", strategy_method=True).start(0)
    assert state.to_move == (0, 1)
    state.play({0: Move(offer), 1: Move(minimum)})
    assert state.returns == ([100 - offer, offer] if offer >= minimum else [0, 0])
    assert state.last["minimum"] == minimum


def test_roles_alternate():
    state = make("ultimatum", alternate=True, rounds=2).start(0)
    state.play({0: Move({"act": "offer", "amount": 30})})
    state.play({1: Move({"act": "accept"})})
    assert state.to_move == (1,)
    state.play({1: Move({"act": "offer", "amount": 10})})
    state.play({0: Move({"act": "accept"})})
    assert state.returns == [70 + 10, 30 + 90]
    assert [facts["proposer"] for facts in state.history] == [0, 1]


@settings(max_examples=60)
@given(sent=st.integers(0, 10), share=st.floats(0, 1), multiplier=st.integers(2, 5))
def test_trust_budget(sent, share, multiplier):
    state = make("trust", multiplier=multiplier).start(0)
    state.play({0: Move(sent)})
    if not sent:
        assert state.over
        assert state.returns == [10, 10]
        return
    assert state.action_spec(1).domain.high == multiplier * sent
    returned = round(share * multiplier * sent)
    state.play({1: Move(returned)})
    assert state.returns == [10 - sent + returned, 10 + multiplier * sent - returned]
    assert sum(state.returns) == 20 + (multiplier - 1) * sent


def test_trust_outcome_gives_the_shares_of_the_literature():
    state = make("trust", rounds=2).start(0)
    for sent, returned in ((10, 15), (5, 0)):
        state.play({0: Move(sent)})
        state.play({1: Move(returned)})
    facts = state.outcome
    assert facts["sent_share"] == 0.75
    assert facts["return_share"] == pytest.approx(15 / 45)
    human = {(card.quantity): card.value for card in state.game.predictions() if card.concept == "human"}
    assert human["sent_share"] == 0.5


def test_dictator_outcome():
    state = make("dictator", rounds=4).start(0)
    for gift in (0, 50, 0, 20):
        state.play({0: Move(gift)})
    assert state.returns == [330, 70]
    assert {name: state.outcome[name] for name in ("mean_gift", "share_zero", "share_half")} == {"mean_gift": 17.5, "share_zero": 0.5, "share_half": 0.25}


RATIONAL = {
    # preference, X, Y as in Fan et al. (2024), and what each calls for
    "equality": (((300, 300), (500, 100)), "X"),
    "self_interest": (((500, 100), (300, 300)), "X"),
    "common_interest": (((300, 300), (300, 400)), "Y"),
    "altruism": (((300, 300), (100, 500)), "Y"),
}


@pytest.mark.parametrize("preference", RATIONAL)
def test_dictator_choice_scores_the_published_items(preference):
    pair, right = RATIONAL[preference]
    for picked in "XY":
        state = make("dictator_choice", preference=preference, pairs=[pair], shuffle=False, rounds=1).start(0)
        state.play({0: Move(picked)})
        assert state.outcome["consistent"] == float(picked == right)
        assert state.returns == list(pair[0] if picked == "X" else pair[1])


@pytest.mark.parametrize("preference", RATIONAL)
def test_dictator_choice_never_shows_a_tie(preference):
    state = make("dictator_choice", preference=preference, drawn=True, rounds=200).start(2)
    seen = set()
    while not state.over:
        x, y = state.options
        assert utility(preference, *x) != utility(preference, *y)
        seen.add(state.options)
        state.play({0: Move("X")})
    assert len(seen) > 190
    assert 0.3 < state.outcome["consistent"] < 0.7


def test_shuffling_shows_both_orders():
    orders = {make("dictator_choice", rounds=1).start(seed).options for seed in range(20)}
    assert len(orders) == 2


def test_roles_that_alternate_belong_to_no_seat():
    assert make("trust", rounds=3).start(0).roles == ("truster", "trustee")
    assert make("trust", rounds=3, alternate=True).start(0).roles == (None, None)
    assert make("prisoners_dilemma").start(0).roles == (None, None)
