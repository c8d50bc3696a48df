"""alpha-Rank: how much of the time evolution spends at each profile of pure strategies.

Source: Omidshafiei et al. 2019, "alpha-Rank: multi-agent evaluation by evolution", Scientific Reports 9 (arXiv 1903.01373).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from ...errors import ParameterError
from ..results import Ints
from .profiles import Floats, Payoffs, as_table

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["AlphaRank", "alpha_rank", "alpha_rank_symmetric", "stationary"]

_EQUAL = 1e-14
_DENSE = 600
"""Chains of more states are solved as sparse systems."""


class AlphaRank(NamedTuple):
    """The stationary distribution of the chain of monomorphic populations.

    Attributes:
        shares: of time spent at each profile, of the payoff tensors' shape (of each strategy, in a single population).
        chain: its transitions, profiles numbered in C order.
    """

    shares: Floats
    chain: csr_array

    def marginals(self) -> list[Floats]:
        """Give the shares of each population's strategies."""
        axes = range(self.shares.ndim)
        return [self.shares.sum(axis=tuple(other for other in axes if other != axis)) for axis in axes]


def alpha_rank(payoffs: Payoffs, *, alpha: float | None = None, population: int = 50, noise: float = 0.01) -> AlphaRank:
    """Rank the profiles of a game in which each seat has a population of its own.

    Args:
        payoffs: one tensor a seat.
        alpha: intensity of selection, in units of one over payoff; None for the limit in which whatever earns more takes over.
        population: how many there are of each.
        noise: in that limit, the chance that what earns less takes over, which keeps the chain connected.

    Raises:
        ParameterError: a parameter is out of range, or ``alpha`` is so large that chances of change vanish in rounding.
    """
    table = as_table(payoffs)
    _check(alpha, population, noise)
    shape = table.shape[1:]
    if table[0].size == 1:
        return AlphaRank(np.ones(shape), _chain(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), 1))
    numbers = np.arange(table[0].size).reshape(shape)
    share = 1 / sum(size - 1 for size in shape)
    rows, columns, chances = [], [], []
    for seat, own in enumerate(table):
        worth, where = np.moveaxis(own, seat, -1), np.moveaxis(numbers, seat, -1)
        other = ~np.eye(shape[seat], dtype=bool)
        gain = (worth[..., None, :] - worth[..., :, None])[..., other]
        rows.append(np.broadcast_to(where[..., :, None], (*where.shape, shape[seat]))[..., other].ravel())
        columns.append(np.broadcast_to(where[..., None, :], (*where.shape, shape[seat]))[..., other].ravel())
        chances.append(share * _takes_over(gain.ravel(), alpha, population, noise))
    chain = _chain(np.concatenate(rows), np.concatenate(columns), np.concatenate(chances), numbers.size)
    return AlphaRank(stationary(chain).reshape(shape), chain)


