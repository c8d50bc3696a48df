"""Payoff-level results: tables of who earns what against whom, seat effects, scores over all games, win rates, the cost-skill front."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arena.report.summary import Estimate
from .resample import cluster_weights, percentile_interval, student_intervals
from .results import Floats, Ints, Results

__all__ = ["PairTable", "overall_scores", "pareto_front", "payoff_table", "seat_effects", "seat_means", "win_rates"]


@dataclass(frozen=True)
class PairTable:
    """A square table: ``cells[i][j]`` tells of player ``players[i]`` against ``players[j]``; None where they never met."""

    players: tuple[int, ...]
    cells: tuple[tuple[Estimate | None, ...], ...]


def _meetings(results: Results) -> tuple[Ints, Ints]:
    """Give rows (own, other) for every ordered pair of different seats in the same match."""
    own, other = [], []
    for rows in results.by_seats():
        for one in range(rows.shape[1]):
            for two in range(rows.shape[1]):
                if one != two:
                    own.append(rows[:, one])
                    other.append(rows[:, two])
    if not own:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return np.concatenate(own), np.concatenate(other)


def _table(results: Results, own: Ints, other: Ints, values: Floats, *, level: float, bounds: tuple[float, float] = (-math.inf, math.inf)) -> PairTable:
    players = np.unique(results.player)
    size = len(players)
    row, column = np.searchsorted(players, results.player[own]), np.searchsorted(players, results.player[other])
    cells = student_intervals(values, row * size + column, results.cluster[own], size * size, level=level, bounds=bounds)
    return PairTable(tuple(players.tolist()), tuple(tuple(cells[i * size : (i + 1) * size]) for i in range(size)))


def payoff_table(results: Results, *, level: float = 0.95) -> PairTable:
    """Tell what each player earns on average where each other player sits at the same table (itself in self-play).

    Args:
        results: rows of one game (:meth:`.Results.of_game`).
        level: coverage of the Student intervals over cluster means.
    """
    own, other = _meetings(results)
    return _table(results, own, other, results.returns[own], level=level)


def win_rates(results: Results, *, level: float = 0.95) -> PairTable:
    """Tell how often each player earns more than each other one at the same table, draws counting half; self-play is left out."""
    own, other = _meetings(results)
    differ = results.player[own] != results.player[other]
    own, other = own[differ], other[differ]
    return _table(results, own, other, (1 + np.sign(results.returns[own] - results.returns[other])) / 2, level=level, bounds=(0.0, 1.0))


def seat_means(results: Results, *, level: float = 0.95) -> tuple[Estimate | None, ...]:
    """Give the mean return of each seat of one game, with Student intervals over cluster means."""
    return tuple(student_intervals(results.returns, results.seat, results.cluster, int(results.seat.max()) + 1, level=level))


def seat_effects(results: Results, *, level: float = 0.95) -> tuple[Estimate | None, ...]:
    """Give, for each seat of one game, how much more it earns than the mean of its own match (paired within matches).

    It is the effect of the seat alone when the players were rotated through the seats; else strong players' favourite seats show too.
    """
    starts = np.flatnonzero(np.r_[True, results.match[1:] != results.match[:-1]])
    sizes = np.diff(np.r_[starts, len(results.match)])
    mean = np.repeat(np.add.reduceat(results.returns, starts) / sizes, sizes)
    return tuple(student_intervals(results.returns - mean, results.seat, results.cluster, int(results.seat.max()) + 1, level=level))


def overall_scores(results: Results, *, bootstrap: int = 200, seed: int = 0, level: float = 0.95) -> tuple[Estimate, ...]:
    """Score each player by its mean normalised payoff: first within each game, then over the games it played, each weighing the same.

    Args:
        results: what was played.
        bootstrap: resamples of whole clusters within each game, for percentile intervals.
        seed: of the resampling.
        level: coverage aimed at.

    Returns:
        One estimate a player, 0 at the lowest and 1 at the highest payoff the rules allow.
    """
    players, games = len(results.players), len(results.games)
    cell = results.player * games + results.game

    def score(weight: Floats | None) -> Floats:
        value = results.normalised if weight is None else results.normalised * weight
        total = np.bincount(cell, weights=value, minlength=players * games)
        count = np.bincount(cell, weights=weight, minlength=players * games)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(count > 0, total / count, np.nan).reshape(players, games)
        there = ~np.isnan(mean)
        # a resample that misses one of a player's games would average other games than the estimate does: leave it out
        complete = there.any(1) if weight is None else (there == played).all(1)
        sums = np.where(there, mean, 0.0).sum(1)
        return np.where(complete, sums / np.maximum(there.sum(1), 1), np.nan)

    played = np.bincount(cell, minlength=players * games).reshape(players, games) > 0
    point = score(None)
    draws = np.empty((bootstrap, players))
    for index, weights in enumerate(cluster_weights(results, bootstrap, np.random.default_rng(seed))):
        draws[index] = score(weights[results.cluster])
    met = np.unique(results.player * (int(results.cluster.max()) + 1) + results.cluster) // (int(results.cluster.max()) + 1)
    n = np.bincount(met, minlength=players)
    method = f"percentiles of {bootstrap} resamples of whole matches within games"
    return tuple(percentile_interval(float(point[i]), draws[:, i], level=level, n=int(n[i]), method=method) for i in range(players))


def pareto_front(cost: Sequence[float], skill: Sequence[float]) -> NDArray[np.bool_]:
    """Tell who is on the cost-skill front: nobody else costs at most as much and is at least as good, one of the two strictly."""
    price, value = np.asarray(cost, dtype=np.float64), np.asarray(skill, dtype=np.float64)
    no_worse = (price[None, :] <= price[:, None]) & (value[None, :] >= value[:, None])
    better = (price[None, :] < price[:, None]) | (value[None, :] > value[:, None])
    return np.asarray(~(no_worse & better).any(axis=1))
