"""Regret as a loss: the loss by hand, the layer beside its player, theory of one layer, counter-examples turned sublinear, and a run that was cut off."""

import json

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from ludens.agents import PlayerSpec
from ludens.agents.learners import learner
from ludens.agents.learners.attention import FILE, AttentionWeights
from ludens.agents.learners.learning import run as learn
from ludens.analysis.growth import rate
from ludens.analysis.regret import external
from ludens.arena.episode import play_match
from ludens.arena.plan import Match
from ludens.cli import main
from ludens.errors import LudensError, ParameterError
from ludens.games import make
from ludens.games.online.predictions import hedge_bound
from ludens.games.online.sequences import Shape, draw
from ludens.trainers import Task
from ludens.trainers.regret_loss import RegretLoss
from ludens.trainers.regret_loss.config import Config
from ludens.trainers.regret_loss.layer import _begun, attend, plain
from ludens.trainers.regret_loss.loss import regrets, surrogate

SHAPE = {"rounds": 30}


def test_the_loss_by_hand():
    found = torch.tensor([[1.0, -2.0], [0.5, 2.0]], dtype=torch.float64)
    first = np.exp(1) / (np.exp(1) + 1)
    second = (0.25 * np.exp(0.25) + 4 * np.exp(4)) / (np.exp(0.25) + np.exp(4))
    assert float(surrogate(found)) == pytest.approx((first + second) / 2)


def test_many_samples_make_the_loss_the_worst_regret():
    rng = np.random.default_rng(0)
    found = torch.from_numpy(rng.uniform(0, 5, (1, 10_000)))
    assert float(surrogate(found)) == pytest.approx(float(found.max() ** 2), rel=0.1)


@pytest.mark.parametrize("kind", ["linear", "softmax"])
@pytest.mark.parametrize("begin", ["random", "leader"])
def test_the_player_mixes_what_the_layer_gives(kind, begin, tmp_path):
    weights = _begun(Config(attention=kind, begin=begin), 3, 1)
    with torch.no_grad():
        for part in weights.values():
            part.add_(0.3 * torch.randn(part.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0)))
    losses = np.random.default_rng(0).random((5, 20, 3))
    plain(weights, kind).save(tmp_path)
    mixed = learn(learner("attention", path=str(tmp_path)), losses, np.random.default_rng(0)).mixed
    assert mixed == pytest.approx(attend(weights, torch.from_numpy(losses), kind).detach().numpy(), abs=1e-9)
    assert regrets(torch.from_numpy(mixed), torch.from_numpy(losses)).numpy() == pytest.approx(external(losses, mixed), abs=1e-9)


def test_some_weights_are_hedge(tmp_path):
    losses = np.random.default_rng(0).random((5, 20, 2))
    hedge = learn(learner("hedge", rate=0.4), losses, np.random.default_rng(0)).mixed
    for kind in ("linear", "softmax"):
        AttentionWeights(kind, -0.4 * np.eye(2), np.zeros(2), np.zeros(2), 1.0).save(tmp_path)
        assert learn(learner("attention", path=str(tmp_path)), losses, np.random.default_rng(0)).mixed == pytest.approx(hedge, abs=1e-12)


