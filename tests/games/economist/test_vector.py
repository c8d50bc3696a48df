"""The planner's vector environment beside the readable game with scripted workers who answer exactly."""

import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence

from ludens.agents.bots.economist import economic
from ludens.errors import ParameterError
from ludens.games import Move, make
from ludens.games.core import NotSupported
from ludens.games.economist.game import PLANNER

pytest.importorskip("numba")


def game(**parameters):
    return make("economist", **{"workers": 12, "years": 4, "year_length": 3, "rate_step": 10, "control": "changes", **parameters})


@pytest.mark.parametrize(
    "parameters",
    [{}, {"control": "rates", "brackets": (0, 40_000)}, {"objective": "rawlsian"}, {"hours_step": 10, "brackets": "flat"}, {"spending": "public_good"}],
    ids=str,
)
def test_a_game_is_the_readable_one(parameters):
    rules = game(**parameters)
    envs = rules.vector_env(3)
    seen, infos = envs.reset(seed=5)
    populations = envs._batch.skills.copy()
    rng = np.random.default_rng(0)
    states = []
    for skills in populations:
        state = rules.start(0)
        state.skills = skills.copy()
        states.append(state)
    bots = [[economic(rules, seat, np.random.default_rng(seat), "us_federal", "best_response") for seat in range(rules.seats)] for _ in states]
    earned = np.zeros(3)
    _work(states, bots)
    while True:
        for index, state in enumerate(states):
            if not state.over:
                own = state.observe(PLANNER).data["observation"]
                np.testing.assert_allclose(seen[index, 0, : len(own)], own, atol=1e-5)
                legal = [number for number, law in enumerate(_laws(rules)) if state.action_spec(PLANNER).domain.check(law) is None]
                assert np.flatnonzero(infos["legal"][index, 0]).tolist() == legal
        actions = [int(rng.choice(np.flatnonzero(row[0]))) for row in infos["legal"]]
        for state, action in zip(states, actions, strict=True):
            state.play({PLANNER: Move(_laws(rules)[action])})
        _work(states, bots)
        seen, rewards, over, cut, infos = envs.step(np.array(actions)[:, None])
        earned += rewards
        assert not cut.any()
        if over.all():
            break
    assert all(state.over for state in states)
    np.testing.assert_allclose(earned, [state.returns[PLANNER] for state in states], rtol=1e-6)
    np.testing.assert_allclose(earned, [state.outcome["welfare"] for state in states], rtol=1e-6)


def _laws(rules):
    from ludens.games.spaces import codec

    return codec(rules.action_domain(PLANNER)).values


def _work(states, bots):
    for state, table in zip(states, bots, strict=True):
        while state.to_move and PLANNER not in state.to_move:
            state.play({seat: table[seat].act(state.observe(seat)) for seat in state.to_move})


def test_economies_begin_again_with_other_people():
    envs = game(years=2).vector_env(2)
    envs.reset(seed=1)
    before = envs._batch.skills.copy()
    over = np.zeros(2, bool)
    while not over.all():
        _, _, over, _, infos = envs.step(envs.action_space.sample(mask=None) * 0)
    assert not infos["legal"].all()
    _, rewards, over, _, _ = envs.step(np.zeros((2, 1), int))
    assert not over.any()
    assert (rewards == 0).all()
    assert (envs._batch.skills != before).any()


def test_the_same_seed_gives_the_same_economies():
    one, two = game().vector_env(2), game().vector_env(2)
    assert data_equivalence(one.reset(seed=3), two.reset(seed=3))
    assert data_equivalence(one.step(np.full((2, 1), 62)), two.step(np.full((2, 1), 62)))


def test_what_it_does_not_do_is_told():
    for parameters, says in (({"ballot": "plurality"}, "no votes"), ({"altruists": 1}, "own alone"), ({"hours_step": 0}, "cannot be numbered")):
        with pytest.raises(NotSupported, match=says):
            game(**parameters).vector_env(1)
    with pytest.raises(ParameterError, match="num_envs=0"):
        game().vector_env(0)
    envs = game().vector_env(1)
    envs.reset(seed=0)
    with pytest.raises(ParameterError, match="no law that may be chosen now"):
        envs.step([[envs.single_action_space.nvec[0] - 1]])
    with pytest.raises(NotSupported, match="begin together"):
        envs.reset(options={"reset_mask": np.array([False])})
