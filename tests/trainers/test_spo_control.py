"""SPO on control: what oracles say of trajectories, who is compared with whom, known answers, and runs that were cut off."""

from __future__ import annotations

import json

import gymnasium
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")

import torch

from ludens.cli import main
from ludens.errors import LudensError, ParameterError
from ludens.trainers import Task
from ludens.trainers.control import Config, SPOControl
from ludens.trainers.control.environments import EFFORT, ENVIRONMENTS, HEADING, MEASURES, RETURN, STRAIN, Environment, measure
from ludens.trainers.control.judges import headings, judge, truth
from ludens.trainers.control.measuring import average_sample, heading_exploitability, pool_exploitability, preferred
from ludens.trainers.control.memory import Memory, wins
from ludens.trainers.control.playing import Round
from ludens.trainers.control.ppo import entropy, log_density
from ludens.trainers.control.rewards import RewardModel, bradley_terry_loss, spread_out, standardised
from ludens.trainers.control.sight import normalised, observed, scale_of
from ludens.trainers.preferences import Flipped, ScorePreference


def rows(column, values):
    out = np.zeros((len(values), len(MEASURES)))
    out[:, column] = values
    return out


# -- oracles -------------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preference", ["max_reward", "noisy", "intransitive", "constrained"])
@settings(max_examples=25)
@given(data=st.data())
def test_both_orders_add_up_and_a_query_is_counted_once(preference, data):
    numbers = st.floats(-50, 50).map(lambda value: round(value, 3))
    row = st.tuples(numbers, st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.999))
    played = np.array(data.draw(st.lists(row, min_size=2, max_size=6)))
    asked = judge(Config(preference=preference))
    table = asked.table(list(played))  # held to add up in there
    assert np.allclose(np.diag(table), 0.5)
    assert asked.queries == len(played) * (len(played) - 1) // 2


def test_voters_over_headings_go_round_in_circles():
    third = headings(3).table(list(rows(HEADING, [0.1, 0.1 + 1 / 3, 0.1 + 2 / 3])))
    assert third[1, 0] == third[2, 1] == third[0, 2] == pytest.approx(2 / 3)
    # a little ahead wins every vote but those of the voters who cut in between
    for behind, ahead, cuts in ((0.30, 0.31, 0), (0.20, 0.30, 1), (0.95, 0.05, 1), (0.01, 0.90, 7)):
        assert headings(8)(rows(HEADING, [ahead])[0], rows(HEADING, [behind])[0]) == pytest.approx(1 - cuts / 8)


def test_one_heading_can_be_beaten_always_and_all_of_them_hardly():
    assert heading_exploitability(8, rows(HEADING, [0.3] * 5)) == pytest.approx(0.5)
    # as many voters cut behind a heading as before it: of n headings spread evenly, at most one is tied with
    even = rows(HEADING, (np.arange(400) + 0.5) / 400)
    assert 0 <= heading_exploitability(8, even) < 1 / 16 + 0.01
    thirds = rows(HEADING, [0.1, 0.1 + 1 / 3, 0.1 + 2 / 3])
    assert heading_exploitability(3, thirds) == pytest.approx(1 / 6)


def test_the_constraint_comes_before_the_return():
    better = truth(Config(preference="constrained", strained=0.5))
    free, more, beyond, further = (np.array(row) for row in ((1.0, 0, 0.1, 0), (9.0, 0, 0.5, 0), (99.0, 0, 0.6, 0), (999.0, 0, 0.9, 0)))
    assert better(more, free) == better(free, beyond) == better(beyond, further) == 1
    assert better(np.array((-900.0, 0, 0, 0)), beyond) == 1


def test_wrong_labels_take_off_what_they_should():
    plain = ScorePreference(lambda row, context: row, "sign")
    assert Flipped(plain, 0.2).table([1, 2], [0, 2]) == pytest.approx(np.array([[0.8, 0.2], [0.8, 0.5]]))
    with pytest.raises(ParameterError, match=r"wrong=0\.7 should be from 0 to 0\.5"):
        Flipped(plain, 0.7)


# -- comparisons ---------------------------------------------------------------------------------------------------------------------------------------


def test_each_is_compared_with_those_that_came_before_it():
    asked, nobody = judge(Config()), float("nan")
    table = wins(asked, rows(RETURN, [3, 1, 2]), np.zeros((0, 4)), opponents=9, kind="hard", rng=np.random.default_rng(0))
    assert table == pytest.approx(np.array([[nobody, 1, 1], [0, nobody, 0], [0, 1, nobody]]), nan_ok=True)
    assert asked.queries == 3
    table = wins(asked, rows(RETURN, [3, 1, 2]), rows(RETURN, [0, 2.5]), opponents=9, kind="hard", rng=np.random.default_rng(0))
    assert table[:, 3:].tolist() == [[1, 1], [1, 0], [1, 0]]
    assert asked.queries == 3 + 3 + 6


