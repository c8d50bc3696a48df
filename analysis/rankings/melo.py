"""Multidimensional Elo: a rating, and a place in a few planes of rock, paper, scissors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...errors import ParameterError
from ..results import Floats
from .cycles import hodge

__all__ = ["MElo", "fit_melo"]


class MElo(NamedTuple):
    """A fit.

    Attributes:
        ratings: in log-odds, mean 0: shape (players,).
        places: shape (players, 2 planes); turning a plane changes nothing.
        chances: of coming out ahead, shape (players, players).
        loss: mean log-loss of a comparison, in nats.
    """

    ratings: Floats
    places: Floats
    chances: Floats
    loss: float


def fit_melo(counts: Floats, *, planes: int = 1, penalty: float = 0.5) -> MElo:
    """Fit multidimensional Elo by penalised maximum likelihood.

    The log-odds of i against j are ``r_i - r_j + sum_k (a_ik b_jk - b_ik a_jk)``. Unlike the online rule of the source, all matches are fitted at once, and
    the order does not matter.

    Args:
        counts: ``counts[i, j]`` is how often i came out ahead of j; draws count half each way.
        planes: how many; 0 for plain Elo.
        penalty: half the sum of squares of all parameters counts so much: a proper optimum exists whatever was played.

    Raises:
        ParameterError: a parameter is negative.

    Source: Balduzzi, Tuyls, Perolat and Graepel 2018, "Re-evaluating evaluation", arXiv 1806.02643, section 3.1.
    """
    from scipy.optimize import minimize

    if planes < 0 or penalty <= 0:
        raise ParameterError(f"planes={planes} should be 0 or more, and penalty={penalty} above 0")
    counts = np.asarray(counts, dtype=np.float64)
    players = len(counts)
    total = max(float(counts.sum()), 1.0)

    def scores(point: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        ratings, one, two = point[:players], *np.split(point[players:].reshape(2 * planes, players).T, 2, axis=1)
        return ratings[:, None] - ratings[None, :] + one @ two.T - two @ one.T, ratings, one, two

    def objective(point: Floats) -> tuple[float, Floats]:
        odds, _, one, two = scores(point)
        # -log of the chance of what happened, and its derivative by the log-odds
        loss = (counts * np.logaddexp(0.0, -odds)).sum() + penalty / 2 * (point @ point)
        slope = -counts / (1 + np.exp(odds))
        both = slope - slope.T
        gradient = np.concatenate([both.sum(axis=1), (both @ two).T.ravel(), -(both @ one).T.ravel()])
        return float(loss), gradient + penalty * point

    smooth = np.log(counts + 0.5) - np.log(counts.T + 0.5)
    found = hodge(smooth, counts + counts.T)
    # the rest's largest planes are the start: an antisymmetric matrix is a sum of such
    left, size, right = np.linalg.svd(found.cyclic)
    pairs = range(0, 2 * planes, 2)
    one = np.array([np.sqrt(size[k]) * left[:, k] for k in pairs if k < players]).reshape(-1, players)
    two = np.array([np.sqrt(size[k]) * right[k] for k in pairs if k < players]).reshape(-1, players)
    start = np.concatenate([found.ratings, np.resize(one, (planes, players)).ravel(), np.resize(two, (planes, players)).ravel()])
    solved = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": 10_000, "maxfun": 100_000, "ftol": 1e-14, "gtol": 1e-9})
    odds, ratings, one, two = scores(solved.x)
    loss = float((counts * np.logaddexp(0.0, -odds)).sum()) / total
    return MElo(ratings - ratings.mean(), np.hstack([one, two]), 1 / (1 + np.exp(-odds)), loss)
