"""What matches ended with (their outcome facts), averaged, and laid beside what the prediction cards say."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..arena.report.summary import Estimate, PredictionRow
from ..games.core import Prediction
from .resample import student_intervals

__all__ = ["MAX_FACTS", "beside_predictions", "fact_means", "label_counts"]

MAX_FACTS = 40
"""Most outcome facts that are averaged in one game; further ones are left to the store."""
_MAX_LABELS = 8
_MAX_LIST = 8


def _numbers(name: str, value: Any, seats: int | None) -> Iterable[tuple[str, float]]:
    """Give the numbers of one fact: its own (yes is 1), or those of a short list by position; of a list with a number for each seat, the mean as well."""
    if isinstance(value, bool | int | float):
        if math.isfinite(value):
            yield name, float(value)
    elif isinstance(value, list) and 0 < len(value) <= _MAX_LIST and all(isinstance(item, bool | int | float) for item in value):
        if len(value) == seats and math.isfinite(sum(value)):
            yield name, sum(value) / seats
        for index, item in enumerate(value):
            if math.isfinite(item):
                yield f"{name}[{index}]", float(item)


def fact_means(outcomes: Sequence[Mapping[str, Any]], clusters: Sequence[int], *, seats: int | None = None, level: float = 0.95) -> dict[str, Estimate]:
    """Average the numeric and yes-no facts of the matches of one game.

    Args:
        outcomes: facts, one mapping a match; a match that lacks a fact does not enter its mean.
        clusters: cluster of each match.
        seats: of the game; a list of that many numbers is averaged over the seats, too.
        level: coverage of the Student intervals over cluster means.
    """
    found: dict[str, tuple[list[float], list[int]]] = {}
    for outcome, cluster in zip(outcomes, clusters, strict=True):
        for fact, value in outcome.items():
            for name, number in _numbers(str(fact), value, seats):
                values, where = found.setdefault(name, ([], []))
                values.append(number)
                where.append(cluster)
    out = {}
    for name, (values, where) in list(found.items())[:MAX_FACTS]:
        bounds = (0.0, 1.0) if set(values) <= {0.0, 1.0} else (-math.inf, math.inf)
        group = np.zeros(len(values), dtype=np.int64)
        estimate = student_intervals(np.array(values), group, np.array(where, dtype=np.int64), 1, level=level, bounds=bounds)[0]
        if estimate is not None:
            out[name] = estimate
    return out


def label_counts(outcomes: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    """Count the values of text facts that take few different values (how a negotiation ended, say)."""
    counters: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        for name, value in outcome.items():
            if isinstance(value, str) and len(value) <= 40:
                counters.setdefault(str(name), Counter())[value] += 1
    return tuple((name, tuple(counter.most_common())) for name, counter in counters.items() if len(counter) <= _MAX_LABELS)


def beside_predictions(cards: Iterable[Prediction], observed: Mapping[str, Estimate]) -> tuple[PredictionRow, ...]:
    """Lay prediction cards beside observed means.

    A card is matched with the outcome fact named as its quantity, or as its quantity without ``_rate`` (the mean of a yes-no fact is its rate); a card
    with a list is matched element by element, one with a number with the mean over seats.
    """
    rows = []
    for card in cards:
        for quantity, value in _quantities(card, observed):
            seen = observed.get(quantity) or observed.get(quantity.removesuffix("_rate"))
            testable = card.tolerance is not None and isinstance(value, int | float) and not isinstance(value, bool)
            agrees = replace(card, value=value).agrees(seen.value) if seen is not None and testable else None
            rows.append(PredictionRow(card.concept, quantity, _short(value), card.source, card.note, seen, agrees))
    return tuple(rows)


def _quantities(card: Prediction, observed: Mapping[str, Estimate]) -> list[tuple[str, Any]]:
    """Give a card's quantity and value, a list element by element where the observed fact is such a list."""
    if isinstance(card.value, list | tuple) and f"{card.quantity}[0]" in observed:
        return [(f"{card.quantity}[{index}]", value) for index, value in enumerate(card.value)]
    return [(card.quantity, card.value)]


def _short(value: Any) -> str:
    """Write a predicted value on one line, without brackets where words do."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        text = "; ".join(f"{name} {_short(item)}" for name, item in list(value.items())[:8])
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        text = " | ".join(_short(item) for item in value[:6]) + (" | …" if len(value) > 6 else "")
    elif isinstance(value, list | tuple):
        inner = ", ".join(_short(item) for item in value[:12]) + (", …" if len(value) > 12 else "")
        text = f"({inner})"
    else:
        text = str(value)
    return text if len(text) <= 240 else text[:239] + "…"
