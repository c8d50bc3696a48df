"""The precision of choices in a normal-form game: logit quantal response equilibrium, and logit response to what the others in fact do.

McKelvey and Palfrey, Quantal response equilibria for normal form games, Games and Economic Behavior 10 (1995). Equilibrium asks every seat to know how the
others err; the response to given beliefs asks nothing of the others and is the one to use where a player meets players of other kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ParameterError
from ...games.matrix.quantal import logit_branch, logit_near
from .fit import Fit, Floats, Ints, whole_numbers
from .logit import chosen_log_likelihood, precision
from .maximum import Parameter, maximise

__all__ = ["checked_choices", "expected_payoffs", "logit_response", "quantal_branch", "quantal_response"]

_REACH = 100.0
_GRID = 80
_STARTS = (0.003, 0.03, 0.2)
"""Starts of the search, as shares of the way along the branch."""


def quantal_branch(table: ArrayLike) -> tuple[Callable[[float], list[Floats]], float]:
    """Prepare the logit equilibria of a game for many looks.

    Args:
        table: payoffs of shape ``(seats, actions of seat 0, ...)``.

    Returns:
        A function from the precision to each seat's shares, on the branch that starts at uniform play; and the largest precision it takes, a hundred over
        the range of payoffs.

    Raises:
        ParameterError: all payoffs are equal.
        NotSupported: the branch cannot be followed.
    """
    payoffs = np.asarray(table, float)
    span = float(np.ptp(payoffs))
    if span <= 0:
        raise ParameterError("all payoffs of the game are equal: choices tell nothing")
    grid, points = _branch(payoffs.shape, payoffs.tobytes(), _REACH / span)

    def at(precision_: float) -> list[Floats]:
        near = int(np.abs(grid - precision_).argmin())
        return logit_near(payoffs, precision_, points[near])

    return at, float(grid[-1])


@lru_cache(maxsize=8)
def _branch(shape: tuple[int, ...], payoffs: bytes, most: float) -> tuple[Floats, list[list[Floats]]]:
    """Follow the branch of a table, which stands as bytes so that it can be remembered: many players' choices in one game are looked at in a row."""
    # dense near 0, where the shares move fastest
    grid = most * np.linspace(0, 1, _GRID + 1) ** 2
    return grid, list(logit_branch(np.frombuffer(payoffs).reshape(shape), grid.tolist()))


def quantal_response(table: ArrayLike, seats: ArrayLike, chosen: ArrayLike, *, clusters: ArrayLike | None = None, level: float = 0.95) -> Fit:
    """Estimate ``lambda`` of the logit equilibrium that choices come from.

    Args:
        table: payoffs of shape ``(seats, actions of seat 0, ...)``.
        seats: who chose, of shape ``(choices,)``.
        chosen: what, of shape ``(choices,)``.
        clusters: group of each choice.
        level: coverage of the interval aimed at.

    Raises:
        ParameterError: a seat or an action is not there, or all payoffs are equal.
        NotSupported: the branch cannot be followed.
    """
    payoffs = np.asarray(table, float)
    who, made = checked_choices(payoffs, seats, chosen)
    branch, most = quantal_branch(payoffs)

    def log_likelihood(at: Floats) -> Floats:
        shares = branch(float(at[0]))
        return np.log(np.maximum([shares[seat][action] for seat, action in zip(who, made, strict=True)], 1e-300))

    start = tuple(most * share for share in _STARTS)
    return maximise(log_likelihood, [Parameter("lambda", 0.0, most, start, scale=most / _REACH, natural=(0.0,))], clusters=clusters, level=level)


def expected_payoffs(table: ArrayLike, seat: int, others: Sequence[Floats]) -> Floats:
    """Give what each action of a seat earns on average.

    Args:
        table: payoffs of shape ``(seats, actions of seat 0, ...)``.
        seat: whose.
        others: for every seat the share of each action; the own is not looked at.
    """
    own = np.moveaxis(np.asarray(table, float)[seat], seat, 0)
    for shares in reversed([part for other, part in enumerate(others) if other != seat]):
        own = own @ shares
    return np.asarray(own)


def logit_response(
    table: ArrayLike, seats: ArrayLike, chosen: ArrayLike, beliefs: Sequence[Floats], *, clusters: ArrayLike | None = None, level: float = 0.95
) -> Fit:
    """Estimate ``lambda`` of logit responses to given beliefs.

    Args:
        table: payoffs of shape ``(seats, actions of seat 0, ...)``.
        seats: who chose, of shape ``(choices,)``.
        chosen: what, of shape ``(choices,)``.
        beliefs: for every seat how often it is thought to take each action.
        clusters: group of each choice.
        level: coverage of the interval aimed at.

    Raises:
        ParameterError: a seat or an action is not there, or all actions earn the same against the beliefs.
    """
    payoffs = np.asarray(table, float)
    who, made = checked_choices(payoffs, seats, chosen)
    utility = np.full((len(who), max(payoffs.shape[1:])), np.nan)
    for seat in np.unique(who):
        utility[who == seat, : payoffs.shape[1 + seat]] = expected_payoffs(payoffs, int(seat), beliefs)
    spread = float(np.nanmean(np.nanstd(utility, axis=1)))
    return maximise(lambda at: chosen_log_likelihood(at[0] * utility, made), [precision(spread)], clusters=clusters, level=level)


def checked_choices(table: Floats, seats: ArrayLike, chosen: ArrayLike) -> tuple[Ints, Ints]:
    """Check choices in a normal-form game.

    Args:
        table: payoffs of shape ``(seats, actions of seat 0, ...)``.
        seats: who chose, of shape ``(choices,)``.
        chosen: what, of shape ``(choices,)``.

    Raises:
        ParameterError: there is none, a seat or an action is not there, or lengths differ.
    """
    if table.ndim < 2 or table.ndim != table.shape[0] + 1:
        raise ParameterError("payoffs should be a full table of shape (seats, actions of seat 0, ...)")
    who, made = whole_numbers("seats", seats, table.shape[0]), whole_numbers("chosen", chosen, max(table.shape[1:]))
    if who.shape != made.shape or who.ndim != 1 or not len(who):
        raise ParameterError("seats and chosen should have one entry for each of at least one choice")
    if (made >= np.array(table.shape[1:])[who]).any():
        raise ParameterError("an action was chosen that its seat does not have")
    return who, made
