"""Regular expressions of tagged replies: every legal move matches, and what matches is read."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.games import ActionSpec, Integer, Move, OneOf, Real, Record, Status, all_ids, make
from ludens.games.domains import Text


def positions(game_id, seed):
    """Every spec that is asked for in a random episode."""
    game = make(game_id)
    state, rng = game.start(seed), np.random.default_rng(seed)
    while not state.over:
        specs = {seat: state.action_spec(seat) for seat in state.to_move}
        yield from specs.values()
        state.play({seat: spec.sample(rng) for seat, spec in specs.items()})


@pytest.mark.parametrize("game_id", all_ids())
def test_every_legal_move_matches_and_is_read_back(game_id):
    rng = np.random.default_rng(1)
    for spec in list(positions(game_id, 3))[:12]:
        pattern = re.compile(spec.pattern())
        for number in range(8):
            move = spec.sample(rng)
            if spec.say_chars and number % 2:
                move = Move(move.choice, 'I say "yes", and\nmean it: Answer: none.'[: spec.say_chars])
            written = spec.write(move, "tags")
            if spec.say_chars and move.say is None:
                written = f"Say: \n{written}" if written else "Say: "  # a seat that may speak is held to saying something or nothing
            assert pattern.fullmatch(written), (spec.pattern()[:300], written)
            parsed = spec.parse(written)
            assert parsed.move is not None
            assert parsed.move.choice == move.choice


@pytest.mark.parametrize("game_id", ["negotiation", "ultimatum", "prisoners_dilemma", "bertrand", "deliberation", "public_goods"])
@settings(max_examples=25)
@given(data=st.data())
def test_what_matches_is_read(game_id, data):
    spec = next(iter(positions(game_id, 5)))
    reply = data.draw(st.from_regex(re.compile(spec.pattern(), re.ASCII), fullmatch=True))
    assert spec.parse(reply).status is not Status.UNPARSABLE, reply  # bounds that a pattern leaves open are told as illegal


def test_patterns_of_every_domain():
    assert re.fullmatch(OneOf(("a.b", "c|d")).pattern(), "c|d")
    assert not re.fullmatch(OneOf(("a.b",)).pattern(), "axb")
    wide = Integer(-5, 10**6)
    for value in (-5, 0, 7, 10**6):
        assert re.fullmatch(wide.pattern(), str(value))
    assert not re.fullmatch(wide.pattern(), "12345678")
    assert not re.fullmatch(wide.pattern(), "007")
    assert len(wide.pattern()) < 60
    assert re.fullmatch(Real(0, 20, 2).pattern(), "19.25")
    assert not re.fullmatch(Real(0, 20, 2).pattern(), "19.255")
    assert re.fullmatch(Text(5).pattern(), "hello")
    both = Record.of({"price": Integer(0, 9), "kind": OneOf(("new", "old"))})
    assert re.fullmatch(both.pattern(), "price=3 kind=old")
    spec = ActionSpec(both)
    assert re.fullmatch(spec.pattern(("thought",)), "Thought: fine, then.\nAnswer: price=3 kind=old")
