"""Empirical games: the payoff tensors that played matches make of players, with resampled tensors beside them, and what follows with intervals."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...arena.report.summary import Estimate
from ...errors import LudensError
from ..resample import cluster_weights, percentile_interval, student_intervals
from ..results import Floats, Ints, Results
from .profiles import nash_conv

__all__ = ["EmpiricalGame", "IncompleteGame", "empirical_game", "hoeffding", "measured"]

_MOST_CELLS = 1_000_000


class IncompleteGame(LudensError):
    """Too few of the players met to make a game of them."""


@dataclass(frozen=True, eq=False)
class EmpiricalGame:
    """What players earn against each other, as a game in which each seat chooses a player.

    Attributes:
        players: indices into ``Results.players``; every seat chooses among all of them.
        dropped: players left out, because some of their meetings are missing.
        payoffs: mean returns, shape (seats, players, ...).
        counts: matches behind each cell, shape (players, ...).
        cells: the same means with Student intervals over clusters, by seat, in C order of the cells.
        draws: tensors of resampled clusters of matches, shape (resamples, seats, players, ...); NaN where a resample misses a cell.
        symmetric: seats are exchangeable: the matches of all seatings of a table are counted for each.
        assumed: whether what a player earns against itself was never played but follows from symmetry and a constant sum.
        clusters: independent groups of matches.
    """

    players: tuple[int, ...]
    dropped: tuple[int, ...]
    payoffs: Floats
    counts: Floats
    cells: tuple[tuple[Estimate | None, ...], ...]
    draws: Floats
    symmetric: bool
    assumed: bool
    clusters: int

    def measure(self, what: Callable[[Floats], Floats], *, level: float = 0.95) -> tuple[Estimate, ...]:
        """Estimate numbers that follow from the tensor, with intervals from the resampled ones.

        Args:
            what: gives numbers of a tensor, shape (k,).
            level: coverage aimed at.
        """
        point = np.atleast_1d(what(self.payoffs))
        usable = [draw for draw in self.draws if np.isfinite(draw).all()]
        found = np.array([np.atleast_1d(what(draw)) for draw in usable]).reshape(len(usable), len(point))
        method = f"percentiles of {len(usable)} resamples of whole matches"
        return tuple(percentile_interval(float(value), found[:, k], level=level, n=self.clusters, method=method) for k, value in enumerate(point))


def empirical_game(results: Results, *, symmetric: bool, constant_sum: bool = False, bootstrap: int = 200, seed: int = 0, level: float = 0.95) -> EmpiricalGame:
    """Make a game of the players of one game's matches.

    Seats that are not exchangeable keep cells of their own, so favourable seats favour nobody. Every cell weighs the same, however often it was played.

    Args:
        results: rows of one game (:meth:`.Results.of_game`), all matches with the same number of seats.
        symmetric: permuting the players permutes returns.
        constant_sum: returns of a match always add up to the same.
        bootstrap: resampled tensors.
        seed: of the resampling.
        level: coverage of the cells' intervals.

    Raises:
        IncompleteGame: no two players have all their meetings, or matches differ in their number of seats.
    """
    tables = list(results.by_seats())
    if len(tables) != 1:
        raise IncompleteGame("matches with different numbers of seats make no single game")
    rows = tables[0]
    seats, everybody = rows.shape[1], np.unique(results.player)
    if len(everybody) ** seats > _MOST_CELLS:
        raise IncompleteGame(f"{len(everybody)} players in {seats} seats make {len(everybody) ** seats:,} cells; {_MOST_CELLS:,} fit")
    who = np.searchsorted(everybody, results.player[rows])
    orders = list(itertools.permutations(range(seats))) if symmetric else [tuple(range(seats))]
    size = len(everybody)
    cell = np.concatenate([np.ravel_multi_index(tuple(who[:, order].T), (size,) * seats) for order in orders])
    earned = np.concatenate([results.returns[rows][:, order] for order in orders])
    cluster = np.tile(results.cluster[rows[:, 0]], len(orders))
    # a table of equal players comes to the same cell in several orders, and is one match all the same
    match = np.tile(np.arange(len(rows)), len(orders))
    counts = np.bincount(np.unique(np.stack([cell, match]), axis=1)[0], minlength=size**seats).reshape((size,) * seats)
    total = float(results.returns[rows].sum(axis=1).mean())
    assume = symmetric and constant_sum and seats == 2
    there = (counts > 0) | (np.eye(size, dtype=bool) if assume else False)
    kept = _complete(there)
    if len(kept) < 2:
        raise IncompleteGame(
            "no two players have played all the matches that a game of them needs, each against itself too; plan.self_play=true plays those"
            if not assume
            else "no two players have met"
        )
    inside = np.ix_(*[kept] * seats)

    def tensor(weights: Floats | None) -> Floats:
        count = np.bincount(cell, weights=weights, minlength=size**seats)
        sums = np.stack(
            [np.bincount(cell, weights=earned[:, seat] if weights is None else earned[:, seat] * weights, minlength=size**seats) for seat in range(seats)]
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            means = np.where(count > 0, sums / count, np.nan).reshape(seats, *[size] * seats)
        if assume:
            for seat in range(seats):
                np.fill_diagonal(means[seat], np.where(np.isnan(np.diagonal(means[seat])), total / 2, np.diagonal(means[seat])))
        return np.stack([own[inside] for own in means])

    draws = [tensor(weights[cluster]) for weights in cluster_weights(results, bootstrap, np.random.default_rng(seed))]
    cells = []
    for seat in range(seats):
        found = np.empty(size**seats, dtype=object)
        found[:] = student_intervals(earned[:, seat], cell, cluster, size**seats, level=level)
        cells.append(tuple(found.reshape([size] * seats)[inside].ravel().tolist()))
    return EmpiricalGame(
        players=tuple(everybody[kept].tolist()),
        dropped=tuple(np.delete(everybody, kept).tolist()),
        payoffs=tensor(None),
        counts=counts[inside].astype(float),
        cells=tuple(cells),
        draws=np.array(draws).reshape(len(draws), seats, *[len(kept)] * seats),
        symmetric=symmetric,
        assumed=bool((counts[inside] == 0).any()),
        clusters=results.clusters,
    )


def _complete(there: NDArray[np.bool_]) -> Ints:
    """Find players all of whose meetings were played, by leaving out whoever lacks most, one after another."""
    kept = np.arange(len(there))
    while len(kept):
        part = ~there[np.ix_(*[kept] * there.ndim)]
        missing = sum(part.sum(axis=tuple(other for other in range(there.ndim) if other != axis)) for axis in range(there.ndim))
        if not np.any(missing):
            break
        kept = np.delete(kept, int(np.argmax(missing)))
    return kept


def hoeffding(game: EmpiricalGame, bounds: tuple[float, float], *, level: float = 0.95) -> float:
    """Give a half-width that all cells' true means lie within at once, whatever the returns' distribution (Hoeffding 1963, with a union bound over cells).

    An equilibrium of the empirical game is then a ``2 * half-width``-equilibrium of the true one (Tuyls et al. 2020, "Bounds and dynamics for empirical game
    theoretic analysis"). Matches that share chance are counted as independent.

    Args:
        game: the empirical game.
        bounds: lowest and highest return of a seat.
        level: coverage of all cells together.
    """
    played = game.counts[game.counts > 0]
    cells = len(played) * len(game.payoffs)
    return float((bounds[1] - bounds[0]) * math.sqrt(math.log(2 * cells / (1 - level)) / (2 * played.min())))


def measured(game: EmpiricalGame, solve: Callable[[Floats], Sequence[Floats]]) -> tuple[tuple[tuple[Estimate, ...], ...], Estimate, Estimate]:
    """Solve an empirical game and say how sure the solution is.

    Args:
        game: the empirical game.
        solve: gives one mixture a seat of a tensor (:func:`.meta.solve_meta`).

    Returns:
        For each seat the shares of the players, with the spread of the solutions of resampled games; what the mixtures' best deviations gain in all
        (NashConv) in the empirical game, with its spread over resampled games, the mixtures held fixed; and the same for everybody alike.
    """
    mixtures = [np.asarray(part) for part in solve(game.payoffs)]
    sizes = np.cumsum([len(part) for part in mixtures])[:-1]
    shares = game.measure(lambda table: np.concatenate(list(solve(table))))
    parts = tuple(tuple(shares[start:stop]) for start, stop in itertools.pairwise([0, *sizes.tolist(), len(shares)]))
    uniform = [np.full(len(part), 1 / len(part)) for part in mixtures]
    (conv,) = game.measure(lambda table: np.array([nash_conv(table, mixtures)]))
    (alike,) = game.measure(lambda table: np.array([nash_conv(table, uniform)]))
    return parts, conv, alike
