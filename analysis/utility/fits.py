"""Utilities of options out of choices between two: Bradley-Terry and Thurstone's models.

Bradley-Terry (Biometrika 39 (1952)): ``P(i over j) = 1 / (1 + exp(mu_j - mu_i))``, fitted as ratings are (:func:`.ratings.fit_bradley_terry`), with one
virtual draw an option. Thurstone, A law of comparative judgment, Psychological Review 34 (1927), Case V: ``P = Phi(mu_i - mu_j)``, every option as uncertain
as the others. With a spread of its own for each option (Case III; the model of Mazeika et al., Utility Engineering, arXiv:2502.08640): ``P = Phi((mu_i -
mu_j) / sqrt(s_i^2 + s_j^2))``.

A normal prior (of Thurstone's models), weak beside a few dozen answers, keeps utilities finite where an option was always or never chosen; intervals are
those of the curvature at the maximum. Utilities have mean 0, and standard deviation 1 in the model with spreads, whose scale the choices leave open.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import ParameterError
from ..behaviour.fit import Floats, critical
from ..ratings import fit_bradley_terry
from .choices import PairChoices

__all__ = ["Utilities", "fit_bradley_terry_utilities", "fit_thurstone"]

_DRAWS = 1.0
_STEP, _SLOPE = 1e-5, 1e-3
PRIOR = 3.0
"""Standard deviation of the prior of utilities, in units of the models' noise; of log spreads, a sixth of it."""


class Utilities(NamedTuple):
    """Utilities with their uncertainty.

    Attributes:
        mean: utility of each option, of shape ``(options,)``.
        se: standard errors.
        low, high: ends of the intervals.
        spread: standard deviation of each option's utility from one look to the next; all equal unless the model lets them differ.
        covariance: of ``mean``.
        log_loss: mean negative log-likelihood of the answers that were read.
        n: answers that were read.
        model: ``bradley_terry``, ``thurstone`` or ``thurstone_spreads``.
        converged: the fit ended at a maximum.
        flags: what is wrong, a sentence each.
    """

    mean: Floats
    se: Floats
    low: Floats
    high: Floats
    spread: Floats
    covariance: Floats
    log_loss: float
    n: int
    model: str
    converged: bool
    flags: tuple[str, ...]

    def probability(self) -> Floats:
        """Give the chance that each option is chosen over each other."""
        from scipy.special import expit, ndtr

        difference = self.mean[:, None] - self.mean[None, :]
        if self.model == "bradley_terry":
            return np.asarray(expit(difference))
        return np.asarray(ndtr(difference / np.sqrt(self.spread[:, None] ** 2 + self.spread[None, :] ** 2)))

    def held_out(self, choices: PairChoices) -> tuple[float, float]:
        """Give mean negative log-likelihood and accuracy on choices that the fit has not seen (ties of the prediction count half).

        Raises:
            ParameterError: there is no answer.
        """
        wins, chance = choices.wins(), np.clip(self.probability(), 1e-12, 1)
        total = wins.sum()
        if not total:
            raise ParameterError("there is no answer to test with")
        return float(-(wins * np.log(chance)).sum() / total), float((wins * ((chance > 0.5) + (chance == 0.5) / 2)).sum() / total)


def fit_bradley_terry_utilities(choices: PairChoices, *, level: float = 0.95) -> Utilities:
    """Fit Bradley-Terry utilities.

    Args:
        choices: what was answered.
        level: coverage of the intervals aimed at.

    Raises:
        ParameterError: there is no answer.
    """
    wins, flags = _checked(choices)
    size = choices.options
    mean = fit_bradley_terry(wins, virtual_draws=_DRAWS)
    chance = 1 / (1 + np.exp(mean[None, :] - mean[:, None]))
    weight = (wins + wins.T + _DRAWS / (size - 1)) * chance * (1 - chance)
    np.fill_diagonal(weight, 0.0)
    # the curvature is flat along all utilities together, which have mean 0
    covariance = np.asarray(np.linalg.pinv(np.diag(weight.sum(axis=1)) - weight), float)
    return _utilities("bradley_terry", mean, covariance, wins, spread=np.full(size, math.pi / math.sqrt(6)), converged=True, flags=flags, level=level)


