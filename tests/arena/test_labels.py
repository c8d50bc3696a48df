"""Answers about pairs of episodes: files of them, which pairs are asked, and the preference they make."""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.agents import PlayerSpec
from ludens.arena import Run
from ludens.arena.labels import Label, Side, add_labels, choose_pairs, read_labels
from ludens.arena.plan import Match, Plan
from ludens.arena.runner import Options, play
from ludens.errors import LudensError
from ludens.games import make
from ludens.trainers.preferences import LabelPreference

ONE, TWO, THREE = (Side("r", name) for name in "abc")


@settings(max_examples=40)
@given(st.floats(0, 1), st.none() | st.integers(0, 9), st.text(max_size=20), st.text(max_size=20))
def test_a_line_reads_as_it_was_written(tmp_path_factory, preference, seat, rater, question):
    path = tmp_path_factory.mktemp("labels") / "labels.jsonl"
    label = Label(ONE, TWO, preference, rater, seat, question)
    assert add_labels(path, [label]) == 1
    assert read_labels(path) == [label]


def test_what_is_there_is_not_added_again(tmp_path):
    path = tmp_path / "labels.jsonl"
    assert add_labels(path, [Label(ONE, TWO, 1, "ana"), Label(ONE, TWO, 0, "bo")]) == 2
    assert add_labels(path, [Label(ONE, TWO, 0, "ana"), Label(ONE, TWO, 1, "ana", seat=0), Label(TWO, ONE, 1, "ana")]) == 2
    assert [label.preference for label in read_labels(path)] == [1, 0, 1, 1]


GOOD = {"first": {"run": "r", "episode": "a"}, "second": {"run": "r", "episode": "b"}, "preference": 1, "rater": "ana", "seat": None, "question": ""}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"preference": 2}, "line 2: no answer .preference=2 should be a number from 0 to 1"),
        ({"preference": True}, "preference=True"),
        ({"preference": float("nan")}, "preference=nan"),
        ({"seat": -1}, "seat=-1 should be null or the number of a seat"),
        ({"rater": 3}, "rater should be text"),
        ({"first": {"run": "r"}}, "'episode'"),
        ({"first": {"run": "../r", "episode": "e"}}, "run='../r' should be the name of a run's folder"),
        ({"first": "r"}, "line 2: no answer"),
        ({"mood": "good"}, "unknown field 'mood'"),
    ],
)
def test_what_is_no_answer_is_told_by_line(tmp_path, change, message):
    path = tmp_path / "labels.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n{json.dumps(GOOD | change)}\n")
    with pytest.raises(LudensError, match=message):
        read_labels(path)
    path.write_text("[1]\n")
    with pytest.raises(LudensError, match="line 1: no answer"):
        read_labels(path)
    with pytest.raises(LudensError, match="cannot read"):
        read_labels(tmp_path / "none.jsonl")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    opened = []
    for name, style, ids in (("a", "fair", ("ultimatum", "trust")), ("b", "tough", ("ultimatum",))):
        players = (PlayerSpec.of("scripted", style=style), PlayerSpec.of("random"))
        run = Run.create(folder / name, {})
        play(Plan(tuple(Match(make(game), players, seed) for game in ids for seed in range(3)), "x"), run, {}, options=Options(processes=1))
        opened.append(run)
    yield opened
    for run in opened:
        run.close()


def test_pairs_are_of_one_game_and_first_of_one_deal(runs):
    rows = {Side(run.name, match.id): match for run in runs for match in run.matches()}
    asked = choose_pairs(runs, 100, 0)
    assert len(asked) == len(set(map(frozenset, asked))) == 9
    assert all({pair.first.run, pair.second.run} == {"a", "b"} for pair in asked)
    assert all(rows[pair.first].game == rows[pair.second].game for pair in asked)
    assert [rows[pair.first].seed == rows[pair.second].seed for pair in asked] == [True] * 3 + [False] * 6
    assert {pair.first.run for pair in asked} == {"a", "b"}
    assert choose_pairs(runs, 4, 0) == asked[:4] == choose_pairs(runs, 4, 0)
    alone = choose_pairs(runs[:1], 100, 1)
    assert len(alone) == 2 * 3
    assert all(pair.first != pair.second for pair in alone)


def test_what_raters_said_is_the_preference():
    oracle = LabelPreference([Label(ONE, TWO, 1, "ana"), Label(TWO, ONE, 0.5, "bo"), Label(TWO, THREE, 1, "ana"), Label(ONE, TWO, 0, "ana", seat=1)])
    assert oracle(ONE, TWO) == 0.75
    assert oracle(THREE, TWO) == 0
    # nobody was asked about the first and the third
    assert 0.75 < oracle(ONE, THREE) < 1
    assert LabelPreference([Label(ONE, TWO, 0, "ana", seat=1)], seat=1)(ONE, TWO) == 0
    with pytest.raises(LudensError, match="no answer is about episode 'z'"):
        oracle(ONE, Side("r", "z"))
    with pytest.raises(LudensError, match="no answers about seat 3"):
        LabelPreference([Label(ONE, TWO, 1, "ana")], seat=3)


def test_scores_are_recovered_from_many_answers():
    rng, true = np.random.default_rng(0), np.array([0.0, 0.5, 1.0, 2.0])
    sides = [Side("r", str(number)) for number in range(4)]
    labels = []
    for number in range(4000):
        # neighbours only: what is between the ends follows
        one = number % 3
        chance = 1 / (1 + np.exp(true[one + 1] - true[one]))
        labels.append(Label(sides[one], sides[one + 1], float(rng.random() < chance), str(number)))
    oracle = LabelPreference(labels, ridge=1e-6)
    found = oracle.scores[[oracle.episodes.index(side) for side in sides]]
    assert [after - before for before, after in pairwise(found)] == pytest.approx([0.5, 0.5, 1.0], abs=4 * 0.06)
    assert oracle(sides[3], sides[0]) == pytest.approx(1 / (1 + np.exp(-2)), abs=0.06)
