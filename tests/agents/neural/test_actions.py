"""Choices as outputs of a network, and back."""

from __future__ import annotations

import numpy as np
import pytest
from finite_games import FINITE, FREE_TEXT
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.agents.neural import Actions, actions_of
from ludens.errors import LudensError, ParameterError
from ludens.games import make
from ludens.games.domains import Acts, Integer, OneOf, Real, Record, Text
from ludens.games.spaces import MAX_DISCRETE

WIDE = Integer(0, 999)
TRADE = Acts.of({"propose": {"give": WIDE, "get": WIDE}, "wait": {"days": Integer(1, 5)}, "accept": None})
PAIR = Record.of({"left": WIDE, "right": Real(0, 10)})


def uniform(actions: Actions, mask: np.ndarray) -> np.ndarray:
    out = mask.astype(float)
    for head in actions.heads:
        out[head.span] /= max(out[head.span].sum(), 1)
    return out


@pytest.mark.parametrize("game_id", FINITE)
def test_every_registered_game_can_be_played_by_a_network(game_id):
    game = make(game_id)
    actions = actions_of(game)
    assert actions.size == sum(len(head.values) for head in actions.heads)
    assert actions is actions_of(make(game_id))


@pytest.mark.parametrize("game_id", FINITE)
def test_what_is_drawn_is_legal_and_names_its_own_outputs(game_id):
    game = make(game_id)
    actions, rng = actions_of(game), np.random.default_rng(5)
    for seed in range(3):
        state = game.start(seed)
        while not state.over:
            moves = {}
            for seat in state.to_move:
                spec = state.action_spec(seat)
                mask = actions.mask(spec.domain)
                choice = actions.draw(uniform(actions, mask), rng)
                assert spec.domain.check(choice) is None
                indices = actions.encode(choice)
                assert actions.decode(indices) == choice
                starts = [head.start + index for head, index in zip(actions.heads, indices, strict=True) if index >= 0]
                assert mask[starts].all()
                # any legal move of anybody else has an output, too
                actions.encode(spec.sample(rng).choice)
                moves[seat] = spec.sample(rng)
            state.play(moves)


def test_choices_of_seats_are_laid_together():
    actions = Actions([Integer(0, 3), OneOf(("accept", "reject"))])
    assert actions.choices == (0, 1, 2, 3, "accept", "reject")
    assert actions.mask(OneOf(("accept", "reject"))).tolist() == [False] * 4 + [True] * 2
    assert Actions([Integer(0, 1), Real(0, 1, 1)], bins=2).choices == (0, 1, 0.0, 1.0)


def test_acts_with_many_values_get_a_head_a_field():
    actions = Actions([TRADE])
    assert [(head.act, head.field, len(head.values)) for head in actions.heads] == [
        (None, "act", 3),
        (0, "give", 1000),
        (0, "get", 1000),
        (1, "days", 5),
    ]
    assert actions.encode({"act": "wait", "days": 2}).tolist() == [1, -1, -1, 1]
    assert actions.decode([1, -1, -1, 1]) == {"act": "wait", "days": 2}
    assert actions.decode([2, -1, -1, -1]) == {"act": "accept"}
    narrow = Acts.of({"propose": {"give": Integer(3, 4), "get": WIDE}, "accept": None})
    mask = actions.mask(narrow)
    assert mask[:3].tolist() == [True, False, True]
    assert mask[actions.heads[1].span].sum() == 2
    assert not mask[actions.heads[3].span].any()
    with pytest.raises(LudensError, match="made of 4 parts"):
        _ = actions.choices


def test_numbers_with_decimals_become_a_grid():
    actions = Actions([Real(0, 10, 1)], bins=5)
    assert actions.choices == (0.0, 2.5, 5.0, 7.5, 10.0)
    assert actions.encode(7.9).tolist() == [3]
    assert actions.mask(Real(0, 6)).tolist() == [True, True, True, False, False]
    with pytest.raises(LudensError, match="none of the policy's 5 choices is legal now"):
        actions.mask(Real(0.1, 0.2))
    coarse = Actions([Integer(0, 10 * MAX_DISCRETE, 10)], bins=3)
    assert coarse.choices == (0, 100_000, 200_000)


def test_the_likeliest_is_drawn_without_a_generator():
    actions = Actions([OneOf(("a", "b", "c"))])
    assert actions.draw(np.array([0.2, 0.4, 0.4]), None) == "b"


@given(st.lists(st.floats(0, 1), min_size=5, max_size=5).filter(lambda row: sum(row) > 1e-9), st.integers(0, 2**32))
@settings(max_examples=200)
def test_what_has_no_probability_is_never_drawn(weights, seed):
    actions = Actions([Integer(0, 4)])
    probabilities = np.array(weights) / sum(weights)
    rng = np.random.default_rng(seed)
    for _ in range(20):
        assert probabilities[actions.draw(probabilities, rng)] > 0


@given(st.integers(0, 999), st.integers(0, 100), st.integers(0, 2**32))
@settings(max_examples=50)
def test_records_are_drawn_within_what_is_legal(left, right, seed):
    actions = Actions([PAIR])
    legal = Record.of({"left": Integer(left, 999), "right": Real(right / 10, 10)})
    choice = actions.draw(uniform(actions, actions.mask(legal)), np.random.default_rng(seed))
    assert legal.check(choice) is None
    assert actions.decode(actions.encode(choice)) == choice


@pytest.mark.parametrize(
    ("domains", "words"),
    [
        ([Text(20)], "no finite set"),
        ([Record.of({"note": Text(20), "price": WIDE})], "'note' is no finite set"),
        ([Record.of({"a": WIDE, "b": WIDE}, at_most=10)], "bound together by a sum"),
        ([Acts.of({"say": Record.of({"words": Text(9)})}), OneOf(("a",))], "no finite set"),
    ],
)
def test_what_cannot_be_listed_is_told_in_a_line(domains, words):
    with pytest.raises(ParameterError, match=words) as caught:
        Actions(domains)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("bins", [1, 0, True, 2.5, MAX_DISCRETE + 1])
def test_bins_are_a_sensible_number(bins):
    with pytest.raises(ParameterError, match="bins"):
        Actions([Real(0, 1)], bins)


@pytest.mark.parametrize("choice", ["d", 5, None, {"act": "accept"}])
def test_a_choice_without_an_output_is_refused(choice):
    with pytest.raises(ParameterError, match="no output"):
        Actions([OneOf(("a", "b"))]).encode(choice)


@pytest.mark.parametrize("choice", [5, {"act": "accept", "price": 3}, {"act": "sell"}, {"days": 3}])
def test_a_choice_of_other_parts_is_refused(choice):
    with pytest.raises(ParameterError, match="no output"):
        Actions([TRADE]).encode(choice)


@pytest.mark.parametrize("game_id", FREE_TEXT)
def test_lines_of_text_have_no_outputs(game_id):
    with pytest.raises(ParameterError, match="no finite set: one line of text"):
        actions_of(make(game_id))
