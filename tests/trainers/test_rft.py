"""Rejection-sampling fine-tuning: within a deal the better is kept, a run that was cut off goes on, and play improves."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from ludens.cli import main
from ludens.errors import LudensError, ParameterError
from ludens.games import make
from ludens.llm import ModelSpec
from ludens.trainers import Task, trainer
from ludens.trainers.rft import best

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from ludens.trainers.card import digest  # noqa: E402
from ludens.trainers.sft.corpus import Corpus  # noqa: E402


def deal(*returns):
    return [(SimpleNamespace(returns=(0.0, value)), 1) for value in returns]


@pytest.mark.parametrize(
    ("returns", "keep", "kept"),
    [
        ((1, 2, 3, 4), 0.25, [4]),
        ((1, 2, 3, 4), 0.5, [3, 4]),
        ((1, 4, 4, 4), 0.25, [4, 4, 4]),  # equals are not told apart
        ((-5, -1, -1, -1), 0.5, [-1, -1, -1]),
        ((0, 0, 0, 9), 0.75, [9]),  # what is no better than the mean teaches nothing
        ((2, 2, 2), 0.5, [2]),
    ],
)
def test_the_better_of_a_deal_are_kept(returns, keep, kept):
    assert [episode.returns[seat] for episode, seat in best(deal(*returns), keep)] == kept


@pytest.fixture(scope="module")
def novice(tmp_path_factory):
    """A model that has read a little of the dictator game: it answers in form, and gives too much."""
    task = Task((make("dictator"),), ModelSpec(engine="nano", model="house"), tmp_path_factory.mktemp("rft") / "novice")
    given = {"preset": "xs", "tokens": 40_000, "batch_tokens": 1000, "teacher": "generous", "vocabulary": 300, "held_out": 2, "matches": 0}
    return trainer("sft").make(task, given).run(lambda line: None)["checkpoint"]


def trained(novice, place, **given):
    task = Task((make("dictator"),), ModelSpec(engine="nano", model=novice), place, 3)
    given = {"rounds": 2, "episodes": 240, "temperature": 1.6, "matches": 0, "batch_tokens": 1000, "learning_rate": 2e-3, "epochs": 4.0, **given}
    lines: list[str] = []
    return trainer("rft").make(task, given).run(lines.append), lines


def test_it_learns_to_earn_more_without_a_teacher(novice, tmp_path):
    result, lines = trained(novice, tmp_path / "own", rounds=3)
    earned = [float(line.split(": ")[1].split()[0]) for line in lines if "dictator-v0" in line]
    assert len(earned) == 3
    assert earned[-1] > earned[0] + 3  # points of a hundred that are divided, the seats together
    place = tmp_path / "own" / "checkpoint"
    card = json.loads((place / "card.json").read_text())
    assert card["digest"] == digest(place)
    assert card["began_with"]["digest"] == digest(type(place)(novice))
    assert result["checkpoint"] == str(place)


def test_a_run_that_was_cut_off_goes_on_as_if_it_had_not_been(novice, tmp_path):
    trained(novice, tmp_path / "whole")
    trained(novice, tmp_path / "cut", rounds=1)
    (tmp_path / "cut" / "round_1" / "state.safetensors").unlink()  # as if it had been cut off before its first save
    trained(novice, tmp_path / "cut")
    for name in ("round_1", "round_2"):
        whole, cut = (Corpus.load(tmp_path / run / name / "kept.npz") for run in ("whole", "cut"))
        assert whole.ids.tolist() == cut.ids.tolist()
    assert digest(tmp_path / "whole" / "checkpoint") == digest(tmp_path / "cut" / "checkpoint")


def test_what_cannot_be_trained_is_told(novice, tmp_path, capsys):
    task = Task((make("dictator"),), ModelSpec(engine="nano", model=novice), tmp_path)
    cases = (
        ({"group": 1}, "group=1"),
        ({"keep": 1.0}, "keep=1.0"),
        ({"rounds": 0}, "rounds=0"),
        ({"more": {"trust": 9}}, "'trust', which is not among the games"),
    )
    for given, said in cases:
        with pytest.raises(ParameterError, match=said):
            trainer("rft").make(task, given)
    with pytest.raises(LudensError, match="engine 'nano'"):
        trainer("rft").make(Task(task.games, ModelSpec(engine="schema", model="x"), tmp_path), {})
    assert main(["train", "trainer=rft", "model=nano", f"model.model={tmp_path}/none", "game=dictator", f"runs={tmp_path}"]) == 2
    assert "there is no such folder" in capsys.readouterr().err
