"""BM25 over passages: the rarer a word that a query and a passage share, and the shorter the passage, the better the match."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np

from ...errors import MissingExtra

__all__ = ["Bm25", "Engine", "Index", "index", "words"]

Engine = Literal["own", "bm25s"]
K1, B = 1.2, 0.75
_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """Split a text into its words in lower case."""
    return _WORD.findall(text.lower())


class Index(Protocol):
    """Finds passages."""

    def search(self, query: str, most: int) -> list[int]:
        """List the numbers of the passages that share a word with the query, best first, at most so many; ties go to the lower number."""
        ...


class Bm25:
    """An index in arrays: for every word, which texts have it, and what it adds to their scores.

    A text t scores the sum over the words w of the query of log(1 + (n - n_w + 0.5)/(n_w + 0.5)) f/(f + k1 (1 - b + b |t|/mean)), f being how often t has w
    and n_w in how many of the n texts it stands (Robertson and Zaragoza 2009, "The probabilistic relevance framework", with Lucene's inverse document
    frequency, which is never negative). k1 = 1.2, b = 0.75.

    Args:
        texts: what is searched.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        counted = [Counter(words(text)) for text in texts]
        lengths = [sum(counts.values()) for counts in counted]
        mean = max(sum(lengths) / max(len(lengths), 1), 1e-9)
        where: dict[str, list[tuple[int, float]]] = {}
        for number, counts in enumerate(counted):
            drag = K1 * (1 - B + B * lengths[number] / mean)
            for word, times in counts.items():
                where.setdefault(word, []).append((number, times / (times + drag)))
        self._size = len(texts)
        self._where: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for word, found in where.items():
            rarity = math.log(1 + (self._size - len(found) + 0.5) / (len(found) + 0.5))
            self._where[word] = np.array([number for number, _ in found]), np.array([rarity * share for _, share in found])

    def search(self, query: str, most: int) -> list[int]:
        scores = np.zeros(self._size)
        # in the order of the letters: sums of the same numbers in another order differ in the last digit
        for word, times in sorted(Counter(words(query)).items()):
            if word in self._where:
                numbers, gains = self._where[word]
                scores[numbers] += times * gains
        best = np.argsort(-scores, kind="stable")[:most]
        return [int(number) for number in best if scores[number] > 0]


class Bm25s:
    """The library bm25s behind the same method, for libraries of hundreds of thousands of passages.

    Args:
        texts: what is searched.

    Raises:
        MissingExtra: it is not installed.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        try:
            import bm25s
        except ImportError as problem:
            raise MissingExtra("searching by bm25s", "retrieval") from problem
        self._size = len(texts)
        self._index: Any = bm25s.BM25(method="lucene", k1=K1, b=B)
        self._index.index([words(text) for text in texts], show_progress=False)

    def search(self, query: str, most: int) -> list[int]:
        asked = [word for word in words(query) if word in self._index.vocab_dict]
        if not asked:
            return []
        scores = self._index.get_scores(asked)
        best = np.argsort(-scores, kind="stable")[:most]
        return [int(number) for number in best if scores[number] > 0]


def index(texts: Sequence[str], engine: Engine) -> Index:
    """Index texts.

    Raises:
        MissingExtra: the engine's library is not installed.
    """
    return Bm25s(texts) if engine == "bm25s" else Bm25(texts)
