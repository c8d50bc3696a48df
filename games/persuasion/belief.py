"""What a seat should believe: Bayes' rule over the right answer, from its own evidence and from what the other's first claim tells of the other's.

The first claim of a seat that is honest tells what most of its evidence points to, and how many pieces do; of equals, each alike likely. That of a misleader
tells what fewest of its pieces point to, with as many pieces as an honest one in its place would have told, so that no number gives it away. What is said
after the first claims follows from them and tells nothing more. A claim that neither would make (claims need not be true) tells nothing either.

A piece for an answer makes it ``r (k - 1) / (1 - r)`` times as likely against each other one, where r is the reliability and k the number of answers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .rules import Persuasion

__all__ = ["Claim", "Floats", "belief", "chances", "claims", "heard", "settled"]

Floats = NDArray[np.float64]
Claim = tuple[int, int]
"""An answer's number, and how many pieces are said to point to it."""


def claims(tally: Sequence[int], *, misleads: bool = False) -> dict[Claim, float]:
    """Give the first claims that a seat with this evidence may make, with their chances, if it is honest, or a misleader."""
    most = max(tally)
    target = min(tally) if misleads else most
    open_to = [answer for answer, count in enumerate(tally) if count == target]
    return {(answer, most): 1 / len(open_to) for answer in open_to}


def chances(game: Persuasion) -> tuple[tuple[tuple[int, ...], ...], Floats]:
    """List what a seat may be dealt.

    Returns:
        All tallies, ``T`` of them, and the chance of each by the right answer, shape ``(T, options)``; its columns sum to 1.
    """
    return _chances(game.options, game.reliability, game.evidence)


def heard(game: Persuasion, misleaders: float | None = None) -> Floats:
    """Give the chance of every first claim of the other by the right answer.

    Args:
        game: the rules.
        misleaders: the share of misleaders that is reckoned with; the game's own by default.

    Returns:
        Shape ``(options, most pieces + 1, options)``: answer claimed, pieces claimed, right answer; sums to 1 over claims.
    """
    return _heard(game.options, game.reliability, game.evidence, game.misleaders if misleaders is None else misleaders)


def belief(game: Persuasion, tally: Sequence[int], claim: Claim | None = None, *, misleaders: float | None = None) -> Floats:
    """Give the chance of each answer to be right, shape ``(options,)``.

    Args:
        game: the rules.
        tally: own pieces by answer.
        claim: the other's first claim; None where it made none.
        misleaders: the share of misleaders that is reckoned with; the game's own by default.
    """
    weight = math.log(game.reliability * (game.options - 1) / (1 - game.reliability))
    own = np.exp(weight * (np.asarray(tally, np.float64) - max(tally)))
    if claim is not None:
        told = heard(game, misleaders)[claim]
        own = own * told if told.any() else own
    return np.asarray(own / own.sum())


def settled(chance: Floats, own: int, other: int | None = None) -> int:
    """Choose the likeliest answer; of equals the one that was claimed oneself, then the other's, then the first."""
    best = np.flatnonzero(np.isclose(chance, chance.max(), rtol=1e-9, atol=0)).tolist()
    return next(answer for answer in (own, other, *best) if answer in best)


@lru_cache(maxsize=64)
def _chances(options: int, reliability: float, evidence: tuple[int, int]) -> tuple[tuple[tuple[int, ...], ...], Floats]:
    low, high = evidence
    tallies = tuple(tally for tally in itertools.product(range(high + 1), repeat=options) if low <= sum(tally) <= high)
    table = np.empty((len(tallies), options))
    for row, tally in enumerate(tallies):
        count = sum(tally)
        ways = math.factorial(count) / math.prod(math.factorial(part) for part in tally) / (high - low + 1)
        for truth, right in enumerate(tally):
            table[row, truth] = ways * reliability**right * ((1 - reliability) / (options - 1)) ** (count - right)
    table.flags.writeable = False
    return tallies, table


@lru_cache(maxsize=64)
def _heard(options: int, reliability: float, evidence: tuple[int, int], misleaders: float) -> Floats:
    tallies, table = _chances(options, reliability, evidence)
    found = np.zeros((options, evidence[1] + 1, options))
    for tally, chance in zip(tallies, table, strict=True):
        for misleads, share in ((False, 1 - misleaders), (True, misleaders)):
            for claim, likely in claims(tally, misleads=misleads).items():
                found[claim] += share * likely * chance
    found.flags.writeable = False
    return found
