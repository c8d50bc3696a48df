"""A meta judge without a model: it moves points towards features of episodes that earned more than they were judged to, and away from the others'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .features import FEATURES, sentence_of
from .meta import Merged, Refinement, Sample, Verdict
from .rubric import MOST_ITEMS, MOST_POINTS, Item, Rubric

__all__ = ["ByErrors"]

_BAD, _OK = 1.5, 0.75
"""Standard deviations between judgement and payoff from which a sample was judged badly, or not quite well."""
_NOTHING = 1e-9
_STRIDE = 2
"""Points that an item moves in one rewriting, at most."""


class ByErrors:
    """Compares judgements with payoffs, both as differences from what is usual in a sample's deal, in standard deviations.

    A sample whose payoff is above its judgement moves up the item of whose feature it has most, and down the one of which it has least; below, the other way
    round: least mean squares by hand, one point at a time. A merge adds up what the samples moved, two points an item at most.

    Args:
        bank: names of the features that items may be made of.
    """

    asking = None

    def __init__(self, bank: Sequence[str]) -> None:
        self._bank = tuple(bank)

    async def verdicts(self, rubric: Rubric, samples: Sequence[Sample]) -> list[Verdict | None]:
        return ["bad" if gap >= _BAD else "ok" if gap >= _OK else "good" for gap in np.abs(_errors(samples))]

    async def refine(self, rubric: Rubric, samples: Sequence[Sample], chosen: Sequence[int]) -> list[Refinement | None]:
        errors = _errors(samples)
        names = [name for name in self._bank if all(name in sample.usual.features for sample in samples)]
        apart = [[sample.shown.features[name] - sample.usual.features[name] for name in names] for sample in samples]
        features = np.array(apart).reshape(len(samples), len(names))
        pulls = errors[:, None] * _scaled(features)
        found: list[Refinement | None] = []
        for number in chosen:
            moved = {names[at]: step for at, step in ((_first(pulls[number]), 1), (_first(-pulls[number]), -1)) if at is not None}
            sample, better = samples[number], _moved(rubric, moved)
            words = ", ".join(f"{step:+d} for {FEATURES[name].sentence!r}" for name, step in moved.items()) or "nothing to change"
            found.append(Refinement(f"judged {sample.judged:.2f}, earned {sample.payoff:.2f}: {words}", better or rubric))
        return found

    async def merge(self, rubric: Rubric, refined: Sequence[Rubric]) -> Merged:
        before, after = _points(rubric), [_points(one) for one in refined]
        names = list(dict.fromkeys(name for one in (before, *after) for name in one))
        sums = {name: sum(one.get(name, 0) - before.get(name, 0) for one in after) for name in names}
        return Merged(_moved(rubric, {name: int(np.clip(step, -_STRIDE, _STRIDE)) for name, step in sums.items()}), 0)


def _errors(samples: Sequence[Sample]) -> NDArray[np.float64]:
    """How much more each sample earned than it was judged to, beside its deal's other episodes; nothing where payoffs never differ."""
    payoffs = np.array([sample.payoff - sample.usual.payoff for sample in samples])
    judged = np.array([sample.judged - sample.usual.judged for sample in samples])
    return _scaled(payoffs) - _scaled(judged) if np.abs(payoffs).max(initial=0) > _NOTHING else np.zeros(len(samples))


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Differences in standard deviations, column by column; zeros where there are none."""
    spread = np.sqrt((values**2).sum(0) / max(len(values), 1))
    return np.asarray(np.where(spread > _NOTHING, values / np.maximum(spread, _NOTHING), 0.0))


def _first(pulls: NDArray[np.float64]) -> int | None:
    """The number of the largest, if it is above 0; of equal ones the first."""
    return int(pulls.argmax()) if len(pulls) and pulls.max() > 0 else None


def _points(rubric: Rubric) -> dict[str, int]:
    """Points by feature; items that no feature is known for are left out, and stay as they are."""
    return {name: item.points for item in rubric.items if (name := sentence_of(item.text)) is not None}


def _moved(rubric: Rubric, steps: Mapping[str, int]) -> Rubric | None:
    """Move points; items at 0 go, and of too many the lightest. None where nothing is left."""
    items = []
    for item in rubric.items:
        name = sentence_of(item.text)
        items.append(item if name is None else item._replace(points=item.points + steps.get(name, 0)))
    known = _points(rubric)
    items += [Item(FEATURES[name].sentence, step) for name, step in steps.items() if name not in known]
    items = [item._replace(points=int(np.clip(item.points, -MOST_POINTS, MOST_POINTS))) for item in items if item.points]
    heaviest = sorted(sorted(range(len(items)), key=lambda at: (-abs(items[at].points), at))[:MOST_ITEMS])
    return Rubric(tuple(items[at] for at in heaviest)) if items else None
