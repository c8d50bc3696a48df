"""Players that are told in words what to do: what sentences mean, and what following them is worth."""

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.agents.bots import STYLES, clauses
from ludens.agents.bots.retrieval.habits import CLAUSES, Habits
from ludens.arena import Match, play_match
from ludens.errors import ParameterError
from ludens.games import make
from ludens.trainers.inspo.proposers import RULES

ONCE = "Search for the whole question. Stop after one search. Answer with the bare name or number, without a sentence around it."
AGAIN = "After the first passage, search again for the thing that it names."


def outcomes(instruction, kind, count=30, **given):
    game = make("retrieval", kinds=[kind], things=100, distractors=30, **{"steps": 10, **given})
    player = PlayerSpec.of("instructed", instruction=instruction)
    return [play_match(Match(game, (player,), seed)).outcome for seed in range(count)]


def right(*given, **settings):
    return float(np.mean([outcome["exact"] for outcome in outcomes(*given, **settings)]))


def test_of_sentences_that_contradict_each_other_the_last_counts():
    assert Habits.of(f"{AGAIN} Stop after one search.") == Habits()
    assert Habits.of(f"Stop after one search. {AGAIN}") == Habits(again=True)
    assert Habits.of("stop AFTER one search! Be quick. Answer in a whole sentence") == Habits(sentence=True)
    assert Habits.of("") == Habits()


def test_what_evidence_calls_for_is_understood():
    called = {clause for _, clause in RULES}
    assert len(called & set(CLAUSES)) == 4


@pytest.mark.parametrize("settings", [{}, {"show": "passages", "top": 2, "steps": 4}])
def test_the_second_search_matters(settings):
    assert right(ONCE, "one_hop", **settings) > 0.9
    assert right(ONCE, "two_hop", **settings) < 0.1
    assert right(f"{ONCE} {AGAIN}", "two_hop", **settings) > 0.9


def test_habits_show_in_what_is_done():
    assert {outcome["searches"] for outcome in outcomes("Answer at once, without a search.", "two_hop", 5)} == {0}
    assert {outcome["searches"] for outcome in outcomes(ONCE, "two_hop", 5)} == {1}
    assert all(outcome["answer"].startswith("It is ") for outcome in outcomes("Answer in a whole sentence.", "one_hop", 5))
    assert {outcome["answer"] for outcome in outcomes(f"{ONCE} Say unknown where you are not sure.", "two_hop", 5)} == {"unknown"}
    assert right(AGAIN, "comparison") > 0.9


def test_elsewhere_the_style_that_is_named_last_plays():
    game, other = make("negotiation"), PlayerSpec.of("scripted", style="fair")
    told = play_match(Match(game, (PlayerSpec.of("instructed", instruction="Be fair, and then be greedy."), other), 3))
    plain = play_match(Match(game, (PlayerSpec.of("scripted", style="greedy"), other), 3))
    assert [decision.move for decision in told.decisions] == [decision.move for decision in plain.decisions]
    assert clauses(game) == tuple(f"Be {style}." for style in STYLES)


def test_an_instruction_is_needed():
    with pytest.raises(ParameterError):
        PlayerSpec.of("instructed").build()
