"""Regret as a loss of a language model: what is read off a conversation, the loss beside the analysis, learning, and a run that was cut off."""

import json

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("tokenizers")

import torch

from ludens.analysis.growth import rate
from ludens.analysis.regret import external
from ludens.cli import main
from ludens.errors import LudensError
from ludens.games import make
from ludens.llm.spec import ModelSpec
from ludens.trainers import Task, trainer
from ludens.trainers.regret_loss import RegretLanguage
from ludens.trainers.regret_loss.language import mixtures
from ludens.trainers.regret_loss.loss import regrets

HOUSE = ModelSpec(engine="nano", model="house", name="house")
SMALL = {"steps": 3, "samples": 2, "terms": 1, "held_out": 2, "save_every": 1}


def made(place, *, model=HOUSE, rounds=4, losses="alternating", seed=0, **parameters):
    games = (make("experts", rounds=rounds, losses=losses),)
    return RegretLanguage(Task(games, model, place, seed=seed), **{**SMALL, **parameters})


def heard_by(trainer, count=3):
    (game,) = trainer.games
    return trainer._heard(game, trainer._play("house", game, count, 5))


def test_mixtures_are_those_of_every_prompt_by_itself(tmp_path):
    trainer = made(tmp_path)
    (game,) = trainer.games
    heard, network = heard_by(trainer), trainer.policy.model
    with torch.no_grad():
        together = mixtures(network, heard, trainer.arms).numpy()
        begins = np.cumsum([0, *heard.lengths])
        for episode, places in enumerate(heard.places):
            for number, place in enumerate(places):
                alone = heard.tokens[begins[episode] : place]
                logits = network.logits(network(torch.tensor(alone), [len(alone)])[-1:])[0, trainer.arms.apart]
                assert together[episode, number] == pytest.approx(torch.softmax(logits, -1).numpy(), abs=1e-5)
    assert heard.losses.shape == (3, game.rounds, 2)
    assert heard.losses.max() <= 1
    mixed = torch.from_numpy(together).double()
    assert regrets(mixed, torch.from_numpy(heard.losses)).numpy() == pytest.approx(external(heard.losses, mixed.numpy()), abs=1e-6)


def test_the_answers_stand_where_the_options_come_apart(tmp_path):
    trainer = made(tmp_path)
    heard = heard_by(trainer)
    begins = np.cumsum([0, *heard.lengths])
    for episode, places in enumerate(heard.places):
        # the last answer is not in the conversation any more
        named = [heard.tokens[place] for place in places[:-1]]
        assert set(named) <= set(trainer.arms.apart)
        assert places[-1] == begins[episode + 1]


def test_a_run_that_was_cut_off_ends_as_if_it_had_not(tmp_path):
    whole = made(tmp_path / "whole", seed=3).run(lambda line: None)
    cut, stop = made(tmp_path / "cut", seed=3), RuntimeError("cut off")
    step = cut._step

    def failing(optimizer, number):
        if number == 2:
            raise stop
        return step(optimizer, number)

    cut._step = failing
    with pytest.raises(RuntimeError, match="cut off"):
        cut.run(lambda line: None)
    again = made(tmp_path / "cut", seed=3).run(lambda line: None)
    weights = [(tmp_path / name / "checkpoint" / "model.safetensors").read_bytes() for name in ("whole", "cut")]
    assert weights[0] == weights[1]
    assert again["held_out"] == whole["held_out"]
    logs = [(tmp_path / name / "log.jsonl").read_text() for name in ("whole", "cut")]
    assert logs[0] == logs[1]
    assert len(logs[0].splitlines()) == 3


def test_what_was_trained_sits_down_to_play(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["trainer=regret_loss_language", "model=nano", "model.model=house", "game=experts", "game.rounds=3", "trainer.steps=1", "trainer.samples=2"]
    assert main(["train", *words, "trainer.held_out=2", "name=words", "progress=false"]) == 0
    assert "Hedge's" in capsys.readouterr().out
    (folder,) = tmp_path.glob("runs/words/**/checkpoint")
    reached = json.loads((folder.parent / "result.json").read_text())
    assert reached["held_out"]
    assert main(["play", "game=experts", "game.rounds=3", f"players=[{{kind: language, model: {{engine: nano, model: {folder}}}}}]"]) == 0


@pytest.mark.parametrize(
    ("model", "game", "parameters", "words"),
    [
        (None, {}, {}, "name it: model="),
        (ModelSpec(engine="transformers", model="any", name="any"), {}, {}, "engine 'nano'"),
        (HOUSE, {"answer": "distribution"}, {}, "answer=choice"),
        (HOUSE, {"losses": "last"}, {}, "losses that are drawn"),
        (HOUSE, {}, {"form": -1.0}, "form=-1.0 should be"),
    ],
    ids=str,
)
def test_wrong_tasks_are_named(model, game, parameters, words, tmp_path):
    with pytest.raises(LudensError, match=words):
        RegretLanguage(Task((make("experts", **game),), model, tmp_path), **parameters)


def test_a_conversation_that_does_not_fit_is_named(tmp_path):
    with pytest.raises(LudensError, match="do not fit into window_tokens=300"):
        heard_by(made(tmp_path, rounds=8, window_tokens=300))


@pytest.mark.slow
def test_linear_regret_of_a_model_that_follows_the_leader_becomes_sublinear(tmp_path):
    """The house model learns from a player who takes what cost least so far; on alternating sequences that is always the wrong one."""
    games, horizons = (make("experts", rounds=25, losses="alternating"),), (6, 12, 25)
    taught = {"preset": None, "tokens": 150_000, "batch_tokens": 3000, "learning_rate": 1e-3, "teacher": "greedy", "held_out": 4, "matches": 0}
    start = trainer("sft").make(Task(games, HOUSE, tmp_path / "led", seed=0), taught).run(lambda line: None)["checkpoint"]
    follower = ModelSpec(engine="nano", model=str(start), name="led")
    freed = made(tmp_path / "freed", model=follower, rounds=25, steps=16, samples=8, held_out=30, save_every=16)

    def grown(place):
        """How regret grows over rounds, and what it is at the end, on held-out sequences."""
        reading = made(tmp_path / "reading", model=ModelSpec(engine="nano", model=str(place), name="read"), rounds=25)
        heard = reading._heard(reading.games[0], reading._play(str(place), reading.games[0], 30, 99))
        with torch.no_grad():
            curves = external(heard.losses, mixtures(reading.policy.model, heard, reading.arms).double().numpy())
        # of neither parity alone: costs change places each round
        mean = curves.mean(0)
        return rate(horizons, [curves[:, horizon - 1] for horizon in horizons], cluster=np.arange(30)).exponent, mean[11:13].mean(), mean[-2:].mean()

    (before, was_halfway, was), found = grown(start), freed.run(lambda line: None)
    _, halfway, now = grown(found["checkpoint"])
    assert before.low > 0.85
    assert was - was_halfway > 2
    # it has stopped to grow; of what hardly differs from 0 an exponent says nothing
    assert now - halfway < 0.2
    assert now < was / 10
