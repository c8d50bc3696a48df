"""Made-up names: words from a grammar of syllables, each of which belongs to one split for good."""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal, get_args

import numpy as np

__all__ = ["SPLITS", "Names", "Split", "split_of"]

Split = Literal["train", "dev", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
_ONSETS = ("b", "br", "d", "dr", "f", "g", "gr", "h", "k", "kl", "l", "m", "n", "p", "pr", "r", "s", "st", "t", "tr", "v", "z")
_VOWELS = ("a", "e", "i", "o", "u")
_CODAS = ("", "", "", "l", "m", "n", "r", "s", "th")


def split_of(word: str) -> Split:
    """Say which split a made-up word belongs to: eight parts in ten train, one dev, one test.

    It depends on the word alone. So no name of one split occurs in another, whatever the seeds of the libraries are.
    """
    part = blake2b(word.lower().encode(), digest_size=8).digest()[0] % 10
    return "train" if part < 8 else "dev" if part == 8 else "test"


class Names:
    """Draws words that have not been drawn before and belong to one split.

    Args:
        split: which split.
        rng: where chance comes from.
    """

    def __init__(self, split: Split, rng: np.random.Generator) -> None:
        self._split, self._rng = split, rng
        self._taken: set[str] = set()

    def word(self, syllables: int = 3) -> str:
        """Draw a new word, with a capital."""
        while True:
            parts = [self._pick(_ONSETS) + self._pick(_VOWELS) for _ in range(syllables)]
            word = ("".join(parts) + self._pick(_CODAS)).capitalize()
            if word not in self._taken and split_of(word) == self._split:
                self._taken.add(word)
                return word

    def words(self, count: int, syllables: int = 3) -> list[str]:
        """Draw several new words."""
        return [self.word(syllables) for _ in range(count)]

    def _pick(self, options: tuple[str, ...]) -> str:
        return options[int(self._rng.integers(len(options)))]
