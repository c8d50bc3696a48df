"""Supervised fine-tuning: what is read, that fitting goes on where it stopped, and that a model learns a small game in seconds."""

from __future__ import annotations

import json
import re
from itertools import islice, pairwise

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.arena import Match, play_match
from ludens.arena.record import prompts
from ludens.cli import main
from ludens.errors import LudensError, ParameterError, UnknownName
from ludens.games import make
from ludens.games.retrieval.names import split_of
from ludens.llm import ModelSpec
from ludens.trainers import Task, trainer, trainers

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from tiny_nano import tiny_nano  # noqa: E402

from ludens.llm.nano import network  # noqa: E402
from ludens.llm.nano.tokenizer import Tokenizer  # noqa: E402
from ludens.trainers.card import digest  # noqa: E402
from ludens.trainers.sft import fit as fitting  # noqa: E402
from ludens.trainers.sft.config import Config  # noqa: E402
from ludens.trainers.sft.corpus import CHOICE, OWN, Corpus, Writer, conversations  # noqa: E402
from ludens.trainers.sft.exercises import corpus_of, exercises  # noqa: E402
from ludens.trainers.sft.teaching import best_style, episodes  # noqa: E402

NANO = ModelSpec(engine="nano", model="house")
SMALL = {"preset": "xs", "tokens": 40_000, "batch_tokens": 1000, "trials": 6, "held_out": 4, "matches": 0, "save_every": 7}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tiny_nano(tmp_path_factory.mktemp("sft") / "tiny")


@pytest.fixture(scope="module")
def words(place):
    return Tokenizer(place)


def corpus(words, game="negotiation", count=20):
    writer = Writer(words, 1024)
    for episode, seats in islice(episodes(make(game), "fair", 0, 1000), count):
        for talk in conversations(episode, seats):
            writer.add(talk)
    return writer.corpus()


# -- what is read ------------------------------------------------------------------------------------------------------


def test_a_conversation_is_read_once_and_whole():
    game = make("prisoners_dilemma")
    player = PlayerSpec.of("demonstrator", of="tit_for_tat")
    episode = play_match(Match(game, (player, PlayerSpec.of("random")), 1))
    (talk,) = conversations(episode, (0,))
    assert [message.role for message in talk] == ["system", *["user", "assistant"] * 10]
    assert [message.content for message in talk[2::2]] == [call.text for decision, call, _ in prompts(episode) if decision.seat == 0]


def test_what_was_forgotten_opens_another_conversation():
    game = make("prisoners_dilemma", rounds=30)
    player = PlayerSpec.of("demonstrator", of="tit_for_tat", window_events=8)
    episode = play_match(Match(game, (player, PlayerSpec.of("random")), 1))
    talks = list(conversations(episode, (0,)))
    assert len(talks) > 2
    assert sum(message.role == "assistant" for talk in talks for message in talk) == 30


def test_only_own_words_are_learned_and_choices_are_told_from_speech(words):
    made = corpus(words)
    for start, end in zip(made.starts[:5], made.starts[1:6], strict=True):
        ids, marks = made.ids[start:end].tolist(), made.marks[start:end].tolist()
        text = words.text([token for token, mark in zip(ids, marks, strict=True) if mark])
        assert all(json.loads(part + "}}")["choice"] for part in text.split("}}")[:-1])
        chosen = words.text([token for token, mark in zip(ids, marks, strict=True) if mark == CHOICE])
        assert "act" in chosen
        assert "Good day" not in chosen
        assert {OWN, CHOICE} <= set(marks)


def test_batches_hold_every_conversation_once_a_round(words, tmp_path):
    made = corpus(words)
    made.save(tmp_path / "c.npz")
    again = Corpus.load(tmp_path / "c.npz")
    for name in ("ids", "marks", "starts"):
        assert np.array_equal(getattr(again, name), getattr(made, name))
    seen: list[int] = []
    for batch in made.batches(1500, 3):
        assert made.lengths[batch].sum() <= 1500 or len(batch) == 1
        seen += batch.tolist()
        if len(seen) >= len(made):
            break
    assert sorted(seen) == list(range(len(made)))


def test_what_is_longer_than_the_context_is_counted(words):
    writer = Writer(words, 50)
    episode, seats = next(episodes(make("negotiation"), "fair", 0, 1000))
    assert [writer.add(talk) for talk in conversations(episode, seats)] == [0] * writer.dropped
    assert writer.dropped


