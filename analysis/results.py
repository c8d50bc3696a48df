"""What was played, as arrays: one row a seat and match, ready for ratings, payoff tables and resampling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import LudensError

__all__ = ["Comparisons", "NoResults", "Results", "comparisons"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class NoResults(LudensError):
    """There is nothing to analyse: no match has ended."""


@dataclass(frozen=True, eq=False)
class Results:
    """Returns of finished matches. All arrays have one entry a row; a row is one seat of one match, sorted by match and seat.

    Attributes:
        players, games: names that ``player`` and ``game`` index.
        match: index of the match, 0 to the number of matches - 1.
        cluster: index of the group of matches that share chance (paired seeds), or of the match itself; resampling draws whole clusters.
        game, seat, player: indices.
        returns: what the seat earned, in the game's unit.
        normalised: ``returns`` mapped so that the game's payoff bounds become 0 and 1.
    """

    players: tuple[str, ...]
    games: tuple[str, ...]
    match: Ints
    cluster: Ints
    game: Ints
    seat: Ints
    player: Ints
    returns: Floats
    normalised: Floats

    @classmethod
    def of(
        cls,
        *,
        match: ArrayLike,
        game: ArrayLike,
        seat: ArrayLike,
        player: ArrayLike,
        returns: ArrayLike,
        bounds: Mapping[str, tuple[float, float]],
        cluster: ArrayLike | None = None,
    ) -> Results:
        """Make results from columns of labels.

        Args:
            match: labels, one a row.
            game: labels.
            player: labels.
            seat: seat indices.
            returns: in the game's unit.
            bounds: lowest and highest return of one seat, a game label.
            cluster: labels of groups of matches that share chance; by default each match is its own.

        Raises:
            NoResults: the columns are empty.
            LudensError: the columns differ in length, a return is not finite, or a game has no usable bounds.
        """
        columns = [np.asarray(column) for column in (match, game, seat, player, returns)]
        if cluster is not None:
            columns.append(np.asarray(cluster))
        if len({len(column) for column in columns}) != 1:
            raise LudensError(f"result columns differ in length: {[len(column) for column in columns]}")
        if not len(columns[0]):
            raise NoResults("no match has ended yet, so there is nothing to rate; play some matches first")
        values = columns[4].astype(np.float64)
        if not np.isfinite(values).all():
            raise LudensError(f"{int((~np.isfinite(values)).sum())} returns are not finite numbers")
        _, match_index = np.unique(columns[0], return_inverse=True)
        games, game_index = np.unique(columns[1], return_inverse=True)
        players, player_index = np.unique(columns[3], return_inverse=True)
        cluster_index = np.unique(columns[5], return_inverse=True)[1] if cluster is not None else match_index
        low, span = np.empty(len(games)), np.empty(len(games))
        for index, label in enumerate(games):
            if str(label) not in bounds:
                raise LudensError(f"game {str(label)!r} has no payoff bounds")
            bottom, top = bounds[str(label)]
            low[index], span[index] = bottom, (top - bottom) or 1.0
            if not (np.isfinite(bottom) and np.isfinite(top) and top >= bottom):
                raise LudensError(f"game {str(label)!r} has payoff bounds {bottom} to {top}; they should be finite and ordered")
        order = np.lexsort((columns[2], match_index))
        return cls(
            players=tuple(str(name) for name in players),
            games=tuple(str(name) for name in games),
            match=match_index[order].astype(np.int64),
            cluster=cluster_index[order].astype(np.int64),
            game=game_index[order].astype(np.int64),
            seat=columns[2][order].astype(np.int64),
            player=player_index[order].astype(np.int64),
            returns=values[order],
            normalised=((values - low[game_index]) / span[game_index])[order],
        )

    def __len__(self) -> int:
        return len(self.match)

    @property
    def matches(self) -> int:
        """How many matches there are."""
        return len(np.unique(self.match))

    @property
    def clusters(self) -> int:
        """How many independent groups of matches there are."""
        return len(np.unique(self.cluster))

    def of_game(self, game: int) -> Results:
        """Give the rows of one game; names and cluster indices stay as they are."""
        keep = self.game == game
        return replace(self, **{name: getattr(self, name)[keep] for name in ("match", "cluster", "game", "seat", "player", "returns", "normalised")})

    def by_seats(self) -> Iterator[Ints]:
        """Give, for each number of seats n, the rows of all matches with n seats as an array of shape [matches, n]."""
        starts = np.flatnonzero(np.r_[True, self.match[1:] != self.match[:-1]])
        sizes = np.diff(np.r_[starts, len(self.match)])
        for seats in np.unique(sizes):
            yield starts[sizes == seats][:, None] + np.arange(seats)


@dataclass(frozen=True, eq=False)
class Comparisons:
    """Who came out ahead of whom: one entry a won comparison, two of half weight a drawn one.

    Attributes:
        winner, loser: player indices, shape [entries].
        weight: how much each counts; the comparisons of an n-seat match add up to n - 1 when all are between different players.
        cluster: cluster index of each entry.
        game: game index of each entry.
    """

    winner: Ints
    loser: Ints
    weight: Floats
    cluster: Ints
    game: Ints

    def __len__(self) -> int:
        return len(self.winner)

    def counts(self, players: int, by_cluster: Floats | None = None) -> Floats:
        """Add up the weights: ``counts[i, j]`` is how often i came out ahead of j.

        Args:
            players: how many there are.
            by_cluster: how often each cluster counts (bootstrap weights), shape [clusters].
        """
        weight = self.weight if by_cluster is None else self.weight * by_cluster[self.cluster]
        counts: Floats = np.bincount(self.winner * players + self.loser, weights=weight, minlength=players * players).astype(np.float64)
        return counts.reshape(players, players)


def comparisons(results: Results, team_games: Sequence[int] = ()) -> Comparisons:
    """Break every match into comparisons of its seats by return (full rank breaking).

    Every two seats of a match are compared; each comparison of an n-seat match weighs 2/n, so that the match counts as the n - 1 choices that
    a ranking of n consists of. Under a Plackett-Luce model the pairwise marginals are Bradley-Terry, so fitting them is consistent
    (Azari Soufiani et al. 2013, "Generalized method-of-moments for rank aggregation"); for two seats it is Bradley-Terry itself.
    Seats of the same player are not compared.

    Args:
        results: what was played.
        team_games: games whose equal returns mean the same team and not a draw: there, ties are left out instead of counting half each way.
    """
    winners, losers, weights, clusters, games = [], [], [], [], []
    in_team = np.isin(np.arange(len(results.games)), np.asarray(team_games, dtype=np.int64))
    for rows in results.by_seats():
        seats = rows.shape[1]
        for one in range(seats):
            for two in range(one + 1, seats):
                first, second = rows[:, one], rows[:, two]
                differ = results.player[first] != results.player[second]
                sign = np.sign(results.returns[first] - results.returns[second])
                drawn = differ & (sign == 0) & ~in_team[results.game[first]]
                for ahead, behind, chosen, weight in (
                    (first, second, differ & (sign > 0), 2.0),
                    (second, first, differ & (sign < 0), 2.0),
                    (first, second, drawn, 1.0),
                    (second, first, drawn, 1.0),
                ):
                    winners.append(results.player[ahead[chosen]])
                    losers.append(results.player[behind[chosen]])
                    weights.append(np.full(int(chosen.sum()), weight / seats))
                    clusters.append(results.cluster[ahead[chosen]])
                    games.append(results.game[ahead[chosen]])
    if not winners:
        none = np.empty(0, dtype=np.int64)
        return Comparisons(none, none, np.empty(0), none, none)
    return Comparisons(*(np.concatenate(part) for part in (winners, losers, weights, clusters, games)))
