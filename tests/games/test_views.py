"""PettingZoo and Gymnasium views: what a learner gets, what an illegal action does, and registration."""

import numpy as np
import pettingzoo
import pytest
from gymnasium import spaces

import ludens
from ludens.errors import ParameterError
from ludens.games import Acts, Integer, Real, Record, all_ids
from ludens.games.gym import gym_env
from ludens.games.pettingzoo import aec_env, parallel_env, register_all
from ludens.games.spaces import FreeText, codec
from ludens.games.testing import check_gymnasium, check_pettingzoo


def test_every_game_is_in_pettingzoos_registry():
    # other tests may have registered games since
    register_all()
    for game_id in all_ids():
        env = pettingzoo.make("aec", f"ludens/{game_id}")
        env.reset(seed=1)
        assert env.possible_agents[0] == "player_0"
    parallel = pettingzoo.make("parallel", "ludens/prisoners_dilemma-v0", rounds=2)
    parallel.reset(seed=1)
    assert parallel.unwrapped.game.rounds == 2


def test_parallel_play_pays_what_the_game_pays():
    env = parallel_env("prisoners_dilemma", rounds=2)
    observations, infos = env.reset(seed=0)
    assert "prisoner" in infos["player_0"]["text"].lower() or "Round" in infos["player_0"]["text"]
    assert observations["player_0"]["action_mask"].tolist() == [1, 1]
    _, rewards, terminations, _, infos = env.step({"player_0": 0, "player_1": 1})
    assert rewards == {"player_0": 0.0, "player_1": 5.0}
    assert not any(terminations.values())
    assert "Round 1" in infos["player_0"]["text"]
    _, rewards, terminations, _, _ = env.step({"player_0": 1, "player_1": 1})
    assert rewards == {"player_0": 1.0, "player_1": 1.0}
    assert all(terminations.values())
    assert env.agents == []


def test_text_is_told_once():
    env = parallel_env("prisoners_dilemma", rounds=3)
    _, first = env.reset(seed=0)
    *_, second = env.step({"player_0": 0, "player_1": 0})
    *_, third = env.step({"player_0": 0, "player_1": 0})
    assert "Round 1" not in third["player_0"]["text"]
    assert len(second["player_0"]["text"]) < len(first["player_0"]["text"])


def test_illegal_action_is_met_by_the_policy_and_told():
    env = aec_env("negotiation")
    env.reset(seed=0)
    names = [value["act"] for value in codec(env.game.action_domain(0)).values]
    env.step(names.index("accept"))  # there is nothing to accept yet
    assert env.infos["player_0"]["status"] in ("defaulted", "forfeited")


def test_speech_travels_through_the_view():
    env = aec_env("negotiation", speech=True)
    env.reset(seed=0)
    assert isinstance(env.action_space("player_0"), spaces.Dict)
    env.step({"choice": 0, "say": "Shall we share?"})
    assert any("Shall we share?" in event.text for event in env.state_.events)


def test_shaped_rewards_are_told_and_paid_where_they_are_wanted():
    rng = np.random.default_rng(0)
    actions = rng.integers(6, size=(200, 2))
    plain, helped = (parallel_env("overcooked", horizon=200, shaped=weight) for weight in (0.0, 0.5))
    alone, turns = gym_env("overcooked", layout="XPX/O1D/XSX", horizon=40, shaped=2.0), aec_env("overcooked", horizon=200, shaped=0.5)
    for env in (plain, helped, turns):
        env.reset(seed=0)
    total = 0.0
    for pair in actions:
        moves = dict(zip(plain.agents, map(int, pair), strict=True))
        _, rewards, _, _, infos = plain.step(moves)
        _, with_help, _, _, told = helped.step(moves)
        for action in moves.values():
            turns.step(action)
        for name in moves:
            assert told[name]["shaped"] == infos[name]["shaped"] == turns.infos[name]["shaped"]
            assert with_help[name] == turns.rewards[name] == rewards[name] + 0.5 * infos[name]["shaped"]
            total += infos[name]["shaped"]
    assert total > 0
    alone.reset(seed=0)
    *_, first = alone.step(3)
    assert first["shaped"] == 0
    _, reward, *_ = [alone.step(action) for action in (5, 0, 5)][-1]  # an onion from the west into the pot in the north
    assert reward == 2.0 * 3.0
    assert "shaped" not in parallel_env("prisoners_dilemma").reset(seed=0)[1]["player_0"]
    with pytest.raises(ParameterError, match=r"prisoners_dilemma-v0 has no shaped rewards; leave shaped=1\.0 out"):
        parallel_env("prisoners_dilemma", shaped=1.0)


def test_render_modes(capsys):
    env = aec_env("prisoners_dilemma", rounds=1, render_mode="ansi")
    env.reset(seed=0)
    env.step(0)
    env.step(0)
    assert "Round 1" in env.render()
    shown = parallel_env("prisoners_dilemma", rounds=1, render_mode="human")
    shown.reset(seed=0)
    shown.step({"player_0": 0, "player_1": 0})
    assert "Round 1" in capsys.readouterr().out


def test_one_seat_games_have_a_gymnasium_view():
    monopoly = ludens.make("bertrand", seats=1)
    check_gymnasium(monopoly)
    check_pettingzoo(monopoly)
    with pytest.raises(ParameterError, match="has 2 seats"):
        gym_env("prisoners_dilemma")


@pytest.mark.parametrize(
    "domain",
    [
        Integer(0, 1_000_000),
        Real(0.0, 1.0, 3),
        Record.of({"a": Real(0, 1), "b": Integer(0, 3)}),
        Acts.of({"offer": {"price": Real(0, 100)}, "accept": None, "ask": {"how_many": Integer(1, 5)}}),
    ],
)
def test_large_domains_become_structured_spaces(domain):
    coder, rng = codec(domain), np.random.default_rng(0)
    for _ in range(50):
        value = domain.sample(rng)
        sample = coder.encode(value)
        assert coder.space.contains(sample)
        assert coder.decode(sample) == value
    coder.space.seed(1)
    for _ in range(50):
        assert domain.check(coder.decode(coder.space.sample())) is None


def test_free_text_takes_blanks():
    space = FreeText(20, seed=3)
    assert "a b: c" in space
    assert "x" * 21 not in space
    assert 7 not in space
    assert all(space.sample() in space for _ in range(20))
    assert space == FreeText(20)
    assert hash(space) == hash(FreeText(20))
