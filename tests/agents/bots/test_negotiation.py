"""Bots of the negotiation family: legal, reproducible, blind to secrets, true to their style; the concession tactics' known tournament."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.agents import PlayerSpec
from ludens.agents.bots import STYLES
from ludens.agents.bots.negotiation import GAMES, bot_for, tactic
from ludens.agents.bots.negotiation.tactics import BargainBot, Tactic
from ludens.errors import ParameterError
from ludens.games import make

IDS = ("negotiation", "campsite_negotiation", "haggling", "resource_exchange", "alternating_offers", "ultimatum_chain", "deliberation")


def play(game, styles, seed, resample=None):
    """Play one episode; with ``resample`` every bot sees a state in which all that it may not know was drawn anew."""
    state = game.start(seed)
    bots = [bot_for(game, styles[seat % len(styles)])(seat, np.random.default_rng([seed, seat])) for seat in range(game.seats)]
    while state.to_move:
        moves = {}
        for seat in state.to_move:
            shown = state if resample is None else state.resample_hidden(seat, resample)
            moves[seat] = bots[seat].act(shown.observe(seat))
        state.play(moves)
    return state


def test_every_game_of_the_family_has_bots():
    assert {type(make(name)).__name__ for name in IDS} == set(GAMES)


@pytest.mark.parametrize("name", IDS)
def test_all_pairs_of_styles_play_legal_games_to_the_end(name):
    game = make(name)
    for styles in itertools.product(STYLES, repeat=2):
        state = play(game, styles, seed=1)
        assert state.over
        assert state.outcome["ended"] != "forfeit"
        assert any(event.kind == "say" for event in state.events)


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("style", STYLES)
def test_a_bot_uses_only_what_its_seat_may_know(name, style):
    game = make(name)
    assert play(game, [style], seed=4).events == play(game, [style], seed=4, resample=np.random.default_rng(0)).events


@pytest.mark.parametrize("params", [{"say_chars": 0}, {"say_chars": 10}, {"disclose_deadline": False}, {"walk": False}, {"reject_ends": True}, {"first": 1}])
@pytest.mark.parametrize("name", ["negotiation", "haggling", "resource_exchange"])
def test_bots_keep_to_changed_rules(name, params):
    for style in STYLES:
        assert play(make(name, **params), [style], seed=2).over


@pytest.mark.parametrize("params", [{"deadline": 2}, {"one_proposer": True, "reject_ends": False}, {"breakdown": 0.3}, {"last_answers_only": False}])
def test_bots_keep_to_changed_splits(params):
    for styles in itertools.product(STYLES, repeat=2):
        assert play(make("ultimatum_chain", **params), styles, seed=2).over


@settings(max_examples=60)
@given(
    st.sampled_from(["negotiation", "haggling", "resource_exchange", "alternating_offers"]),
    st.sampled_from(STYLES),
    st.integers(2, 8),
    st.dictionaries(st.sampled_from(["walk", "talk", "reject_ends", "offers_lapse", "last_answers_only", "counter_only", "disclose_deadline"]), st.booleans()),
    st.integers(0, 1000),
)
def test_bots_are_legal_under_any_flags(name, style, deadline, flags, seed):
    assert play(make(name, deadline=deadline, **flags), [style, "tough"], seed).over


def test_bots_use_what_they_are_told_of_the_other_side():
    blind, seeing = (
        np.mean([play(make("negotiation", known_values=known), ["fair"], seed).outcome["pareto"] for seed in range(80)]) for known in (False, True)
    )
    assert seeing > blind
    assert seeing > 0.9


def test_proposers_of_the_ultimatum_differ_by_style():
    game = make("ultimatum_chain", deadline=2)
    asked = {style: play(game, [style], seed=0).opening[0][0] for style in STYLES}
    assert asked["generous"] < asked["fair"] == 50 < asked["deceptive"] < asked["tough"] < asked["greedy"]


def test_styles_pay_as_their_names_say():
    game = make("negotiation")
    against_fair = {style: np.mean([play(game, [style, "fair"], seed).returns[0] for seed in range(60)]) for style in ("greedy", "generous", "cautious")}
    assert against_fair["greedy"] > against_fair["generous"] + 0.5
    assert against_fair["greedy"] > against_fair["cautious"] + 0.5


def test_only_the_deceptive_bot_lies_about_what_it_wants():
    def claims(style):
        for seed in range(30):
            state = play(make("negotiation", pool=(2, 2, 2), values=((0, 1, 4), (4, 1, 0))), [style], seed)
            for event in state.events:
                if event.kind == "say":
                    yield event.seat, event.data["text"]

    first = ("books", "balls")
    for seat, text in claims("fair"):
        assert f"care about most is the {first[seat]}" not in text
    told = [(seat, text) for seat, text in claims("deceptive") if "all I need is" in text]
    assert told
    assert all(f"all I need is the {first[seat]}" in text for seat, text in told)


def test_bots_do_not_say_the_same_all_the_time():
    said = {event.data["text"] for seed in range(15) for event in play(make("negotiation"), ["fair", "tough"], seed).events if event.kind == "say"}
    assert len(said) > 30


def test_parties_agree_more_often_than_chance_and_never_below_their_thresholds():
    game, agreed = make("deliberation"), 0
    for seed in range(30):
        state = play(game, ["generous", "deceptive", "fair"], seed)
        agreed += state.outcome["agreement"]
        assert state.outcome["below_threshold"] == [0] * 6
        for seat, yes in enumerate(state.yes):
            assert yes == (state._score(seat, state.proposal) >= state.sheets[seat]["threshold"])
    # a random proposal passes in at most 10 of 100 settings
    assert agreed >= 8


def test_unknown_style_is_told():
    with pytest.raises(ParameterError, match="did you mean 'greedy'"):
        bot_for(make("haggling"), "greed")
    with pytest.raises(ParameterError, match="they know ItemDivision"):
        bot_for(make("prisoners_dilemma"), "fair")


def test_demand_follows_its_formula():
    plain = Tactic(high=1.0, low=0.0, speed=1.0, low_value=3.0)
    assert [plain.demand(x, 0.0, 10.0) for x in (0.0, 0.5, 1.0)] == [10.0, 6.5, 3.0]
    slow = Tactic(high=1.0, low=0.5, speed=0.5)
    assert slow.demand(0.5, 2.0, 12.0) == pytest.approx(7.0 + 5.0 * 0.75)
    assert tactic(make("negotiation"), "tough").walks


def test_conceder_is_a_kind_of_player():
    game = make("negotiation")
    spec = PlayerSpec.of("conceder", lo=4.0, e=0.2)
    assert spec.why_not(game) is None
    assert "item division only" in spec.why_not(make("haggling"))
    player = spec.build()
    player.start(0, game.type, 0)
    move = player.act(game.start(0).observe(0))
    assert move.choice["act"] == "propose"
    assert move.say is None
    with pytest.raises(ParameterError, match="should be above 0"):
        PlayerSpec.of("conceder", e=0.0).build()
    with pytest.raises(ParameterError, match="lo=nan"):
        PlayerSpec.of("conceder", lo=float("nan")).build()


# -- the concession tactics' tournament: 10 acts, structured offers, no discounting, no breakdown ----------------------

PAIRS = {
    # name: (tactics, mean joint of deals over the possible, share of deals that are efficient, share of deals)
    "linear": ((Tactic(1.0, 0.0, 1.0, logroll=False, low_value=3.0),) * 2, 0.91, 0.52, 0.99),
    "linear_logroll": ((Tactic(1.0, 0.0, 1.0, low_value=3.0),) * 2, 0.96, 0.83, 1.00),
    "conceder_logroll": ((Tactic(1.0, 0.0, 3.0, low_value=3.0),) * 2, 0.96, 0.82, 1.00),
    "hard_logroll": ((Tactic(1.0, 0.0, 0.2, low_value=6.0),) * 2, 0.95, 0.83, 0.98),
}


def duel(tactics, episodes):
    game = make("negotiation", walk=False, say_chars=0)
    rows = []
    for seed in range(episodes):
        state = game.start(seed)
        bots = [BargainBot(game, "fair", one, seat, np.random.default_rng([seed, seat])) for seat, one in enumerate(tactics)]
        while state.to_move:
            seat = state.to_move[0]
            state.play({seat: bots[seat].act(state.observe(seat))})
        facts = state.outcome
        rows.append((facts["agreement"], facts["joint_of_max"], facts["pareto"], *state.returns, state.turn))
    table = np.array(rows, dtype=float)
    deals = table[table[:, 0] > 0]
    return table[:, 0].mean(), deals[:, 1].mean(), deals[:, 2].mean(), table[:, 3:5].mean(axis=0), table[:, 5].mean()


def check_pair(name, episodes):
    tactics, joint, efficient, agreed = PAIRS[name]
    deals, found_joint, found_efficient, _, _ = duel(tactics, episodes)
    noise = 3.5 * (efficient * (1 - efficient) / episodes) ** 0.5
    assert found_joint == pytest.approx(joint, abs=0.015 + noise / 4)
    assert found_efficient == pytest.approx(efficient, abs=0.03 + noise)
    assert deals == pytest.approx(agreed, abs=0.03 + noise / 4)


@pytest.mark.parametrize("name", ["linear", "linear_logroll"])
def test_logrolling_lifts_efficiency(name):
    check_pair(name, 150)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PAIRS))
def test_tournament_of_tactics(name):
    check_pair(name, 1500)


@pytest.mark.slow
def test_stubborn_beats_yielding_without_a_cost_of_time():
    hard, linear, conceder = (PAIRS[name][0][0] for name in ("hard_logroll", "linear_logroll", "conceder_logroll"))
    for mine, theirs, points in ((hard, linear, (8.51, 5.85)), (hard, conceder, (8.62, 5.42)), (linear, conceder, (8.05, 6.44))):
        _, _, _, earned, _ = duel((mine, theirs), 1500)
        assert earned == pytest.approx(points, abs=0.35)


@pytest.mark.slow
def test_early_conceders_agree_early_and_stubborn_ones_late():
    assert duel(PAIRS["conceder_logroll"][0], 1500)[4] == pytest.approx(3.4, abs=0.3)
    assert duel(PAIRS["hard_logroll"][0], 1500)[4] == pytest.approx(9.5, abs=0.3)
