"""PettingZoo's environments as games: the same moves give what the environment gives by hand, and our own view of the game gives that back."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from gymnasium import spaces

from ludens.errors import MissingPackage, ParameterError
from ludens.games import Move, load_state, make
from ludens.games.pettingzoo import aec_env, parallel_env
from ludens.games.testing import check_game, random_moves

pytest.importorskip("pygame")
pytestmark = pytest.mark.peer

TURNS = {
    "classic/tictactoe_v3": ("pettingzoo.classic.tictactoe_v3", {}),
    "classic/connect_four_v3": ("pettingzoo.classic.connect_four_v3", {}),
    "classic/rps_v2": ("pettingzoo.classic.rps_v2", {"num_actions": 5}),
    "mpe2/simple_tag_v3": ("mpe2.simple_tag_v3", {"max_cycles": 6}),
}
AT_ONCE = {
    "classic/rps_v2": ("pettingzoo.classic.rps_v2", {}),
    "mpe2/simple_spread_v3": ("mpe2.simple_spread_v3", {"N": 2, "max_cycles": 8}),
    "mpe2.simple_reference_v3": ("mpe2.simple_reference_v3", {"max_cycles": 5}),
}


def theirs(module, maker, kwargs):
    if module.startswith("mpe2"):
        pytest.importorskip("mpe2")
    return getattr(importlib.import_module(module), maker)(**kwargs)


def bare(other, agent, view):
    if isinstance(view, dict):
        return view["observation"]
    space = other.observation_space(agent)
    return view if isinstance(space, spaces.Box) else spaces.flatten(space, view)


@pytest.mark.parametrize("env", ["classic/tictactoe_v3", "classic/connect_four_v3", "classic/rps_v2"])
def test_environments_that_act_one_by_one_conform(env):
    check_game(make("pettingzoo", env=env, api="aec"), seeds=range(2))


@pytest.mark.parametrize("env", AT_ONCE)
def test_environments_that_act_at_once_conform(env):
    if env.startswith("mpe2"):
        pytest.importorskip("mpe2")
    check_game(make("pettingzoo", env=env, kwargs=AT_ONCE[env][1]), seeds=range(2))


@pytest.mark.parametrize("env", TURNS)
@pytest.mark.parametrize("seed", range(3))
def test_turns_are_those_of_a_loop_over_the_agents(env, seed):
    module, kwargs = TURNS[env]
    other = theirs(module, "env", kwargs)
    game = make("pettingzoo", env=env, kwargs=kwargs, api="aec")
    state, rng = game.start(seed), np.random.default_rng(seed)
    other.reset(seed=seed)
    names, totals = other.possible_agents, dict.fromkeys(other.possible_agents, 0.0)
    for agent in other.agent_iter():
        view, reward, ended, cut, _ = other.last()
        totals[agent] += reward
        seat = names.index(agent)
        assert np.array_equal(state.data(seat)["observation"], bare(other, agent, view))
        if ended or cut:
            assert state.over
            other.step(None)
            continue
        assert state.to_move == (seat,)
        mask = view["action_mask"] if isinstance(view, dict) else None
        moves = random_moves(state, rng)
        if mask is not None:
            assert [int(option) for option in state.action_spec(seat).domain.options] == np.flatnonzero(mask).tolist()
        state.play(moves)
        other.step(int(moves[seat].choice))
    assert state.returns == pytest.approx(list(totals.values()))


@pytest.mark.parametrize("env", AT_ONCE)
@pytest.mark.parametrize("seed", range(3))
def test_steps_at_once_are_those_of_the_environment(env, seed):
    module, kwargs = AT_ONCE[env]
    other = theirs(module, "parallel_env", kwargs)
    state, rng = make("pettingzoo", env=env, kwargs=kwargs).start(seed), np.random.default_rng(seed)
    views, _ = other.reset(seed=seed)
    while other.agents:
        for seat, agent in enumerate(other.possible_agents):
            assert np.array_equal(state.data(seat)["observation"], bare(other, agent, views[agent]))
        assert state.to_move == (0, 1)
        moves = random_moves(state, rng)
        state.play(moves)
        views, rewards, *_ = other.step({agent: moves[seat].choice for seat, agent in enumerate(other.possible_agents)})
        assert state.rewards == pytest.approx(list(rewards.values()))
    assert state.over


def test_our_parallel_view_gives_back_what_the_environment_gave():
    module, kwargs = AT_ONCE["mpe2/simple_spread_v3"]
    other = theirs(module, "parallel_env", kwargs)
    ours, rng = parallel_env(make("pettingzoo", env="mpe2/simple_spread_v3", kwargs=kwargs)), np.random.default_rng(0)
    (seen, _), (views, _) = ours.reset(seed=5), other.reset(seed=5)
    while ours.agents:
        assert [one["observation"].tolist() for one in seen.values()] == [view.tolist() for view in views.values()]
        actions = rng.integers(5, size=2).tolist()
        seen, rewards, *_ = ours.step(dict(zip(ours.possible_agents, actions, strict=True)))
        views, wanted, *_ = other.step(dict(zip(other.possible_agents, actions, strict=True)))
        assert list(rewards.values()) == pytest.approx(list(wanted.values()))
    assert not other.agents


def test_our_view_by_turns_gives_back_what_the_environment_gave():
    other, ours = theirs("pettingzoo.classic.connect_four_v3", "env", {}), aec_env(make("pettingzoo", env="classic/connect_four_v3"))
    other.reset(seed=2)
    ours.reset(seed=2)
    rng, totals = np.random.default_rng(1), np.zeros((2, 2))
    while other.agents:
        view, reward, ended, cut, _ = other.last()
        seen, own, over, _, _ = ours.last()
        seat = other.possible_agents.index(other.agent_selection)
        totals[:, seat] += reward, own
        assert over == (ended or cut)
        if over:
            other.step(None)
            ours.step(None)
            continue
        assert np.array_equal(seen["observation"], view["observation"])
        assert np.array_equal(seen["action_mask"], view["action_mask"])
        action = int(rng.choice(np.flatnonzero(view["action_mask"])))
        other.step(action)
        ours.step(action)
    assert totals[0].tolist() == totals[1].tolist()
    assert set(totals[0].tolist()) == {1.0, -1.0}


def test_a_won_game_pays_both():
    state = make("pettingzoo", env="classic/tictactoe_v3").start(0)
    for turn, cell in enumerate("03148"):
        state.play({turn % 2: Move(cell)})
    assert not state.over
    assert state.action_spec(1).check(Move("3")) is not None
    state.play({1: Move("5")})
    assert state.over
    assert state.returns == [-1.0, 1.0]


def test_copies_play_on_though_the_environment_is_pickled_as_its_arguments():
    game = make("pettingzoo", env="classic/tictactoe_v3")
    state = game.start(0)
    for turn, cell in enumerate("031"):
        state.play({turn % 2: Move(cell)})
    copies = [state.clone(), load_state(game, state.to_dict())]
    for one in (state, *copies):
        one.play({1: Move("4")})
        one.play({0: Move("2")})
    assert all(one == state for one in copies)


def test_what_a_seat_does_is_told_to_others_by_the_environment_alone():
    state = make("pettingzoo", env="classic/rps_v2", api="aec").start(0)
    state.play({0: Move(2)})
    assert not any(event.kind == "act" for event in state.observe(1).events)


def test_both_interfaces_can_be_had():
    assert make("pettingzoo", env="classic/rps_v2").type.dynamics == "mixed"
    assert make("pettingzoo", env="classic/rps_v2", api="aec").type.dynamics == "sequential"
    with pytest.raises(ParameterError, match="with the parallel interface"):
        make("pettingzoo", env="classic/tictactoe_v3", api="parallel")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"env": "classic/tictacto_v3"}, "no environment of PettingZoo; should be such as classic/tictactoe_v3"),
        ({"env": "os"}, "no environment of PettingZoo"),
        ({"env": "classic/tictactoe_v3", "kwargs": {"size": 4}}, "does not start with kwargs"),
        ({"env": "classic/tictactoe_v3", "api": "both"}, "should be 'parallel' or 'aec'"),
    ],
)
def test_mistakes_get_one_line(params, words):
    with pytest.raises(ParameterError, match=words) as problem:
        make("pettingzoo", **params)
    assert "\n" not in str(problem.value)


def test_a_missing_package_is_named(monkeypatch):
    from ludens.games.adapters import pettingzoo_game

    problem = ModuleNotFoundError("No module named 'pymunk'", name="pymunk")

    def broken(env, api):
        raise problem

    monkeypatch.setattr(pettingzoo_game, "_maker", broken)
    with pytest.raises(MissingPackage, match="butterfly/somewhere_v1' needs the package pymunk: pip install pymunk"):
        make("pettingzoo", env="butterfly/somewhere_v1")
    problem = ImportError("this one needs a game\nof its own")
    with pytest.raises(ParameterError, match="does not start: this one needs a game of its own"):
        make("pettingzoo", env="butterfly/nowhere_v1")
