"""The fixture that misbehaves does what its modes say, or the tests that use it would prove nothing."""

from __future__ import annotations

import inspect

import misbehaving
import pytest
from market import Market

from ludens.agents import Answer, PlayerSpec
from ludens.games import Move

GOOD = {"raise_in_end", "megabyte_note"}


async def answer_of(how, turn=0):
    misbehaving.register()
    player = PlayerSpec.of("misbehaving", how=how, seconds=0.0).build()
    player.start(0, Market().type, 0)
    state = Market().start(0)
    if turn:
        state.play({0: Move("north"), 1: Move("south")})
    answer = player.act(state.observe(0))
    return state.action_spec(0), await answer if inspect.isawaitable(answer) else answer


@pytest.mark.parametrize("how", sorted(set(misbehaving.MODES) - {"raise", "raise_later", "raise_in_start", "sleep", "block"}))
async def test_what_comes_back_is_no_legal_move(how):
    spec, answer = await answer_of(how)
    move = answer.move if isinstance(answer, Answer) else answer
    legal = isinstance(move, Move) and spec.check(move) is None
    assert legal == (how in GOOD)


@pytest.mark.parametrize("how", ["raise", "raise_later", "raise_in_start"])
async def test_it_raises(how):
    with pytest.raises(RuntimeError, match="raised in"):
        await answer_of(how)


def test_it_behaves_until_told_to():
    player = misbehaving.Misbehaving("raise", after=1)
    player.start(0, Market().type, 0)
    state = Market().start(0)
    assert state.action_spec(0).check(player.act(state.observe(0))) is None
    state.play({0: Move("north"), 1: Move("south")})
    with pytest.raises(RuntimeError):
        player.act(state.observe(0))
