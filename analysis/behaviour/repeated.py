"""Strategies in repeated games of two actions: conditional cooperation rates, and shares of named strategies (SFEM).

Memory-one: how often a player cooperates in the first round and after each outcome of the last one (Nowak and Sigmund, Nature 364 (1993)). SFEM: Dal Bo and
Frechette, The evolution of cooperation in infinitely repeated games, American Economic Review 101 (2011), section IV: each match is played by one strategy of
a list, whose choice is carried out wrongly with probability ``tremble`` each round; shares and error by maximum likelihood. Strategies that act alike in what
was seen are not told apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...agents.repeated import strategy
from ...agents.repeated.base import C, Strategy
from ...errors import ParameterError
from ..resample import wilson_interval
from .fit import Fit, Floats
from .mixture import Mixture, mixture

__all__ = ["OUTCOMES", "SFEM_STRATEGIES", "Match", "memory_one", "outcome_counts", "prescriptions", "strategy_shares"]

Match = tuple[ArrayLike, ArrayLike]
"""Own and other's actions by round: 0 for the first (C, to cooperate), 1 for the second (D)."""

OUTCOMES = ("first", "cc", "cd", "dc", "dd")
"""The first round, and the outcomes of a round: own action, then the other's."""

SFEM_STRATEGIES = ("defector", "cooperator", "grim", "tit_for_tat", "suspicious_tit_for_tat", "win_stay_lose_shift", "tit_for_two_tats")
"""Kinds of :data:`ludens.agents.repeated.STRATEGIES` that are told apart unless others are named."""


def outcome_counts(matches: Sequence[Match]) -> tuple[Floats, Floats]:
    """Count how often each of :data:`OUTCOMES` came before a choice, and how often cooperation followed.

    Args:
        matches: own and other's actions.

    Returns:
        Two arrays of shape ``(matches, 5)``.

    Raises:
        ParameterError: there is no match, or a match's two rows differ in length.
    """
    played = _checked(matches)
    tries, hits = np.zeros((len(played), 5)), np.zeros((len(played), 5))
    for at, (own, other) in enumerate(played):
        before = np.append(0, 1 + 2 * own[:-1] + other[:-1])
        tries[at] = np.bincount(before, minlength=5)
        hits[at] = np.bincount(before, weights=own == C, minlength=5)
    return tries, hits


def memory_one(matches: Sequence[Match], *, clusters: ArrayLike | None = None, level: float = 0.95) -> Fit:
    """Estimate the chances to cooperate in the first round and after each outcome.

    Standard errors count clusters of matches, not rounds (a ratio of sums, linearised); intervals are Wilson's with as many trials as these errors are worth.
    An outcome that never came is not identified.

    Args:
        matches: own and other's actions.
        clusters: group of each match; by default each stands for itself.
        level: coverage of the intervals aimed at.

    Raises:
        ParameterError: there is no match, or a match's two rows differ in length.
    """
    tries, hits = outcome_counts(matches)
    if clusters is not None:
        group = np.unique(np.asarray(clusters), return_inverse=True)[1]
        tries, hits = (np.array([np.bincount(group, weights=column) for column in table.T], float).T for table in (tries, hits))
    seen = tries.sum(axis=0)
    rate = np.where(seen > 0, hits.sum(axis=0) / np.maximum(seen, 1), math.nan)
    count = (tries > 0).sum(axis=0)
    se, low, high, flags = np.full(5, math.nan), np.full(5, math.nan), np.full(5, math.nan), []
    for at, name in enumerate(OUTCOMES):
        if seen[at] == 0:
            flags.append(f"{name} is not identified: it never came")
            continue
        p, with_it = float(rate[at]), int(count[at])
        if p in (0.0, 1.0):
            flags.append(f"{name} is at its bound {p:g}: no standard error")
            trials = float(with_it)
        elif with_it < 2:
            flags.append(f"{name} came in one cluster only: no standard error")
            continue
        else:
            spread = hits[:, at] - p * tries[:, at]
            se[at] = math.sqrt(with_it / (with_it - 1) * float(spread @ spread)) / seen[at]
            trials = p * (1 - p) / max(float(se[at]) ** 2, 1e-300)
        low[at], high[at] = wilson_interval(p, trials, level)
    misses = tries - hits
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(counts > 0, counts * np.log(chance), 0.0) for counts, chance in ((hits.sum(axis=0), rate), (misses.sum(axis=0), 1 - rate))]
    return Fit(OUTCOMES, rate, se, low, high, float(np.sum(parts)), int(seen.sum()), len(tries), level, True, tuple(flags), np.diag(se**2))


def prescriptions(matches: Sequence[Match], kind: str, **params: Any) -> list[Floats]:
    """Give for each match and round the chance with which a strategy would cooperate, given what both did before.

    Args:
        matches: own and other's actions.
        kind: of the strategy (:data:`ludens.agents.repeated.STRATEGIES`).
        **params: of the strategy.

    Raises:
        UnknownName: no such strategy.
    """
    made: Strategy[Any] = strategy(kind, **params)
    out = []
    for own, other in _checked(matches):
        memory, chances = made.opening(), []
        for mine, theirs in zip(own.tolist(), other.tolist(), strict=True):
            chances.append(float(made.cooperates(memory)))
            memory = made.after(memory, mine, theirs)
        out.append(np.array(chances))
    return out


def strategy_shares(matches: Sequence[Match], strategies: Sequence[str] = SFEM_STRATEGIES, *, units: ArrayLike | None = None, level: float = 0.95) -> Mixture:
    """Estimate shares of strategies and the rate of ``tremble``.

    Args:
        matches: own and other's actions.
        strategies: kinds of :data:`ludens.agents.repeated.STRATEGIES` to tell apart.
        units: who keeps to one strategy: a number for each match; by default each match stands for itself, as for players without memory of the last match.
        level: coverage of the intervals aimed at.

    Raises:
        ParameterError: there is no match, or a match's two rows differ in length.
        UnknownName: no such strategy.
    """
    played = _checked(matches)
    unit = np.arange(len(played)) if units is None else np.unique(np.asarray(units), return_inverse=True)[1]
    each = np.repeat(unit, [len(own) for own, _ in played])
    cooperated = np.concatenate([own for own, _ in played]) == C
    chances = [np.concatenate(prescriptions(played, kind)) for kind in strategies]

    def likelihood(error: float) -> Floats:
        columns = []
        for planned in chances:
            chance = planned * (1 - error) + (1 - planned) * error
            columns.append(np.bincount(each, weights=np.log(np.where(cooperated, chance, 1 - chance))))
        return np.stack(columns, axis=1)

    return mixture(strategies, likelihood, noise=("tremble", 1e-4, 0.5), n=len(each), level=level)


def _checked(matches: Sequence[Match]) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    played = [(np.asarray(own, np.int64), np.asarray(other, np.int64)) for own, other in matches]
    if not played or any(own.ndim != 1 or own.shape != other.shape or not len(own) for own, other in played):
        raise ParameterError("matches should be at least one pair of own and other's actions, of one length each")
    if any(not set(np.unique(row)) <= {0, 1} for pair in played for row in pair):
        raise ParameterError("actions should be 0 (to cooperate) or 1 (to defect)")
    return played
