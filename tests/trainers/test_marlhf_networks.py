"""Preferences and networks: tables of play, data, rewards and policies whose answers are known, replies, and the trainer."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from gymnasium.vector import VectorEnv

from ludens.agents import PlayerSpec
from ludens.agents.neural import load_policy
from ludens.arena import Run
from ludens.arena.episode import play_match
from ludens.arena.plan import Match
from ludens.arena.report.findings import kept_findings
from ludens.cli import main
from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.overcooked.game import Overcooked
from ludens.trainers import Task, trainer
from ludens.trainers.marlhf.deep.data import Compared, compare, ranges, tables
from ludens.trainers.marlhf.deep.experts import Experts, demonstrations
from ludens.trainers.marlhf.deep.fitting import fit_rows
from ludens.trainers.marlhf.deep.gap import measure
from ludens.trainers.marlhf.deep.keeping import keep_policy
from ludens.trainers.marlhf.deep.offline import learn_policy
from ludens.trainers.marlhf.deep.recorded import recorded
from ludens.trainers.marlhf.deep.rewards import learn
from ludens.trainers.marlhf.deep.worlds import Alone, Play, World, drawn, policy_of
from ludens.trainers.ppo import Config as Practising

SMALL = {
    "seeds": 2,
    "mixes": ["single", "unilateral"],
    "ablated": ["unilateral"],
    "pairs": 20,
    "reward_steps": 2,
    "imitation_steps": 2,
    "policy_steps": 2,
    "demonstrations": 2,
    "expert_steps": 100,
    "reply_steps": 100,
    "envs": 4,
    "games": 4,
    "hidden": [8],
    "reward_hidden": [8],
}


def always(action, options=6):
    return lambda seen: np.tile(np.eye(options, dtype=np.float32)[action], (len(seen), 1))


class Levers(VectorEnv):
    """Two seats earn together the share of them that pulls lever 1; a game has eight steps."""

    def __init__(self, num_envs):
        self.num_envs = num_envs

    def reset(self, **_):
        self.clock = 0
        return np.zeros((self.num_envs, 2, 96), np.float32), {}

    def step(self, actions):
        self.clock += 1
        over = np.full(self.num_envs, self.clock % 8 == 0)
        self.pulled = actions
        return np.zeros((self.num_envs, 2, 96), np.float32), (actions == 1).mean(1), np.zeros_like(over), over, {}


@pytest.fixture
def levers(monkeypatch):
    monkeypatch.setattr(Overcooked, "vector_env", lambda self, count: Levers(count))
    return World(make("overcooked", encoding="features", horizon=8))


def test_actions_are_drawn_as_likely_as_told():
    chances = np.array([0.5, 0.2, 0.3], np.float32)
    found = np.bincount(drawn(np.tile(chances, (40_000, 1)), np.random.default_rng(0)), minlength=3) / 40_000
    assert found == pytest.approx(chances, abs=4 * 0.5 / np.sqrt(40_000))


def test_a_seat_sees_what_its_player_would_and_which_seat_it_is():
    world = World(make("simple_tag"), always(0, 5))
    assert (world.seats, world.options, world.horizon, world.idle) == (3, 5, 25, 0)
    play = world.play([always(2, 5)] * 3, 4, np.random.default_rng(0))
    assert play.seen.shape == (4, 26, 3, 16 + 3)
    assert play.seen[0, 0, :, 16:] == pytest.approx(np.eye(3))
    # all hunters earn the same, and pushing right they come to move right
    assert play.rewards[..., 0] == pytest.approx(play.rewards[..., 2])
    assert np.median(play.seen[:, -1, :, 0]) > 0


def test_only_games_of_fixed_length_are_taken():
    with pytest.raises(ParameterError, match="a fixed number of steps"):
        World(make("simple_spread", end_on_success=True))


def test_alone_one_seat_a_game_acts_for_itself(levers):
    table = Alone(levers, 4, always(3), np.random.default_rng(0))
    seen, _ = table.reset(seed=0)
    assert seen[:, 0, -2:] == pytest.approx(np.array([[1, 0], [0, 1], [1, 0], [0, 1]]))
    _, earned, *_ = table.step(np.array([[1], [1], [0], [0]]))
    assert earned == pytest.approx([0.5, 0.5, 0, 0])
    assert table._envs.pulled.tolist() == [[1, 3], [3, 1], [0, 3], [3, 0]]


def test_unilateral_tables_have_one_seat_that_is_no_expert(levers):
    found = tables(levers, always(1), "unilateral")
    assert len(found) == 2 * 3
    probe = np.zeros((1, levers.width), np.float32)
    for table in found:
        assert sum(policy(probe)[0, 1] == 1 for policy in table) == 1
    with pytest.raises(ParameterError, match="'experts' is no source of data"):
        tables(levers, always(1), "experts")


def test_seats_prefer_as_bradley_and_terry_say(levers):
    expert = always(1)
    scale = ranges(levers, expert, np.random.default_rng(0))
    assert scale == pytest.approx([8, 8])
    data = compare(levers, expert, {"expert": 0.5, "decoy": 0.5}, 4000, np.random.default_rng(1), scale=scale, steepness=2.0)
    # every game is wholly an expert's, who earns 8, or a decoy's, who earns 0
    returns = data.play.returns
    assert set(np.unique(returns)) == {0.0, 8.0}
    assert (data.play.chosen == 1).all((1, 2)).tolist() == (returns[:, 0] == 8).tolist()
    better = returns[0::2, 0] > returns[1::2, 0]
    share = 1 / (1 + np.exp(-2.0))
    assert data.prefers[better].mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / (2 * better.sum())))


def made_up(rng, games=600, horizon=6, seats=2):
    """Games in which action 0 earns 1 and others nothing, compared without error."""
    chosen = rng.integers(3, size=(games, horizon, seats))
    play = Play(rng.normal(size=(games, horizon + 1, seats, 4)).astype(np.float32), chosen, (chosen == 0) + 0.0)
    returns = play.returns
    odds = returns[0::2] - returns[1::2]
    return Compared(play, np.where(odds == 0, 0.5, odds > 0))


def test_rewards_are_recovered_and_smoothed():
    data = made_up(np.random.default_rng(0))
    plain, smooth = (learn(data, 3, np.random.default_rng(1), alpha=alpha, members=2, steps=150, hidden=(16,)) for alpha in (0.0, 3.0))
    assert plain.rewards.shape == plain.widths.shape == (600, 6, 2)
    assert plain.fit > 0.9
    assert plain.accuracy > 0.7  # a third of the pairs are equal
    assert smooth.roughness < plain.roughness
    assert np.square(np.diff(smooth.rewards, axis=1)).mean() < 0.5 * np.square(np.diff(plain.rewards, axis=1)).mean()
    assert plain.rewards.mean((0, 1)) == pytest.approx(np.zeros(2), abs=1e-4)


@pytest.mark.parametrize("learner", ["vdn", "independent"])
def test_a_policy_is_the_reference_times_what_values_say(levers, learner):
    # one step, one position: Q is the reward, so that pi = pi_ref exp(r / temperature) / Z
    rng = np.random.default_rng(0)
    seen = np.zeros((2000, 2, 2, levers.width), np.float32)
    seen[..., -2:] = np.eye(2)
    chosen = rng.integers(6, size=(2000, 1, 2))
    worth = np.array([0.0, 1, 2, 0, 1, 2])
    play = Play(seen, chosen, np.zeros(chosen.shape))
    rewards = worth[chosen] * [1, 10] + 3
    torch.manual_seed(0)
    reference = torch.nn.Linear(levers.width, 6)
    settings = {"learner": learner, "temperature": 0.7, "discount": 0.9, "steps": 400, "hidden": (16,), "rate": 2e-2}
    for given in (reference, None):
        policy = learn_policy(levers, play, rewards, given, np.random.default_rng(1), **settings)
        found = policy(seen[0, 0])
        logs = np.zeros((2, 6)) if given is None else np.log(policy_of(given)(seen[0, 0]))
        scaled = (worth - worth[chosen].mean((0, 1))[:, None]) / worth[chosen].std((0, 1))[:, None]
        wanted = np.exp(logs + scaled / 0.7)
        assert found == pytest.approx(wanted / wanted.sum(1, keepdims=True), abs=0.03)


def test_what_follows_counts(levers):
    # action 2 earns nothing now, but only after it the second step earns: what is seen there is the last choice
    rng = np.random.default_rng(0)
    chosen = rng.integers(6, size=(3000, 2, 2))
    seen = np.zeros((3000, 3, 2, levers.width), np.float32)
    seen[..., -2:] = np.eye(2)
    seen[:, 1, :, 0] = chosen[:, 0] == 2
    rewards = np.stack([np.zeros((3000, 2)), (chosen[:, 0] == 2) + 0.0], axis=1)
    policy = learn_policy(
        levers, Play(seen, chosen, rewards), rewards, None, np.random.default_rng(1),
        learner="vdn", temperature=0.1, discount=0.9, steps=400, hidden=(16,), rate=2e-2, renew=20,
    )  # fmt: skip
    assert (policy(seen[0, 0])[:, 2] > 0.9).all()


def test_a_network_does_what_it_was_shown():
    rng = np.random.default_rng(0)
    seen = rng.normal(size=(500, 2)).astype(np.float32)
    module = torch.nn.Linear(2, 2)
    assert fit_rows(module, seen, (seen[:, 0] > 0).astype(np.int64), rng, steps=400, batch=64, rate=0.1) < 0.15


def test_a_kept_policy_acts_alike(levers, tmp_path):
    def policy(seen):
        return np.where(seen[:, :1] > 0, always(1)(seen), always(4)(seen))

    seen = np.random.default_rng(0).normal(size=(300, 2, 2, levers.width)).astype(np.float32)
    play = Play(seen, np.zeros((300, 1, 2), np.int64), np.zeros((300, 1, 2)))
    place = keep_policy(levers, play, policy, tmp_path / "kept", np.random.default_rng(1), hidden=(32,), steps=300)
    probe = np.zeros((2, levers.plain), np.float32)
    probe[:, 0] = [2, -2]
    found = policy_of(load_policy(place).module)(probe)
    assert found[0, 1] > 0.9
    assert found[1, 4] > 0.9


def test_demonstrations_are_what_scripted_players_do():
    game = make("simple_reference", horizon=3)
    seen, chosen = demonstrations(game, 2, 0)
    assert seen.shape == (2, 3, 2, 21)
    # an envoy sends the number of the other's landmark, whose colour it sees
    assert (chosen // 5 == seen[..., 8:11].argmax(-1)).all()


def test_replies_gain_what_can_be_gained(levers):
    experts = Experts(levers, torch.nn.Linear(levers.width, 6), torch.nn.Linear(levers.width, 1))
    settings = Practising(steps=8 * 16 * 40, envs=8, length=16, minibatches=2, learning_rate=3e-2, reward_scale=1.0, shaping=0.0, entropy=0.0)
    lazy, best = (measure(experts, always(action), settings, 0, games=16) for action in (0, 1))
    assert lazy.returns == pytest.approx([0, 0])
    assert (lazy.gains > 3.5).all()  # of 4
    assert best.returns == pytest.approx([8, 8])
    assert best.gains == pytest.approx([0, 0])


def test_a_run_that_was_cut_off_goes_on(tmp_path, capsys):
    words = [f"trainer.{key}={json.dumps(value).replace(' ', '')}" for key, value in SMALL.items()]
    words = ["train", "trainer=marlhf", "game=simple_tag", "game.horizon=3", *words, f"runs={tmp_path}", "name=m"]
    assert main(words) == 0
    assert "single less unilateral" in capsys.readouterr().out
    kept = (tmp_path / "m" / "analyses" / "marlhf.json").read_bytes()
    path = tmp_path / "m" / "seed-1.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    assert len(lines) == 1 + 3 + 5
    path.write_text("".join(lines[:5]) + lines[5][:10])
    assert main(words) == 0
    assert "1: unilateral, all" in (told := capsys.readouterr().out)
    assert "0: " not in told
    assert path.read_text().splitlines(keepends=True) == lines
    assert (tmp_path / "m" / "analyses" / "marlhf.json").read_bytes() == kept
    spec = PlayerSpec.of("neural", path=str(tmp_path / "m" / "policies" / "single"))
    assert not play_match(Match(make("simple_tag", horizon=3), (spec,) * 4, 0)).faults
    (found,) = kept_findings(tmp_path / "m")
    gaps = found.tables[0]
    assert [row[0] for row in gaps.rows] == ["single", "unilateral"]
    assert gaps.rows[0][4] is None
    assert gaps.rows[1][4] is not None
    assert all(len(row) == len(table.columns) for table in found.tables for row in table.rows)


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """A run of a particle world, and what a simulated rater said of its pairs."""
    runs = tmp_path_factory.mktemp("answered")
    words = ["tournament", "game=simple_spread", "game.horizon=4", "players=[fair,random]", f"runs={runs}", "name=a", "progress=false", "bootstrap=0"]
    assert main([*words, "plan.replicates=2"]) == 0
    assert main(["label", f"run={runs / 'a'}", "by=returns", "pairs=6"]) == 0
    assert main(["label", f"run={runs / 'a'}", "by=returns", "pairs=6", "seat=1", "seed=1"]) == 0
    return runs


def test_recorded_games_are_read_as_they_were_played(answered):
    world = World(make("simple_spread", horizon=4))
    data = recorded(world, answered / "a")
    assert data.play.seen.shape == (24, 5, 3, 18 + 3)
    assert data.prefers.shape == (12, 3)
    assert np.isnan(data.prefers).tolist() == [[False] * 3] * 6 + [[True, False, True]] * 6
    with Run.open(answered / "a") as run:
        returns = {tuple(np.round(episode.returns, 6)) for episode in run.episodes()}
    assert {tuple(row) for row in np.round(data.play.returns, 6)} <= returns
    # what is done shows in what is seen next: speeds are damped by a quarter and pushed by a half, where nobody touches
    push = np.array([[0, 0], [-1, 0], [1, 0], [0, -1], [0, 1]])[data.play.chosen] * 0.5
    moved = data.play.seen[:, 1:-1, :, :2] - 0.75 * data.play.seen[:, :-2, :, :2]
    assert np.median(np.abs(moved - push[:, :-1])) < 1e-5


def test_only_what_was_asked_is_learned_from(answered):
    data = recorded(World(make("simple_spread", horizon=4)), answered / "a")
    told = [learn(Compared(data.play, np.where(np.isnan(data.prefers), other, data.prefers)), 5, np.random.default_rng(0), alpha=0, members=1, steps=3)
            for other in (np.nan, 0.0)]  # fmt: skip
    # the middle seat was always asked, and its network is its own, but for the mean over what was asked
    assert not np.allclose(told[0].rewards[..., 0], told[1].rewards[..., 0])


def test_answers_of_raters_take_the_place_of_mixes(answered, tmp_path, capsys):
    words = [f"trainer.{key}={json.dumps(value).replace(' ', '')}" for key, value in SMALL.items()]
    words += ["game=simple_spread", "game.horizon=4", f"runs={tmp_path}"]
    assert main(["train", "trainer=marlhf", *words, f"trainer.recorded={answered / 'a'}", "name=m"]) == 0
    assert "1: recorded, no reference" in capsys.readouterr().out
    (found,) = kept_findings(tmp_path / "m")
    assert [row[0] for row in found.tables[0].rows] == ["recorded"]
    for game, message in (("simple_tag", "is no whole episode of simple_tag"), ("simple_spread", "is no whole episode of simple_spread")):
        assert main(["train", "trainer=marlhf", *words, f"game={game}", "game.horizon=3", f"trainer.recorded={answered / 'a'}", f"name={game}"]) == 2
        assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"mixes": ["alone"]}, "mixes=.*should be of pure-expert"),
        ({"ablated": ["single"], "mixes": ["unilateral"]}, "ablated=.*should be among the mixes"),
        ({"learner": "qmix"}, "learner='qmix' should be one of vdn, independent"),
        ({"pairs": 5}, "pairs=5 should be a whole number from 10"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, given, message):
    with pytest.raises(ParameterError, match=message):
        trainer("marlhf").make(Task((make("simple_spread"),), None, tmp_path), given)
    with pytest.raises(ParameterError, match="one game should be named, got 0"):
        trainer("marlhf").make(Task((), None, tmp_path), {})
