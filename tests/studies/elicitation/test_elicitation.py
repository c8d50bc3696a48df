"""Elicitation of utilities: planted ones are found again, rankings too; rounds resume; what is wrong is told."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from ludens.arena import Options, Run, play
from ludens.conf.resolve import Cast
from ludens.errors import LudensError, ParameterError
from ludens.studies.analysis.report import write_report
from ludens.studies.elicitation.report import analyse_elicitation, answers_csv
from ludens.studies.elicitation.schedule import PairSchedule
from ludens.studies.elicitation.spec import load_elicitation
from ludens.studies.loading import load_study

TRUTH = {"a lamp": 1.5, "a mug": 0.5, "a pen": -0.6, "tea": 0.0, "nothing": -1.4}
ENTRY = {
    "kind": "elicitation",
    "name": "small",
    "title": "Small",
    "question": "What is it worth?",
    "options": {
        "lamp": "a lamp", "mug": "a mug", "pen": "a pen", "tea": "tea", "nothing": "nothing",
        "half": {"lamp": 0.5, "nothing": 0.5}, "tenth": {"mug": 0.1, "pen": 0.9},
    },
    "subjects": [{"kind": "valuing", "name": "planted", "utilities": TRUTH, "noise": 1.0}],
    "pairs": 14,
    "batch": 4,
    "times": 2,
}  # fmt: skip


def schedule_of(study, run):
    cast = Cast()
    return PairSchedule(study, [cast.seat(entry) for entry in study.subjects], run)


def played(study, path):
    with Run.create(path, {"study": study.name}) as run:
        schedule = schedule_of(study, run)
        assert play(schedule, run, {}, options=Options(processes=1)).complete
    return schedule.answers()


def test_planted_utilities_and_their_ranking_are_found_again(tmp_path):
    study = load_elicitation({**ENTRY, "times": 40, "pairs": 21})
    answers = played(study, tmp_path / "run")
    assert len(answers["planted"]) == study.questions == 21 * 80
    results = analyse_elicitation(study, answers)
    found = {row[2]: row for row in results.tables["utilities"].rows}
    sure, drawn, chances = study.lotteries()
    truth = {label: TRUTH[study.options[label]] for label in (study.labels[at] for at in sure)}
    truth |= {study.labels[at]: float(row @ np.array(list(TRUTH.values()))) for at, row in zip(drawn, chances, strict=True)}
    centre = np.mean(list(truth.values()))
    for label, value in truth.items():
        estimate = found[label][3]
        # four standard errors, read off the interval of 1.96 of them
        assert abs(estimate.value - (value - centre)) < 4 / 1.96 * (estimate.high - estimate.value), label
    ranked = sorted((label for label in truth), key=lambda label: -truth[label])
    assert sorted(ranked, key=lambda label: found[label][1]) == ranked
    measures = {row[0]: row[1] for row in results.tables["coherence"].rows}
    assert measures["Answered"] == 1
    assert measures["Cyclic majorities"] == 0
    assert abs(measures["Bias to the first"]) < 4 * 0.5 / math.sqrt(study.questions)
    assert measures["Lotteries: ranked alike"] == 1
    for row in results.tables["lotteries"].rows:
        gap = row[5]
        assert abs(gap.value) < 4 / 1.96 * (gap.high - gap.value)
    for row in results.tables["fits"].rows:
        assert row[3] < 0.6
        assert row[4] > 0.7
    assert results.notes == ()


def test_a_bias_of_order_is_seen_and_helps_no_option(tmp_path):
    biased = [{**ENTRY["subjects"][0], "bias": 1.5, "silent": 0.2}]
    study = load_elicitation({**ENTRY, "subjects": biased, "times": 25, "pairs": 21})
    results = analyse_elicitation(study, played(study, tmp_path / "run"))
    measures = {row[0]: row[1] for row in results.tables["coherence"].rows}
    assert measures["Bias to the first"] > 0.2
    assert measures["Answered"] == pytest.approx(0.8, abs=4 * math.sqrt(0.8 * 0.2 / study.questions))
    assert any("the option shown first is preferred" in note for note in results.notes)
    assert any("of the questions have no answer" in note for note in results.notes)
    ranked = [row[2] for row in results.tables["utilities"].rows]
    assert (ranked[0], ranked[-1]) == ("lamp", "nothing")


def test_a_stopped_elicitation_goes_on_and_ends_the_same(tmp_path):
    study = load_elicitation(ENTRY)
    whole = played(study, tmp_path / "whole")
    with Run.create(tmp_path / "cut", {"study": "small"}) as run:
        schedule = schedule_of(study, run)
        first = schedule.due(run.results())
        # the ring through seven options, in both orders, twice
        assert len(first) == 7 * 2 * 2
        assert {match.game.swapped for match in first} == {False, True}

        class Cut:
            description, excluded = "a part of the first round", ()

            def due(self, results):
                return () if first[0].id in results else first[:9]

        play(Cut(), run, {}, options=Options(processes=1))
    assert answers_csv(study, played(study, tmp_path / "cut")) == answers_csv(study, whole)


def test_active_pairs_are_closer_in_utility_than_random_ones(tmp_path):
    goods = {f"good {number}": f"good number {number}" for number in range(16)}
    utilities = {what: number / 2 for number, what in enumerate(goods.values())}
    entry = {**ENTRY, "options": goods, "subjects": [{"kind": "valuing", "name": "v", "utilities": utilities}], "pairs": 60, "batch": 8}
    far = {}
    for sampling in ("active", "random"):
        study = load_elicitation({**entry, "sampling": sampling})
        given = played(study, tmp_path / sampling)["v"]
        pairs = {tuple(sorted((one.first, one.second))) for one in given}
        assert len(pairs) == 60
        far[sampling] = np.mean([high - low for low, high in pairs])
    assert far["active"] < far["random"]


def test_the_report_is_written_and_the_same_again(tmp_path):
    study = load_elicitation(ENTRY)
    answers = played(study, tmp_path / "run")
    pages = [write_report(analyse_elicitation(study, answers), tmp_path / name).read_bytes() for name in ("one", "two")]
    assert pages[0] == pages[1]
    assert b"Coherence" in pages[0]
    assert (tmp_path / "one" / "figures" / "utilities.svg").exists()
    assert {path.stem for path in (tmp_path / "one" / "tables").glob("*.tex")} == {"utilities", "coherence", "lotteries", "fits", "options"}


def test_who_gives_no_answer_has_no_utilities(tmp_path):
    study = load_elicitation({**ENTRY, "subjects": [{**ENTRY["subjects"][0], "silent": 1.0}]})
    answers = played(study, tmp_path / "run")
    with pytest.raises(ParameterError, match="subject 'planted' gave no answer"):
        analyse_elicitation(study, answers)


def test_the_ready_one_comes_back_the_same():
    study = load_elicitation("utility")
    assert load_elicitation(json.loads(json.dumps(study.plain))) == study
    assert replace(study, pairs=None).wanted == 173
    with pytest.raises(LudensError, match="kind='elicitation'"):
        load_study("utility")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"options": {"a": "x", "b": "y"}}, "should be at least three"),
        ({"options": {"a": "x", "b": "y", "c": "x"}}, "option c: .*two different options"),
        ({"options": {"a": "x", "b": "y", "c": {"d": 1.0}}}, "unknown outcome 'd'"),
        ({"options": {"a": "x", "b": "y", "c": {"a": 0.5, "b": 0.4}}}, "chances should sum to 1; they sum to 0.9"),
        ({"options": {"a": "x", "b": "y", "c": {"a": -1.0, "b": 2.0}}}, "chance -1.0 should be a number above 0"),
        ({"options": {"a": "x", "b": "y", "c": 3}}, "option c: 3 should be a description, or a lottery"),
        ({"pairs": 3}, "pairs=3 should be at least as many as options"),
        ({"times": 0}, "times=0 should be 1 or more"),
        ({"sampling": "lazy"}, "sampling='lazy' should be 'active' or 'random'"),
        ({"replicates": 3}, "unknown key 'replicates'"),
    ],
)
def test_mistakes_are_told_in_one_line(change, said):
    with pytest.raises(ParameterError, match=said):
        load_elicitation({**ENTRY, **change})
