"""What is read: conversations out of episodes, as token ids of which the player's own answers are to be learned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...arena.record import Episode, prompts
from ...llm.chat import Message
from ...llm.nano.tokenizer import Tokenizer

__all__ = ["Corpus", "Writer", "conversations"]


def conversations(episode: Episode, seats: Sequence[int]) -> Iterator[list[Message]]:
    """Give the conversations of some seats, each once and at its full length, replies included.

    A prompt that goes on from the one before it, answered, is part of the same conversation; one that begins anew (after something was forgotten) opens another.
    """
    open_talk: dict[int, list[Message]] = {}
    for decision, call, prompt in prompts(episode):
        if decision.seat not in seats or call.text is None:
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
        learned: which of them are the player's own words, ``[tokens]``.
        starts: where conversations begin, and the end of the last, ``[conversations + 1]``.
    """

    ids: npt.NDArray[np.int32]
    learned: npt.NDArray[np.bool_]
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
        np.savez(fresh, ids=self.ids, learned=self.learned, starts=self.starts)
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> Corpus:
        """Undo :meth:`save`."""
        with np.load(path, allow_pickle=False) as held:
            return cls(held["ids"], held["learned"], held["starts"])

    def batches(self, tokens: int, seed: int) -> Iterator[npt.NDArray[np.int64]]:
        """Give batches of conversations of about so many tokens, in an order of its own each time round, without end."""
        rng = np.random.default_rng(seed)
        lengths = self.lengths
        while True:
            order = rng.permutation(len(self))
            # a batch ends before the conversation that would overfill it
            filled, batch = 0, []
            for index in order:
                if batch and filled + lengths[index] > tokens:
                    yield np.array(batch)
                    filled, batch = 0, []
                batch.append(index)
                filled += int(lengths[index])
            if batch:
                yield np.array(batch)

    def gather(self, batch: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_], list[int]]:
        """Lay the conversations of a batch end to end: ids, what is learned of them, and their lengths."""
        parts = [slice(self.starts[index], self.starts[index + 1]) for index in batch]
        return np.concatenate([self.ids[part] for part in parts]), np.concatenate([self.learned[part] for part in parts]), [int(self.lengths[i]) for i in batch]


class Writer:
    """Writes conversations as tokens, one after the other.

    Args:
        tokenizer: of the model that will read them.
        context: most tokens; what is longer is left out, and counted in ``dropped``.
    """

    def __init__(self, tokenizer: Tokenizer, context: int) -> None:
        self._tokenizer, self._context = tokenizer, context
        self._ids: list[npt.NDArray[np.int32]] = []
        self._learned: list[npt.NDArray[np.bool_]] = []
        self._known: dict[Message, list[int]] = {}
        self.tokens = 0
        self.dropped = 0

    def add(self, talk: Sequence[Message]) -> int:
        """Add a conversation; return its tokens, 0 where it is too long."""
        ids: list[int] = []
        learned: list[bool] = []
        for message in talk:
            written = self._write(message)
            ids += written
            # the role token is given to the model; what follows, the end included, is its own
            learned += [False] + [message.role == "assistant"] * (len(written) - 1)
        if len(ids) > self._context:
            self.dropped += 1
            return 0
        self._ids.append(np.array(ids, dtype=np.int32))
        self._learned.append(np.array(learned, dtype=bool))
        self.tokens += len(ids)
        return len(ids)

    def _write(self, message: Message) -> list[int]:
        # rules and many replies come again and again
        found = self._known.get(message)
        if found is None:
            if len(self._known) > 200_000:
                self._known.clear()
            found = self._known[message] = self._tokenizer.message(message)
        return found

    def corpus(self) -> Corpus:
        """All of it."""
        starts = np.concatenate([[0], np.cumsum([len(part) for part in self._ids])]).astype(np.int64)
        return Corpus(np.concatenate(self._ids), np.concatenate(self._learned), starts)
