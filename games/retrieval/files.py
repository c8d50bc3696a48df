"""Libraries and questions from files: HotpotQA, 2WikiMultihopQA and MuSiQue as they are published, plain questions with answers, any corpus of passages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ...errors import ParameterError
from .knowledge import Passage
from .questions import Question

__all__ = ["digest_of", "read_library"]


def digest_of(*paths: str) -> str:
    """Digest of the files' bytes (16 hexadecimal digits).

    Raises:
        ParameterError: a file cannot be read.
    """
    found = blake2b(digest_size=8)
    for path in paths:
        try:
            found.update(Path(path).read_bytes())
        except OSError as problem:
            raise ParameterError(f"retrieval: cannot read {path!r}: {problem.strerror}") from problem
    return found.hexdigest()


def read_library(questions: str, corpus: str = "") -> tuple[tuple[Passage, ...], tuple[Question, ...]]:
    """Read questions, and the passages that are searched.

    A file is one JSON list, or one JSON object a line. Records of questions are those of HotpotQA and 2WikiMultihopQA (``context``, ``supporting_facts``; the
    columns of the Hugging Face copies too), of MuSiQue (``paragraphs``, ``answer_aliases``; what is marked unanswerable is left out), or have a ``question``
    and ``golden_answers`` or ``answer``. The passages of all questions are searched together. Records of a corpus have ``title`` and ``text``, or
    ``contents`` with the title on its first line.

    Args:
        questions: path of the questions.
        corpus: path of further passages; needed where the questions bring none.

    Raises:
        ParameterError: a file cannot be read, or a record of it is none of these.
    """
    numbers: dict[Passage, int] = {}
    found: list[Question] = []
    for line, record in _records(corpus) if corpus else ():
        numbers.setdefault(_passage(record, f"{corpus}, record {line}"), len(numbers))
    for line, record in _records(questions):
        where = f"{questions}, record {line}"
        own, support = _context(record, where)
        for passage in own:
            numbers.setdefault(passage, len(numbers))
        if record.get("answerable", True):
            found.append(_question(record, tuple(numbers[passage] for passage in own if passage in support), where))
    if not found:
        raise ParameterError(f"retrieval: {questions}: there are no questions in it")
    if not numbers:
        raise ParameterError(f"retrieval: {questions}: its questions bring no passages; name a file of them: corpus=...")
    return tuple(numbers), tuple(found)


def _records(path: str) -> Iterable[tuple[int, Mapping[str, Any]]]:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ParameterError(f"retrieval: cannot read {path!r}: {problem}") from problem
    pieces = [text] if text.lstrip().startswith("[") else [line for line in text.split("\n") if line.strip()]
    found: list[Any] = []
    for number, piece in enumerate(pieces, 1):
        try:
            value = json.loads(piece)
        except (ValueError, RecursionError) as problem:
            raise ParameterError(f"retrieval: {path}, line {number}: no JSON: {problem}") from problem
        found += value if isinstance(value, list) else [value]
    for number, record in enumerate(found, 1):
        if not isinstance(record, dict):
            raise ParameterError(f"retrieval: {path}, record {number}: should be an object")
        yield number, record


def _context(record: Mapping[str, Any], where: str) -> tuple[list[Passage], set[Passage]]:
    """The passages that a question brings, and those among them that answer it."""
    try:
        if "paragraphs" in record:
            own = [(_clean(item["title"], item["paragraph_text"]), bool(item.get("is_supporting"))) for item in record["paragraphs"]]
            return [passage for passage, _ in own], {passage for passage, needed in own if needed}
        context, facts = record.get("context", []), record.get("supporting_facts", [])
        if isinstance(context, dict):
            context = list(zip(context["title"], context["sentences"], strict=True))
        titles = set(facts["title"]) if isinstance(facts, dict) else {title for title, _ in facts}
        passages = [_clean(title, sentences if isinstance(sentences, str) else " ".join(map(str.strip, sentences))) for title, sentences in context]
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise ParameterError(f"retrieval: {where}: its passages are none of HotpotQA's, 2WikiMultihopQA's or MuSiQue's form ({problem!r})") from problem
    return passages, {passage for passage in passages if passage.title in titles}


def _question(record: Mapping[str, Any], support: tuple[int, ...], where: str) -> Question:
    text = record.get("question")
    golds = record.get("golden_answers", [record.get("answer"), *record.get("answer_aliases", [])])
    golds = [golds] if isinstance(golds, str) else golds
    if not isinstance(text, str) or not isinstance(golds, list) or not golds or not all(isinstance(gold, str) for gold in golds):
        raise ParameterError(f"retrieval: {where}: should have a question and an answer (or golden_answers), in words")
    kind = record.get("type") or str(record.get("id", "")).partition("__")[0]
    # some records name a passage twice
    return Question(text.strip(), tuple(dict.fromkeys(golds)), str(kind), tuple(dict.fromkeys(support)))


def _passage(record: Mapping[str, Any], where: str) -> Passage:
    if isinstance(record.get("contents"), str):
        title, _, text = record["contents"].partition("\n")
        return _clean(title.strip('"'), text or title)
    if not isinstance(record.get("text"), str):
        raise ParameterError(f"retrieval: {where}: should have title and text, or contents")
    return _clean(str(record.get("title", "")), record["text"])


def _clean(title: str, text: str) -> Passage:
    return Passage(" ".join(title.split()), " ".join(text.split()))