@settings(max_examples=25, deadline=None)
@given(count=st.integers(2, 6), older=st.integers(0, 9), opponents=st.integers(1, 12), kind=st.sampled_from(["hard", "soft"]), seed=st.integers(0, 99))
def test_each_is_compared_with_as_many_as_asked_for_and_both_sides_are_told(count, older, opponents, kind, seed):
    rng, asked = np.random.default_rng(seed), judge(Config(preference="noisy"))
    table = wins(asked, rows(RETURN, rng.normal(size=count)), rows(RETURN, rng.normal(size=older)), opponents=opponents, kind=kind, rng=rng)
    among, nobody = table[:, :count], np.full((count, count), np.nan)
    both = among + among.T
    assert (both[~np.isnan(both)] == 1).all()
    assert (np.isnan(among) == np.isnan(among.T)).all()
    answered = ~np.isnan(np.concatenate([np.where(np.tri(count, k=-1), among, nobody), table[:, count:]], 1))
    assert answered.sum(1).tolist() == [min(opponents, older + number) for number in range(count)]
    assert asked.queries == answered.sum()
    assert np.isin(table[~np.isnan(table)], (0, 1)).all() == (kind == "hard")


def kept(memory, number, returns, older, opponents=99):
    """Play a round with these returns, and ask."""
    count, horizon, seen = memory.raw.shape[1], memory.hidden.shape[2], memory.raw.shape[3]
    played = Round(torch.full((count, horizon + 1, seen), number), torch.zeros(count, horizon, 1), np.zeros((count, horizon)), rows(RETURN, returns))
    memory.keep(played, number)
    rng = np.random.default_rng(number)
    memory.answered(wins(judge(Config()), played.measures, rows(RETURN, older), opponents=opponents, kind="hard", rng=rng), number)


def test_shares_are_against_the_present_queue_without_asking_again():
    memory = Memory.empty(2, 2, 3, 1, 1)
    kept(memory, 0, [1, 2], [])
    assert memory.slots(0, 9) == [0]
    assert memory.shares([0], [0]).tolist() == [[0, 1]]
    kept(memory, 1, [3, 1.5], [1, 2])
    # the latest round first: the better of the first round now lost to one and won against one, and so on
    assert memory.slots(1, 9) == [1, 0]
    assert torch.allclose(memory.shares([1, 0], [1, 0]), torch.tensor([[1, 1 / 3], [0, 2 / 3]]))
    kept(memory, 2, [9, 0], [3, 1.5])
    assert memory.slots(2, 9) == [0, 1]
    assert torch.allclose(memory.shares([0, 1], [0, 1]), torch.tensor([[1, 0], [2 / 3, 1 / 3]]))
    assert memory.raw[:, 0, 0, 0].tolist() == [2, 1]
    # and only against their own round
    assert memory.shares([1], [1]).tolist() == [[1, 0]]


def test_shares_from_a_few_comparisons_are_right_on_average_whatever_the_age():
    returns = np.random.default_rng(5).normal(size=(4, 10))
    true = (returns.reshape(-1, 1) > returns.reshape(1, -1)).sum(1) / 39
    found = []
    for draw in range(200):
        memory = Memory.empty(4, 10, 1, 1, 1)
        for number in range(4):
            memory.keep(Round(torch.zeros(10, 2, 1), torch.zeros(10, 1, 1), np.zeros((10, 1)), rows(RETURN, returns[number])), number)
            older = rows(RETURN, returns[:number][::-1].ravel())
            memory.answered(
                wins(judge(Config()), rows(RETURN, returns[number]), older, opponents=5, kind="hard", rng=np.random.default_rng([draw, number])), number
            )
        found.append(memory.shares([0, 1, 2, 3], [0, 1, 2, 3]).flatten().numpy())
    # every trajectory's share is off by at most 1/2 in one draw: standard errors of the mean below .02; early rounds had fewer to be compared with
    assert np.abs(np.mean(found, 0) - true).max() < 0.12
    assert np.abs(np.mean(found, 0) - true)[20:].max() < 0.08


def test_wins_within_a_round_are_a_half_on_average_whatever_the_labels():
    for kind in ("hard", "soft"):
        table = wins(judge(Config(preference="noisy")), rows(RETURN, np.arange(9)), np.zeros((0, 4)), opponents=9, kind=kind, rng=np.random.default_rng(1))
        assert np.nanmean(table) == pytest.approx(0.5)


