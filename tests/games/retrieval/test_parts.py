"""BM25 against its formula and against bm25s, scores against hand-made cases, files of the published forms."""

import json
import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ludens.errors import MissingExtra, ParameterError
from ludens.games import Move, make
from ludens.games.retrieval.files import read_library
from ludens.games.retrieval.scoring import exact, f1, normalised
from ludens.games.retrieval.search import Bm25, Bm25s, words
from ludens.games.testing import check_game

TEXTS = st.lists(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=8).map(" ".join), min_size=1, max_size=12)


def by_hand(query, texts):
    """The formula, text by text."""
    mean = sum(len(words(text)) for text in texts) / len(texts)
    scores = []
    for text in texts:
        counts, score = Counter(words(text)), 0.0
        for word in words(query):
            holding = sum(word in words(other) for other in texts)
            if counts[word]:
                rarity = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
                score += rarity * counts[word] / (counts[word] + 1.2 * (1 - 0.75 + 0.75 * len(words(text)) / mean))
        scores.append(score)
    return scores


@settings(max_examples=80)
@given(texts=TEXTS, query=st.lists(st.sampled_from("abcdefgz"), min_size=1, max_size=4).map(" ".join))
def test_bm25_is_its_formula(texts, query):
    scores, found = by_hand(query, texts), Bm25(texts).search(query, 5)
    assert set(found) <= {number for number, score in enumerate(scores) if score > 0}
    assert [round(scores[number], 9) for number in found] == sorted((round(score, 9) for score in scores if score > 0), reverse=True)[:5]


def test_ties_go_to_the_earlier_passage():
    assert Bm25(["a b", "c", "b a", "a b"]).search("a", 3) == [0, 2, 3]


@pytest.mark.peer
def test_bm25s_finds_the_same():
    pytest.importorskip("bm25s")
    library = make("retrieval").library
    texts = [passage.whole for passage in library.passages]
    theirs = Bm25s(texts)
    for seed in range(60):
        question = make("retrieval").start(seed).asked
        for query in (question.text, *question.queries):
            # single precision parts ties otherwise than double precision does: what is found first is the same
            assert theirs.search(query, 1) == library.finder.search(query, 1)
    assert theirs.search("zzzz", 3) == []


def test_without_bm25s_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "bm25s", None)
    with pytest.raises(MissingExtra, match="retrieval"):
        Bm25s(["a"])


def test_answers_are_compared_as_squad_does():
    assert normalised(" The  Mayor, of a town. ") == "mayor of town"
    assert exact("the Lodrum", ["Lodrum"]) == 1
    assert exact("Lodrum town", ["Lodrum"]) == 0
    assert f1("Lodrum town", ["Lodrum"]) == pytest.approx(2 / 3)
    assert f1("yes it is", ["yes"]) == 0
    assert f1("no", ["yes", "no"]) == 1
    assert f1("x", []) == 0
    assert f1("the", ["a"]) == 1


HOTPOT = {
    "_id": "1",
    "question": "Who wrote it?",
    "answer": "Ada",
    "type": "bridge",
    "context": [["It", ["It is a book. ", "Ada wrote it."]], ["Other", ["Nothing."]]],
    "supporting_facts": [["It", 1]],
}
COLUMNS = {
    **HOTPOT,
    "context": {"title": ["It", "Other"], "sentences": [["It is a book. ", "Ada wrote it."], ["Nothing."]]},
    "supporting_facts": {"title": ["It"], "sent_id": [1]},
}
MUSIQUE = {
    "id": "2hop__3_4",
    "question": "Who wrote it?",
    "answer": "Ada",
    "answer_aliases": ["Ada L."],
    "answerable": True,
    "paragraphs": [
        {"idx": 0, "title": "It", "paragraph_text": "It is a book. Ada wrote it.", "is_supporting": True},
        {"idx": 1, "title": "Other", "paragraph_text": "Nothing.", "is_supporting": False},
    ],
}


@pytest.mark.parametrize("record", [HOTPOT, COLUMNS, MUSIQUE])
@pytest.mark.parametrize("form", ["list", "lines"])
def test_published_files_are_read(tmp_path, record, form):
    path = tmp_path / "questions.json"
    path.write_text(json.dumps([record, record]) if form == "list" else f"{json.dumps(record)}\n{json.dumps(record)}\n")
    passages, questions = read_library(str(path))
    assert [passage.title for passage in passages] == ["It", "Other"]
    assert passages[0].text == "It is a book. Ada wrote it."
    assert questions[0].support == (0,)
    assert questions[0].answers[0] == "Ada"


def test_a_game_from_files(tmp_path):
    questions, corpus = tmp_path / "q.jsonl", tmp_path / "c.jsonl"
    questions.write_text(json.dumps({"question": "Who wrote it?", "golden_answers": ["Ada"]}))
    corpus.write_text("\n".join(json.dumps(record) for record in ({"id": "0", "contents": '"It"\nAda wrote it.'}, {"title": "Other", "text": "Nothing."})))
    game = make("retrieval", questions=str(questions), corpus=str(corpus))
    check_game(game, seeds=range(2))
    state = game.start(0)
    state.play({0: Move({"act": "search", "query": "wrote"})})
    state.play({0: Move({"act": "read", "result": 1})})
    assert state.events[-1].text == "It: Ada wrote it."
    assert make("retrieval", questions=str(questions), corpus=str(corpus), digest=game.digest) == game
    corpus.write_text(json.dumps({"title": "It", "text": "Eve wrote it."}))
    with pytest.raises(ParameterError, match="have changed"):
        make("retrieval", questions=str(questions), corpus=str(corpus), digest=game.digest)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 1: no JSON"),
        ("[1]", "record 1: should be an object"),
        ('{"question": "q", "answer": 3}', "record 1: should have a question"),
        ('{"question": "q", "answer": "a", "context": [1]}', "record 1: its passages"),
        ('{"question": "q", "answer": "a"}', "bring no passages"),
        ("", "there are no questions"),
    ],
)
def test_bad_files_are_told_by_record(tmp_path, text, said):
    path = tmp_path / "questions.json"
    path.write_text(text)
    with pytest.raises(ParameterError, match=said):
        read_library(str(path))