def fit_thurstone(choices: PairChoices, *, spreads: bool = False, prior: float = PRIOR, level: float = 0.95) -> Utilities:
    """Fit Thurstone utilities.

    Args:
        choices: what was answered.
        spreads: each option has a spread of its own; these need many answers an option.
        prior: standard deviation of the normal prior of utilities, where a difference of two has a noise of 1.
        level: coverage of the intervals aimed at.

    Raises:
        ParameterError: there is no answer.
    """
    from scipy.optimize import minimize

    wins, flags = _checked(choices)
    size = choices.options
    winner, loser = np.nonzero(wins)
    posterior = _Posterior(winner, loser, wins[winner, loser], size, spreads, prior)
    found = minimize(posterior, np.zeros(size * (1 + spreads)), jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 2000})
    converged = float(np.abs(posterior(found.x)[1]).max()) < _SLOPE
    mean = found.x[:size] - found.x[:size].mean()
    whole = np.asarray(np.linalg.inv(posterior.curvature(found.x)), float)
    if not converged:
        flags = (*flags, "the search did not converge")
    if not spreads:
        return _utilities("thurstone", mean, _centred(whole), wins, spread=np.full(size, math.sqrt(0.5)), converged=converged, flags=flags, level=level)
    spread = math.sqrt(0.5) * np.exp(found.x[size:])
    # the scale is open: utilities of standard deviation 1, by which the uncertainty is carried along
    scale = float(mean.std()) or 1.0
    turn = np.eye(size) - 1 / size
    turn = (turn - np.outer(mean, mean) / (size * scale**2)) / scale
    covariance = turn @ whole[:size, :size] @ turn.T
    return _utilities("thurstone_spreads", mean / scale, covariance, wins, spread=spread / scale, converged=converged, flags=flags, level=level)


class _Posterior(NamedTuple):
    """Minus the log posterior of Thurstone's models; ``often[k]`` answers were for ``winner[k]`` over ``loser[k]``."""

    winner: NDArray[np.int64]
    loser: NDArray[np.int64]
    often: Floats
    size: int
    spreads: bool
    prior: float

    def __call__(self, at: Floats) -> tuple[float, Floats]:
        """Give the value at utilities (and log spreads), and its derivative."""
        from scipy.special import log_ndtr

        mean, logs = at[: self.size], at[self.size :]
        variance = np.exp(2 * logs) / 2 if self.spreads else np.full(self.size, 0.5)
        noise = np.sqrt(variance[self.winner] + variance[self.loser])
        z = (mean[self.winner] - mean[self.loser]) / noise
        log_chance = log_ndtr(z)
        pull = self.often * np.exp(-(z**2) / 2 - log_chance) / math.sqrt(2 * math.pi)
        slope = mean / self.prior**2
        np.add.at(slope, self.winner, -pull / noise)
        np.add.at(slope, self.loser, pull / noise)
        value = -float((self.often * log_chance).sum()) + float((mean**2).sum()) / (2 * self.prior**2)
        if not self.spreads:
            return value, slope
        tight = self.prior / 6
        lean = logs / tight**2
        for side in (self.winner, self.loser):
            np.add.at(lean, side, pull * z * variance[side] / noise**2)
        return value + float((logs**2).sum()) / (2 * tight**2), np.concatenate([slope, lean])

    def curvature(self, at: Floats) -> Floats:
        """Give the second derivatives."""
        out = np.empty((len(at), len(at)))
        for place, move in enumerate(_STEP * np.eye(len(at))):
            out[place] = (self(at + move)[1] - self(at - move)[1]) / (2 * _STEP)
        return (out + out.T) / 2


def _centred(covariance: Floats) -> Floats:
    """Carry a covariance over to utilities of mean 0."""
    size = len(covariance)
    turn = np.eye(size) - 1 / size
    return np.asarray(turn @ covariance @ turn.T)


def _checked(choices: PairChoices) -> tuple[Floats, tuple[str, ...]]:
    """Count the choices; flag options that were never compared, and groups between which nothing was."""
    import networkx as nx

    wins = choices.wins()
    if not wins.sum():
        raise ParameterError("there is no answer to fit utilities to")
    groups = nx.number_connected_components(nx.from_numpy_array(wins + wins.T))
    return wins, (f"the options fall into {groups} groups between which nothing was asked: their distance is the prior's",) if groups > 1 else ()


def _utilities(
    model: str, mean: Floats, covariance: Floats, wins: Floats, *, spread: Floats, converged: bool, flags: tuple[str, ...], level: float
) -> Utilities:
    se = np.sqrt(np.maximum(np.diag(covariance), 0))
    half = critical(level) * se
    found = Utilities(mean, se, mean - half, mean + half, spread, covariance, math.nan, int(wins.sum()), model, converged, flags)
    return found._replace(log_loss=float(-(wins * np.log(np.clip(found.probability(), 1e-300, 1))).sum() / wins.sum()))
