"""How cyclic strength is: what of who beats whom no rating can tell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..ratings import fit_bradley_terry
from ..results import Floats

__all__ = ["CyclicTest", "Hodge", "cyclic_test", "hodge"]


class Hodge(NamedTuple):
    """An antisymmetric matrix taken apart.

    Attributes:
        ratings: mean 0: the potential whose differences come nearest, shape (players,).
        cyclic: what is left, an antisymmetric matrix whose rows add up to 0 (weighed).
        share: of the squared entries that is cyclic: 0 for a perfect scale, 1 for rock, paper, scissors.
    """

    ratings: Floats
    cyclic: Floats
    share: float


class CyclicTest(NamedTuple):
    """Whether cycles are more than noise.

    Attributes:
        share: the cyclic share that was seen.
        expected: its mean were strength a scale (a Bradley-Terry model fitted to the same matches).
        deviance: how much better a chance of its own for each pair fits than that scale: twice the difference of log-likelihoods.
        p: how often such a scale shows as large a deviance by chance.
    """

    share: float
    expected: float
    deviance: float
    p: float


def hodge(matrix: Floats, weights: Floats | None = None) -> Hodge:
    """Split an antisymmetric matrix into a gradient and a cyclic rest by least squares.

    Source: Jiang, Lim, Yao and Ye 2011, "Statistical ranking and combinatorial Hodge theory"; with equal weights it is Balduzzi et al. 2018, proposition 1.

    Args:
        matrix: antisymmetric, shape (players, players).
        weights: symmetric, how much each pair counts (0 where it never met); None for all the same.
    """
    matrix = np.asarray(matrix, dtype=np.float64)
    weight = np.ones_like(matrix) if weights is None else np.array(weights, dtype=np.float64)
    np.fill_diagonal(weight, 0.0)
    laplacian = np.diag(weight.sum(axis=1)) - weight
    ratings = np.linalg.lstsq(laplacian, (weight * matrix).sum(axis=1), rcond=None)[0]
    ratings -= ratings.mean()
    cyclic = np.where(weight > 0, matrix - (ratings[:, None] - ratings[None, :]), 0.0)
    whole = float((weight * matrix**2).sum())
    return Hodge(ratings, cyclic, float((weight * cyclic**2).sum()) / whole if whole > 0 else 0.0)


def cyclic_test(counts: Floats, *, virtual: float = 1.0, draws: int = 500, seed: int = 0) -> CyclicTest:
    """Test the cyclic share of log-odds against what chance makes of a scale: a parametric bootstrap of the Bradley-Terry model.

    Finite numbers of matches always show some cycles, and among equals as many as chance likes, so the share alone tells little; the test is of the deviance.

    Args:
        counts: ``counts[i, j]`` is how often i came out ahead of j; draws count half each way.
        virtual: draws added to each pair before log-odds are taken.
        draws: of the bootstrap.
        seed: of those.
    """
    counts = np.asarray(counts, dtype=np.float64)
    played = counts + counts.T
    upper = np.triu_indices(len(counts), 1)
    number = np.rint(played[upper]).astype(np.int64)
    rng = np.random.default_rng(seed)

    def measure(won: Floats) -> tuple[Floats, Floats, Floats]:
        """Give cyclic shares, deviances, and the scale's chances of a stack of counts."""
        strength = fit_bradley_terry(won.copy())
        chance = 1 / (1 + np.exp(strength[..., None, :] - strength[..., :, None]))
        with np.errstate(invalid="ignore", divide="ignore"):
            rate = won / (won + np.swapaxes(won, -1, -2))
            deviance = 2 * np.nansum(won * np.log(rate / chance), axis=(-2, -1))
        smooth = np.log(won + virtual / 2)
        return np.array([hodge(one - one.T, played).share for one in smooth]), deviance, chance

    share, deviance, chance = measure(counts[None])
    won = np.zeros((draws, *counts.shape))
    won[:, upper[0], upper[1]] = rng.binomial(number, chance[0][upper], size=(draws, len(number)))
    won[:, upper[1], upper[0]] = number - won[:, upper[0], upper[1]]
    shares, deviances, _ = measure(won)
    return CyclicTest(float(share[0]), float(shares.mean()), float(deviance[0]), float((1 + (deviances >= deviance[0] - 1e-9).sum()) / (draws + 1)))
