"""Bots for the behavioural and market games: always legal, as their styles say, honest or not as their styles say."""

import re

import numpy as np
import pytest

from ludens.agents.bots.behavioural import GAMES, bot_for
from ludens.agents.bots.behavioural_talk import TEMPLATES
from ludens.errors import ParameterError
from ludens.games import make

STYLES = tuple(TEMPLATES)
CASES = [
    ("public_goods", {"rounds": 4}),
    ("public_goods", {"seats": 3, "rounds": 3, "punishment": True, "punish_max": 3, "say_chars": 60}),
    ("beauty_contest", {"rounds": 3}),
    ("beauty_contest", {"rounds": 3, "p": 1.5, "seats": 2, "say_chars": 80}),
    ("beauty_contest", {"rounds": 2, "p": 1}),
    ("bertrand", {"rounds": 6}),
    ("bertrand", {"rounds": 4, "seats": 3, "alpha": 10, "say_chars": 80}),
    ("bertrand", {"rounds": 2, "seats": 1, "say_chars": 80}),
    ("bertrand", {"rounds": 3, "ceiling": 1.1}),
    ("cournot", {"rounds": 6}),
    ("cournot", {"rounds": 3, "seats": 4, "capacity": 5.555, "say_chars": 80}),
    ("cournot", {"rounds": 2, "seats": 1, "say_chars": 5}),
    ("first_price_auction", {"rounds": 14}),
    ("second_price_auction", {"rounds": 3, "say_chars": 200}),
    ("dictator", {"rounds": 2, "pie": 1}),
    ("dictator", {"rounds": 3, "alternate": True, "say_chars": 80}),
    ("dictator_choice", {"drawn": True, "say_chars": 40}),
    ("ultimatum", {"rounds": 3, "pie": 1}),
    ("ultimatum", {"rounds": 2, "say_chars": 80}),
    ("ultimatum", {"rounds": 3, "alternate": True, "strategy_method": True, "say_chars": 80}),
    ("trust", {"rounds": 4, "endowment": 1}),
    ("trust", {"rounds": 4, "alternate": True, "say_chars": 80, "trustee_endowment": 0}),
]


def play(game, styles, seed=0):
    """Play to the end; every move is checked by ``State.play``."""
    state = game.start(seed)
    rng = np.random.default_rng([seed, 9])
    bots = [bot_for(game, style)(seat, np.random.default_rng(rng.integers(2**63))) for seat, style in enumerate(styles)]
    while not state.over:
        state.play({seat: bots[seat].act(state.observe(seat)) for seat in state.to_move})
    return state


@pytest.mark.parametrize(("game_id", "params"), CASES, ids=[f"{name}-{number}" for number, (name, _) in enumerate(CASES)])
def test_every_style_is_legal_against_every_style(game_id, params):
    game = make(game_id, **params)
    for seed in range(12):
        styles = np.random.default_rng(seed).choice(STYLES, size=game.seats)
        state = play(game, styles, seed)
        again = play(game, styles, seed)
        assert state == again


def test_every_game_of_the_folder_has_bots():
    names = {type(make(game_id)).__mro__[1].__name__ if "auction" in game_id else type(make(game_id)).__name__ for game_id, _ in CASES}
    assert names == set(GAMES)


@pytest.mark.parametrize("style", STYLES)
def test_talk_varies_and_keeps_to_the_limit(style):
    lines = set()
    for seed in range(30):
        state = play(make("public_goods", rounds=2, say_chars=90), [style] * 4, seed)
        lines |= {event.data["text"] for event in state.events if event.kind == "say"}
    assert len(lines) >= 3
    assert max(map(len, lines)) <= 90


def test_no_line_is_cut_when_none_is_short_enough():
    state = play(make("public_goods", rounds=1, say_chars=5), ["fair"] * 4)
    assert not any(event.kind == "say" for event in state.events)


SPOKEN = [
    ("public_goods", {"rounds": 3, "say_chars": 120}, "contributions"),
    ("beauty_contest", {"rounds": 3, "say_chars": 120}, "guesses"),
    ("bertrand", {"rounds": 4, "say_chars": 120}, "prices"),
    ("cournot", {"rounds": 4, "say_chars": 120}, "quantities"),
    ("first_price_auction", {"rounds": 3, "say_chars": 120}, "bids"),
]