def test_a_trajectory_s_reward_is_shared_out_evenly():
    assert spread_out(torch.tensor([0.5, 1.0]), 4).tolist() == [[0.125] * 4, [0.25] * 4]
    found = standardised(torch.from_numpy(np.random.default_rng(0).normal(3, 5, (3, 7, 11)))).sum(-1)
    assert found.mean().item() == pytest.approx(0, abs=1e-6)
    assert found.std(correction=0).item() == pytest.approx(1)


# -- the reward model ----------------------------------------------------------------------------------------------------------------------------------


def test_the_likelihood_by_hand():
    one, other = (1 / (1 + np.exp(-gap)) for gap in (2, -2))
    by_hand = -(np.log(one) + 0.25 * np.log(other) + 0.75 * np.log(1 - other)) / 2
    assert bradley_terry_loss(torch.tensor([2.0, -2.0]), torch.tensor([1.0, 0.25])).item() == pytest.approx(by_hand, rel=1e-5)


def test_a_linear_reward_is_found_again():
    rounds, count, horizon = 4, 12, 3
    generator = torch.Generator().manual_seed(0)
    memory = Memory.empty(rounds, count, horizon, 2, 1)
    memory.raw.copy_(torch.randn(memory.raw.shape, generator=generator))
    memory.chosen.copy_(torch.rand(memory.chosen.shape, generator=generator) * 2 - 1)
    reward = torch.cat([memory.raw[:, :, :-1], memory.chosen], -1) @ torch.tensor([1.0, -2.0, 0.5])
    sums = reward.sum(-1)
    memory.table.copy_(torch.sigmoid(sums[:, :, None, None] - sums))
    memory.table[0, :, 1] = memory.table[1, :, 0] = memory.table[2, 3, 2, 3] = float("nan")  # not all were asked about
    network = torch.nn.Linear(3, 1)
    model = RewardModel(network, torch.optim.Adam(network.parameters(), lr=1e-1))
    torch.manual_seed(0)
    model.fit(scale_of(2), memory, [3, 2, 1, 0], 150, 64)
    assert network.weight[0].tolist() == pytest.approx([1, -2, 0.5], abs=0.05)


# -- actor and measures --------------------------------------------------------------------------------------------------------------------------------


def test_densities_and_entropy_are_those_of_torch():
    means, spread, actions = torch.randn(5, 3), torch.tensor([0.1, -0.5, -2.0]), torch.randn(5, 3)
    normal = torch.distributions.Normal(means, spread.exp())
    assert torch.allclose(log_density(means, spread, actions), normal.log_prob(actions).sum(-1), atol=1e-5)
    assert entropy(spread).item() == pytest.approx(normal.entropy()[0].sum().item(), rel=1e-5)


def test_the_scale_is_that_of_all_that_was_seen():
    scale = scale_of(2)
    parts = [torch.randn(count, 2) * 3 + 1 for count in (5, 40, 7)]
    for part in parts:
        observed(scale, part)
    every = torch.cat(parts).double()
    assert torch.allclose(scale["mean"], every.mean(0))
    assert torch.allclose(scale["variance"], every.var(0, correction=0))
    assert torch.allclose(normalised(scale, parts[0]), ((parts[0] - every.mean(0)) / every.std(0, correction=0)).float(), atol=1e-5)


def test_measures_by_hand():
    north = Environment("", 2, lambda after, actions: after)
    after, actions = np.array([[[0.0, 1.0], [0.0, 3.0]]]), np.array([[[1.0, 0.0], [0.2, 0.2]]])
    (found,) = measure(north, np.array([[1.0, 2.0]]), after, actions)
    assert found[[RETURN, EFFORT, STRAIN, HEADING]] == pytest.approx([3, (0.5 + 0.04) / 2, 0.5, 0.25])


# -- training ------------------------------------------------------------------------------------------------------------------------------------------


class Arms(gymnasium.Env):
    """One step: an action to the right earns 1, to the left nothing."""

    observation_space = gymnasium.spaces.Box(-1, 1, (1,), np.float32)
    action_space = gymnasium.spaces.Box(-2, 2, (1,), np.float32)

    def reset(self, *, seed=None, options=None):
        return np.ones(1, np.float32), {}

    def step(self, action):
        return np.ones(1, np.float32), float(action[0] > 0), False, False, {}


