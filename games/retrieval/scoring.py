"""Exact match and F1 of an answer, as SQuAD and the sets after it count them."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

__all__ = ["exact", "f1", "normalised"]

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_MARKS = str.maketrans("", "", string.punctuation)


def normalised(answer: str) -> str:
    """Set letter case, punctuation, articles and blanks aside (Rajpurkar et al. 2016, arXiv:1606.05250)."""
    return " ".join(_ARTICLES.sub(" ", answer.lower().translate(_MARKS)).split())


def exact(answer: str, golds: Sequence[str]) -> float:
    """1 where the answer is one of the right ones, else 0."""
    return float(normalised(answer) in {normalised(gold) for gold in golds})


def f1(answer: str, golds: Sequence[str]) -> float:
    """Harmonic mean of precision and recall of the words that are shared with the nearest right answer.

    "yes", "no" and "noanswer" share nothing with anything else (Yang et al. 2018, arXiv:1809.09600).
    """
    return max((_f1(normalised(answer), normalised(gold)) for gold in golds), default=0.0)


def _f1(answer: str, gold: str) -> float:
    if answer != gold and {answer, gold} & {"yes", "no", "noanswer"}:
        return 0.0
    one, two = answer.split(), gold.split()
    shared = sum((Counter(one) & Counter(two)).values())
    return 2 * shared / (len(one) + len(two)) if shared else float(answer == gold)
