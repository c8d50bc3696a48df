"""What a game of retrieval is played on: passages, an index of them, and where questions come from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .files import read_library
from .knowledge import Knowledge, Passage, knowledge
from .names import Split
from .questions import Question, draw_question
from .search import Engine, Index, index

__all__ = ["Library", "made_up", "of_files", "recall"]


class Library(NamedTuple):
    """Passages and questions.

    Attributes:
        passages: what is searched.
        finder: an index of titles and texts.
        known: the world behind a made-up library, else None.
        listed: the questions of a file; empty for a made-up library.
    """

    passages: tuple[Passage, ...]
    finder: Index
    known: Knowledge | None = None
    listed: tuple[Question, ...] = ()

    def draw(self, kinds: Sequence[str], rng: np.random.Generator) -> Question:
        """Draw a question."""
        return self.listed[int(rng.integers(len(self.listed)))] if self.known is None else draw_question(self.known, kinds, rng)


@lru_cache(maxsize=8)
def made_up(seed: int, split: Split, things: int, distractors: int, engine: Engine) -> Library:
    """Make the library of a made-up world, see :func:`~ludens.games.retrieval.knowledge.knowledge`."""
    known = knowledge(seed, split, things, distractors)
    return Library(known.passages, index([passage.whole for passage in known.passages], engine), known)


@lru_cache(maxsize=4)
def of_files(questions: str, corpus: str, digest: str, engine: Engine) -> Library:
    """Read a library; ``digest`` is that of the files, so that a changed file is read anew."""
    passages, listed = read_library(questions, corpus)
    return Library(passages, index([passage.whole for passage in passages], engine), None, listed)


def recall(library: Library, question: Question, queries: Sequence[str], top: int) -> float:
    """Share of the passages that a question takes which the queries find among their first ``top``."""
    found = {number for query in queries for number in library.finder.search(query, top)}
    return sum(number in found for number in question.support) / max(len(question.support), 1)
