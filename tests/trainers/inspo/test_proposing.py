"""Evidence, proposals, verification."""

import asyncio
import json

import numpy as np
import pytest

from ludens.llm.scripted import ScriptedModel
from ludens.trainers.inspo.buffer import Buffer, Case
from ludens.trainers.inspo.evolving import _Trial
from ludens.trainers.inspo.population import Instruction
from ludens.trainers.inspo.proposers import ByClauses, ByModel, acceptable
from ludens.trainers.inspo.verify import judged


def case(reward, step=0, instruction=0, deal=0, **facts):
    return Case(step, instruction, reward, facts, "told", deal)


def proposed(proposer, text="Be fair. Be brief.", evidence=(), count=3):
    return asyncio.run(proposer.propose(Instruction(0, text), evidence, count, np.random.default_rng(0)))


def test_failures_come_first_and_new_ones_before_old():
    buffer = Buffer(size=3, half_life=10)
    buffer.add([case(0.9, 0, deal=1), case(0.0, 0, deal=2)], 0)
    buffer.add([case(0.0, 20, deal=3), case(0.5, 20, deal=4), case(1.0, 20, deal=5)], 20)
    assert [item.deal for item in buffer.cases] == [3, 4, 2]
    assert [item.deal for item in buffer.evidence(0, 20, 2)] == [3, 4]
    assert buffer.evidence(9, 20, 1) == [buffer.cases[0]]


def test_of_one_deal_the_worst_is_kept():
    buffer = Buffer()
    buffer.add([case(0.5, deal=1), case(0.2, deal=1), case(0.9, deal=1)], 0)
    assert [item.reward for item in buffer.cases] == [0.2]


def test_evidence_calls_for_a_clause():
    once = [case(0.0, hops=2, searches=1, recall=0.5)] * 3
    (first, *_) = proposed(ByClauses(["Be kind."]), evidence=once)
    assert first.startswith("Be fair. Be brief. After the first passage, search again")
    assert any("Come to an agreement" in text for text in proposed(ByClauses(["Be kind."]), evidence=[case(0.0, agreement=False)]))
    assert not any("agreement" in text for text in proposed(ByClauses(["Be kind."]), evidence=[case(0.0, agreement=True)]))


def test_what_shows_most_is_called_for_first_and_rare_things_are_not():
    searched_once, guessed, other = case(0.0, hops=2, searches=1), case(0.0, hops=1, searches=0), case(0.0, hops=1, searches=1)
    (first, second, *_) = proposed(ByClauses(["Be kind."]), evidence=[guessed, searched_once, searched_once, searched_once, other], count=2)
    assert "search again" in first
    assert "Search before you answer." not in second
    (first, second, *_) = proposed(ByClauses(["Be kind."]), evidence=[searched_once, guessed, guessed, other], count=2)
    assert "Search before you answer." in first
    assert "search again" in second


def test_clauses_are_changed_one_at_a_time():
    for text in proposed(ByClauses(["Be kind.", "Be quick."]), count=8):
        kept = set(text.replace(". ", ".|").split("|"))
        assert len(kept ^ {"Be fair.", "Be brief."}) in (1, 2)


def test_a_model_reflects_and_what_it_says_is_read_or_passed_over():
    replies = [json.dumps({"analysis": "x", "instruction": " Offer\nmore. "}), "no JSON", json.dumps({"instruction": "word " * 200})]
    model = ScriptedModel(replies)
    evidence = [case(0.0, answers=["Lodrum"])]
    assert proposed(ByModel(model), evidence=evidence) == ["Offer more."]
    assert "Be fair. Be brief." in model.requests[0].messages[0].content
    assert len({request.replicate for request in model.requests}) == 3


def test_proposals_that_give_answers_away_are_not_tried():
    evidence = [case(0.0, answers=["Lodrum"], question="Who is the mayor of the town where X was born?")]
    assert acceptable("Search twice.", ["Be fair."], evidence)
    assert not acceptable("Be fair!", ["Be fair."], evidence)
    assert not acceptable("Say Lodrum.", ["Be fair."], evidence)
    assert not acceptable("When asked who is the mayor of the town, search twice.", [], evidence)


@pytest.mark.parametrize(
    ("child", "parent", "admits"), [([1, 1, 1, 0], [0, 0, 0, 0], True), ([1, 0], [0, 1], False), ([0.5] * 9, [0.5] * 9, False), ([0, 0], [1, 1], False)]
)
def test_a_child_must_beat_its_parent_on_the_same_deals(child, parent, admits):
    assert judged(child, parent).admits(0.2) == admits


def test_the_sign_test_is_exact():
    verdict = judged([1, 1, 1, 0, 1], [0, 0, 0, 1, 1])
    assert (verdict.wins, verdict.losses) == (3, 1)
    assert verdict.p == pytest.approx(5 / 16)


@pytest.mark.parametrize(
    ("child", "played", "comes_in"),
    [
        ([0, 0, 1, 1, 1, 1, 1, 1], 8, True),  # level on the first two deals is no reason to stop
        ([1, 1, 1, 1, 1, 1, 0, 0], 8, True),
        ([0, -1, 1, 1, 1, 1, 1, 1], 2, False),  # behind on them
        ([0, 0, 0, 0, 0, 0, 0, 0], 8, False),
    ],
)
def test_a_candidate_that_is_behind_on_the_first_deals_plays_no_more(child, played, comes_in):
    seen = {"parent": 0, "child": 0}

    async def earned(text, part):
        seen[text] += part.stop - part.start
        return child[part] if text == "child" else [0.0] * (part.stop - part.start)

    trial = _Trial("parent", earned, 8)
    verdict = asyncio.run(trial.of("child"))
    assert seen == {"parent": played, "child": played}
    assert (verdict is not None and verdict.admits(0.2)) == comes_in
    asyncio.run(trial.of("child"))
    assert seen["parent"] == played  # it plays a deal once for all its candidates
