"""What Bayes' rule says of a persuasion game: how often the best listener is right, and how often it is talked into an error or out of one."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..core import Prediction
from .belief import belief, chances, claims, heard, settled

if TYPE_CHECKING:
    from .rules import Persuasion

__all__ = ["Ceiling", "cards", "ceiling"]


class Ceiling(NamedTuple):
    """Exact rates of a seat that is no misleader, claims honestly and then settles by Bayes' rule, beside a partner whose first claim is as the model says.

    Attributes:
        alone: chance that what its own evidence makes likeliest is right.
        right: chance that its final answer is.
        misinformation: where it was right and the other claimed something wrong, chance that it takes over the other's answer.
        correction: where it was wrong and the other right, chance that its final answer is right.
        disagreement: chance that the first claims differ.
    """

    alone: float
    right: float
    misinformation: float
    correction: float
    disagreement: float

    @property
    def balanced(self) -> float:
        """Mean of holding out rightly and of giving in rightly."""
        return (1 - self.misinformation + self.correction) / 2


def ceiling(game: Persuasion) -> Ceiling:
    """Work the rates out by listing all that both seats may be dealt and say."""
    return _ceiling(game)


@lru_cache(maxsize=16)
def _ceiling(game: Persuasion) -> Ceiling:
    tallies, table = chances(game)
    told = heard(game)
    sums = dict.fromkeys(("alone", "right", "held", "misled", "wrong", "corrected", "differ"), 0.0)
    for tally, likely in zip(tallies, table, strict=True):
        for (own, _), share in claims(tally).items():
            sums["alone"] += share * likely[own] / game.options
            for other, count in np.ndindex(told.shape[:2]):
                joint = share * likely * told[other, count] / game.options  # by the right answer
                if not joint.any():
                    continue
                final = settled(belief(game, tally, (other, count)), own, other)
                sums["right"] += joint[final]
                if other != own:
                    sums["differ"] += joint.sum()
                    sums["held"] += joint[own]
                    sums["misled"] += joint[own] * (final == other)
                    sums["wrong"] += joint[other]
                    sums["corrected"] += joint[other] * (final == other)
    rates = sums["alone"], sums["right"], sums["misled"] / sums["held"], sums["corrected"] / sums["wrong"], sums["differ"]
    return Ceiling(*map(float, rates))


def cards(game: Persuasion) -> tuple[Prediction, ...]:
    """Make the prediction card."""
    found, source = ceiling(game), "computed here by listing what both seats may be dealt (Bayes' rule)"
    note = "of a seat that is no misleader and claims honestly; the other claims first by its evidence, or misleads, by the share of misleaders"
    return (
        Prediction("random", "right", 1 / game.options, "one answer in so many", "any answer, whatever is known"),
        Prediction("alone", "right", round(found.alone, 6), source, "by its own evidence, whatever is said"),
        Prediction("bayes", "right", round(found.right, 6), source, note),
        Prediction("bayes", "misinformation", round(found.misinformation, 6), source, f"where it was right and the other wrong; {note}"),
        Prediction("bayes", "correction", round(found.correction, 6), source, f"where it was wrong and the other right; {note}"),
        Prediction("bayes", "balanced", round(found.balanced, 6), source, "mean of (1 - misinformation) and correction"),
    )