def test_one_layer_learns_to_descend_on_a_ball():
    # iid symmetric losses, one sample, squared regret, policies in a Euclidean ball: the optimum is minus the sum of losses, whatever their order
    # (regret itself would teach nothing: of losses with mean zero that owe nothing to the past, every policy has the same)
    rng = np.random.default_rng(0)
    weights = _begun(Config(attention="softmax"), 2, 0)
    optimizer = torch.optim.Adam(weights.parameters(), lr=0.05)

    def drawn(count):
        return torch.from_numpy(rng.normal(size=(count, 10, 2)))

    def policy(losses):
        outputs = attend(weights, losses, "softmax", raw=True)[:, :-1]
        return outputs / torch.clamp(outputs.norm(dim=-1, keepdim=True), min=1.0)

    for step in range(600):
        optimizer.param_groups[0]["lr"] = 0.05 * (1 - step / 600)
        losses = drawn(512)
        loss = ((policy(losses) * losses).sum((1, 2)) + losses.sum(1).norm(dim=-1)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    losses = drawn(500)
    with torch.no_grad():
        outputs = attend(weights, losses, "softmax", raw=True)[:, -1]
        likeness = torch.nn.functional.cosine_similarity(outputs, -losses.sum(1), dim=-1)
        scores = losses @ weights["K"].T @ weights["c"]
        spread = torch.softmax(scores, 1).max(1).values.mean() * 10
    assert likeness.mean() > 0.99
    # one is uniform attention over the ten rounds
    assert spread < 1.5


def counter_examples(runs, rounds, seed):
    """Held-out alternating sequences, of which either arm begins."""
    rng = np.random.default_rng([seed, 1])
    losses = np.stack([draw("alternating", Shape(rounds, 2), rng) for _ in range(runs)]) / 10
    losses[::2] = losses[::2, :, ::-1]
    return losses


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["linear", "softmax"])
def test_linear_regret_on_the_counter_examples_becomes_sublinear(kind, tmp_path):
    games = tuple(make("experts", losses=losses, rounds=100) for losses in ("iid", "alternating", "trend", "sine"))
    config = {"attention": kind, "begin": "leader", "learning_rate": 0.5, "steps": 400}
    trainer = RegretLoss(Task(games, None, tmp_path / "run", seed=0), **config)
    losses, horizons = counter_examples(200, 400, 99), (25, 50, 100, 200, 400)

    def measured(folder):
        curves = external(losses, learn(learner("attention", path=str(folder)), losses, np.random.default_rng(0)).mixed)
        finals = [curves[:, horizon - 1] for horizon in horizons]
        return curves[:, -1].mean(), rate(horizons, finals, cluster=np.arange(200)).exponent

    plain(_begun(trainer.config, 2, 0), kind).save(tmp_path / "before")
    before, grew = measured(tmp_path / "before")
    found = trainer.run(lambda line: None)
    after, grows = measured(found["checkpoint"])
    assert grew.low > 0.85
    assert grows.high < 0.5
    # a twentieth, on four times the rounds it was trained on, and below the bound of a Hedge that knows them
    assert after < before / 20
    assert after < hedge_bound(400, 2)
    # and nothing is lost elsewhere: on fresh sequences of every kind it is no worse than the bound
    assert all(facts["regret"] < hedge_bound(100, 2) for facts in found["held_out"].values())


def test_a_run_that_was_cut_off_ends_as_if_it_had_not(tmp_path):
    games = (make("experts", losses="sine", **SHAPE),)
    whole = RegretLoss(Task(games, None, tmp_path / "whole", seed=3), steps=6, save_every=2).run(lambda line: None)
    RegretLoss(Task(games, None, tmp_path / "cut", seed=3), steps=6, save_every=2)
    cut = RegretLoss(Task(games, None, tmp_path / "cut", seed=3), steps=6, save_every=2)
    stop = RuntimeError("cut off")
    log = cut._batch

    def failing(rng, calls=[0]):  # noqa: B006 - counts over the calls
        calls[0] += 1
        if calls[0] == 4:
            raise stop
        return log(rng)

    cut._batch = failing
    with pytest.raises(RuntimeError, match="cut off"):
        cut.run(lambda line: None)
    again = RegretLoss(Task(games, None, tmp_path / "cut", seed=3), steps=6, save_every=2).run(lambda line: None)
    assert (tmp_path / "cut" / "learner" / FILE).read_bytes() == (tmp_path / "whole" / "learner" / FILE).read_bytes()
    assert again["held_out"] == whole["held_out"]
    logs = [[json.loads(line) for line in (tmp_path / name / "log.jsonl").read_text().splitlines()] for name in ("whole", "cut")]
    assert logs[0] == logs[1]


def test_what_was_trained_sits_down_to_play(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "trainer=regret_loss", "game=experts", "game.rounds=20", "trainer.steps=5", "name=layer", "progress=false"]) == 0
    (folder,) = tmp_path.glob("runs/layer/**/learner")
    spec = PlayerSpec.of("attention", path=str(folder))
    assert dict(spec.params)["digest"]
    game = make("experts", answer="distribution", rounds=20)
    assert spec.why_not(game) is None
    assert not play_match(Match(game, (spec,), 0)).faults
    with pytest.raises(LudensError, match="other weights"):
        learner("attention", path=str(folder), digest="0" * 12)


@pytest.mark.parametrize(
    ("games", "params", "words"),
    [
        (["kuhn_poker"], {}, "should be experts or bandit"),
        (["experts"], {"steps": 0}, "steps=0 should be"),
        (["experts"], {"attention": "none"}, "'linear' or 'softmax'"),
        (["experts", {"arms": 3}], {}, "as many arms"),
        ([{"losses": "last"}], {}, "losses that are drawn"),
    ],
    ids=str,
)
def test_wrong_tasks_are_named(games, params, words, tmp_path):
    made = tuple(make(game) if isinstance(game, str) else make("experts", **game) for game in games)
    with pytest.raises(ParameterError, match=words):
        RegretLoss(Task(made, None, tmp_path), **params)


def test_broken_weights_are_named(tmp_path):
    with pytest.raises(LudensError, match="cannot read"):
        PlayerSpec.of("attention", path=str(tmp_path))
    (tmp_path / FILE).write_text("{}")
    with pytest.raises(LudensError, match="holds no weights"):
        learner("attention", path=str(tmp_path))
    with pytest.raises(ParameterError, match="path must be given"):
        learner("attention")
