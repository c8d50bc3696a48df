"""How well acts that were read from a text match those that it should hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .acts import Kind, SpeechAct

__all__ = ["KindCount", "Score", "score", "score_all"]


@dataclass(frozen=True)
class KindCount:
    """Counts of one kind of act.

    Attributes:
        expected: how many there should be.
        found: how many were read.
        right: how many of those read should be there.
    """

    expected: int = 0
    found: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        """The part of what was read that is right; 1 where nothing was read."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The part of what should be there that was read; 1 where nothing should be."""
        return self.right / self.expected if self.expected else 1.0


@dataclass(frozen=True)
class Score:
    """Micro-averaged agreement of acts, on kind, target, role and result.

    Attributes:
        precision: the part of the acts read that is right.
        recall: the part of the acts expected that was read.
        f1: the harmonic mean of both.
        kinds: the counts of each kind that was expected or read.
    """

    precision: float
    recall: float
    f1: float
    kinds: Mapping[Kind, KindCount]


Key = tuple[Kind, int | None, str | None, str | None]


def score(expected: Sequence[SpeechAct], found: Sequence[SpeechAct]) -> Score:
    """Compare the acts of one text; reasons and nights do not count."""
    return score_all([(expected, found)])


def score_all(pairs: Iterable[tuple[Sequence[SpeechAct], Sequence[SpeechAct]]]) -> Score:
    """Compare the acts of many texts, each as expected and as found; every act weighs the same."""
    wanted: Counter[Kind] = Counter()
    read: Counter[Kind] = Counter()
    right: Counter[Kind] = Counter()
    for expected, found in pairs:
        first, second = Counter(map(_key, expected)), Counter(map(_key, found))
        for counter, keys in ((wanted, first), (read, second), (right, first & second)):
            for key, count in keys.items():
                counter[key[0]] += count
    kinds = {kind: KindCount(wanted[kind], read[kind], right[kind]) for kind in Kind if wanted[kind] or read[kind]}
    total = KindCount(wanted.total(), read.total(), right.total())
    both = total.precision + total.recall
    return Score(total.precision, total.recall, 2 * total.precision * total.recall / both if both else 0.0, kinds)


def _key(act: SpeechAct) -> Key:
    return act.kind, act.target, act.role, act.result
