"""The made-up library: what is asked can be found hop by hop and only so, splits share no name, replies are read in three forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.agents.player import PlayerSpec
from ludens.errors import ParameterError
from ludens.games import Move, Status, make
from ludens.games.retrieval.knowledge import knowledge
from ludens.games.retrieval.library import recall
from ludens.games.retrieval.names import SPLITS, split_of
from ludens.games.retrieval.questions import ASKED, draw_question
from ludens.games.retrieval.relations import RELATIONS
from ludens.games.testing import check_game


def answer_of(style, seed, **params):
    game = make("retrieval", **params)
    player, state = PlayerSpec.of("scripted", style=style).build(), game.start(seed)
    player.start(0, game.type, seed)
    while not state.over:
        state.play({0: player.act(state.observe(0))})
    return state.outcome


def scores(style, kind, count=60, **params):
    return float(np.mean([answer_of(style, seed, kinds=(kind,), **params)["exact"] for seed in range(count)]))


@pytest.mark.parametrize(
    "params", [{"show": "passages", "steps": 3}, {"score": "f1", "cost": 0.05}, {"kinds": ("three_hop",), "things": 20, "distractors": 0, "top": 1}]
)
def test_other_parameters_conform(params):
    check_game(make("retrieval", **params), seeds=range(2))


@pytest.mark.parametrize("split", SPLITS)
def test_recall_is_what_makes_a_second_search_matter(split):
    library, rng = make("retrieval", split=split).library, np.random.default_rng(1)
    for kind in ("one_hop", "two_hop", "three_hop"):
        drawn = [draw_question(library.known, (kind,), rng) for _ in range(150)]
        assert np.mean([recall(library, question, question.queries, 3) for question in drawn]) >= 0.9
        last = np.mean([question.support[-1] in library.finder.search(question.text, 3) for question in drawn])
        assert last >= 0.9 if kind == "one_hop" else last <= 0.3


@pytest.mark.parametrize("split", SPLITS)
def test_searchers_are_as_good_as_they_should_be(split):
    for kind in ASKED:
        assert scores("fair", kind, split=split) >= 0.97
        assert scores("cautious", kind, split=split) >= 0.97
    assert scores("greedy", "one_hop", split=split) >= 0.7
    assert scores("greedy", "two_hop", split=split) <= 0.2
    assert scores("tough", "two_hop", split=split) <= 0.2
    assert scores("deceptive", "two_hop", split=split) == 0


def test_searchers_need_no_reading_where_passages_are_shown():
    assert all(answer_of("fair", seed, show="passages", steps=5)["exact"] for seed in range(40))


@settings(max_examples=20)
@given(seeds=st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)))
def test_no_name_of_one_split_occurs_in_another(seeds):
    made = {split: knowledge(seed, split, 40, 10) for split, seed in zip(("train", "test"), seeds, strict=True)}
    ordinary = {"The", "Road", "to", "Last", "Winter", "of", "A", "Garden", "in", "Keeper", "Letters", "from", "Bells"}
    ordinary |= {"Works", "Brothers", "Workshop", "Company", "House"}
    names = {split: {word for thing in known.things for word in thing.name.split()} - ordinary for split, known in made.items()}
    assert not names["train"] & names["test"]
    for split, found in names.items():
        assert {split_of(name) for name in found} == {split}


def test_every_thing_has_one_object_to_every_relation_and_says_so():
    known = knowledge(3, "dev", 60, 5)
    for thing in known.things:
        assert set(thing.objects) == {name for name, relation in RELATIONS.items() if relation.of == thing.kind}
        for name, given_object in thing.objects.items():
            text = known.passages[thing.passages[RELATIONS[name].part]].text
            assert known.said(given_object) in text
            if RELATIONS[name].to == thing.kind:
                assert known.things[given_object] is not thing
    assert len({thing.name for thing in known.things}) == 60


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6))
def test_questions_lead_to_their_answers(seed):
    known = knowledge(1, "train", 60, 5)
    question = draw_question(known, ASKED, np.random.default_rng(seed))
    assert len(question.support) == len(question.queries) == {"one_hop": 1, "two_hop": 2, "three_hop": 3, "comparison": 2}[question.kind]
    assert question.answers[0] not in question.text or question.kind == "comparison"
    if question.kind != "comparison":
        assert question.answers[0] in known.passages[question.support[-1]].text


@pytest.mark.parametrize(
    ("reply", "choice"),
    [
        ('{"choice": {"act": "search", "query": "mayor of Lodrum"}}', {"act": "search", "query": "mayor of Lodrum"}),
        ("I should look.\nAnswer: search query=mayor of Lodrum, 1712", {"act": "search", "query": "mayor of Lodrum, 1712"}),
        ("I should look. <search> mayor of\nLodrum </search>", {"act": "search", "query": "mayor of Lodrum"}),
        ("<search>x</search> then <answer>The Mayor</answer>", {"act": "answer", "text": "The Mayor"}),
        ('{"act": "answer", "text": 1712}', {"act": "answer", "text": "1712"}),
    ],
)
def test_replies_are_read_in_three_forms(reply, choice):
    parsed = make("retrieval").start(0).action_spec(0).parse(reply)
    assert parsed.status in (Status.OK, Status.REPAIRED)
    assert parsed.move.choice == choice


@pytest.mark.parametrize(
    "reply", ["search for the mayor", "the answer is Lodrum", "<search></search>", '{"act": "search", "query": "  "}', "answer", '{"act": "read", "result": 1}']
)
def test_what_is_no_answer_is_not_taken_for_one(reply):
    assert make("retrieval").start(0).action_spec(0).parse(reply).move is None


def test_the_last_move_can_only_be_the_answer():
    state = make("retrieval", steps=2).start(0)
    state.play({0: Move({"act": "search", "query": "zzzz"})})
    assert state.action_spec(0).domain.names == ("answer",)
    assert "last move" in state.request(0)
    state.play({0: Move({"act": "answer", "text": "the " + state.asked.answers[0].upper() + "!"})})
    assert state.returns == [1.0]
    assert state.outcome["recall"] == 0


def test_a_search_costs_what_it_should():
    outcome = make("retrieval", cost=0.1).start(0)
    outcome.play({0: Move({"act": "search", "query": "a"})})
    assert outcome.rewards == [-0.1]


@pytest.mark.parametrize(
    "params", [{"kinds": ("four_hop",)}, {"steps": 1}, {"top": 0}, {"things": 5}, {"corpus": "x.jsonl"}, {"digest": "00"}, {"questions": "nowhere.json"}]
)
def test_bad_parameters_are_named(params):
    with pytest.raises(ParameterError):
        make("retrieval", **params)
