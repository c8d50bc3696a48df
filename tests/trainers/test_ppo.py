"""Proximal policy optimisation: advantages by hand, a task with a known answer, a run that was cut off, and cooks who sit down to play."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("torch")

from gymnasium.spaces import Box, MultiDiscrete
from gymnasium.vector import VectorEnv
from gymnasium.vector.utils import batch_space

from ludens.arena import Run
from ludens.cli import main
from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.core import NotSupported
from ludens.games.overcooked.game import Overcooked
from ludens.trainers import Task
from ludens.trainers.ppo import PPO
from ludens.trainers.practice import Practice, Rollout

SMALL = {"envs": 8, "length": 16, "minibatches": 2, "hidden": [16], "episodes": 4}


def rollout(rewards, values, live, last):
    shape = (len(rewards), 1, 1)
    filler = np.zeros(shape)
    marks = [np.array(part, bool).reshape(-1, 1) for part in (live, last)]
    return Rollout(filler, None, filler, filler, np.array(values, float).reshape(-1, 1, 1), np.array(rewards, float).reshape(shape), *marks)


def test_advantages_by_hand():
    found = rollout([1, 0, 2], [0.5, 0.2, 0.1, 0.4], [1, 1, 1], [0, 0, 0]).advantages(0.9, 0.8)[:, 0, 0]
    third = 2 + 0.9 * 0.4 - 0.1
    second = 0 + 0.9 * 0.1 - 0.2 + 0.72 * third
    assert found == pytest.approx([1 + 0.9 * 0.2 - 0.5 + 0.72 * second, second, third])


def test_nothing_is_carried_over_the_end_of_a_game():
    # the second step is the last of a game, the third only begins a new one
    found = rollout([1, 3, 0, 5], [0.5, 0.2, 0.7, 0.1, 0.4], [1, 1, 0, 1], [0, 1, 0, 0]).advantages(0.9, 0.8)[:, 0, 0]
    second = 3 + 0.9 * 0.7 - 0.2
    assert found == pytest.approx([1 + 0.9 * 0.2 - 0.5 + 0.72 * second, second, 0.0, 5 + 0.9 * 0.4 - 0.1])


class Levers(VectorEnv):
    """Each of two seats should do as its own light says: one number, 0 or 1, for actions 1 and 4."""

    def __init__(self, num_envs):
        self.num_envs, self.rng, self.clock = num_envs, np.random.default_rng(0), 0
        self.single_observation_space = Box(0, 1, (2, 96), np.float32)
        self.single_action_space = MultiDiscrete([6, 6])
        self.observation_space, self.action_space = (batch_space(space, num_envs) for space in (self.single_observation_space, self.single_action_space))

    def light(self):
        self.lights = self.rng.integers(2, size=(self.num_envs, 2))
        return np.repeat(self.lights[..., None], 96, -1).astype(np.float32)

    def reset(self, **_):
        self.clock = 0
        return self.light(), {}

    def step(self, actions):
        right = (actions == np.where(self.lights, 4, 1)).mean(1)
        self.clock += 1
        cut = np.full(self.num_envs, self.clock % 8 == 0)
        return self.light(), right, np.zeros(self.num_envs, bool), cut, {}


def test_it_learns_what_each_seat_should_do(monkeypatch, tmp_path):
    monkeypatch.setattr(Overcooked, "vector_env", lambda self, count: Levers(count))
    task = Task((make("overcooked", encoding="features"),), None, tmp_path)
    learned = PPO(task, **{**SMALL, "steps": 8 * 16 * 160, "learning_rate": 3e-3, "reward_scale": 1.0}).run(lambda line: None)
    assert learned["return"] > 0.9 * 8
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["update"] for line in log] == list(range(1, 161))
    assert log[-1]["entropy"] < 0.5 < log[0]["entropy"]


def test_a_run_that_was_cut_off_goes_on(monkeypatch, tmp_path):
    task = Task((make("overcooked", encoding="features", horizon=20),), None, tmp_path)
    given = {**SMALL, "steps": 8 * 16 * 6, "save_every": 2}
    learn, count = Practice.learn, iter(range(100))

    def cut_off(self, *arguments):
        if next(count) == 3:
            raise KeyboardInterrupt
        return learn(self, *arguments)

    monkeypatch.setattr(Practice, "learn", cut_off)
    with pytest.raises(KeyboardInterrupt):
        PPO(task, **given).run(lambda line: None)
    monkeypatch.setattr(Practice, "learn", learn)
    PPO(task, **given).run(lambda line: None)
    assert [json.loads(line)["update"] for line in (tmp_path / "log.jsonl").read_text().splitlines()] == [1, 2, 3, 4, 5, 6]


def test_a_seed_gives_the_same_policy(tmp_path):
    game = make("overcooked", encoding="features", horizon=20)
    for name in ("a", "b"):
        PPO(Task((game,), None, tmp_path / name, seed=3), **SMALL, steps=8 * 16 * 2).run(lambda line: None)
    assert (tmp_path / "a" / "policy" / "policy.safetensors").read_bytes() == (tmp_path / "b" / "policy" / "policy.safetensors").read_bytes()


def test_trained_cooks_sit_down_to_play(tmp_path, capsys):
    words = ["game=overcooked", "game.encoding=features", "game.horizon=30", f"runs={tmp_path}"]
    small = [f"trainer.{name}={value}" for name, value in SMALL.items()]
    assert main(["train", "trainer=ppo", *words, *small, "trainer.steps=256", "name=cooks", "progress=false"]) == 0
    policy = tmp_path / "cooks" / "policy"
    assert f"checkpoint: {policy}" in capsys.readouterr().out.replace("\n", "")
    players = f"players=[fair,random,{{kind:neural,path:{policy}}}]"
    assert main(["tournament", *words, players, "plan.replicates=1", "bootstrap=20", "progress=false", "name=meal"]) == 0
    assert "neural" in capsys.readouterr().out


def test_mistakes_are_told(tmp_path, capsys):
    with pytest.raises(NotSupported, match="prisoners_dilemma-v0 has no vector environment"):
        PPO(Task((make("prisoners_dilemma"),), None, tmp_path))
    with pytest.raises(ParameterError, match="simple_tag-v0 has teams that play against each other"):
        PPO(Task((make("simple_tag"),), None, tmp_path))
    with pytest.raises(ParameterError, match="one game should be named, got 2"):
        PPO(Task((make("overcooked"), make("overcooked")), None, tmp_path))
    for given, said in (({"envs": 0}, "envs=0 should be a whole number"), ({"minibatches": 7}, "minibatches=7 should divide"), ({"discount": 2}, "discount=2")):
        with pytest.raises(ParameterError, match=said):
            PPO(Task((make("overcooked"),), None, tmp_path), **given)
    assert main(["train", "trainer=ppo", "game=overcooked", "model=nano", f"runs={tmp_path}"]) == 2
    assert "the trainer 'ppo' trains no language model; leave model=... out" in capsys.readouterr().err.replace("\n", " ")
    assert main(["train", "trainer=sft", "game=negotiation", f"runs={tmp_path}"]) == 2
    assert "the trainer 'sft' trains a language model; name it: model=..." in capsys.readouterr().err.replace("\n", " ")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("layout", "steps", "least"), [("cramped_room", 800_000, 220), ("coordination_ring", 3_000_000, 200), ("forced_coordination", 3_000_000, 150)]
)
def test_cooks_learn_the_kitchens_of_the_papers(tmp_path, layout, steps, least):
    game = make("overcooked", layout=layout, encoding="features", old_dynamics=True)
    assert PPO(Task((game,), None, tmp_path), steps=steps).run(lambda line: None)["return"] >= least


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_trained_cook_sits_at_a_table_with_bots_and_a_language_player(tmp_path, capsys):
    words = ["game=overcooked", "game.encoding=features", "game.old_dynamics=true", f"runs={tmp_path}", "progress=false"]
    assert main(["train", "trainer=ppo", *words, "trainer.steps=500000", "name=cooks"]) == 0
    returns = [json.loads(line)["return"] for line in (tmp_path / "cooks" / "log.jsonl").read_text().splitlines()]
    assert [earned for earned in returns if earned is not None][-1] > 40  # two soups
    policy = tmp_path / "cooks" / "policy"
    players = f"players=[fair,random,house,{{kind:neural,path:{policy}}}]"
    assert main(["tournament", *words, "game.horizon=40", players, "plan.replicates=1", "bootstrap=20", "name=meal"]) == 0
    printed = capsys.readouterr()
    assert "Leaderboard" in printed.out
    assert "complete: 12 matches, 12 of them played now" in printed.err
    with Run.open(tmp_path / "meal") as run:
        for episode in run.episodes():
            assert (episode.error, episode.forfeited, episode.turns, episode.faults) == (None, None, 40, ())
            assert {decision.status for decision in episode.decisions} == {"ok"}
    page = (tmp_path / "meal" / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert all(name in page for name in ("fair", "random", "house", str(policy)))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_planner_learns_to_tax(tmp_path):
    import torch

    from ludens.agents.neural import load_policy
    from ludens.games.economist.optimum import best_schedule, welfare_of

    game = make("economist", workers=30, control="changes", years=12, year_length=1)
    given = {"steps": 300_000, "envs": 128, "length": 24, "reward_scale": 1e-4, "learning_rate": 2e-3, "entropy": 0.01, "shaping": 0.0, "discount": 0.98}
    found = PPO(Task((game,), None, tmp_path), **given).run(lambda line: None)
    policy = load_policy(found["checkpoint"])
    envs = game.vector_env(40)
    seen, infos = envs.reset(seed=99)
    economies = [game.economy(np.sort(skills)) for skills in envs._batch.skills]
    best = np.array([best_schedule(one, game.aim, game.edges, step=0.1).welfare for one in economies])
    idle = np.array([float(welfare_of(one, game.aim, game.edges, np.zeros((1, 3)))[0]) for one in economies])
    over = np.zeros(40, bool)
    while not over.all():
        with torch.inference_mode():
            logits = policy.module(torch.from_numpy(seen[:, 0])).masked_fill(~torch.from_numpy(infos["legal"][:, 0]), -1e9)
        seen, _, over, _, infos = envs.step(logits.argmax(-1).numpy()[:, None])
    # 98 % were reached in the last year, from 30 % without tax
    assert np.mean(idle / best) < 0.4
    assert np.mean(envs._batch.welfare / best) > 0.95
