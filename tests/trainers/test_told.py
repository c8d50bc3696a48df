"""Fine-tuning on instructions: what is read, who obeys, and that a model is made and measured."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from ludens.arena.record import prompts
from ludens.errors import ParameterError
from ludens.games import make
from ludens.llm import ModelSpec
from ludens.trainers import Task, trainer

pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from ludens.trainers.told import drawn

NANO = ModelSpec(engine="nano", model="house", name="x")


def made(place, games, **given):
    return trainer("told").make(Task(tuple(games), NANO, place, 1), given)


def first_talks(name, count, **given):
    game = make(name)
    told = made(Path("unused"), [game], **given)
    for episode, seats in islice(told._episodes(game, "instructed", "train"), count):
        _, call, messages = next(item for item in prompts(episode) if item[0].seat in seats)
        yield episode, messages[0].content, call.text


def test_transcripts_begin_with_the_instruction_and_show_it_obeyed():
    bank = ["Answer at once, without a search.", "Search before you answer."]
    for _, system, reply in first_talks("retrieval", 6, bank=bank, most=1, obeyed=1.0):
        searches = '"act": "search"' in reply
        assert system.startswith(bank[searches])


def test_some_do_something_else():
    bank = ["Answer at once, without a search.", "Search before you answer."]
    obeyed = [system.startswith(bank['"act": "search"' in reply]) for _, system, reply in first_talks("retrieval", 40, bank=bank, most=1, obeyed=0.0)]
    # what is done instead is drawn as the instruction is: half the time it is the same
    assert 0.2 < np.mean(obeyed) < 0.8


def test_instructions_are_made_of_different_sentences():
    bank = ("a.", "b.", "c.")
    texts = [drawn(bank, 5, np.random.default_rng(seed)).split() for seed in range(40)]
    assert {len(text) for text in texts} == {1, 2, 3}
    assert all(len(set(text)) == len(text) for text in texts)


def test_a_model_is_made_and_measured(tmp_path):
    lines = []
    given = {
        "preset": "xs",
        "tokens": 4000,
        "vocabulary": 600,
        "batch_tokens": 1000,
        "held_out": 1,
        "matches": 2,
        "reading": 0.5,
        "bank": ["Be fair.", "Be greedy."],
    }
    result = made(tmp_path, [make("ultimatum")], **given).run(lines.append)
    assert [row["told"] for row in result["obeys"]] == ["Be fair.", "Be greedy."]
    assert all(row["obeying"] >= 0 for row in result["obeys"])
    assert any("an obeying player" in line for line in lines)
    assert (tmp_path / "checkpoint" / "README.md").exists()


@pytest.mark.parametrize("given", [{"obeyed": 2}, {"most": 0}, {"bank": [""]}, {"reading": -1}])
def test_bad_parameters_are_named(tmp_path, given):
    with pytest.raises(ParameterError, match=next(iter(given))):
        made(tmp_path, [make("ultimatum")], **given)
