"""Environments of TextArena in the house: they pass the conformance suite, and are played move for move as by hand."""

import gc
import os
import signal
import time

import numpy as np
import pytest

import ludens
from ludens.errors import LudensError, ParameterError
from ludens.games import Move, NotSupported, load_state
from ludens.games.adapters import textarena_table
from ludens.games.testing import check_game

textarena = pytest.importorskip("textarena")
pytestmark = pytest.mark.peer

ENVS = [("Nim-v0", 2), ("KuhnPoker-v0", 2), ("FrozenLake-v0", 1)]
SCRIPTS = {
    "Nim-v0": ["[0 1]", "[2 4]", "[1 1]", "[0 9]", "[0 1]"],
    "KuhnPoker-v0": ["[check]", "[bet]", "[fold]", "[call]"],
    "TicTacToe-v0": [f"[{square}]" for square in range(9)],
    "IteratedPrisonersDilemma-v0": ["Let us both gain.", "I agree. [Cooperate]", "[Defect]"],
    "PigDice-v0-short": ["[roll]", "[hold]"],
    "FrozenLake-v0": ["[right]", "[down]", "[up]"],
    "ThreePlayerIPD-v0": ["Hello.", "[1 cooperate] [2 defect] [0 defect]"],
}
SEATS = {"FrozenLake-v0": 1, "ThreePlayerIPD-v0": 3}


@pytest.mark.parametrize(("env", "seats"), ENVS)
def test_it_conforms(env, seats):
    check_game(ludens.make("textarena", env=env, seats=seats))


def by_hand(env, seats, seed, script):
    """Drive TextArena as its own users do; give what was shown to whom, what was answered, and what was earned."""
    table = textarena.make(env)
    table.reset(num_players=seats, seed=seed)
    rng, done, shown = np.random.default_rng(seed), False, []
    while not done:
        seat, observed = table.get_observation()
        text = script[int(rng.integers(len(script)))]
        shown.append((seat, observed, text))
        done, _ = table.step(text)
    rewards, facts = table.close()
    return shown, rewards, facts


@pytest.mark.parametrize("env", SCRIPTS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_it_plays_as_by_hand(env, seed):
    seats = SEATS.get(env, 2)
    shown, rewards, facts = by_hand(env, seats, seed, SCRIPTS[env])
    state = ludens.make("textarena", env=env, seats=seats).start(seed)
    for seat, observed, text in shown:
        assert state.to_move == (seat,)
        told = [event.data["text"] for event in state.observe(seat).events if event.kind == "told"]
        assert "\n".join(told) == observed.strip("\n")
        state.play({seat: Move(text)})
    assert state.over
    assert state.returns == [rewards[seat] for seat in range(seats)]
    assert state.outcome["reason"] == " ".join(str(facts[0]["reason"]).split())


def test_an_invalid_move_is_dealt_with_by_textarena():
    state = ludens.make("textarena").start(0)
    events = state.play({0: Move("I pass.")})
    assert [event.kind for event in events] == ["invalid", "told"]
    assert events[0].visible_to == (0,)
    assert "No valid move format" in events[0].text
    assert state.to_move == (0,)
    events = state.play({0: Move("I pass.")})
    assert [event.kind for event in events] == ["invalid", "end"]
    assert state.returns == [-1, 1]
    assert state.outcome["invalid_moves"] == [2, 0]


def test_a_copy_goes_its_own_way_and_back_from_plain_data():
    game = ludens.make("textarena", env="KuhnPoker-v0")
    state = game.start(5)
    state.play({state.to_move[0]: Move("[bet]")})
    twin, back = state.clone(), load_state(game, state.to_dict())
    twin.play({twin.to_move[0]: Move("[fold]")})
    assert len(state.answers) == 1
    for copy in (state, back):
        copy.play({copy.to_move[0]: Move("[fold]")})
        assert copy == twin


def test_seeds_deal_and_repeat():
    game = ludens.make("textarena", env="KuhnPoker-v0")
    dealt = [game.start(seed).events[-1].text for seed in range(12)]
    assert len(set(dealt)) > 1
    assert dealt == [game.start(seed).events[-1].text for seed in range(12)]


def test_hidden_things_are_not_resampled():
    with pytest.raises(NotSupported, match="cannot resample"):
        ludens.make("textarena", env="KuhnPoker-v0").start(0).resample_hidden(0, np.random.default_rng(0))


def test_a_long_game_is_cut_off_unpaid():
    state = ludens.make("textarena", env="IteratedPrisonersDilemma-v0", horizon=3).start(0)
    while not state.over:
        state.play({state.to_move[0]: Move("[Defect]")})
    assert state.turn == 3
    assert state.returns == [0, 0]
    assert "cut off after 3 moves" in state.outcome["reason"]


def test_rewards_outside_the_bounds_are_told():
    state = ludens.make("textarena", payoffs=(0, 1)).start(0)
    state.play({0: Move("no")})
    with pytest.raises(LudensError, match=r"paid \[-1.0, 1.0\], outside payoffs=\[0,1\]"):
        state.play({0: Move("no")})


def test_a_process_that_dies_is_told_and_the_game_goes_on():
    state = ludens.make("textarena").start(0)
    state.play({0: Move("[0 1]")})
    os.kill(state._table.pid, signal.SIGKILL)
    with pytest.raises(LudensError, match="Nim-v0 failed: its process ended"):
        state.play({1: Move("[1 1]")})
    state.play({1: Move("[1 1]")})
    assert state.to_move == (0,)
    assert "pile 1: 3" in state.events[-1].text


def test_a_process_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(textarena_table, "TIMEOUT", 0.3)
    state = ludens.make("textarena").start(0)
    pid = state._table.pid
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(LudensError, match=r"has not answered for 0\.3 seconds"):
        state.play({0: Move("[1 1]")})
    assert gone(pid)


def test_a_position_that_is_forgotten_leaves_no_process():
    state = ludens.make("textarena").start(0)
    pid = state._table.pid
    assert alive(pid)
    del state
    gc.collect()
    assert gone(pid)


def test_an_episode_that_is_over_leaves_no_process():
    state = ludens.make("textarena").start(0)
    pid = state._table.pid
    state.play({0: Move("no")})
    state.play({0: Move("no")})
    assert gone(pid)


def test_it_goes_on_when_the_nursery_was_killed():
    game = ludens.make("textarena")
    nursery = textarena_table._nursery(os.getpid())
    nursery.process.kill()
    nursery.process.wait()
    assert game.start(0).to_move == (0,)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone(pid):
    """Wait until a process has ended; tell whether it has."""
    for _ in range(200):
        if not alive(pid):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"env": "Nimm-v0"}, "Nimm-v0 not found in registry"),
        ({"env": "Nim-v0", "seats": 3}, "number of players has to be 2, received 3"),
        ({"env": ""}, "should be TextArena's id"),
        ({"payoffs": (1, -1)}, "the lowest and the highest reward"),
    ],
)
def test_what_cannot_be_played_is_told_in_one_line(params, told):
    with pytest.raises(ParameterError, match=told) as caught:
        ludens.make("textarena", **params)
    assert "\n" not in str(caught.value)
