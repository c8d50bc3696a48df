"""Exercises in recall: made-up words that are to be said again, or which went with which.

What a name that was never met stands next to can only be copied, and a small model learns to copy late from transcripts, which repeat few names and much else.
Exercises are nothing but that: lists to be repeated, from which the looking back for what came after the same token is learned soonest (induction heads, Olsson
et al. 2022, arXiv:2209.11895), and pairs of which one is asked for. What is learned carries over.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...games.retrieval.names import Names, Split
from ...llm.chat import Message
from ...llm.nano.tokenizer import Tokenizer
from .corpus import Corpus, Writer

__all__ = ["corpus_of", "exercises"]

_MOST_LISTED = 8
_MOST_PAIRS = 5
_ASKED = 4
"""Pairs of one list that are asked for, at most."""


def exercises(split: Split, rng: np.random.Generator) -> Iterator[list[Message]]:
    """Give conversations without end, of either kind by turns, each with words of its own: there are too many of them to be learned by heart.

    Args:
        split: of the made-up words; no word of one occurs in another.
        rng: source of chance.
    """
    while True:
        yield _repeated(Names(split, rng), rng)
        yield _paired(Names(split, rng), rng)


def _repeated(names: Names, rng: np.random.Generator) -> list[Message]:
    said = " ".join(names.words(int(rng.integers(2, _MOST_LISTED + 1)), int(rng.integers(2, 4))))
    return [Message("user", said), Message("assistant", said)]


def _paired(names: Names, rng: np.random.Generator) -> list[Message]:
    def some() -> str:
        return " ".join(names.words(int(rng.integers(1, 3)), int(rng.integers(2, 4))))

    pairs = [(some(), some()) for _ in range(int(rng.integers(2, _MOST_PAIRS + 1)))]
    told = " ".join(f"{key}: {value}." for key, value in pairs) + "\n\n"
    talk: list[Message] = []
    for index in rng.permutation(len(pairs))[:_ASKED]:
        key, value = pairs[index]
        talk += [Message("user", f"{told}{key}?"), Message("assistant", value)]
        told = ""
    return talk


def corpus_of(split: Split, tokens: int, tokenizer: Tokenizer, context: int, rng: np.random.Generator) -> Corpus:
    """Write exercises of so many tokens; arguments as :func:`exercises` and :class:`~ludens.trainers.sft.corpus.Writer` have them."""
    writer, talks = Writer(tokenizer, context), exercises(split, rng)
    while writer.tokens < tokens:
        writer.add(next(talks))
    return writer.corpus()