def test_the_best_teacher_earns_most():
    style, earned = best_style(make("dictator"), 20, 0)
    assert earned[style] == max(earned.values())
    assert style in ("greedy", "deceptive", "cautious")  # those that keep what they can
    assert best_style(make("dictator"), 20, 0) == (style, earned)


def test_nobody_teaches_what_nobody_knows(monkeypatch):
    from ludens.trainers.sft import teaching

    monkeypatch.setattr(teaching, "opponents", lambda game: (PlayerSpec.of("random"),))
    with pytest.raises(LudensError, match=r"nobody can teach dictator-v0"):
        best_style(make("dictator"), 2, 0)


def test_exercises_ask_for_what_they_told():
    kinds = {1: 0, 2: 0}
    for talk in islice(exercises("train", np.random.default_rng(0)), 40):
        assert [message.role for message in talk] == ["user", "assistant"] * (len(talk) // 2)
        told, _, first = talk[0].content.partition("\n\n")
        if not first:
            assert talk[1].content == told
            kinds[1] += 1
            continue
        kinds[2] += 1
        pairs = dict(pair.split(": ") for pair in told.removesuffix(".").split(". "))
        asked = [first, *(message.content for message in talk[2::2])]
        assert len(set(asked)) == len(asked)
        assert [pairs[key.removesuffix("?")] for key in asked] == [message.content for message in talk[1::2]]
    assert kinds == {1: 20, 2: 20}


def test_words_of_exercises_belong_to_their_split(words):
    for split in ("train", "test"):
        for talk in islice(exercises(split, np.random.default_rng(1)), 10):
            assert {split_of(word) for word in re.findall(r"[A-Z][a-z]+", talk[0].content)} == {split}
    made = [corpus_of("train", 2000, words, 1024, np.random.default_rng(2)) for _ in range(2)]
    assert made[0].starts[-1] >= 2000
    assert np.array_equal(made[0].ids, made[1].ids)


# -- fitting -----------------------------------------------------------------------------------------------------------


def fitted(place, made, out, **given):
    config = Config(**{"tokens": 20_000, "batch_tokens": 1000, "save_every": 5, **given})
    out.mkdir(exist_ok=True)
    torch.manual_seed(0)
    net = network.load(place)
    points = []
    fitting.fit(net, made, config, seed=1, place=out, log=points.append)
    return net, points


def test_a_run_that_was_cut_off_goes_on_as_if_it_had_not_been(place, words, tmp_path):
    made = corpus(words)
    whole, points = fitted(place, made, tmp_path / "whole")

    class CutOff(Exception):
        pass

    def cut(point):
        if point.step == 13:  # after the save at step 10
            raise CutOff

    config = Config(tokens=20_000, batch_tokens=1000, save_every=5)
    (tmp_path / "cut").mkdir()
    with pytest.raises(CutOff):
        fitting.fit(network.load(place), made, config, seed=1, place=tmp_path / "cut", log=cut)
    resumed, rest = fitted(place, made, tmp_path / "cut")
    assert [point.step for point in rest] == list(range(11, 21))
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, resumed.state_dict()[name]), name
    assert [point.loss for point in rest] == [point.loss for point in points[10:]]
    losses = [[json.loads(line)["loss"] for line in (tmp_path / name / "log.jsonl").read_text().splitlines()] for name in ("whole", "cut")]
    assert losses[0] == losses[1]
    assert len(losses[0]) == 20


def test_conversations_side_by_side_teach_what_each_teaches_alone(place, words):
    made = corpus(words, count=8)
    net = network.load(place)

    def weight(batch):
        marks = made.gather(batch)[1]
        return int((marks == CHOICE).sum()) + 0.3 * int((marks == OWN).sum())

    def gradient(batches):
        net.zero_grad()
        total = sum(weight(batch) for batch in batches)
        for batch in batches:
            ids, marks, lengths = made.gather(batch)
            (fitting._loss(net, torch.from_numpy(ids).long(), torch.from_numpy(marks), lengths, Config(speech_weight=0.3)) * weight(batch) / total).backward()
        return torch.cat([weight.grad.flatten().clone() for weight in net.parameters()])

    together, alone = gradient([np.arange(len(made))]), gradient([np.array([index]) for index in range(len(made))])
    assert torch.allclose(together, alone, atol=1e-5)


