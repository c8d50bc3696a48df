"""Voting rules over games or matches as voters: who is preferred to whom, and the rankings that follow.

Source: Lanctot et al. 2023, "Evaluating agents using social choice theory", arXiv 2312.03121: every game ranks the players, and a rule makes one ranking of
all.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from ...errors import ParameterError
from ..equilibria.entropy import max_entropy
from ..results import Floats, Ints, Results

__all__ = ["Ballots", "condorcet_winner", "copeland", "iterated_lotteries", "maximal_lottery", "preferences", "schulze", "soft_condorcet", "votes"]

_SUPPORT = 1e-7


class Ballots(NamedTuple):
    """What voters think.

    Attributes:
        scores: one row a voter, one column a player: more is better; NaN where a voter has no opinion.
        weights: of the voters.
        voters: their names.
    """

    scores: Floats
    weights: Floats
    voters: tuple[str, ...]


def votes(results: Results, by: Literal["game", "match"] = "game") -> Ballots:
    """Let games or matches vote.

    A game ranks players by their mean return, where each seat weighs the same and, within a seat, each table of opponents. A match ranks who sat at it.

    Args:
        results: what was played.
        by: who votes.
    """
    players = len(results.players)
    if by == "match":
        matches, number = np.unique(results.match, return_inverse=True)
        count = np.bincount(number * players + results.player, minlength=len(matches) * players)
        sums = np.bincount(number * players + results.player, weights=results.returns, minlength=len(count))
        with np.errstate(invalid="ignore", divide="ignore"):
            scores = np.where(count > 0, sums / count, np.nan).reshape(-1, players)
        return Ballots(scores, np.ones(len(matches)), tuple(map(str, matches.tolist())))
    if by != "game":
        raise ParameterError(f"by={by!r} should be 'game' or 'match'")
    scores = np.full((len(results.games), players), np.nan)
    cells, mean = np.stack([results.game, results.player, results.seat, _opponents(results)]), results.returns
    for width in (4, 3, 2):
        # first over the matches of a table, then over the tables of a seat, then over the seats
        cells, where = np.unique(cells[:width], axis=1, return_inverse=True)
        mean = np.bincount(where.ravel(), weights=mean) / np.bincount(where.ravel())
    scores[cells[0], cells[1]] = mean
    return Ballots(scores, np.ones(len(results.games)), results.games)


def _opponents(results: Results) -> Ints:
    """Number the tables of opponents, whatever their order: one number a row."""
    found = np.zeros(len(results), dtype=np.int64)
    names: dict[tuple[int, ...], int] = {}
    for rows in results.by_seats():
        players = results.player[rows]
        for seat in range(rows.shape[1]):
            others = np.sort(np.delete(players, seat, axis=1), axis=1)
            distinct, where = np.unique(others, axis=0, return_inverse=True)
            numbers = np.array([names.setdefault(tuple(row), len(names)) for row in distinct.tolist()], dtype=np.int64)
            found[rows[:, seat]] = numbers[where.ravel()]
    return found


def preferences(ballots: Ballots) -> Floats:
    """Count voters: ``[a, b]`` is the weight of those who put a above b; a tie counts half each way, no opinion not at all."""
    scores = ballots.scores
    with np.errstate(invalid="ignore"):
        above = scores[:, :, None] > scores[:, None, :]
        level = scores[:, :, None] == scores[:, None, :]
    found = np.tensordot(ballots.weights, above + level / 2, axes=1)
    np.fill_diagonal(found, 0.0)
    return np.asarray(found)


def condorcet_winner(prefer: Floats) -> int | None:
    """Give the player who beats every other one in a majority of votes; None where there is none."""
    wins = (prefer > prefer.T).sum(axis=1)
    best = int(wins.argmax())
    return best if wins[best] == len(prefer) - 1 else None


def copeland(prefer: Floats) -> Floats:
    """Count majorities: won ones, and half of tied ones (Copeland 1951)."""
    won, tied = prefer > prefer.T, np.equal(prefer, prefer.T)
    np.fill_diagonal(tied, False)
    return won.sum(axis=1) + tied.sum(axis=1) / 2


def schulze(prefer: Floats) -> list[list[int]]:
    """Rank by the strongest paths of majorities (Schulze 2011, with winning votes): groups of equals, best first."""
    paths = np.where(prefer > prefer.T, prefer, 0.0)
    for through in range(len(prefer)):
        paths = np.maximum(paths, np.minimum(paths[:, [through]], paths[[through], :]))
    np.fill_diagonal(paths, 0.0)
    # "beats" is a strict order, so that who is beaten by fewest comes first and equals are beaten by the same
    left, groups = list(range(len(prefer))), []
    while left:
        inner = paths[np.ix_(left, left)]
        beaten: list[bool] = np.any(inner < inner.T, axis=1).tolist()
        groups.append([player for player, lost in zip(left, beaten, strict=True) if not lost])
        left = [player for player, lost in zip(left, beaten, strict=True) if lost]
    return groups


def maximal_lottery(prefer: Floats) -> Floats:
    """Give the lottery over players to which no majority prefers another: the equilibrium of the game of margins, of largest entropy where several are.

    Sources: Fishburn 1984; Brandl, Brandt and Seedig 2016, "Consistent probabilistic social choice".
    """
    return max_entropy(prefer - prefer.T)


def iterated_lotteries(prefer: Floats) -> list[dict[int, float]]:
    """Rank by maximal lotteries: those of the first, then those of a lottery among the others, and so on (Lanctot et al. 2023, section 3.3)."""
    left, levels = list(range(len(prefer))), []
    while left:
        shares = maximal_lottery(prefer[np.ix_(left, left)])
        levels.append({player: float(share) for player, share in zip(left, shares, strict=True) if share > _SUPPORT})
        left = [player for player, share in zip(left, shares, strict=True) if share <= _SUPPORT]
    return levels


def soft_condorcet(prefer: Floats, *, temperature: float = 1.0, bounds: tuple[float, float] = (0.0, 1000.0)) -> Floats:
    """Rate players so that the votes' pairs are in order, softly: minimise ``sum prefer[a, b] sigmoid((r_b - r_a) / temperature)``.

    Source: Lanctot et al. 2024, "Soft Condorcet optimization for ranking of general agents", arXiv 2411.00119. A small temperature counts pairs in the wrong
    order (Kemeny and Young). The sum has many local minima, so the temperature falls from the ratings' range by halves.

    Args:
        prefer: of :func:`preferences`.
        temperature: at the end.
        bounds: of the ratings, which start in the middle.
    """
    from scipy.optimize import minimize

    low, high = bounds
    if temperature <= 0 or high <= low:
        raise ParameterError(f"temperature={temperature} should be above 0, and bounds={bounds} in rising order")
    halves = int(np.ceil(np.log2(max((high - low) / temperature, 1.0))))
    ratings = np.full(len(prefer), (low + high) / 2)
    for scale in temperature * 2.0 ** np.arange(halves, -1, -1):
        # in units of the temperature, so that the optimiser's tolerances fit
        bound, settings = [(low / scale, high / scale)] * len(ratings), {"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-10}
        ratings = scale * minimize(_disorder, ratings / scale, args=(prefer,), jac=True, method="L-BFGS-B", bounds=bound, options=settings).x
    return np.asarray(ratings)


def _disorder(ratings: Floats, prefer: Floats) -> tuple[float, Floats]:
    """Give the votes' pairs in the wrong order, softly, at temperature one, and the derivatives by the ratings."""
    wrong = 1 / (1 + np.exp(np.clip(ratings[:, None] - ratings[None, :], -700, 700)))
    slope = -prefer * wrong * (1 - wrong)
    return float((prefer * wrong).sum()), slope.sum(axis=1) - slope.sum(axis=0)
