"""Games in meanings, many at once: the same as the readable ones move by move, and copies that go on by themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("numba")

from ludens.agents.neural import actions_of
from ludens.games import make
from ludens.games.actions import Move
from ludens.games.adapters.latent_state import LatentState
from ludens.games.core import NotSupported
from ludens.games.werewolf.state import WerewolfState

SMALL = {"of": "werewolf_lspo4", "meanings": (3, 2, 2), "memory": 1}
NAMING = {**SMALL, "slots": True, "memory": 2}
WHOLE = {"of": "werewolf", "meanings": (3, 2, 2, 2), "memory": 2}


def drawn(batch, rng):
    """Draw a legal joint move for every game."""
    games, seats = np.nonzero(batch.to_move)
    moves = np.zeros(batch.to_move.shape, np.int64)
    for row, mask in enumerate(batch.legal(games, seats)):
        moves[games[row], seats[row]] = rng.choice(np.flatnonzero(mask))
    return moves


@given(st.sampled_from([SMALL, NAMING, WHOLE]), st.integers(0, 2**40))
@settings(max_examples=15)
def test_a_batch_plays_as_the_readable_game_does(params, seed):
    game, rng = make("latent", **params), np.random.default_rng(seed)
    batch, story = game.branching(3, seed), []
    assert batch.choices == actions_of(game).choices
    while not batch.over.all():
        games, seats = np.nonzero(batch.to_move)
        moves = drawn(batch, rng)
        story.append((batch.to_move.copy(), moves, games, seats, batch.see(games, seats), batch.legal(games, seats)))
        batch.step(moves)
    for number in range(3):
        inner = WerewolfState(game.spoken, 0, batch._inner.deal(number), batch._inner.draws(number))
        state = LatentState(game, 0, inner)
        for to_move, moves, games, seats, shown, legal in story:
            if state.over:
                break
            assert state.to_move == tuple(np.flatnonzero(to_move[number]))
            for row in np.flatnonzero(games == number):
                seat = int(seats[row])
                assert np.array_equal(shown[row], state.data(seat)["observation"])
                assert np.array_equal(legal[row], actions_of(game).mask(state.action_spec(seat).domain))
            state.play({seat: Move(batch.choices[moves[number, seat]]) for seat in state.to_move})
        assert state.over
        assert state.returns == batch.returns[number].tolist()
        assert [game.type.roles[role] for role in batch.roles[number]] == list(state.roles)


def test_copies_go_on_by_themselves():
    game, rng = make("latent", **WHOLE), np.random.default_rng(3)
    batch = game.branching(2, 5)
    for _ in range(4):
        batch.step(drawn(batch, rng))
    games, seats = np.nonzero(batch.to_move)
    before = batch.see(games, seats).copy()
    twins = batch.take(np.array([1, 1, 0]))
    while not twins.over.all():
        twins.step(drawn(twins, rng))
    assert np.array_equal(batch.see(games, seats), before)
    assert not batch.over.any()
    # the same moves lead two copies to the same end
    ones, others = batch.take(np.array([0])), batch.take(np.array([0]))
    while not ones.over.all():
        moves = drawn(ones, rng)
        ones.step(moves)
        others.step(moves)
    assert others.over.all()
    assert np.array_equal(ones.returns, others.returns)
    assert len(batch.take(np.array([], np.int64)).over) == 0


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"words": (("a", "b"), ("c", "d"), ("e", "f"))}, "words"),
        ({"of": "stag_hunt", "kwargs": {"say_chars": 20}}, "stag_hunt"),
    ],
)
def test_what_the_engine_does_not_play_is_named(params, named):
    game = make("latent", **{"of": "werewolf_lspo4", "meanings": (2, 2, 2) if "of" not in params else (2,), **params})
    with pytest.raises(NotSupported, match=named):
        game.branching(1)
