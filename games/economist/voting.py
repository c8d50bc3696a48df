"""Counting votes: plurality, approval, majority by pairs and maximal lotteries; on plain arrays, a voter a row, an option a column."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .schedule import Floats

__all__ = ["condorcet_winner", "margins", "maximal_lottery", "tally"]


def tally(ballots: ArrayLike) -> Floats:
    """Add up ballots of shape (voters, options), ones and zeros: shape (options,). One one a row is plurality, any number approval."""
    return np.asarray(ballots, np.float64).sum(axis=0)


def margins(grades: ArrayLike) -> Floats:
    """Say by how many voters each option beats each other: shape (options, options), antisymmetric; grades of shape (voters, options)."""
    given = np.asarray(grades, np.float64)
    return np.sign(given[:, :, None] - given[:, None, :]).sum(axis=0)


def condorcet_winner(lead: ArrayLike) -> int | None:
    """Find the option that beats every other by majority; None where there is none."""
    beats = np.asarray(lead) > 0
    found = np.flatnonzero(beats.sum(axis=1) == len(beats) - 1)
    return int(found[0]) if found.size else None


def maximal_lottery(lead: ArrayLike) -> Floats:
    """Give chances of the options that no other lottery beats on average: an optimal strategy of the symmetric zero-sum game of margins.

    Of several, the one that the solver finds. Fishburn 1984, "Probabilistic Social Choice Based on Simple Voting Comparisons".

    Args:
        lead: shape (options, options), antisymmetric.

    Returns:
        Shape (options,), summing to one.
    """
    from scipy.optimize import linprog

    game = np.asarray(lead, np.float64)
    options = len(game)
    found = linprog(np.zeros(options), A_ub=-game.T, b_ub=np.zeros(options), A_eq=np.ones((1, options)), b_eq=[1.0], bounds=(0, 1))
    chances = np.clip(found.x, 0, None)
    return chances / chances.sum()
