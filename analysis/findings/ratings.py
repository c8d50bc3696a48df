"""Rankings beyond the tournament's: Nash averaging, voting rules, and how cyclic strength is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...arena.report.findings import Findings
from ...arena.report.summary import Cell, DataTable, Estimate
from ...arena.store import Run
from ..rankings.cycles import cyclic_test, hodge
from ..rankings.melo import fit_melo
from ..rankings.nash_averaging import nash_average
from ..rankings.pairs import log_odds, pair_rates
from ..rankings.voting import condorcet_winner, copeland, iterated_lotteries, preferences, schulze, soft_condorcet, votes
from ..ratings import bradley_terry
from ..resample import cluster_weights, percentile_interval
from ..results import NoResults
from .reading import played_games, team_games
from .settings import choice, whole

__all__ = ["analyse"]

_ABOUT = (
    "Who comes out ahead of whom, balanced so that each game and each pair of seats weighs the same. A rating is a scale; where players beat each other in "
    "circles no scale tells the truth, and Nash averaging and voting rules say what can be said."
)
_ENOUGH = 20


def analyse(run: Run, given: Mapping[str, str]) -> Findings:
    """Rank the players of a run in several ways.

    Raises:
        LudensError: a setting is wrong, or nobody met.
    """
    by = choice(given, "voters", "game", ("game", "match"))
    bootstrap, seed = whole(given, "bootstrap", 100), whole(given, "seed", 0)
    results, games = played_games(run)
    teams, players = team_games(results, games), range(len(results.players))
    pairs = pair_rates(results, team_games=teams)
    odds = log_odds(pairs)
    average, parts = nash_average(odds), hodge(odds, pairs.matches)
    rated = bradley_terry(results, bootstrap=bootstrap, seed=seed, team_games=teams)
    ballots = votes(results, by)  # type: ignore[arg-type]
    prefer = preferences(ballots)
    places = {player: place for place, group in enumerate(schulze(prefer), 1) for player in group}
    levels = {player: (level, share) for level, lottery in enumerate(iterated_lotteries(prefer), 1) for player, share in lottery.items()}
    majorities, soft = copeland(prefer), soft_condorcet(prefer)
    draws, cyclic = [], []
    for weights in cluster_weights(results, bootstrap, np.random.default_rng(seed)):
        try:
            resampled = pair_rates(results, team_games=teams, by_cluster=weights)
        except NoResults:
            continue
        again = log_odds(resampled)
        found = nash_average(again)
        draws.append(np.concatenate([found.shares, found.scores]))
        cyclic.append(hodge(again, resampled.matches).share)
    drawn, count = np.array(draws).reshape(len(draws), 2 * len(players)), len(results.players)

    def estimate(value: float, column: np.ndarray) -> Estimate:
        return percentile_interval(value, column, level=0.95, n=results.clusters, method=f"percentiles of {len(draws)} resamples of whole matches")

    strength: list[tuple[Cell, ...]] = [
        (
            name,
            rated.ratings[player],
            estimate(float(average.shares[player]), drawn[:, player]),
            estimate(float(average.scores[player]), drawn[:, count + player]),
        )
        for player, name in enumerate(results.players)
    ]
    strength.sort(key=lambda row: -row[1].value if isinstance(row[1], Estimate) else np.inf)
    voted: list[tuple[Cell, ...]] = [
        (name, places[player], levels[player][0], levels[player][1], float(majorities[player]), float(soft[player]))
        for player, name in enumerate(results.players)
    ]
    voted.sort(key=lambda row: (row[1], row[2], -float(row[3] or 0)))  # type: ignore[arg-type]
    test = cyclic_test(pairs.counts, seed=seed)
    plain, planar = fit_melo(pairs.counts, planes=0), fit_melo(pairs.counts, planes=1)
    shape: list[tuple[Cell, ...]] = [
        ("cyclic share of the log-odds", estimate(parts.share, np.array(cyclic))),
        ("the same, were strength a scale", test.expected),
        ("deviance from a scale", test.deviance),
        ("chance of as large a deviance from a scale (p)", test.p),
        ("log-loss of Elo, nats a comparison", plain.loss),
        ("log-loss of multidimensional Elo, one plane", planar.loss),
    ]
    winner = condorcet_winner(prefer)
    who = f"{len(ballots.voters)} {by if len(ballots.voters) == 1 else {'game': 'games', 'match': 'matches'}[by]}"
    tables = (
        DataTable(
            "Strength",
            "Nash share and score: the equilibrium of largest entropy of log-odds, and log-odds against it.",
            ("player", "Elo rating", "Nash share", "Nash score"),
            tuple(strength),
        ),
        DataTable(
            f"Votes of {who}",
            "Schulze place; level and share of iterated maximal lotteries; majorities won, half for ties (Copeland); soft Condorcet rating (0 to 1000).",
            ("player", "Schulze", "lottery level", "lottery share", "Copeland", "soft Condorcet"),
            tuple(voted),
        ),
        DataTable("How cyclic strength is", "0: a scale tells all; 1: rock, paper, scissors.", ("measure", "value"), tuple(shape)),
    )
    notes = [
        f"Condorcet winner: {results.players[winner]}."
        if winner is not None
        else "There is no Condorcet winner: nobody beats every other player in a majority of votes.",
        "One virtual draw was added to each pair before log-odds were taken; few matches make any strength look partly cyclic, so read the share beside p.",
        *rated.notes,
    ]
    if (never := int((pairs.matches == 0).sum() - len(players)) // 2) > 0:
        notes.append(f"{never} pairs of players never met; their log-odds count as even in Nash averaging.")
    if by == "game" and len(ballots.voters) < 3:
        notes.append("One or two games make few voters; voters=match lets matches vote.")
    if (fewest := int(pairs.matches[pairs.matches > 0].min())) < _ENOUGH:
        notes.append(f"Some pairs met only {fewest} times; their log-odds are rough.")
    return Findings("ratings", "Rankings", _ABOUT, tables, (), tuple(notes))
