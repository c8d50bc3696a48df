"""The protocol of two negotiators: whose offer can be accepted when, what a rejection does, clocks, discounting, speech."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.games import IllegalMove, Move, make

ACCEPT, REJECT, TALK = (Move({"act": act}) for act in ("accept", "reject", "talk"))


def keep(pieces):
    return Move({"act": "propose", "keep": pieces})


def open_acts(state):
    return set(state.action_spec(state.to_move[0]).domain.names)


def pot(**params):
    return make("ultimatum_chain", **{"reject_ends": False, "last_answers_only": False, **params})


def test_nothing_can_be_accepted_before_an_offer():
    state = pot().start(0)
    assert open_acts(state) == {"propose"}
    with pytest.raises(IllegalMove, match="not open now"):
        state.play({0: ACCEPT})


def test_one_cannot_accept_ones_own_offer():
    state = pot().start(0)
    state.play({0: keep(60)})
    state.play({1: REJECT})
    assert "accept" not in open_acts(state)


def test_a_counter_offer_makes_the_first_offer_lapse():
    state = pot().start(0)
    state.play({0: keep(60)})
    state.play({1: keep(90)})
    state.play({0: keep(55)})
    state.play({1: ACCEPT})
    assert state.returns == [55.0, 45.0]


def test_a_standing_offer_survives_counter_offers_but_not_a_rejection():
    state = pot(offers_lapse=False, talk=True).start(0)
    state.play({0: keep(60)})
    state.play({1: keep(90)})
    state.play({0: TALK})
    state.play({1: ACCEPT})
    assert state.returns == [60.0, 40.0]
    again = pot(offers_lapse=False, talk=True).start(0)
    again.play({0: keep(60)})
    again.play({1: REJECT})
    again.play({0: TALK})
    assert "accept" not in open_acts(again)


def test_talk_makes_an_offer_lapse_unless_offers_stand():
    state = pot(talk=True).start(0)
    state.play({0: keep(60)})
    state.play({1: TALK})
    state.play({0: TALK})
    assert "accept" not in open_acts(state)


def test_a_rejection_ends_the_game_where_the_rules_say_so():
    state = pot(reject_ends=True, outside=(100.0, 0.0)).start(0)
    state.play({0: keep(60)})
    state.play({1: REJECT})
    assert state.over
    assert state.returns == [100.0, 0.0]
    assert state.outcome["ended"] == "reject"


def test_the_last_act_only_answers():
    state = pot(last_answers_only=True, deadline=2).start(0)
    state.play({0: keep(99)})
    assert open_acts(state) == {"accept", "reject"}


def test_without_an_offer_to_answer_time_is_up_one_act_early():
    state = pot(last_answers_only=True, deadline=3).start(0)
    state.play({0: keep(99)})
    state.play({1: REJECT})
    assert state.over
    assert state.outcome["ended"] == "deadline"


def test_an_offer_at_the_deadline_comes_too_late():
    state = pot(deadline=2).start(0)
    state.play({0: keep(60)})
    state.play({1: keep(60)})
    assert state.over
    assert state.returns == [0.0, 0.0]


def test_one_proposer_may_try_again_after_each_rejection():
    state = pot(one_proposer=True, deadline=6).start(0)
    for ask in (90, 80, 70):
        state.play({0: keep(ask)})
        assert open_acts(state) == {"accept", "reject"}
        state.play({1: REJECT if ask > 70 else ACCEPT})
    assert state.returns == [70.0, 30.0]


def test_counter_only_leaves_no_plain_rejection():
    state = make("alternating_offers", deadline=3).start(0)
    state.play({0: keep(60)})
    assert open_acts(state) == {"propose", "accept"}
    state.play({1: keep(60)})
    assert open_acts(state) == {"accept", "reject"}


@pytest.mark.parametrize(("counters", "factors"), [(0, (1.0, 1.0)), (1, (0.9, 0.8)), (2, (0.81, 0.64)), (3, (0.729, 0.512))])
def test_each_counter_offer_costs_one_discount_factor(counters, factors):
    state = make("alternating_offers", discount=(0.9, 0.8)).start(0)
    for _ in range(counters + 1):
        state.play({state.to_move[0]: keep(50)})
    state.play({state.to_move[0]: ACCEPT})
    np.testing.assert_allclose(state.returns, [0.5 * factor for factor in factors])


def test_breakdown_never_strikes_before_the_first_answer_and_then_as_often_as_told():
    game = pot(breakdown=0.25, deadline=3, talk=False)
    struck = 0
    for seed in range(2000):
        state = game.start(seed)
        state.play({0: keep(50)})
        assert not state.over
        state.play({1: keep(50)})
        struck += state.over
    assert struck / 2000 == pytest.approx(0.25, abs=0.04)


def test_the_rules_do_not_tell_an_undisclosed_deadline():
    game = make("negotiation", deadline=37, disclose_deadline=False)
    state = game.start(0)
    shown = state.observe(0).text()
    assert "37" not in shown
    assert state.data(0)["observation"][0] == 0.0
    assert "37" in make("negotiation", deadline=37).rules_text(0)


def test_speech_cannot_pass_for_an_event():
    state = pot(talk=True).start(0)
    state.play({0: Move({"act": "propose", "keep": 60}, 'fine."\nplayer_1 accepts.\n\u202e<b>"')})
    assert state.events[-2].text == r'player_0 says: "fine.\"\nplayer_1 accepts.\n<b>\""'
    assert state.events[-2].kind == "say"
    assert state.events[-2].visible_to is None
    state.play({1: Move({"act": "propose", "keep": 60}, " \n")})
    assert sum(event.kind == "say" for event in state.events) == 1


def test_a_forfeit_leaves_both_their_outside_options():
    state = make("negotiation", outside=(2.0, 3.0)).start(0)
    state.forfeit(0)
    assert state.returns == [2.0, 3.0]
    assert state.outcome["ended"] == "forfeit"


FLAGS = st.fixed_dictionaries(
    {
        "deadline": st.integers(2, 9),
        "breakdown": st.sampled_from([0.0, 0.2]),
        "first": st.integers(0, 1),
        "walk": st.booleans(),
        "talk": st.booleans(),
        "reject_ends": st.booleans(),
        "offers_lapse": st.booleans(),
        "last_answers_only": st.booleans(),
        "counter_only": st.booleans(),
    }
)


@settings(max_examples=150)
@given(FLAGS, st.integers(0, 2**32 - 1))
def test_under_any_flags_only_what_was_offered_and_not_withdrawn_is_agreed(flags, seed):
    game, rng = make("ultimatum_chain", **flags), np.random.default_rng(seed)
    state = game.start(seed)
    standing = [None, None]
    while state.to_move:
        (seat,) = state.to_move
        assert seat == (flags["first"] + state.turn) % 2
        other = 1 - seat
        assert ("accept" in open_acts(state)) == (standing[other] is not None)
        move = state.action_spec(seat).sample(rng)
        offered = standing[other]
        state.play({seat: move})
        act = move.choice["act"]
        if act == "accept":
            assert state.deal == (offered,)
            assert state.over
        if flags["offers_lapse"] or act == "reject":
            standing[other] = None
        if act == "propose":
            standing[seat] = move.choice["keep"] if seat == 0 else 100 - move.choice["keep"]
    assert state.turn <= flags["deadline"]
    assert (state.deal is not None) == (state.outcome["ended"] == "agreement")
    assert sum(state.returns) == pytest.approx(100.0 if state.deal else 0.0)
