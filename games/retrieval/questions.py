"""Questions over a library: drawn from a made-up world, or read from a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .knowledge import Knowledge
from .relations import COMPARISONS, KINDS, RELATIONS

__all__ = ["ASKED", "Question", "draw_question"]

ASKED = ("one_hop", "two_hop", "three_hop", "comparison")
"""Kinds of questions about a made-up world."""
_HOPS = {"one_hop": 1, "two_hop": 2, "three_hop": 3}


class Question(NamedTuple):
    """A question with what answers it.

    Attributes:
        text: the question.
        answers: all of which are right.
        kind: one of :data:`ASKED`, or what a file calls it.
        support: numbers of the passages that it takes, in the order of the hops; empty where a file does not say.
        queries: for each of them, a query that finds it once the one before has been read; empty where they are not known.
    """

    text: str
    answers: tuple[str, ...]
    kind: str
    support: tuple[int, ...]
    queries: tuple[str, ...] = ()


def draw_question(known: Knowledge, kinds: Sequence[str], rng: np.random.Generator) -> Question:
    """Draw a question about a made-up world, of one of some kinds, each alike likely."""
    kind = kinds[int(rng.integers(len(kinds)))]
    return _comparison(known, rng) if kind == "comparison" else _chain(known, kind, rng)


def _chain(known: Knowledge, kind: str, rng: np.random.Generator) -> Question:
    while True:
        numbers = known.of(KINDS[int(rng.integers(len(KINDS)))])
        at: int | str = numbers[int(rng.integers(len(numbers)))]
        visited, phrase, support, queries = [at], known.said(at), [], []
        for hop in range(_HOPS[kind]):
            assert isinstance(at, int)
            last = hop == _HOPS[kind] - 1
            ways = [relation for relation in RELATIONS.values() if relation.of == known.things[at].kind and (last or relation.to in KINDS)]
            relation = ways[int(rng.integers(len(ways)))]
            support.append(known.things[at].passages[relation.part])
            queries.append(relation.phrase.format(known.things[at].name))
            text = relation.questions[int(rng.integers(len(relation.questions)))].format(phrase)
            phrase = relation.phrase.format(phrase)
            at = known.things[at].objects[relation.name]
            visited.append(at)
        # "the teacher of the mayor of the town where X was born" may come back to X: no question for anybody
        if len(set(visited)) == len(visited):
            return Question(text, (_bare(known.said(at)),), kind, tuple(support), tuple(queries))


def _comparison(known: Knowledge, rng: np.random.Generator) -> Question:
    names = tuple(COMPARISONS)
    while True:
        name = names[int(rng.integers(len(names)))]
        numbers = known.of(RELATIONS[name].of)
        one, two = (known.things[numbers[index]] for index in rng.choice(len(numbers), 2, replace=False))
        years = [int(thing.objects[name]) for thing in (one, two)]
        if years[0] != years[1]:
            first = one if years[0] < years[1] else two
            queries = tuple(RELATIONS[name].phrase.format(thing.name) for thing in (one, two))
            return Question(COMPARISONS[name].format(one.name, two.name), (first.name,), "comparison", (one.passages[0], two.passages[0]), queries)


def _bare(word: str) -> str:
    """An occupation without its article."""
    return word.removeprefix("an ").removeprefix("a ")
