"""The nouns of play: observations that do not tell the future, keys, refusal of illegal moves, registration, plain data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ludens
from ludens.errors import LudensError, ParameterError, UnknownName
from ludens.games import IllegalMove, Move, NotSupported, Prediction, load_state, parameters, register, seat_name, spec
from ludens.games.serial import pack, unpack

BOTH = {0: Move("cooperate"), 1: Move("defect")}


def test_an_observation_is_stale_once_the_state_has_moved():
    state = ludens.make("prisoners_dilemma").start(0)
    observation = state.observe(0)
    events = observation.events
    state.play(BOTH)
    assert len(events) == 0  # a view does not grow
    for part in ("request", "data", "key"):
        with pytest.raises(RuntimeError, match="stale"):
            getattr(observation, part)


def test_event_views_slice_like_lists():
    state = ludens.make("prisoners_dilemma", rounds=6).start(0)
    for _ in range(4):
        state.play(BOTH)
    view = state.observe(1).events
    state.play(BOTH)
    whole = state.events[:4]
    assert list(view) == whole
    assert view[-1] == whole[-1]
    assert view[-2:] == whole[-2:]
    assert view[1:3] == whole[1:3]
    assert view[:] == whole
    with pytest.raises(IndexError):
        view[4]
    with pytest.raises(IndexError):
        view[-5]


def test_keys_tell_knowledge_apart_and_nothing_else():
    game = ludens.make("prisoners_dilemma")
    one, other, third = game.start(0), game.start(99), game.start(0)
    assert one.key(0) == other.key(0)
    assert one.key(0) != one.key(1)
    one.play(BOTH)
    other.play(BOTH)
    third.play({0: Move("defect"), 1: Move("defect")})
    assert one.key(0) == other.key(0) != third.key(0)
    assert ludens.make("prisoners_dilemma", rounds=3).start(0).key(0) != game.start(0).key(0)


@pytest.mark.parametrize(
    "moves",
    [{}, {0: Move("cooperate")}, {**BOTH, 2: Move("cooperate")}, {0: Move("cooperate"), 1: Move("fly")}, {0: Move("cooperate"), 1: Move("defect", "hi")}],
)
def test_illegal_moves_are_refused_and_change_nothing(moves):
    state = ludens.make("prisoners_dilemma").start(0)
    before = state.to_dict()
    with pytest.raises(IllegalMove):
        state.play(moves)
    assert state.to_dict() == before


def test_a_forfeit_ends_the_game_and_says_so():
    state = ludens.make("prisoners_dilemma").start(0)
    events = state.forfeit(1)
    assert state.over
    assert state.forfeited == 1
    assert seat_name(1) in events[0].text


def test_registry_mistakes_name_what_would_be_right():
    with pytest.raises(UnknownName, match="did you mean 'stag_hunt'"):
        ludens.make("stag_hnut")
    with pytest.raises(ParameterError, match="unknown parameter 'round'; did you mean 'rounds'"):
        ludens.make("stag_hunt", round=3)
    with pytest.raises(LudensError, match="should look like"):
        register("Stag Hunt", "somewhere:Else")
    assert spec("stag_hunt").id == "stag_hunt-v0"
    assert "rounds" in parameters("stag_hunt")


def test_a_bare_name_means_the_newest_version():
    register("versioned_nim-v2", "ludens.games.matrix.dilemmas:Nothing")
    register("versioned_nim-v10", "ludens.games.matrix.dilemmas:Nothing")
    try:
        assert spec("versioned_nim").id == "versioned_nim-v10"
    finally:
        from ludens.games import registry

        for name in ("versioned_nim-v2", "versioned_nim-v10"):
            del registry._SPECS[name]


def test_label_and_hash_follow_the_parameters():
    plain, long = ludens.make("prisoners_dilemma"), ludens.make("prisoners_dilemma", rounds=77)
    assert plain.label == "prisoners_dilemma-v0"
    assert long.label == "prisoners_dilemma-v0(rounds=77)"
    assert plain.hash != long.hash == ludens.make("prisoners_dilemma-v0", rounds=77).hash


def test_predictions_test_numbers_or_say_they_cannot():
    card = Prediction("nash", "offer", 0.0, "backward induction", tolerance=0.5)
    assert card.agrees(0.4)
    assert not card.agrees(0.6)
    with pytest.raises(NotSupported):
        Prediction("nash", "offer", "low", "words").agrees(1.0)


def test_a_restored_state_has_its_generator():
    game = ludens.make("prisoners_dilemma", tremble=0.5, rounds=20)
    state = game.start(3)
    for _ in range(5):
        state.play(BOTH)
    twin = load_state(game, state.to_dict())
    for _ in range(10):
        assert state.play(BOTH) == twin.play(BOTH)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers() | st.tuples(st.integers(), st.text()), inner),
    max_leaves=20,
)


@given(plain)
def test_plain_data_survives_packing(value):
    import json

    assert unpack(json.loads(json.dumps(pack(value)))) == value


def test_arrays_and_sets_survive_and_strangers_are_refused():
    array = np.arange(6, dtype=np.int16).reshape(2, 3)
    back = unpack(pack(array))
    assert back.dtype == array.dtype
    assert (back == array).all()
    assert unpack(pack({1, 2})) == {1, 2}
    with pytest.raises(TypeError, match="may not hold"):
        pack(object())


def test_a_game_that_is_over_takes_no_more_moves():
    state = ludens.make("prisoners_dilemma", rounds=1).start(0)
    state.play(BOTH)
    before = state.to_dict()
    with pytest.raises(IllegalMove, match="over"):
        state.play({})
    assert state.to_dict() == before


@pytest.mark.parametrize(
    ("game", "params", "says"),
    [
        ("deliberation", {"rounds": 2.5}, "rounds=2.5 should be a whole number"),
        ("deliberation", {"rounds": True}, "should be a whole number"),
        ("negotiation", {"walk": "no"}, "walk='no' should be true or false"),
        ("haggling", {"cost_range": []}, "should be a list of 2: a finite number, a finite number"),
        ("haggling", {"ceiling": float("nan")}, "should be a finite number"),
        ("negotiation", {"pool": (1, 2.5, 3)}, "should be a list, each entry a whole number"),
        ("prisoners_dilemma", {"monitoring": 3}, "should be 'perfect' or 'noisy' or 'payoff'"),
        ("prisoners_dilemma", {"continuation": "often"}, "should be a finite number or null"),
    ],
)
def test_a_parameter_of_the_wrong_kind_is_refused_in_one_line(game, params, says):
    with pytest.raises(ParameterError) as caught:
        ludens.make(game, **params)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_choice_that_cannot_be_written_is_an_illegal_move_and_no_crash():
    class Mute:
        def __repr__(self):
            raise RuntimeError("no words")

    state = ludens.make("prisoners_dilemma").start(0)
    for choice in (10**5000, Mute()):
        with pytest.raises(IllegalMove, match="cannot be written"):
            state.play({0: Move(choice), 1: Move("defect")})


def test_numbers_and_arrays_of_numpy_are_parameters_too():
    table = np.array([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], dtype=float)
    given = ludens.make("matrix", payoffs=table, actions=(), discount=np.float64(0.5))
    assert given == ludens.make("matrix", payoffs=table.tolist(), actions=[], discount=0.5)
    with pytest.raises(ParameterError, match=r"discount='(xxxx)+\.\.\. should be a finite number$"):
        ludens.make("matrix", discount="xxxx" * 100)


def test_events_hand_out_copies_of_the_position():
    state = ludens.make("negotiation").start(0)
    before = state.to_dict()
    for event in state.events:
        for value in event.data.values():
            if isinstance(value, list):
                value[:] = [99] * len(value)
    after = state.to_dict()
    assert (after["setting"], after["private"]) == (before["setting"], before["private"])
    goods = ludens.make("public_goods", rounds=1).start(0)
    goods.play({seat: Move(20) for seat in range(4)})
    goods.events[-1].data["contributions"][:] = [0] * 4
    assert goods.outcome["mean_contribution"] == 20
