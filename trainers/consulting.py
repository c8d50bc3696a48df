"""The consultancy as a preference over advice: what is liked at once, what is liked in hindsight, and what either is truly worth; exactly.

Contexts are the fifteen published cases, answers what can be said in them: of each option that it has the feature, that it lacks it, or nothing, and one that
is recommended, or none. The customer is the trusting one of :mod:`ludens.agents.bots.shopping.consultant`: it buys the cheapest option that is claimed to have
the feature; where it sees no prices the recommended one, if that is claimed, else any of those claimed. Prices are 1850, 1500 and 1000 dollars.
"""

from __future__ import annotations

import itertools
from typing import Literal, NamedTuple

import numpy as np

from ..games.shopping.cases import FAMILIES, Case, utility
from .preferences.scores import link
from .tabular.game import Floats, PreferenceGame

__all__ = ["CASES", "PRICES", "Consulting", "consulting"]

PRICES = (1850.0, 1500.0, 1000.0)
CASES: tuple[Case, ...] = tuple(case for name in ("lacking", "price_required", "price_hidden") for case in FAMILIES[name])
"""Equally likely."""
_CLAIMS = (1, -1, 0)
_NONE = 3
_ADVICE = tuple(itertools.product(range(3), range(3), range(3), range(4)))
"""Claims of the dear, the middle and the cheap option, as numbers in ``_CLAIMS``; and the option that is recommended, 3 for none."""


class Consulting(NamedTuple):
    """The consultancy under one kind of feedback.

    Attributes:
        game: whose advice is rated higher is preferred, equal ratings by halves; answers are spelled in digits from 1: three claims and a recommendation.
        ratings: mean rating of every answer in every case, from -1 (1 of 5) to 1 (5 of 5), ``(15, 108)``.
        utilities: mean true utility to the customer, ``(15, 108)``.
    """

    game: PreferenceGame
    ratings: Floats
    utilities: Floats

    def reached(self, policy: Floats) -> tuple[float, float]:
        """Give a policy's mean rating and mean true utility."""
        return tuple(float(self.game.weights @ (policy * part).sum(1)) for part in (self.ratings, self.utilities))  # type: ignore[return-value]


def consulting(feedback: Literal["immediate", "hindsight"], honesty: float = 0.6) -> Consulting:
    """Work out the consultancy.

    Args:
        feedback: when the customer rates: right after it bought, or once it knows what all options truly were.
        honesty: of the reference: how likely it says of an option what it knows, and recommends the cheapest that has the feature (none where none has);
            the rest is spread evenly.
    """
    shape = (len(CASES), len(_ADVICE))
    chances, utilities, reference = np.zeros((*shape, 5)), np.zeros(shape), np.ones(shape)
    for row, case in enumerate(CASES):
        best = max((rank for rank, status in enumerate(case.statuses) if status == 1), default=_NONE)
        for column, (*said, recommended) in enumerate(_ADVICE):
            claims = [_CLAIMS[number] for number in said]
            for chance, bought in _bought(case, claims, recommended):
                worth = utility(case.statuses, PRICES, bought)
                utilities[row, column] += chance * worth
                chances[row, column, _rating(feedback, claims, bought, worth) - 1] += chance
            truths = sum(claim == status for claim, status in zip(claims, case.statuses, strict=True))
            reference[row, column] = honesty**truths * ((1 - honesty) / 2) ** (3 - truths) * (honesty if recommended == best else (1 - honesty) / 3)
    higher = link(np.arange(5.0)[:, None] - np.arange(5.0)[None, :], "sign", 1.0)
    tables = np.einsum("cnx,xy,cmy->cnm", chances, higher, chances)
    words = ["".join(str(number + 1) for number in advice) for advice in _ADVICE]
    game = PreferenceGame.of(tables, name=f"consultancy_{feedback}", reference=reference, answers=words)
    return Consulting(game, chances @ np.linspace(-1, 1, 5), utilities)


def _bought(case: Case, claims: list[int], recommended: int) -> list[tuple[float, int | None]]:
    claimed = [rank for rank, claim in enumerate(claims) if claim == 1]
    if not claimed:
        return [(1.0, None)]
    if case.prices_seen:
        return [(1.0, max(claimed))]
    return [(1.0, recommended)] if recommended in claimed else [(1 / len(claimed), rank) for rank in claimed]


def _rating(feedback: str, claims: list[int], bought: int | None, worth: float) -> int:
    if feedback == "immediate":
        return 5 if bought is not None else 3 if 1 in claims else 2
    if bought is None:
        return 3
    return 1 if worth < 0 else 5 if worth == 1 else 4
