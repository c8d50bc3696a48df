"""Depth of reasoning: level-k, the Poisson cognitive hierarchy, and orders of rationality in ring networks.

Level 0 plays uniformly. A level-k player answers level k - 1 (Nagel, American Economic Review 85 (1995); Stahl and Wilson, Games and Economic Behavior 10
(1995)); in the cognitive hierarchy it answers the mixture of all lower levels, in the proportions of a Poisson distribution of mean tau (Camerer, Ho and
Chong, A cognitive hierarchy model of games, Quarterly Journal of Economics 119 (2004), equations 1 to 3). Equally good actions are equally likely.

The cognitive hierarchy leaves level 0 in the population, so that every choice is possible and no noise is added in a normal-form game; its
likelihood jumps where an answer changes, so tau is searched on a grid, and its error found by a bootstrap.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ParameterError
from ..resample import percentile_interval
from .fit import Fit, Floats
from .mixture import Mixture, mixture
from .quantal import checked_choices, expected_payoffs

__all__ = ["cognitive_hierarchy", "hierarchy_policies", "level_policies", "level_shares", "poisson", "rationality_orders"]

DEEPEST = 20
"""Deepest level of the hierarchy that is worked out."""
_TAUS = np.concatenate([np.arange(0, 3, 0.02), np.arange(3, 10.1, 0.25)])
"""Values of tau that are tried: few games are played beyond 3, and fewer answers change there."""
_TIE = 1e-9
_RARE = 1e-9


def poisson(tau: float, deepest: int = DEEPEST) -> Floats:
    """Give the shares of levels 0 to ``deepest`` in a Poisson distribution of mean ``tau``, cut there."""
    levels = np.arange(deepest + 1)
    logs = levels * math.log(tau) - np.cumsum(np.log(np.maximum(levels, 1))) if tau > 0 else np.where(levels == 0, 0.0, -np.inf)
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def level_policies(table: ArrayLike, deepest: int) -> list[list[Floats]]:
    """Give for each level from 0 to ``deepest`` and each seat the share of each action: level k answers level k - 1.

    Args:
        table: payoffs of shape ``(seats, actions of seat 0, ...)``.
        deepest: the last level.
    """
    payoffs = np.asarray(table, float)
    found = [_uniform(payoffs)]
    for _ in range(deepest):
        found.append(_answers(payoffs, found[-1]))
    return found


def hierarchy_policies(table: ArrayLike, tau: float, deepest: int = DEEPEST) -> list[list[Floats]]:
    """Give the same of the cognitive hierarchy: level k answers levels 0 to k - 1 in Poisson proportions, each other seat drawn by itself.

    Args:
        table: payoffs of shape ``(seats, actions of seat 0, ...)``.
        tau: mean of the Poisson distribution.
        deepest: the last level.
    """
    payoffs, weight = np.asarray(table, float), poisson(tau, deepest)
    found = [_uniform(payoffs)]
    for level in range(1, deepest + 1):
        if weight[level:].sum() < _RARE:
            found.append(found[-1])
            continue
        lower = weight[:level] / weight[:level].sum()
        found.append(_answers(payoffs, [np.asarray(lower @ np.array([one[seat] for one in found])) for seat in range(len(payoffs))]))
    return found


def cognitive_hierarchy(
    table: ArrayLike, seats: ArrayLike, chosen: ArrayLike, *, clusters: ArrayLike | None = None, level: float = 0.95, resamples: int = 400, seed: int = 0
) -> Fit:
    """Estimate ``tau`` of the Poisson cognitive hierarchy: the likeliest value of a grid, with a bootstrap over clusters.

    Args:
        table: payoffs of shape ``(seats, actions of seat 0, ...)``.
        seats: who chose, of shape ``(choices,)``.
        chosen: what, of shape ``(choices,)``.
        clusters: group of each choice.
        level: coverage of the interval aimed at.
        resamples: bootstrap draws.
        seed: of the draws.

    Raises:
        ParameterError: there is no choice, a seat or an action is not there, or lengths differ.
    """
    payoffs = np.asarray(table, float)
    who, made = checked_choices(payoffs, seats, chosen)
    group = np.arange(len(who)) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    if group.shape != who.shape:
        raise ParameterError(f"clusters should have shape ({len(who)},), one for each choice")
    count = int(group.max()) + 1
    by_cluster = np.array([np.bincount(group, weights=shares[who, made], minlength=count) for shares in _log_shares(payoffs.shape, payoffs.tobytes())])
    total = by_cluster.sum(axis=1)
    best, flags = float(_TAUS[total.argmax()]), []
    rng, draws = np.random.default_rng(seed), np.empty(0)
    if np.ptp(total) < _TIE * len(who):
        best, flags = math.nan, ["tau is not identified: the likelihood is flat"]
    elif best == _TAUS[-1]:
        best, flags = math.nan, [f"tau runs to its end of the search, {_TAUS[-1]:g}: the choices set no bound there"]
    elif count > 1:
        weights = rng.multinomial(count, np.full(count, 1 / count), size=resamples)
        draws = _TAUS[(by_cluster @ weights.T).argmax(axis=0)]
    if len(draws) and np.ptp(draws) == 0:
        flags, draws = ["tau: all resamples agree to the step of the grid, so there is no standard error"], np.empty(0)
    found = percentile_interval(best, draws, level=level, n=count, method="")
    se = float(draws.std(ddof=1)) if len(draws) else math.nan
    estimate, error, low, high = (np.array([one]) for one in (best, se, found.low, found.high))
    clustered = None if clusters is None else count
    return Fit(("tau",), estimate, error, low, high, float(total.max()), len(who), clustered, level, True, tuple(flags), np.array([[se**2]]))


@lru_cache(maxsize=8)
def _log_shares(shape: tuple[int, ...], payoffs: bytes) -> Floats:
    """Give for each tau of the grid the log share of each action of each seat in the population, of shape ``(taus, seats, most actions)``.

    Many players' choices in one game are looked at in a row; the table stands as bytes so that it can be remembered.
    """
    table = np.frombuffer(payoffs).reshape(shape)
    out = np.full((len(_TAUS), len(table), max(shape[1:])), -np.inf)
    for at, tau in enumerate(_TAUS.tolist()):
        weight, policies = poisson(tau), hierarchy_policies(table, tau)
        for seat, size in enumerate(shape[1:]):
            out[at, seat, :size] = np.log(np.maximum(weight @ np.array([one[seat] for one in policies]), 1e-300))
    return out


def level_shares(table: ArrayLike, units: ArrayLike, seats: ArrayLike, chosen: ArrayLike, *, deepest: int = 3, level: float = 0.95) -> Mixture:
    """Estimate shares of level-k types in a population, each of which errs at the same rate (spread evenly over all actions).

    Args:
        table: payoffs of shape ``(seats, actions of seat 0, ...)``.
        units: who stays of one type: a number for each choice.
        seats: where it sat, of shape ``(choices,)``.
        chosen: what it chose, of shape ``(choices,)``.
        deepest: the last level.
        level: coverage of the intervals aimed at.

    Returns:
        Shares ``level_0`` ... and ``tremble``.

    Raises:
        ParameterError: there is no choice, or a seat or an action is not there.
    """
    payoffs = np.asarray(table, float)
    who, made = checked_choices(payoffs, seats, chosen)
    _, unit = np.unique(np.asarray(units), return_inverse=True)
    if unit.shape != who.shape:
        raise ParameterError(f"units should have shape ({len(who)},), one for each choice")
    chance = np.array([[one[seat][action] for one in level_policies(payoffs, deepest)] for seat, action in zip(who, made, strict=True)])
    flat = 1 / np.array(payoffs.shape[1:])[who][:, None]
    return mixture(
        [f"level_{number}" for number in range(deepest + 1)],
        lambda error: _by_unit(np.log((1 - error) * chance + error * flat), unit),
        noise=("tremble", 1e-4, 1.0),
        n=len(made),
        level=level,
    )


def rationality_orders(
    units: ArrayLike, orders: ArrayLike, solved: ArrayLike, options: ArrayLike, *, deepest: int | None = None, level: float = 0.95
) -> Mixture:
    """Estimate shares of orders of rationality from choices in ring networks.

    A player of order R takes the action of the iterated-dominance solution wherever that needs R steps of reasoning or fewer, but for an error spread evenly
    over all actions; where it needs more, the player is taken to choose at random. Kneeland, Identifying higher-order rationality, Econometrica 83 (2015),
    tells orders apart without that last assumption, by pairs of games; here one seat's lucky guess looks like depth, at the rate of one over its options.

    Args:
        units: who stays of one order: a number for each choice.
        orders: steps of reasoning that the choice needed, from 1, of shape ``(choices,)``.
        solved: 1 where it was the solution's, of shape ``(choices,)``.
        options: how many actions there were, of shape ``(choices,)``.
        deepest: the highest order told apart; by default the most steps needed.
        level: coverage of the intervals aimed at.

    Returns:
        Shares ``order_0`` ... and ``tremble``.

    Raises:
        ParameterError: shapes differ, or there is no choice.
    """
    who, need, right, size = np.asarray(units), np.asarray(orders), np.asarray(solved).astype(bool), np.asarray(options, float)
    if not (who.shape == need.shape == right.shape == size.shape and need.ndim == 1 and len(need)):
        raise ParameterError("units, orders, solved and options should have one entry for each of at least one choice")
    _, unit = np.unique(who, return_inverse=True)
    last = int(need.max()) if deepest is None else deepest
    able = need[:, None] <= np.arange(last + 1)[None, :]
    flat = (1 / size)[:, None]

    def likelihood(error: float) -> Floats:
        hit = np.where(able, 1 - error + error * flat, flat)
        return _by_unit(np.log(np.where(right[:, None], hit, 1 - hit)), unit)

    return mixture([f"order_{number}" for number in range(last + 1)], likelihood, noise=("tremble", 1e-4, 1.0), n=len(need), level=level)


def _uniform(table: Floats) -> list[Floats]:
    return [np.full(size, 1 / size) for size in table.shape[1:]]


def _answers(table: Floats, beliefs: list[Floats]) -> list[Floats]:
    """Give each seat's best answers to what all play, equally likely."""
    out = []
    slack = _TIE * max(1.0, float(np.abs(table).max()))
    for seat in range(len(table)):
        worth = expected_payoffs(table, seat, beliefs)
        best = (worth >= worth.max() - slack).astype(float)
        out.append(best / best.sum())
    return out


def _by_unit(table: Floats, unit: np.ndarray) -> Floats:
    """Sum rows of one unit."""
    out = np.zeros((int(unit.max()) + 1, table.shape[1]))
    np.add.at(out, unit, table)
    return out
