"""Which pairs to ask next.

Start with a random regular graph of degree 2, that is rings through all options, so that all are connected. Then ask pairs whose utilities are close and
whose options were asked about least: those among the closest 10 % of differences and the lowest 20 % of total degree, both widened by half up to five times
where they are too few (the procedure of Mazeika et al., Utility Engineering, arXiv:2502.08640, with its thresholds).
"""

from __future__ import annotations

import math

import numpy as np

from ...errors import ParameterError
from .choices import PairChoices
from .fits import Utilities

__all__ = ["next_pairs", "random_pairs", "start_pairs", "usual_pairs"]

_CLOSE, _RARE = 0.1, 0.2
_WIDER, _WIDENINGS = 1.5, 5

Pair = tuple[int, int]


def usual_pairs(options: int) -> int:
    """Give how many different pairs are enough as a rule: ``2 n log2 n``, at most all."""
    return min(options * (options - 1) // 2, math.ceil(2 * options * math.log2(max(options, 2))))


def start_pairs(options: int, rng: np.random.Generator) -> list[Pair]:
    """Draw a ring through all options in random order.

    Raises:
        ParameterError: fewer than two options.
    """
    if options < 2:
        raise ParameterError("utilities need at least two options")
    around = rng.permutation(options).tolist()
    ring = [_sorted(one, two) for one, two in zip(around, [*around[1:], around[0]], strict=True)]
    return ring[:1] if options == 2 else ring


def random_pairs(options: int, count: int, rng: np.random.Generator, *, asked: PairChoices | None = None) -> list[Pair]:
    """Draw pairs uniformly, those asked already left out; fewer where there are not as many."""
    one, two = np.triu_indices(options, 1)
    fresh = np.ones(len(one), bool) if asked is None else ~_asked(asked)[one, two]
    places = rng.permutation(np.flatnonzero(fresh))[:count]
    return [(int(one[at]), int(two[at])) for at in places]


def next_pairs(utilities: Utilities, asked: PairChoices, count: int, rng: np.random.Generator) -> list[Pair]:
    """Choose pairs that were not asked yet and tell most: close in utility, of options asked about little.

    Args:
        utilities: what is known.
        asked: all choices so far.
        count: pairs wanted; fewer are given where fewer are left.
        rng: draws among those that qualify.
    """
    done = _asked(asked)
    one, two = np.triu_indices(asked.options, 1)
    fresh = np.flatnonzero(~done[one, two])
    one, two = one[fresh], two[fresh]
    if len(one) <= count:
        return [(int(a), int(b)) for a, b in zip(one, two, strict=True)]
    degree = done.sum(axis=1)
    # ranks, not values: ties of the degree are broken at random, so that a threshold lets through the share it names
    order = rng.permutation(len(one))
    nearness, rarity = np.empty(len(one), np.int64), np.empty(len(one), np.int64)
    nearness[order[np.argsort(np.abs(utilities.mean[one] - utilities.mean[two])[order], kind="stable")]] = np.arange(len(one))
    rarity[order[np.argsort((degree[one] + degree[two])[order], kind="stable")]] = np.arange(len(one))
    qualify = np.empty(0, np.int64)
    for widening in range(_WIDENINGS + 1):
        reach = _WIDER**widening * len(one)
        qualify = np.flatnonzero((nearness < _CLOSE * reach) & (rarity < _RARE * reach))
        if len(qualify) >= count:
            break
    chosen = rng.permutation(qualify)[:count]
    if len(chosen) < count:
        # still too few: the nearest of the rest
        rest = np.setdiff1d(np.argsort(nearness), chosen, assume_unique=True)
        chosen = np.concatenate([chosen, rest[np.argsort(nearness[rest])][: count - len(chosen)]])
    return [(int(one[at]), int(two[at])) for at in chosen]


def _asked(choices: PairChoices) -> np.ndarray:
    done = np.zeros((choices.options, choices.options), bool)
    done[choices.first, choices.second] = done[choices.second, choices.first] = True
    return done


def _sorted(one: int, two: int) -> Pair:
    return (one, two) if one < two else (two, one)
