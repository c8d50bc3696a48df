"""Step by step what MPE2 does: places, speeds, observations and rewards of the readable worlds and of the compiled ones, to 1e-9."""

from __future__ import annotations

import numpy as np
import pytest

from ludens.games import Move, make
from ludens.games.spaces import codec

pytest.importorskip("mpe2")
pytest.importorskip("numba")
pytestmark = pytest.mark.peer

WORLDS = [
    ("simple_spread", {}, {}),
    ("simple_spread", {"agents": 1}, {"N": 1}),
    ("simple_spread", {"agents": 5, "local_ratio": 0.0}, {"N": 5, "local_ratio": 0.0}),
    ("simple_spread", {"agents": 4, "local_ratio": 1.0}, {"N": 4, "local_ratio": 1.0}),
    ("simple_spread", {"agents": 2, "local_ratio": 0.3, "end_on_success": True}, {"N": 2, "local_ratio": 0.3, "terminate_on_success": True}),
    ("simple_tag", {}, {}),
    ("simple_tag", {"adversaries": 1, "prey": 1, "obstacles": 0}, {"num_adversaries": 1, "num_good": 1, "num_obstacles": 0}),
    ("simple_tag", {"adversaries": 4, "prey": 3, "obstacles": 5}, {"num_adversaries": 4, "num_good": 3, "num_obstacles": 5}),
    ("simple_tag", {"obstacles": 1, "end_on_success": True}, {"num_obstacles": 1, "terminate_on_success": True}),
    ("simple_reference", {}, {}),
    ("simple_reference", {"local_ratio": 0.9}, {"local_ratio": 0.9}),
]
HORIZON = 40


def peer(name, kwargs):
    from mpe2.simple_reference.simple_reference import raw_env as reference
    from mpe2.simple_spread.simple_spread import raw_env as spread
    from mpe2.simple_tag.simple_tag import raw_env as tag

    return {"simple_spread": spread, "simple_tag": tag, "simple_reference": reference}[name](max_cycles=HORIZON, **kwargs)


def brought(state, other):
    """Set the peer to our position."""
    other.reset(seed=0)
    for agent, place in zip(other.world.agents, state.where, strict=True):
        agent.state.p_pos = place.copy()
    for landmark, place in zip(other.world.landmarks, state.marks, strict=True):
        landmark.state.p_pos = place.copy()
    if hasattr(state, "targets"):
        for seat, agent in enumerate(other.world.agents):
            agent.goal_b = other.world.landmarks[state.targets[1 - seat]]


def crowded(game, seed, scale):
    """Begin with everybody close to each other, so that there are contacts."""
    state = game.start(seed)
    state.where, state.marks = state.where * scale, state.marks * scale
    return state


@pytest.mark.parametrize(("name", "ours", "kwargs"), WORLDS, ids=str)
@pytest.mark.parametrize("scale", [1.0, 0.2])
def test_every_step_is_that_of_mpe2(name, ours, kwargs, scale):
    game, other = make(name, horizon=HORIZON, **ours), peer(name, kwargs)
    coder, batch, ends = codec(game.action_domain(0)), game.batch(1), set()
    for seed in range(3):
        state, rng = crowded(game, seed, scale), np.random.default_rng(seed)
        brought(state, other)
        batch.put(0, state)
        for seat, agent in enumerate(other.possible_agents):
            assert np.array_equal(state.data(seat)["observation"], other.observe(agent))
        while not state.over:
            actions = rng.integers(game.options, size=game.seats)
            if rng.random() < 0.3:
                actions[:] = actions[0]
            state.play({seat: Move(coder.decode(action)) for seat, action in enumerate(actions)})
            batch.step(actions[None])
            for action in actions:
                other.step(int(action))
            where = np.array([agent.state.p_pos for agent in other.world.agents])
            speed = np.array([agent.state.p_vel for agent in other.world.agents])
            rewards = [other.rewards[agent] for agent in other.possible_agents]
            seen = batch.observations()[0]
            for one_where, one_speed, one_rewards in ((state.where, state.speed, state.rewards), (batch.where[0], batch.speed[0], batch.rewards[0])):
                np.testing.assert_allclose(one_where, where, rtol=0, atol=1e-9)
                np.testing.assert_allclose(one_speed, speed, rtol=0, atol=1e-9)
                np.testing.assert_allclose(one_rewards, rewards, rtol=0, atol=1e-9)
            for seat, agent in enumerate(other.possible_agents):
                wanted, mine = other.observe(agent), state.data(seat)["observation"]
                assert mine.dtype == wanted.dtype
                np.testing.assert_allclose(mine, wanted, rtol=0, atol=1e-6)
                np.testing.assert_allclose(seen[seat, : len(wanted)], wanted, rtol=0, atol=1e-6)
                assert not seen[seat, len(wanted) :].any()
                np.testing.assert_allclose(game.seen(state, seat), other.scenario.observation(other.world.agents[seat], other.world), rtol=0, atol=1e-9)
            ended, cut = any(other.terminations.values()), any(other.truncations.values())
            assert state.over == batch.over[0] == (ended or cut)
            assert batch.done[0] == ended
        ends.add("early" if state.turn < HORIZON else "late")
    if ours.get("end_on_success") and scale < 1:
        assert "early" in ends


@pytest.mark.parametrize(("name", "ours", "kwargs"), WORLDS, ids=str)
def test_spaces_are_those_of_mpe2(name, ours, kwargs):
    game, other = make(name, **ours), peer(name, kwargs)
    for seat, agent in enumerate(other.possible_agents):
        assert game.observation_space(seat) == other.observation_space(agent)
        assert codec(game.action_domain(seat)).space == other.action_space(agent)


def test_the_adapter_to_pettingzoo_and_the_world_of_our_own_are_the_same_game():
    """The whole chain: MPE2 through the adapter, and our own world brought to the same position."""
    theirs, ours = make("pettingzoo", env="mpe2/simple_spread_v3").start(3), make("simple_spread").start(0)
    first = theirs.data(0)["observation"].astype(float)
    places = first[2:4] + np.concatenate([np.zeros((1, 2)), first[10:14].reshape(-1, 2)])
    ours.where, ours.marks = places, first[2:4] + first[4:10].reshape(-1, 2)
    rng = np.random.default_rng(0)
    while not ours.over:
        actions = rng.integers(5, size=3)
        theirs.play({seat: Move(int(action)) for seat, action in enumerate(actions)})
        ours.play({seat: Move(("stay", "left", "right", "down", "up")[action]) for seat, action in enumerate(actions)})
        np.testing.assert_allclose(ours.rewards, theirs.rewards, atol=1e-4)
        for seat in range(3):
            np.testing.assert_allclose(ours.data(seat)["observation"], theirs.data(seat)["observation"], atol=1e-4)
    assert theirs.over