class Line(Arms):
    """A point that is pushed about on a line; far to the right is best. It ends after three steps where it is told to."""

    def __init__(self, ends=False):
        self.ends = ends

    def reset(self, *, seed=None, options=None):
        self.place, self.clock = np.random.default_rng(seed).normal(0, 0.1, 1).astype(np.float32), 0
        return self.place.clip(-1, 1), {}

    def step(self, action):
        self.place, self.clock = self.place + 0.2 * action, self.clock + 1
        return self.place.clip(-1, 1), float(self.place[0]), self.ends and self.clock == 3, False, {}


@pytest.fixture(autouse=True)
def small_worlds(monkeypatch):
    for name, kind in (("Arms", Arms), ("Line", Line)):
        if f"ludens-tests/{name}-v0" not in gymnasium.registry:
            gymnasium.register(f"ludens-tests/{name}-v0", kind)

    def compass(after, actions):
        return np.concatenate([after, actions], -1)

    monkeypatch.setitem(ENVIRONMENTS, "arms", Environment("ludens-tests/Arms-v0", 1, compass))
    monkeypatch.setitem(ENVIRONMENTS, "line", Environment("ludens-tests/Line-v0", 6, compass))
    monkeypatch.setitem(ENVIRONMENTS, "short", Environment("ludens-tests/Line-v0", 6, compass, options={"ends": True}))


SMALL = {
    "environment": "line",
    "learner": "ppo",
    "learning_rate": 1e-3,
    "queue": 1,
    "envs": 6,
    "rounds": 5,
    "epochs": 2,
    "minibatches": 2,
    "hidden": [8],
    "episodes": 6,
}


SOFT = {"learner": "sac", "queue": 3, "updates": 4, "batch": 16}


def trained(place, **given):
    return SPOControl(Task((), None, place, given.pop("seed", 0)), **given).run(lambda line: None)


@pytest.mark.parametrize(("preference", "least"), [("max_reward", 0.97), ("noisy", 0.9)])
def test_of_two_arms_the_better_one_is_pulled(tmp_path, preference, least):
    given = {
        "environment": "arms",
        "learner": "ppo",
        "queue": 1,
        "opponents": 31,
        "envs": 32,
        "rounds": 60,
        "minibatches": 2,
        "epochs": 4,
        "learning_rate": 5e-3,
        "hidden": [8],
        "episodes": 320,
    }
    assert trained(tmp_path, method="spo", preference=preference, **given)["return"] >= least


LONGER = {
    "ppo": {"envs": 20, "rounds": 40, "epochs": 6, "opponents": 19},
    "sac": {"learner": "sac", "envs": 10, "rounds": 20, "queue": 10, "updates": 30, "batch": 64, "opponents": 10},
}


@pytest.mark.parametrize("learner", LONGER)
@pytest.mark.parametrize("method", ["spo", "reward_once", "reward_iterated", "hidden_return"])
def test_every_method_moves_to_the_right(tmp_path, method, learner):
    found = trained(tmp_path, method=method, **{**SMALL, "episodes": 100, "learning_rate": 3e-3, **LONGER[learner]})
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    # at first it stays about where it began
    assert log[0]["return"] < 1
    assert found["return"] > 3


@pytest.mark.parametrize(
    "given",
    [
        {"method": "spo", "queue": 2, "preference": "noisy"},
        {"method": "reward_iterated", "queue": 2, "memory": 3, "fit": 2},
        {"method": "reward_once", "fit_once": 3},
        {"method": "hidden_return"},
        {**SOFT, "method": "spo", "preference": "noisy", "opponents": 4},
        {**SOFT, "method": "reward_iterated", "memory": 3, "fit": 2},
        {**SOFT, "method": "reward_once", "fit_once": 3, "opponents": 2},
    ],
)
def test_a_run_that_was_cut_off_ends_as_if_it_had_not_been(monkeypatch, tmp_path, given):
    given = {**SMALL, "rounds": 6, "save_every": 2, **given}
    trained(tmp_path / "whole", **given)
    rewards, count = SPOControl._rewards, iter(range(100))

    def cut_off(self, played, number):
        if next(count) == 4:
            raise KeyboardInterrupt
        return rewards(self, played, number)

    monkeypatch.setattr(SPOControl, "_rewards", cut_off)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "cut", **given)
    monkeypatch.setattr(SPOControl, "_rewards", rewards)
    trained(tmp_path / "cut", **given)
    for name in ("policy.safetensors", "log.jsonl"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "cut" / name).read_bytes(), name
    one, other = (np.load(tmp_path / name / "played.npz") for name in ("whole", "cut"))
    assert all((one[name] == other[name]).all() for name in ("rounds", "last"))