def test_speech_weighs_less_than_the_choice(place, words):
    made, net = corpus(words, count=4), network.load(place)
    gathered, marked, lengths = made.gather(np.arange(len(made)))
    ids, marks = torch.from_numpy(gathered).long(), torch.from_numpy(marked)
    with torch.no_grad():
        nats = -net.logits(net(ids, lengths)[:-1]).log_softmax(-1).gather(1, ids[1:, None])[:, 0]
        speech, choice = (float(nats[marks[1:] == mark].sum()) for mark in (OWN, CHOICE))
        counts = [int((marks[1:] == mark).sum()) for mark in (OWN, CHOICE)]
        for weight in (1.0, 0.1):
            loss = float(fitting._loss(net, ids, marks, lengths, Config(speech_weight=weight)))
            assert loss == pytest.approx((weight * speech + choice) / (weight * counts[0] + counts[1]), rel=1e-5)


def test_the_rate_rises_and_falls(place, words, tmp_path):
    _, points = fitted(place, corpus(words), tmp_path / "rate", warmup=4, learning_rate=1e-3)
    rates = [point.rate for point in points]
    assert rates[:4] == pytest.approx([0.25e-3, 0.5e-3, 0.75e-3, 1e-3])
    assert all(later < earlier for earlier, later in pairwise(rates[3:]))
    assert rates[-1] == pytest.approx(0.05e-3)


def test_training_is_the_same_twice_and_lowers_the_loss(place, words, tmp_path):
    _, points = fitted(place, corpus(words), tmp_path / "trace", learning_rate=2e-3, warmup=5)
    losses = [point.loss for point in points]
    assert losses[-1] < 0.75 * losses[0]
    again = fitted(place, corpus(words), tmp_path / "again", learning_rate=2e-3, warmup=5)[1]
    assert [point.loss for point in again] == losses


# -- the whole of it ---------------------------------------------------------------------------------------------------


def test_a_small_game_is_learned_in_seconds_and_played(tmp_path, capsys):
    words = ["train", "trainer=sft", "model=nano", "game=ultimatum", f"runs={tmp_path}", "name=small", "progress=false"]
    words += ["trainer.preset=xs", "trainer.tokens=60000", "trainer.batch_tokens=1000", "trainer.matches=60", "trainer.trials=20"]
    assert main(words) == 0
    place = tmp_path / "small" / "checkpoint"
    card = json.loads((place / "card.json").read_text())
    assert card["digest"] == digest(place)
    assert card["held_out"]["choices"] > 0.9
    assert card["replies_read_unconstrained"] > 0.98
    (row,) = card["strength"]
    assert row["parsed"] == 1.0
    assert row["player"] > row["random"]
    assert "# Ludens nano (xs)" in (place / "README.md").read_text()
    assert str(tmp_path) in card["command"]
    capsys.readouterr()
    spent = (place / "model.safetensors").stat().st_mtime_ns
    assert main(words) == 0  # the same again finds all done, and fits nothing
    assert json.loads((place / "card.json").read_text())["digest"] == card["digest"]
    assert (place / "model.safetensors").stat().st_mtime_ns >= spent
    play = ["play", "game=ultimatum", "players=[{kind: language, model: nano},fair]", "seed=1"]
    assert main([*play, "--cfg", "job"]) == 0
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(place), AutoModelForCausalLM.from_pretrained(place, dtype="float32")
    assert model.config.vocab_size == len(tokenizer)


def test_it_goes_on_from_a_checkpoint(place, tmp_path):
    task = Task((make("dictator"),), ModelSpec(engine="nano", model=str(place)), tmp_path / "more", 0)
    lines: list[str] = []
    result = trainer("sft").make(task, {**SMALL, "preset": None, "tokens": 8000}).run(lines.append)
    assert result["weights"] == network.load(place).shape.parameters
    assert (tmp_path / "more" / "checkpoint" / "tokenizer.json").read_bytes() == (place / "tokenizer.json").read_bytes()
    assert "dictator-v0" in lines[0]
    assert result["began_with"] == {"checkpoint": str(place)}  # it has no card
    onwards = Task(task.games, ModelSpec(engine="nano", model=result["checkpoint"]), tmp_path / "onwards", 0)
    further = trainer("sft").make(onwards, {**SMALL, "preset": None, "tokens": 8000}).run(lines.append)
    assert further["began_with"]["digest"] == digest(tmp_path / "more" / "checkpoint")
    assert "went on from a checkpoint made by" in (tmp_path / "onwards" / "checkpoint" / "README.md").read_text()


