"""Who comes out ahead of whom, balanced over games and seats, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..results import Floats, NoResults, Results

__all__ = ["Pairs", "log_odds", "pair_rates"]


class Pairs(NamedTuple):
    """How often players come out ahead of each other.

    Attributes:
        rates: ``rates[i, j]``: share of i's comparisons with j that i wins, draws half, each game and pair of seats weighing alike; 1/2 where they never met.
        matches: how many comparisons there are, shape (players, players).
        scores: mean normalised payoff of a player against each other one, balanced alike; NaN where they never met.
    """

    rates: Floats
    matches: Floats
    scores: Floats

    @property
    def counts(self) -> Floats:
        """Balanced wins: rates times comparisons."""
        return np.asarray(self.rates * self.matches)


def pair_rates(results: Results, *, team_games: Sequence[int] = (), by_cluster: Floats | None = None) -> Pairs:
    """Compare players pair by pair, so that who played which seat against whom how often favours nobody.

    Wins are averaged within each game and ordered pair of seats first, and over these then.

    Args:
        results: what was played.
        team_games: games in which equal returns mean the same team: those comparisons are left out.
        by_cluster: how often each cluster counts (bootstrap weights); None for once.

    Raises:
        NoResults: no two different players met.
    """
    players, seats = len(results.players), int(results.seat.max()) + 1
    keys, wins, worth, weights = [], [], [], []
    for rows in results.by_seats():
        for one in range(rows.shape[1]):
            for two in range(rows.shape[1]):
                first, second = rows[:, one], rows[:, two]
                keep = results.player[first] != results.player[second]
                keep &= ~(np.isin(results.game[first], np.asarray(team_games, dtype=np.int64)) & (results.returns[first] == results.returns[second]))
                first, second = first[keep], second[keep]
                pair = results.player[first] * players + results.player[second]
                keys.append(pair * (len(results.games) * seats * seats) + (results.game[first] * seats + results.seat[first]) * seats + results.seat[second])
                wins.append((1 + np.sign(results.returns[first] - results.returns[second])) / 2)
                worth.append(results.normalised[first])
                weights.append(np.ones(len(first)) if by_cluster is None else by_cluster[results.cluster[first]])
    key, won, earned, weight = (np.concatenate(part) for part in (keys, wins, worth, weights))
    used = weight > 0
    if not used.any():
        raise NoResults("no two different players met, so there is nothing to compare")
    cells, where = np.unique(key[used], return_inverse=True)
    count = np.bincount(where, weights=weight[used]).astype(np.float64)
    pair = cells // (len(results.games) * seats * seats)
    many = np.bincount(pair, minlength=players * players)

    def balanced(values: Floats, empty: float) -> Floats:
        mean = np.bincount(where, weights=values[used] * weight[used]) / count
        sums = np.bincount(pair, weights=mean, minlength=players * players)
        return np.where(many > 0, sums / np.maximum(many, 1), empty).reshape(players, players)

    matches = np.bincount(pair, weights=count, minlength=players * players).astype(np.float64).reshape(players, players)
    return Pairs(balanced(won, 0.5), matches, balanced(earned, np.nan))


def log_odds(pairs: Pairs, *, virtual: float = 1.0) -> Floats:
    """Give the antisymmetric matrix of log-odds of coming out ahead, with ``virtual`` draws added to each pair, which keep sure wins finite.

    0 where two never met.
    """
    won = pairs.counts + virtual / 2
    return np.log(won) - np.log(won.T)
