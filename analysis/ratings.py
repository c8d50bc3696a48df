"""Ratings from who came out ahead of whom: Bradley-Terry and Plackett-Luce fits with intervals, and an online rating.

The fit maximises the Bradley-Terry likelihood of the comparisons of :func:`.results.comparisons` with one virtual draw a player, spread evenly over
all others: a proper maximum exists even when somebody never lost, and the pull towards equality fades with the number of matches.
Bradley and Terry 1952, "Rank analysis of incomplete block designs"; Hunter 2004, "MM algorithms for generalized Bradley-Terry models"
(conditions for the maximum to exist); intervals by resampling whole matches (clusters), never single comparisons.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..arena.report.summary import Estimate
from .resample import cluster_weights, percentile_interval
from .results import Floats, NoResults, Results, comparisons

__all__ = ["ELO_SCALE", "Ratings", "bradley_terry", "elo", "fit_bradley_terry", "openskill_ratings", "plackett_luce", "win_probability"]

ELO_SCALE = 400 / math.log(10)
"""Elo points a unit of log-odds: 400 points are odds of ten to one."""
_BATCH = 4_000_000  # numbers in one batch of count matrices: bounds memory to some tens of MB


@dataclass(frozen=True)
class Ratings:
    """Ratings of all players on the Elo scale, their mean at 1500.

    Attributes:
        players: names.
        ratings: one estimate a player; None for a player that was never compared with another.
        notes: what a reader must know of this fit.
    """

    players: tuple[str, ...]
    ratings: tuple[Estimate | None, ...]
    notes: tuple[str, ...] = ()


def elo(strength: Floats, centre: float = 1500.0) -> Floats:
    """Turn log-odds strengths into points on the Elo scale, mean at ``centre``."""
    return centre + ELO_SCALE * (strength - strength.mean(axis=-1, keepdims=True))


def win_probability(difference: float) -> float:
    """Give the probability of coming out ahead at a rating advantage of ``difference`` Elo points."""
    return 1 / (1 + math.exp(-difference / ELO_SCALE))


def fit_bradley_terry(counts: Floats, *, virtual_draws: float = 1.0, tolerance: float = 1e-9, most: int = 100) -> Floats:
    """Fit strengths to count matrices by Newton steps, many matrices at once.

    Args:
        counts: ``counts[..., i, j]`` is how often i came out ahead of j (fractions allowed), shape [..., players, players].
        virtual_draws: draws credited to each player, spread evenly over all others; 0 for the plain maximum of the likelihood.
        tolerance: largest step at which the fit has converged.
        most: largest number of steps.

    Returns:
        Strengths in log-odds with mean 0, shape [..., players].

    Raises:
        ArithmeticError: it did not converge (no finite maximum exists without virtual draws when somebody never lost).
    """
    players = counts.shape[-1]
    theta = np.zeros(counts.shape[:-1])
    if players < 2:
        return theta
    wins = counts + virtual_draws / 2 / (players - 1)
    wins[..., np.arange(players), np.arange(players)] = 0.0
    games = wins + np.swapaxes(wins, -1, -2)
    won = wins.sum(-1)
    ones = np.full((players, players), 1 / players)
    diagonal = np.arange(players)
    for _ in range(most):
        p = 1 / (1 + np.exp(theta[..., None, :] - theta[..., :, None]))
        gradient = won - (games * p).sum(-1)
        information = -games * p * (1 - p)
        information[..., diagonal, diagonal] = -information.sum(-1)
        try:
            step = np.linalg.solve(information + ones, gradient[..., None])[..., 0]
        except np.linalg.LinAlgError as problem:
            raise ArithmeticError("the likelihood has no unique maximum: the players are not all connected by comparisons") from problem
        # far from the maximum a full step may overshoot; two units of log-odds are a safe bound
        step *= np.minimum(1.0, 2.0 / np.maximum(np.abs(step).max(-1, keepdims=True), 1e-300))
        theta = theta + step
        theta -= theta.mean(-1, keepdims=True)
        if np.abs(step).max() < tolerance:
            return theta
    raise ArithmeticError(f"the Bradley-Terry fit did not converge in {most} steps: with no virtual draws, somebody who never lost has no finite strength")


def bradley_terry(
    results: Results,
    *,
    bootstrap: int = 200,
    seed: int = 0,
    level: float = 0.95,
    team_games: Sequence[int] = (),
    virtual_draws: float = 1.0,
) -> Ratings:
    """Rate players by who came out ahead of whom, with intervals by resampling clusters of matches within each game.

    Args:
        results: what was played; matches of more than two seats are broken into pairs (:func:`.results.comparisons`), draws count half each way.
        bootstrap: how many resamples; 0 for no intervals.
        seed: of the resampling.
        level: coverage aimed at.
        team_games: games in which equal returns mean the same team.
        virtual_draws: strength of the pull towards equality (:func:`fit_bradley_terry`).

    Raises:
        NoResults: no two different players were ever compared.
    """
    pairs = comparisons(results, team_games)
    if not len(pairs):
        raise NoResults("no two different players met with returns that can be compared, so there is nothing to rate")
    # only compared players enter the fit, so that a bystander neither shifts the mean nor draws virtually
    there = np.zeros(len(results.players), dtype=bool)
    there[pairs.winner] = there[pairs.loser] = True
    rated, compact = np.flatnonzero(there), np.cumsum(there) - 1
    pairs = replace(pairs, winner=compact[pairs.winner], loser=compact[pairs.loser])
    size = len(rated)
    counts = pairs.counts(size)
    point = elo(fit_bradley_terry(counts, virtual_draws=virtual_draws))
    draws = np.empty((bootstrap, size))
    batch: list[Floats] = []
    done = 0
    for weights in cluster_weights(results, bootstrap, np.random.default_rng(seed)):
        batch.append(pairs.counts(size, weights))
        if len(batch) * size * size >= _BATCH or done + len(batch) == bootstrap:
            draws[done : done + len(batch)] = elo(fit_bradley_terry(np.stack(batch), virtual_draws=virtual_draws))
            done += len(batch)
            batch = []
    span = int(pairs.cluster.max()) + 1
    # sorted by hand: np.unique hashes, which takes ten times as long
    met = np.sort(np.r_[pairs.winner * span + pairs.cluster, pairs.loser * span + pairs.cluster])
    n = np.bincount(met[np.r_[True, met[1:] != met[:-1]]] // span, minlength=size)
    estimates: list[Estimate | None] = [None] * len(results.players)
    for index, player in enumerate(rated):
        method = f"percentiles of {bootstrap} resamples of whole matches"
        estimates[player] = percentile_interval(float(point[index]), draws[:, index], level=level, n=int(n[index]), method=method)
    notes = _connection_notes(counts, [results.players[index] for index in rated], virtual_draws)
    if len(rated) < len(results.players):
        names = ", ".join(results.players[i] for i in sorted(set(range(len(results.players))) - set(rated.tolist())))
        notes.append(f"Not rated, for want of a comparable opponent: {names}.")
    return Ratings(results.players, tuple(estimates), tuple(notes))


def _connection_notes(counts: Floats, names: Sequence[str], virtual_draws: float) -> list[str]:
    """Say where the matches alone do not place players on one scale (Hunter 2004, assumption 1): the virtual draws then do."""
    from scipy.sparse.csgraph import connected_components

    prior = f"is set by the {virtual_draws:g} virtual draw credited to each player, not by the matches"
    groups = int(connected_components(counts > 0, directed=False)[0])
    if groups > 1:
        return [f"The players fall into {groups} groups that never met: how the groups are rated against each other {prior}."]
    if int(connected_components(counts > 0, directed=True, connection="strong")[0]) == 1:
        return []
    unbeaten = [names[index] for index in np.flatnonzero((counts.sum(0) == 0) & (counts.sum(1) > 0)).tolist()]
    winless = [names[index] for index in np.flatnonzero((counts.sum(1) == 0) & (counts.sum(0) > 0)).tolist()]
    who = "; ".join(f"{', '.join(some)} {what}" for some, what in ((unbeaten, "never lost or drew"), (winless, "never won or drew")) if some)
    return [f"Wins and losses do not connect all players{f' ({who})' if who else ''}: how far apart they are rated {prior}."]


def plackett_luce(results: Results, *, alpha: float = 0.01, seed: int = 0) -> Floats:
    """Fit a Plackett-Luce model to the full rankings of each match by choix (iterative Luce spectral ranking, Maystre and Grossglauser 2015).

    It uses the order of all seats where :func:`bradley_terry` uses pairs, and gives no interval; tied seats are put in a random order. Seats of a player
    that already stands higher in the same ranking are left out.

    Args:
        results: what was played.
        alpha: choix's regularisation.
        seed: of the order of ties.

    Returns:
        Strengths in log-odds with mean 0, shape [players].

    Raises:
        NoResults: no match has two different players.
    """
    import choix

    rng = np.random.default_rng(seed)
    rankings = []
    for rows in results.by_seats():
        order = np.lexsort((rng.random(rows.shape), -results.returns[rows]), axis=-1)
        for ranking in np.take_along_axis(results.player[rows], order, axis=1).tolist():
            distinct = tuple(dict.fromkeys(ranking))
            if len(distinct) > 1:
                rankings.append(distinct)
    if not rankings:
        raise NoResults("no match has two different players, so there is nothing to rate")
    strength: Floats = choix.ilsr_rankings(len(results.players), rankings, alpha=alpha, max_iter=1000)
    return strength - strength.mean()


def openskill_ratings(results: Results, *, team_games: Sequence[int] = ()) -> tuple[tuple[float, float], ...]:
    """Rate players online with openskill's Plackett-Luce model, match by match in the order of the match index.

    Unlike a fit, the result depends on that order; it is what a running league would show. Seats of a team game with equal returns form a team.

    Returns:
        Mean and standard deviation of each player's skill (openskill's scale: 25 and 25/3 before any match), in the order of ``results.players``.
    """
    from openskill.models import PlackettLuce

    model = PlackettLuce()
    skills = [model.rating(name=name) for name in results.players]
    teams_in = set(team_games)
    starts = np.flatnonzero(np.r_[True, results.match[1:] != results.match[:-1]]).tolist()
    ends = [*starts[1:], len(results.match)]
    player, returns, game = results.player.tolist(), results.returns.tolist(), results.game.tolist()
    for start, end in zip(starts, ends, strict=True):
        members = player[start:end]
        if len(set(members)) < len(members) or len(members) < 2:
            continue  # a player cannot be rated against itself
        if game[start] in teams_in:
            groups: dict[float, list[int]] = {}
            for who, value in zip(members, returns[start:end], strict=True):
                groups.setdefault(value, []).append(who)
            if len(groups) < 2:
                continue
            sides, scores = list(groups.values()), list(groups)
        else:
            sides, scores = [[who] for who in members], returns[start:end]
        rated = model.rate([[skills[who] for who in side] for side in sides], scores=scores)
        for side, new in zip(sides, rated, strict=True):
            for who, skill in zip(side, new, strict=True):
                skills[who] = skill
    return tuple((skill.mu, skill.sigma) for skill in skills)
