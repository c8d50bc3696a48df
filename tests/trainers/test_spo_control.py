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
from ludens.trainers.control.actor import actor_critic, entropy, log_density, normalised, observed
from ludens.trainers.control.environments import EFFORT, ENVIRONMENTS, HEADING, MEASURES, RETURN, STRAIN, Environment, measure
from ludens.trainers.control.judges import headings, judge, truth
from ludens.trainers.control.measuring import average_sample, heading_exploitability, pool_exploitability, preferred
from ludens.trainers.control.rewards import Memory, RewardModel, bradley_terry_loss, spread_out, standardised, win_shares, wins
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


def test_a_trajectory_is_not_compared_with_itself():
    asked = judge(Config())
    table = wins(asked, rows(RETURN, [3, 1, 2]), np.zeros((0, 4)), "hard", np.random.default_rng(0))
    assert win_shares(table).tolist() == [1, 0, 0.5]
    assert asked.queries == 3
    older = rows(RETURN, [0, 2.5])
    table = wins(asked, rows(RETURN, [3, 1, 2]), older, "hard", np.random.default_rng(0))
    assert win_shares(table).tolist() == [1, 0.25, 0.5]
    assert asked.queries == 3 + 3 + 6


def test_wins_within_a_round_are_a_half_on_average_whatever_the_labels():
    for kind in ("hard", "soft"):
        table = wins(judge(Config(preference="noisy")), rows(RETURN, np.arange(9)), np.zeros((0, 4)), kind, np.random.default_rng(1))
        assert win_shares(table).mean() == pytest.approx(0.5)
        assert np.isin(table, (0, 0.5, 1)).all() == (kind == "hard")


def test_a_trajectory_s_reward_is_shared_out_evenly():
    assert spread_out(np.array([0.5, 1.0]), 4).tolist() == [[0.125] * 4, [0.25] * 4]
    found = standardised(np.random.default_rng(0).normal(3, 5, (7, 11)))
    assert found.sum(1).mean() == pytest.approx(0)
    assert found.sum(1).std() == pytest.approx(1)


# -- the reward model ----------------------------------------------------------------------------------------------------------------------------------


def test_the_likelihood_by_hand():
    table = torch.tensor([[float("nan"), 1.0], [0.25, float("nan")]])
    one, other = (1 / (1 + np.exp(-gap)) for gap in (2, -2))
    by_hand = -(np.log(one) + 0.25 * np.log(other) + 0.75 * np.log(1 - other)) / 2
    assert bradley_terry_loss(torch.tensor([3.0, 1.0]), torch.tensor([3.0, 1.0]), table).item() == pytest.approx(by_hand, rel=1e-5)


def test_a_linear_reward_is_found_again():
    rounds, count, horizon, given = 4, 12, 3, 3
    generator = torch.Generator().manual_seed(0)
    steps = torch.randn(rounds, count, horizon, given, generator=generator)
    reward = steps @ torch.tensor([1.0, -2.0, 0.5])
    sums = reward.sum(-1)
    memory = Memory.empty(rounds, 1, (count, horizon, given))
    memory.given.copy_(steps)
    memory.table.copy_(torch.sigmoid(sums[:, :, None] - sums[:, None]))
    memory.table.diagonal(dim1=1, dim2=2).fill_(float("nan"))
    scale = actor_critic(2, 1, (4,), 0.5, 0)["scale"]
    network = torch.nn.Linear(given, 1)
    model = RewardModel(network, torch.optim.Adam(network.parameters(), lr=1e-1))
    torch.manual_seed(0)
    model.fit(scale, memory, rounds, 300)
    assert network.weight[0].tolist() == pytest.approx([1, -2, 0.5], abs=0.03)


# -- actor and measures --------------------------------------------------------------------------------------------------------------------------------


def test_densities_and_entropy_are_those_of_torch():
    means, spread, actions = torch.randn(5, 3), torch.tensor([0.1, -0.5, -2.0]), torch.randn(5, 3)
    normal = torch.distributions.Normal(means, spread.exp())
    assert torch.allclose(log_density(means, spread, actions), normal.log_prob(actions).sum(-1), atol=1e-5)
    assert entropy(spread).item() == pytest.approx(normal.entropy()[0].sum().item(), rel=1e-5)


def test_the_scale_is_that_of_all_that_was_seen():
    scale = actor_critic(2, 1, (4,), 0.5, 0)["scale"]
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


SMALL = {"environment": "line", "envs": 6, "rounds": 5, "epochs": 2, "minibatches": 2, "hidden": [8], "episodes": 6}


def trained(place, **given):
    return SPOControl(Task((), None, place, given.pop("seed", 0)), **given).run(lambda line: None)


@pytest.mark.parametrize(("preference", "least"), [("max_reward", 0.97), ("noisy", 0.9)])
def test_of_two_arms_the_better_one_is_pulled(tmp_path, preference, least):
    given = {"environment": "arms", "envs": 32, "rounds": 60, "minibatches": 2, "epochs": 4, "learning_rate": 5e-3, "hidden": [8], "episodes": 320}
    assert trained(tmp_path, method="spo", preference=preference, **given)["return"] >= least


@pytest.mark.parametrize("method", ["spo", "reward_once", "reward_iterated", "hidden_return"])
def test_every_method_moves_to_the_right(tmp_path, method):
    given = {**SMALL, "envs": 20, "rounds": 40, "epochs": 6, "episodes": 100, "learning_rate": 3e-3}
    found = trained(tmp_path, method=method, **given)
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
    ],
)
def test_a_run_that_was_cut_off_ends_as_if_it_had_not_been(monkeypatch, tmp_path, given):
    given = {**SMALL, "rounds": 6, "save_every": 2, **given}
    trained(tmp_path / "whole", **given)
    learn, count = SPOControl._observe, iter(range(100))

    def cut_off(self, played):
        if next(count) == 4:
            raise KeyboardInterrupt
        return learn(self, played)

    monkeypatch.setattr(SPOControl, "_observe", cut_off)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "cut", **given)
    monkeypatch.setattr(SPOControl, "_observe", learn)
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
        trained(tmp_path / method, **SMALL, queue=2, method=method)
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
        ({"environment": "moon"}, "environment='moon' should be one of half_cheetah, reacher, swimmer"),
        ({"method": "sppo"}, "method='sppo' should be one of spo, reward_once"),
        ({"envs": 1}, "envs=1 should be a whole number from 2"),
        ({"wrong": 2}, "wrong=2 should be from 0 to 1"),
        ({"deviation": 0}, "deviation=0 should be a number above 0"),
    ):
        with pytest.raises(ParameterError, match=said):
            SPOControl(Task((), None, tmp_path), **wrong)
    with pytest.raises(LudensError, match="ended before its horizon of 6 steps"):
        trained(tmp_path, **{**SMALL, "environment": "short"})
    assert main(["train", "trainer=spo_control", "trainer.environment=moon", f"runs={tmp_path / 'runs'}"]) == 2
    assert "environment='moon'" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize("environment", ["half_cheetah", "reacher", "swimmer"])
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
def test_a_cheetah_learns_to_run_by_comparisons_alone(tmp_path, preference):
    pytest.importorskip("mujoco")
    # it begins at about -16; its own rewards bring it to about 60 in as many steps
    assert trained(tmp_path, preference=preference, rounds=40, queue=3, epochs=6)["return"] > 10