def test_queries_are_equal_and_a_reward_that_is_fitted_once_asks_them_at_first(tmp_path):
    config = Config(envs=6, rounds=5, queue=2)
    pairs = 5 * 15 + 4 * 36
    assert config.queries == pairs
    queries = {}
    for method in ("spo", "reward_iterated", "reward_once", "hidden_return"):
        trained(tmp_path / method, **{**SMALL, "queue": 2}, method=method)
        log = [json.loads(line) for line in (tmp_path / method / "log.jsonl").read_text().splitlines()]
        queries[method] = [line["queries"] for line in log]
    assert queries["spo"] == queries["reward_iterated"] == [15, 66, 117, 168, 219]
    assert queries["hidden_return"] == [0] * 5
    # 24 trajectories make 276 pairs, 18 of them 153
    assert queries["reward_once"] == [15, 66, 153, 276, 276]
    assert config.first == 4


def test_all_methods_begin_with_the_same_trajectories(tmp_path):
    first = []
    for method in ("spo", "reward_iterated", "hidden_return"):
        trained(tmp_path / method, **{**SMALL, "rounds": 1}, method=method)
        first.append(np.load(tmp_path / method / "played.npz")["rounds"])
    assert all((first[0] == one).all() for one in first)


def test_final_policies_are_compared_by_the_true_preference(tmp_path):
    better = truth(Config(preference="noisy"))
    high, low = rows(RETURN, [2, 3]), rows(RETURN, [0, 2])
    assert preferred(better, high, low) == (1 + 0.5 + 1 + 1) / 4
    assert pool_exploitability(better, [high, low]).tolist() == pytest.approx([0, 0.375])
    assert average_sample(np.arange(4 * 2 * 4.0).reshape(4, 2, 4)).tolist() == np.arange(16.0, 32).reshape(4, 4).tolist()


def test_mistakes_are_told(tmp_path, capsys):
    for wrong, said in (
        ({"environment": "moon"}, "environment='moon' should be one of ant, half_cheetah, reacher, swimmer"),
        ({"method": "sppo"}, "method='sppo' should be one of spo, reward_once"),
        ({"envs": 1}, "envs=1 should be a whole number from 2"),
        ({"wrong": 2}, "wrong=2 should be from 0 to 1"),
        ({"deviation": 0}, "deviation=0 should be a number above 0"),
        ({"learner": "dqn"}, "learner='dqn' should be one of sac, ppo"),
        ({"deviation": 3.0}, "deviation=3.0 should be from 0.02 to 2.5 with learner=sac"),
        ({"target_entropy": 0.7}, "target_entropy=0.7 should be below log 2"),
        ({"opponents": 0}, "opponents=0 should be a whole number above 0"),
    ):
        with pytest.raises(ParameterError, match=said):
            SPOControl(Task((), None, tmp_path), **wrong)
    with pytest.raises(LudensError, match="ended before its horizon of 6 steps"):
        trained(tmp_path, **{**SMALL, "environment": "short"})
    assert main(["train", "trainer=spo_control", "trainer.environment=moon", f"runs={tmp_path / 'runs'}"]) == 2
    assert "environment='moon'" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize("environment", ["ant", "half_cheetah", "reacher", "swimmer"])
def test_bodies_of_mujoco_move_by_the_command(tmp_path, capsys, environment):
    pytest.importorskip("mujoco")
    small = [f"trainer.{name}={value}" for name, value in {**SMALL, "rounds": 2, "environment": environment, "preference": "intransitive"}.items()]
    assert main(["train", "trainer=spo_control", *small, f"runs={tmp_path}", "name=body", "progress=false"]) == 0
    assert "checkpoint" in capsys.readouterr().out
    with np.load(tmp_path / "body" / "played.npz") as played:
        assert played["last"].shape == (6, 4)
        shares = played["rounds"][:, :, [EFFORT, STRAIN, HEADING]]
    assert shares.shape == (2, 6, 3)
    assert ((shares >= 0) & (shares <= 1)).all()
    assert shares.std(1).min() > 0


@pytest.mark.slow
@pytest.mark.parametrize("preference", ["max_reward", "noisy"])
@pytest.mark.parametrize(("learner", "least"), [("sac", 30), ("ppo", 0)])
def test_a_cheetah_learns_to_run_by_comparisons_alone(tmp_path, preference, learner, least):
    pytest.importorskip("mujoco")
    # it begins at about -16
    given = {"sac": {"rounds": 40}, "ppo": {"rounds": 40, "envs": 20, "queue": 3, "epochs": 6, "learning_rate": 1e-3}}[learner]
    assert trained(tmp_path, preference=preference, learner=learner, **given)["return"] > least
