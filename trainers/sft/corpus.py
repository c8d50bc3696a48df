"""What is read: conversations out of episodes, as token ids of which the player's own answers are learned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...arena.record import Episode, prompts
from ...llm.chat import Message
from ...llm.nano.tokenizer import Tokenizer

__all__ = ["CHOICE", "OWN", "Corpus", "Writer", "conversations"]

OWN, CHOICE = 1, 2
"""Marks of tokens: the player's own, and those of its own that hold the choice rather than speech."""
_CHOICE_BEGINS = '"choice"'


def conversations(episode: Episode, seats: Sequence[int]) -> Iterator[list[Message]]:
    """Give the conversations of some seats, each once and at its full length, replies included; those of who moves, not of who advises it.

    A prompt that goes on from the one before it, answered, is part of the same conversation; one that begins anew (where something was
    forgotten) opens another.
    """
    open_talk: dict[int, list[Message]] = {}
    for decision, call, prompt in prompts(episode):
        if decision.seat not in seats or call.text is None or call.by:
            continue
        answered = [*prompt, Message("assistant", call.text)]
        before = open_talk.get(decision.seat)
        if before is not None and answered[: len(before)] != before:
            yield before
        open_talk[decision.seat] = answered
    yield from open_talk.values()


@dataclass(frozen=True)
class Corpus:
    """Conversations end to end.

    Attributes:
        ids: token ids, ``[tokens]``.
        marks: 0 for what is only read, else :data:`OWN` or :data:`CHOICE`, ``[tokens]``.
        starts: where conversations begin, and the end of the last, ``[conversations + 1]``.
    """

    ids: npt.NDArray[np.int32]
    marks: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Tokens of each conversation."""
        return np.diff(self.starts)

    def save(self, path: Path) -> None:
        """Write it to a file, whole or not at all."""
        fresh = path.with_suffix(".new.npz")
        np.savez(fresh, ids=self.ids, marks=self.marks, starts=self.starts)
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> Corpus:
        """Undo :meth:`save`."""
        with np.load(path, allow_pickle=False) as held:
            return cls(held["ids"], held["marks"], held["starts"])

    def batches(self, tokens: int, seed: int) -> Iterator[npt.NDArray[np.int64]]:
        """Give batches of conversations of about so many tokens, in an order of its own each time round, without end."""
        rng = np.random.default_rng(seed)
        lengths = self.lengths
        while True:
            order = rng.permutation(len(self))
            # a batch ends before the conversation that would overfill it
            filled = 0
            batch: list[np.int64] = []
            for index in order:
                if batch and filled + lengths[index] > tokens:
                    yield np.array(batch)
                    filled, batch = 0, []
                batch.append(index)
                filled += int(lengths[index])
            if batch:
                yield np.array(batch)

    def gather(self, batch: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8], list[int]]:
        """Lay the conversations of a batch end to end: ids, marks, and the conversations' lengths."""
        parts = [slice(self.starts[index], self.starts[index + 1]) for index in batch]
        lengths = [int(part.stop - part.start) for part in parts]
        return np.concatenate([self.ids[part] for part in parts]), np.concatenate([self.marks[part] for part in parts]), lengths


class Writer:
    """Writes conversations as tokens, one after the other.

    Args:
        tokenizer: of the model that will read them.
        context: most tokens; what is longer is left out, and counted in ``dropped``.
    """

    def __init__(self, tokenizer: Tokenizer, context: int) -> None:
        self._tokenizer, self._context = tokenizer, context
        self._ids: list[npt.NDArray[np.int32]] = []
        self._marks: list[npt.NDArray[np.uint8]] = []
        self._known: dict[Message, tuple[list[int], list[int]]] = {}
        self.tokens = 0
        self.dropped = 0

    def add(self, talk: Sequence[Message]) -> int:
        """Add a conversation; return its tokens, 0 where it is too long."""
        ids: list[int] = []
        marks: list[int] = []
        for message in talk:
            written, marked = self._write(message)
            ids += written
            marks += marked
        if len(ids) > self._context:
            self.dropped += 1
            return 0
        self._ids.append(np.array(ids, dtype=np.int32))
        self._marks.append(np.array(marks, dtype=np.uint8))
        self.tokens += len(ids)
        return len(ids)

    def _write(self, message: Message) -> tuple[list[int], list[int]]:
        # rules and many replies come again and again
        found = self._known.get(message)
        if found is None:
            if len(self._known) > 200_000:
                self._known.clear()
            ids = self._tokenizer.message(message)
            found = self._known[message] = (ids, self._marked(ids) if message.role == "assistant" else [0] * len(ids))
        return found

    def _marked(self, ids: Sequence[int]) -> list[int]:
        """Mark a reply: the role token is given to the model; what follows, the end included, is its own."""
        marks, text = [0], ""
        for token in ids[1:]:
            text += self._tokenizer.text([token])
            marks.append(CHOICE if _CHOICE_BEGINS in text else OWN)
        return marks

    def corpus(self) -> Corpus:
        """All of it."""
        starts = np.concatenate([[0], np.cumsum([len(part) for part in self._ids])]).astype(np.int64)
        return Corpus(np.concatenate(self._ids), np.concatenate(self._marks), starts)