def test_exercises_come_first_and_are_not_done_again(place, tmp_path, monkeypatch):
    def trained(name, **more):
        lines: list[str] = []
        task = Task((make("dictator"),), ModelSpec(engine="nano", model=str(place)), tmp_path / name, 0)
        result = trainer("sft").make(task, {**SMALL, "preset": None, "tokens": 4000, **more}).run(lines.append)
        return lines, result, network.load(tmp_path / name / "checkpoint").state_dict()

    lines, result, weights = trained("whole", recall=3000)
    assert any(line.startswith("recall: ") for line in lines)
    assert result["tokens_of_recall"] == 3000
    assert len((tmp_path / "whole" / "recall" / "log.jsonl").read_text().splitlines()) == 3
    _, without, others = trained("without")
    assert "tokens_of_recall" not in without
    assert any(not torch.equal(weights[name], others[name]) for name in weights)

    # cut off after its exercises, it goes on with the transcripts
    fit, calls = fitting.fit, []

    def cut(*given, **named):
        calls.append(named["place"].name)
        if calls == ["recall", "cut"]:
            raise KeyboardInterrupt
        return fit(*given, **named)

    monkeypatch.setattr(fitting, "fit", cut)
    with pytest.raises(KeyboardInterrupt):
        trained("cut", recall=3000)
    before = (tmp_path / "cut" / "recall" / "log.jsonl").read_text()
    _, _, resumed = trained("cut", recall=3000)
    assert (tmp_path / "cut" / "recall" / "log.jsonl").read_text() == before
    assert all(torch.equal(weights[name], resumed[name]) for name in weights)


def test_single_games_have_weights_and_teachers_of_their_own(tmp_path):
    task = Task((make("dictator"), make("ultimatum")), NANO, tmp_path / "weighed", 0)
    given = {**SMALL, "preset": "xs", "tokens": 20_000, "weights": {"ultimatum": 3}, "teachers": {"dictator": "generous"}, "vocabulary": 300}
    lines: list[str] = []
    result = trainer("sft").make(task, given).run(lines.append)
    assert result["teachers"]["dictator-v0"] == "generous"
    assert not any("dictator-v0: generous teaches" in line for line in lines)  # nothing had to be found out
    made, words = Corpus.load(tmp_path / "weighed" / "train.npz"), Tokenizer(tmp_path / "weighed" / "checkpoint")
    texts = [words.text(made.ids[start:end].tolist()) for start, end in zip(made.starts, made.starts[1:], strict=False)]
    share = sum(int(length) for length, text in zip(made.lengths, texts, strict=True) if "accept" in text) / int(made.lengths.sum())
    assert share == pytest.approx(0.75, abs=0.1)  # of the ultimatum, three parts of four
    for wrong in ({"weights": {"trust": 2}}, {"teachers": {"trust": "fair"}}):
        with pytest.raises(ParameterError, match="names 'trust', which is not among the games"):
            trainer("sft").make(task, {**SMALL, **wrong})
    for wrong in ({"weights": {"dictator": 0}}, {"teachers": {"dictator": "rude"}}):
        with pytest.raises(ParameterError, match="should be a mapping of games"):
            trainer("sft").make(task, {**SMALL, **wrong})


def test_what_cannot_be_trained_is_told_before_anything_is_written(tmp_path, capsys):
    begin = ["train", "model=nano", "game=dictator", f"runs={tmp_path}"]
    cases = (
        (["trainer=stf"], "unknown trainer 'stf'; did you mean 'sft'"),
        (["trainer=sft", "trainer.preset=xxs"], "preset='xxs' is no size"),
        (["trainer=sft", "trainer.tokens=0"], "tokens=0 should be a whole number above 0"),
        (["trainer=sft", "trainer.toknes=5"], "unknown parameter 'toknes'; did you mean 'tokens'"),
        (["trainer=sft", "trainer.teacher=rude"], "teacher='rude' should be best or one of fair"),
        (["trainer=sft", "model=schema"], "trains models of the engine 'nano'"),
        (["trainer=sft", "games=[dictator]"], "game=NAME for one game, or games=[NAME,...] for several"),
        (["trainer={preset: s}"], "should be a name of the group trainer, or a mapping with a kind"),
    )
    for words, said in cases:
        assert main([*begin, *words]) == 2
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_another_runs_folder_is_left_alone(tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert main(["train", "trainer=sft", "model=nano", "game=dictator", f"runs={tmp_path}", "name=mine"]) == 2
    assert "is no training run" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_trainers_are_found_by_name():
    assert "sft" in trainers()
    with pytest.raises(UnknownName, match="did you mean 'sft'"):
        trainer("stf")
    with pytest.raises(ParameterError, match="unknown parameter"):
        trainer("sft").make(Task((make("dictator"),), NANO, "x"), {"nonsense": 1})  # type: ignore[arg-type]
