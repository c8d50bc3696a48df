"""Gymnasium's environments as games: the same moves give what the environment gives by hand."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from ludens.errors import LudensError, ParameterError
from ludens.games import Move, NotSupported, adapter_ids, all_ids, load_state, make
from ludens.games.gym import gym_env
from ludens.games.testing import check_game, random_moves

GAMES = {
    "FrozenLake-v1": {},
    "Blackjack-v1": {},
    "CartPole-v1": {},
    "Pendulum-v1": {"horizon": 20},
}


def made(env, **params):
    return make("gymnasium", env=env, **{**GAMES.get(env, {}), **params})


@pytest.mark.parametrize("env", GAMES)
def test_it_conforms(env):
    check_game(made(env), seeds=range(2))


@pytest.mark.parametrize("env", GAMES)
@pytest.mark.parametrize("seed", range(3))
def test_it_plays_what_the_environment_plays_by_hand(env, seed):
    game, theirs = made(env), gymnasium.make(env)
    state, rng = game.start(seed), np.random.default_rng(seed)
    view, _ = theirs.reset(seed=seed)
    total, over = 0.0, False
    while not state.over:
        assert not over
        assert np.array_equal(
            state.data(0)["observation"], view if isinstance(theirs.observation_space, spaces.Box) else spaces.flatten(theirs.observation_space, view)
        )
        moves = random_moves(state, rng)
        state.play(moves)
        choice = moves[0].choice
        view, reward, ended, cut, _ = theirs.step(np.array([choice], np.float32) if env == "Pendulum-v1" else choice)
        total, over = total + float(reward), ended or cut
        assert state.rewards == [float(reward)]
    assert state.returns == [pytest.approx(total)]
    assert over or state.turn == game.type.horizon


@pytest.mark.parametrize("env", ["CartPole-v1", "Taxi-v4"])
def test_our_view_gives_back_what_the_environment_gave(env):
    ours, theirs = gym_env(made(env, horizon=30)), gymnasium.make(env)
    first, _ = ours.reset(seed=4)
    inner = ours._view.state_
    view, info = theirs.reset(seed=inner.seed)
    over = False
    while not over:
        wanted = view if env == "CartPole-v1" else spaces.flatten(theirs.observation_space, view)
        assert np.array_equal(first["observation"], wanted)
        if "action_mask" in info:
            assert np.array_equal(first["action_mask"], info["action_mask"])
        action = int(first["action_mask"].argmax())
        first, reward, ended, cut, _ = ours.step(action)
        view, wanted_reward, wanted_ended, wanted_cut, info = theirs.step(action)
        assert reward == wanted_reward
        over = ended or cut
        assert over or not (wanted_ended or wanted_cut)


def test_what_a_mask_closes_is_illegal():
    state = made("Taxi-v4").start(0)
    mask = state.masks[0]
    for action, free in enumerate(mask):
        assert (state.action_spec(0).check(Move(str(action))) is None) == bool(free)
    assert 0 in mask


def test_a_position_goes_on_in_a_copy_and_from_plain_data():
    game = made("FrozenLake-v1", kwargs={"is_slippery": True})
    state, rng = game.start(3), np.random.default_rng(0)
    for _ in range(4):
        state.play(random_moves(state, rng))
    copies = [state.clone(), load_state(game, state.to_dict())]
    for _ in range(3):
        if state.over:
            break
        moves = random_moves(state, rng)
        for one in (state, *copies):
            one.play(moves)
        assert all(copy == state for copy in copies)


def test_the_drawing_of_the_environment_is_in_the_words():
    state = made("FrozenLake-v1", actions=("left", "down", "right", "up")).start(0)
    text = state.observe(0).text()
    assert "[S]FFF" in text
    assert "left, down, right, up" in text
    assert "Version History" not in text


def test_rules_may_be_given():
    assert "Do not fall." in made("FrozenLake-v1", rules="Do not fall.").rules_text(0)
    assert "slippery" not in made("FrozenLake-v1", rules="Do not fall.").rules_text(0)


class Fickle(gymnasium.Env):
    """An environment that remembers more than one episode."""

    observation_space = spaces.Box(0, 1000, (1,), np.float32)
    action_space = spaces.Discrete(2)
    steps = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(1, np.float32), {}

    def step(self, action):
        Fickle.steps += 1
        return np.full(1, Fickle.steps, np.float32), 0.0, False, False, {}


class Doors(gymnasium.Env):
    """Words to read, two numbers to answer, some of which are closed."""

    observation_space = spaces.Text(20, charset="abcdefghijklmnopqrstuvwxyz ")
    action_space = spaces.MultiDiscrete([2, 3])

    def _seen(self):
        self.open = int(self.np_random.integers(3))
        mask = (np.ones(2, np.int8), np.array([door == self.open for door in range(3)], np.int8))
        return "the door is open", {"action_mask": mask}

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = 0
        return self._seen()

    def step(self, action):
        assert action[1] == self.open
        self.steps += 1
        view, info = self._seen()
        return view, float(action[0]), self.steps == 5, False, info


class Shapeless(Fickle):
    observation_space = spaces.Sequence(spaces.Discrete(2))


class Endless(Fickle):
    def step(self, action):
        return np.zeros(1, np.float32), float("nan"), False, False, {}


for name, cls in {"LudensFickle-v0": Fickle, "LudensShapeless-v0": Shapeless, "LudensDoors-v0": Doors, "LudensEndless-v0": Endless}.items():
    gymnasium.register(name, cls)


def test_words_are_passed_through_and_masks_of_parts_heeded():
    game = made("LudensDoors-v0", payoff_low=0, payoff_high=5)
    check_game(game, seeds=range(2))
    state = game.start(0)
    assert "player_0 sees: the door is open\n" in state.observe(0).text()
    (part, door), masks = state.action_spec(0).domain.fields, state.masks[0]
    assert part[1].options == ("0", "1")
    assert door[1].options == (str(masks[2:].index(1)),)


def test_an_environment_that_is_not_deterministic_is_told():
    state = made("LudensFickle-v0", horizon=5).start(0)
    state.play({0: Move(1)})
    with pytest.raises(LudensError, match="not deterministic: seed 0 and the same 1 joint moves"):
        state.clone().play({0: Move(1)})
    state.play({0: Move(1)})


def test_payoffs_are_checked():
    state, rng = made("CartPole-v1", payoff_low=0, payoff_high=3).start(0), np.random.default_rng(0)

    def to_the_end():
        while not state.over:
            state.play(random_moves(state, rng))

    with pytest.raises(LudensError, match="outside payoff_low=0 to payoff_high=3"):
        to_the_end()
    with pytest.raises(LudensError, match="nan, which is no amount"):
        made("LudensEndless-v0").start(0).play({0: Move(1)})


def test_hidden_things_are_the_environments_own():
    with pytest.raises(NotSupported, match="cannot resample"):
        made("Blackjack-v1").start(0).resample_hidden(0, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"env": "Nope-v0"}, "does not start: Environment `Nope` doesn't exist"),
        ({"env": "FrozenLake-v1", "kwargs": {"size": 1}}, "with kwargs={'size': 1}"),
        ({"env": "FrozenLake-v1", "kwargs": 3}, "should be a mapping"),
        ({"env": "FrozenLake-v1", "actions": ("left",)}, "names 1 actions"),
        ({"env": "FrozenLake-v1", "horizon": 0}, "horizon=0 should be from 1"),
        ({"env": "FrozenLake-v1", "payoff_low": 1, "payoff_high": 0}, "should not be above payoff_high"),
        ({"env": "LudensShapeless-v0"}, "no array of a fixed shape"),
    ],
)
def test_mistakes_get_one_line(params, words):
    with pytest.raises(ParameterError, match=words.replace("{", r"\{").replace("(", r"\(")) as problem:
        make("gymnasium", **params)
    assert "\n" not in str(problem.value)


def test_the_ids_are_those_of_adapters():
    assert {"gymnasium-v0", "pettingzoo-v0"} <= set(adapter_ids())
    assert not set(adapter_ids()) & set(all_ids())
    assert make("gymnasium").env == "FrozenLake-v1"