@pytest.mark.parametrize(("game_id", "params", "name"), SPOKEN)
def test_the_honest_do_what_they_say_and_the_deceptive_do_not(game_id, params, name):
    for style in STYLES:
        state = play(make(game_id, **params), [style] * make(game_id, **params).seats, 3)
        said = {(event.data["round"], event.seat): float(re.search(r"\d+(\.\d+)?", event.data["text"])[0]) for event in state.events if event.kind == "say"}
        assert len(said) == len(state.history) * state.game.seats
        kept = [abs(state.history[number - 1][name][seat] - claim) < 1e-9 for (number, seat), claim in said.items()]
        assert all(kept) if style != "deceptive" else not any(kept[: state.game.seats])


def test_conditional_cooperation_decays_beside_a_free_rider():
    state = play(make("public_goods", rounds=6), ["greedy", "fair", "fair", "fair"])
    path = state.outcome["by_round"]
    assert path == sorted(path, reverse=True)
    assert path[-1] < path[0] / 2
    together = play(make("public_goods", rounds=6), ["fair"] * 4)
    assert together.outcome["efficiency"] == 1.0


def test_tough_punishes_the_free_rider_only():
    state = play(make("public_goods", rounds=1, punishment=True), ["tough", "fair", "fair", "greedy"])
    points = state.history[0]["points"]
    assert points[0] == [0, 0, 0, 10]
    assert points[1] == [0, 0, 0, 2]


def test_prices_follow_the_styles():
    game = make("bertrand", rounds=20)
    assert play(game, ["fair", "generous"]).outcome["late_collusion_index"] == pytest.approx(1, abs=0.01)
    assert play(game, ["greedy", "greedy"]).outcome["late_collusion_index"] == pytest.approx(0, abs=0.02)  # prices are whole cents
    duel = play(game, ["deceptive", "tough"])
    assert duel.history[0]["payoffs"][0] > duel.history[0]["payoffs"][1]
    assert duel.history[-1]["prices"][1] == pytest.approx(game.market.nash_price, abs=0.01)


def test_quantities_follow_the_styles():
    game = make("cournot", rounds=20)
    assert play(game, ["fair", "fair"]).outcome["mean_quantity"] == 22.5
    assert play(game, ["greedy", "greedy"]).outcome["mean_quantity"] == 30
    leader = play(game, ["tough", "greedy"])
    assert leader.history[-1]["quantities"] == [45, 22.5]  # Stackelberg


def test_bids_follow_the_styles():
    state = play(make("first_price_auction", rounds=5), ["fair", "generous", "tough"])
    for facts in state.history:
        values = facts["values"]
        assert facts["bids"] == pytest.approx([2 / 3 * values[0], values[1] / 2, values[2]], abs=0.006)


def test_a_greedy_bidder_learns_to_shade_against_weak_rivals():
    state = play(make("first_price_auction", rounds=60), ["greedy", "generous", "generous"], 4)
    early = [facts["bids"][0] / facts["values"][0] for facts in state.history[:10] if facts["values"][0] > 50]
    late = [facts["bids"][0] / facts["values"][0] for facts in state.history[30:] if facts["values"][0] > 50]
    assert np.mean(late) < np.mean(early)


def test_ultimatum_matrix_of_styles():
    def accepted(proposer, responder):
        return play(make("ultimatum"), [proposer, responder]).last["accepted"]

    assert accepted("fair", "tough")
    assert not accepted("tough", "fair")
    assert accepted("greedy", "greedy")
    assert play(make("ultimatum"), ["greedy", "greedy"]).returns == [99, 1]
    assert not accepted("cautious", "tough")
    assert accepted("deceptive", "deceptive")


def test_trust_between_the_fair_and_after_betrayal():
    assert play(make("trust"), ["fair", "fair"]).returns == [20, 20]
    betrayed = play(make("trust", rounds=3), ["tough", "greedy"])
    assert betrayed.outcome["sent"] == [5, 0, 0]
    wary = play(make("trust", rounds=3), ["fair", "greedy"])
    assert wary.outcome["sent"] == [10, 1, 1]


def test_dictator_choices_follow_the_bots_own_preferences():
    pairs = [((300, 300), (500, 100))]
    for style, picked in (("fair", "X"), ("greedy", "Y"), ("generous", "X"), ("tough", "Y"), ("deceptive", "Y"), ("cautious", "X")):
        state = play(make("dictator_choice", pairs=pairs, shuffle=False, rounds=1), [style, "fair"])
        assert state.last["picked"] == picked, style


def test_unknown_games_and_styles_are_refused():
    with pytest.raises(ParameterError, match="no behavioural bot plays"):
        bot_for(make("prisoners_dilemma"), "fair")
    with pytest.raises(ParameterError, match="style='kind'"):
        bot_for(make("dictator"), "kind")
    with pytest.raises(ParameterError, match="show_demand"):
        bot_for(make("bertrand", show_demand=False), "fair")