def alpha_rank_symmetric(
    matrix: Floats, *, alpha: float | None = None, population: int = 50, noise: float = 0.01, selection: Literal["local", "population"] = "local"
) -> AlphaRank:
    """Rank the strategies of a symmetric two-player game within one population.

    Args:
        matrix: what the row's strategy earns against the column's, shape (n, n).
        alpha: intensity of selection; None for its limit.
        population: how many there are.
        noise: in the limit, the chance that what earns less takes over.
        selection: fitness is what is earned against the other one (``"local"``), or against the population as it is (``"population"``).

    Raises:
        ParameterError: as of :func:`alpha_rank`, or the matrix is not square.
    """
    matrix = np.asarray(matrix, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ParameterError(f"a payoff matrix of shape {matrix.shape} was given; a population that plays itself needs a square one")
    _check(alpha, population, noise)
    if selection not in ("local", "population"):
        raise ParameterError(f"selection={selection!r} should be 'local' or 'population'")
    size = len(matrix)
    resident, mutant = np.nonzero(~np.eye(size, dtype=bool))
    if alpha is None or selection == "local":
        chances = _takes_over(matrix[mutant, resident] - matrix[resident, mutant], alpha, population, noise)
    else:
        chances = _fixates(matrix, resident, mutant, alpha, population)
    chain = _chain(resident, mutant, chances / max(size - 1, 1), size)
    return AlphaRank(stationary(chain), chain)


def _check(alpha: float | None, population: int, noise: float) -> None:
    if alpha is not None and not (math.isfinite(alpha) and alpha >= 0):
        raise ParameterError(f"alpha={alpha} should be 0 or more, or None for its limit")
    if population < 2:
        raise ParameterError(f"population={population} should be 2 or more")
    if not 0 < noise < 0.5:
        raise ParameterError(f"noise={noise} should be between 0 and 0.5")


def _takes_over(gain: Floats, alpha: float | None, population: int, noise: float) -> Floats:
    """Give the chance that one mutant takes over, by how much more it earns (equation 4; in the limit, section 3.3 of the supplement)."""
    if alpha is None:
        return np.where(np.abs(gain) <= _EQUAL, 0.5, np.where(gain > 0, 1 - noise, noise))
    u = alpha * gain
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        up = np.expm1(-u) / np.expm1(-population * u)
        # for losses the same, with nothing that overflows
        down = np.exp((population - 1) * np.minimum(u, 0)) * np.expm1(np.minimum(u, 0)) / np.expm1(population * np.minimum(u, 0))
    return np.asarray(np.where(np.abs(u) <= _EQUAL, 1 / population, np.where(u > 0, up, down)))


def _fixates(matrix: Floats, resident: Ints, mutant: Ints, alpha: float, population: int) -> Floats:
    """Give the chance that one mutant takes over where all play all (Nowak et al. 2004): the sum over how many mutants there are, in logarithms."""
    from scipy.special import logsumexp

    many = np.arange(1, population)[:, None]
    own, against = matrix[mutant, mutant], matrix[mutant, resident]
    others, back = matrix[resident, resident], matrix[resident, mutant]
    fit = ((many - 1) * own + (population - many) * against) / (population - 1)
    rival = ((population - many - 1) * others + many * back) / (population - 1)
    paths = np.cumsum(-alpha * (fit - rival), axis=0)
    return np.exp(-np.logaddexp(0.0, logsumexp(paths, axis=0)))


def _chain(rows: Ints, columns: Ints, chances: Floats, size: int) -> csr_array:
    from scipy.sparse import coo_array

    stay = 1 - np.bincount(rows, weights=chances, minlength=size)
    here = np.arange(size)
    return coo_array((np.r_[chances, stay], (np.r_[rows, here], np.r_[columns, here])), shape=(size, size)).tocsr()


def stationary(chain: csr_array) -> Floats:
    """Find the stationary distribution of an irreducible chain.

    Small chains are eliminated state by state without subtractions, so that even tiny shares are right (Grassmann, Taksar and Heyman 1985); large ones are
    solved as a sparse system.

    Raises:
        ParameterError: states cannot be reached from each other, as far as floating point tells.
    """
    size = chain.shape[0]
    if size > _DENSE:
        return _sparse_stationary(chain)
    left = chain.toarray()
    for state in range(size - 1, 0, -1):
        out = left[state, :state].sum()
        if out <= 0:
            raise ParameterError("chances of change vanish in rounding, so that the chain falls apart; a smaller alpha, or None for its limit, would be right")
        left[:state, state] /= out
        left[:state, :state] += np.outer(left[:state, state], left[state, :state])
    shares = np.ones(size)
    for state in range(1, size):
        shares[state] = shares[:state] @ left[:state, state]
    return shares / shares.sum()


def _sparse_stationary(chain: csr_array) -> Floats:
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import splu

    size = chain.shape[0]
    system = (eye_array(size, format="csc") - csc_array(chain.T)).tocsc()
    # the last state's share is set to one, and its balance left out, which follows from the others
    inner = splu(system[:-1, :-1])
    shares = np.append(inner.solve(-system[:-1, [-1]].toarray().ravel()), 1.0)
    if not np.isfinite(shares).all() or shares.min() < -1e-9 * shares.max():
        raise ParameterError("chances of change vanish in rounding, so that the chain falls apart; a smaller alpha, or None for its limit, would be right")
    shares = np.clip(shares, 0.0, None)
    return np.asarray(shares / shares.sum())
