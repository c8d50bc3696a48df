"""Utterances as vectors."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from ...errors import LudensError

__all__ = ["Embedder", "TfIdf"]

_WORD = re.compile(r"[a-z0-9_']+|[?!]")
_FIRST = 1e-9


class Embedder(Protocol):
    """Maps texts to vectors of length one: shape (texts, dimensions)."""

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float64]: ...

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Give all that it is made of, as arrays by name."""
        ...


class TfIdf:
    """Counts of words, pairs of words and pieces of words, weighed by how rare they are, in few dimensions (latent semantic analysis).

    It needs no model and is the same on every machine. Deerwester et al. 1990, "Indexing by latent semantic analysis".

    Args:
        vocabulary: the features.
        weights: their inverse document frequencies, shape (features,).
        axes: what features are projected on, shape (features, dimensions).
    """

    def __init__(self, vocabulary: Sequence[str], weights: NDArray[np.float64], axes: NDArray[np.float64]) -> None:
        self._vocabulary, self._weights, self._axes = list(vocabulary), weights, axes
        self._places = {name: place for place, name in enumerate(vocabulary)}

    @classmethod
    def fit(cls, texts: Sequence[str], *, dimensions: int = 64, most: int = 3000) -> Self:
        """Learn it from texts.

        Args:
            texts: some, of which at least one says something.
            dimensions: most dimensions.
            most: most features; the most frequent ones stay.

        Raises:
            LudensError: no text holds a word.
        """
        found = Counter(name for text in texts for name in set(_features(text)))
        if not found:
            raise LudensError("none of the utterances holds a word: there is nothing to make a latent space of")
        vocabulary = [name for name, _ in sorted(found.items(), key=lambda item: (-item[1], item[0]))[:most]]
        weights = np.log((1 + len(texts)) / (1 + np.array([found[name] for name in vocabulary]))) + 1
        made = cls(vocabulary, weights, np.zeros((len(vocabulary), 1)))
        # equal texts have equal rows, so that a few rows stand for all
        distinct = Counter(texts)
        rows = made._counts(list(distinct)) * np.sqrt(np.array(list(distinct.values()), float))[:, None]
        _, sizes, axes = np.linalg.svd(rows, full_matrices=False)
        kept = axes[: max(1, min(dimensions, int((sizes > sizes[0] * _FIRST).sum())))]
        # a singular vector's sign is arbitrary: its largest entry is made positive
        signs = np.sign(kept[np.arange(len(kept)), np.abs(kept).argmax(axis=1)])
        made._axes = (kept * signs[:, None]).T.copy()
        return made

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float64]:
        return _unit(self._counts(texts) @ self._axes)

    def _counts(self, texts: Sequence[str]) -> NDArray[np.float64]:
        out = np.zeros((len(texts), len(self._vocabulary)))
        for row, text in enumerate(texts):
            for name, count in Counter(_features(text)).items():
                if (place := self._places.get(name)) is not None:
                    out[row, place] = 1 + np.log(count)
        return _unit(out * self._weights)

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {"vocabulary": np.array(json.dumps(self._vocabulary)), "weights": self._weights, "axes": self._axes}

    @classmethod
    def restore(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Undo :meth:`arrays`."""
        return cls(json.loads(str(arrays["vocabulary"])), arrays["weights"], arrays["axes"])


def _features(text: str) -> Iterator[str]:
    words = _WORD.findall(text.lower())
    yield from words
    yield from (f"{one} {two}" for one, two in pairwise(words))
    joined = " ".join(words)
    for size in (3, 4, 5):
        yield from (f"#{joined[start : start + size]}" for start in range(len(joined) - size + 1))


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)
