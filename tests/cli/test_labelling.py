"""``ludens label``: the page, the terminal, simulated raters, language models, and files of answers."""

from __future__ import annotations

import json
import re

import pytest

from ludens.arena.labels import read_labels
from ludens.cli import main


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labelling")
    for name, style in (("a", "fair"), ("b", "tough")):
        words = ["tournament", "game=ultimatum", f"players=[{style},random]", f"name={name}", f"runs={folder / 'runs'}", "progress=false", "bootstrap=0"]
        assert main([*words, "plan.replicates=2"]) == 0
    return folder


@pytest.fixture(autouse=True)
def _there(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    for path in (folder / "runs").glob("*/labels.jsonl"):
        path.unlink()
    capsys.readouterr()


def test_the_page_shows_pairs_without_names_or_returns(folder, capsys):
    assert main(["label", "run=a", "run=b", "pairs=3", "seat=0", "rater=ana <b>", "question=Who is <i>fairer</i>?"]) == 0
    assert "ludens label run=a run=b answers=labels.jsonl" in capsys.readouterr().out
    page = (folder / "runs" / "a" / "label.html").read_text(encoding="utf-8")
    assert "Who is &lt;i&gt;fairer&lt;/i&gt;?" in page
    assert "ana &lt;b&gt;" in page
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL).group(1))
    assert len(data["pairs"]) == 3
    assert data["seat"] == 0
    assert all({pair["first"]["run"], pair["second"]["run"]} == {"a", "b"} for pair in data["pairs"])
    for transcript in data["transcripts"]:
        assert set(transcript["seats"]) == {""}
        assert not {"returns", "outcome"} & set(transcript)


def test_answers_are_brought_in_once(folder, tmp_path, capsys):
    assert main(["label", "run=a", "run=b", "pairs=3"]) == 0
    page = (folder / "runs" / "a" / "label.html").read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL).group(1))
    # as the page's script writes them
    lines = [{"first": one["first"], "second": one["second"], "preference": 0.5, "rater": "ana", "seat": None, "question": "?"} for one in data["pairs"]]
    saved = tmp_path / "labels.jsonl"
    saved.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for new in (3, 0):
        assert main(["label", "run=a", "run=b", f"answers={saved}"]) == 0
        assert f"{new} new answers" in capsys.readouterr().out
    assert len(read_labels(folder / "runs" / "a" / "labels.jsonl")) == 3
    assert main(["label", "run=a", f"answers={saved}"]) == 2
    assert "of run 'b', which is none of a" in capsys.readouterr().err


def test_the_terminal_asks_until_it_understands(folder, monkeypatch, capsys):
    said = iter(["1", "what?", "0"])

    def answer(prompt):
        try:
            return next(said)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", answer)
    assert main(["label", "run=a", "pairs=3", "by=terminal", "rater=bo"]) == 0
    told = capsys.readouterr().out
    assert "the second game" in told
    assert "fair" not in told
    assert [(label.preference, label.rater) for label in read_labels(folder / "runs" / "a" / "labels.jsonl")] == [(1.0, "bo"), (0.5, "bo")]


def test_simulated_raters_prefer_what_earned_more(folder, tmp_path):
    from ludens.arena import Run

    out = tmp_path / "said.jsonl"
    assert main(["label", "run=a", "run=b", "by=returns", "scale=1e-6", "seat=1", f"out={out}"]) == 0
    returns = {}
    for name in "ab":
        with Run.open(folder / "runs" / name) as run:
            returns |= {(name, episode.id): episode.returns[1] for episode in run.episodes()}
    labels = read_labels(out)
    assert len(labels) > 4
    for label in labels:
        if returns[label.first] != returns[label.second]:
            assert label.preference == (returns[label.first] > returns[label.second])


def test_a_language_model_is_asked_in_both_orders(folder, capsys):
    # the engine gives replies that fit the schema and mean nothing
    assert main(["label", "run=a", "pairs=2", "by=model", "model=schema"]) == 0
    labels = read_labels(folder / "runs" / "a" / "labels.jsonl")
    assert len(labels) == 2
    assert {label.preference for label in labels} <= {0, 0.25, 0.5, 0.75, 1}


def test_what_a_rater_has_said_is_kept_and_not_asked_again(folder, monkeypatch, capsys):
    from ludens.cli import labelling
    from ludens.trainers.preferences import ModelJudge

    monkeypatch.setattr(labelling, "_TOGETHER", 1)
    judge, calls = ModelJudge.judge, []

    async def failing(self, first, second, context):
        calls.append(first)
        if len(calls) == 2:
            raise ValueError("the wire was cut")
        return await judge(self, first, second, context)

    monkeypatch.setattr(ModelJudge, "judge", failing)
    with pytest.raises(ValueError, match="the wire was cut"):
        main(["label", "run=a", "pairs=3", "by=model", "model=schema"])
    assert len(read_labels(folder / "runs" / "a" / "labels.jsonl")) == 1
    assert main(["label", "run=a", "pairs=3", "by=model", "model=schema"]) == 0
    assert "2 new answers" in capsys.readouterr().out
    assert len(calls) == 4
    assert main(["label", "run=a", "pairs=3", "by=model", "model=schema"]) == 0
    assert "0 new answers" in capsys.readouterr().out
    assert len(calls) == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run=a", "run=b", "run=a"], "run=... is given 3 times"),
        (["run=a", "by=ear"], "by=ear should be one of: page, terminal, model, returns"),
        (["run=a", "pairs=0"], "pairs=0 should be a whole number, 1 or more"),
        (["run=a", "seat=2"], "seat=2 should be below 2"),
        (["run=a", "by=model"], "name it: model="),
        (["run=a", "by=returns", "scale=-1"], "scale=-1 should be a number above 0"),
        (["by=page"], "run=... is missing"),
    ],
)
def test_what_is_wrong_is_told(words, message, capsys):
    assert main(["label", *words]) == 2
    assert message in capsys.readouterr().err
