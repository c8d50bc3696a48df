"""Correlated and coarse correlated equilibria: the best of them by several objectives, their range of welfare, and how far a distribution is from one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from ...errors import ParameterError
from ...games.core import NotSupported
from ...games.matrix.programs import incentive_rows, joint_program
from .entropy import max_entropy
from .profiles import Floats, Payoffs, Profile, as_table, joint_of

__all__ = ["Anarchy", "Correlated", "Gaps", "Objective", "correlated", "empirical_joint", "gaps", "price_of_anarchy"]

Objective = Literal["welfare", "least_welfare", "egalitarian", "entropy"] | int
MOST_JOINT = 20_000
"""Games with more joint actions are refused."""


class Correlated(NamedTuple):
    """A correlated or coarse correlated equilibrium.

    Attributes:
        joint: the distribution, of the payoff tensors' shape.
        payoffs: what each seat earns.
        gap: the most that a seat gains by deviating: 0 but for rounding.
    """

    joint: Floats
    payoffs: tuple[float, ...]
    gap: float

    @property
    def welfare(self) -> float:
        """The sum of payoffs."""
        return sum(self.payoffs)


class Gaps(NamedTuple):
    """How far a joint distribution is from equilibrium: what each seat gains by the best deviation.

    Attributes:
        coarse: by one fixed action, whatever it is told: shape (seats,); may be negative. No positive entry: a coarse correlated equilibrium.
        swap: by the best map from what it is told to what it does: shape (seats,). All zeros: a correlated equilibrium.
    """

    coarse: Floats
    swap: Floats

    @property
    def cce(self) -> float:
        """The largest coarse gain."""
        return float(self.coarse.max())

    @property
    def ce(self) -> float:
        """The largest gain by a map."""
        return float(self.swap.max())


class Anarchy(NamedTuple):
    """Welfare in equilibrium beside what it could be.

    Attributes:
        optimum: the largest sum of payoffs of a joint action.
        worst, best: in an equilibrium.
        anarchy, stability: optimum over worst and over best (Koutsoupias and Papadimitriou 1999; Anshelevich et al. 2004); NaN where that is not positive.
    """

    optimum: float
    worst: float
    best: float
    anarchy: float
    stability: float


def correlated(payoffs: Payoffs, objective: Objective = "welfare", *, coarse: bool = False) -> Correlated:
    """Find the correlated equilibrium that is best by an objective, by linear programming; that of largest entropy by convex programming.

    Args:
        payoffs: one tensor a seat.
        objective: ``"welfare"`` for the largest sum of payoffs, ``"least_welfare"`` for the smallest, ``"egalitarian"`` for the largest smallest payoff,
            ``"entropy"`` for the most random one, or a seat's number for the largest payoff of that seat.
        coarse: of the coarse correlated equilibria (Moulin and Vial 1978) instead.

    Raises:
        NotSupported: more than :data:`MOST_JOINT` joint actions.
        ParameterError: there is no such objective.
    """
    table = as_table(payoffs)
    shape = table.shape[1:]
    if table[0].size > MOST_JOINT:
        raise NotSupported(f"{table[0].size:,} joint actions are too many for the correlated equilibria; {MOST_JOINT:,} fit")
    rows, each = incentive_rows(table, coarse=coarse), table.reshape(len(table), -1)
    if objective == "entropy":
        joint = max_entropy(rows)
    else:
        goals: dict[str | int, Floats] = {"welfare": each.sum(axis=0), "least_welfare": -each.sum(axis=0), "egalitarian": each.T, **dict(enumerate(each))}
        if objective not in goals:
            known = "'welfare', 'least_welfare', 'egalitarian', 'entropy' or a seat's number"
            raise ParameterError(f"objective={objective!r} should be {known}")
        joint = joint_program(rows, goals[objective])
    found = joint.reshape(shape)
    gap = gaps(table, found)
    return Correlated(found, tuple((each @ joint).tolist()), gap.cce if coarse else gap.ce)


def gaps(payoffs: Payoffs, joint: Floats) -> Gaps:
    """Measure what each seat gains by leaving a joint distribution.

    Of the distribution of ``T`` rounds of play (:func:`empirical_joint`), these are the seats' external and swap regrets per round (Foster and Vohra 1997).

    Args:
        payoffs: one tensor a seat.
        joint: the distribution, of the tensors' shape.

    Raises:
        ParameterError: the shapes differ.
    """
    table = as_table(payoffs)
    if joint.shape != table.shape[1:]:
        raise ParameterError(f"a joint distribution of shape {joint.shape} was given for a game of shape {table.shape[1:]}")
    coarse, swap = [], []
    for seat, own in enumerate(table):
        size = own.shape[seat]
        told, worth = (np.moveaxis(part, seat, 0).reshape(size, -1) for part in (joint, own))
        # earned[a, b]: what b earns, times the chance of the others' actions when a is told
        earned = told @ worth.T
        kept = np.trace(earned)
        coarse.append(earned.sum(axis=0).max() - kept)
        swap.append(earned.max(axis=1).sum() - kept)
    return Gaps(np.array(coarse), np.array(swap))


def empirical_joint(profiles: Sequence[Profile], weights: Sequence[float] | None = None) -> Floats:
    """Average the joint distributions of rounds in which seats drew on their own.

    Args:
        profiles: one a round.
        weights: how much each round counts; None for all the same.
    """
    if not len(profiles):
        raise ParameterError("no rounds were given; a joint distribution needs one at least")
    share = np.full(len(profiles), 1 / len(profiles)) if weights is None else np.asarray(weights, dtype=np.float64) / np.sum(weights)
    joint = np.zeros([len(part) for part in profiles[0]])
    for weight, profile in zip(share.tolist(), profiles, strict=True):
        joint += weight * joint_of(profile)
    return joint


def price_of_anarchy(payoffs: Payoffs, *, coarse: bool = False) -> Anarchy:
    """Compare the best joint action with the worst and the best (coarse) correlated equilibrium.

    Args:
        payoffs: one tensor a seat.
        coarse: of coarse correlated equilibria.

    Raises:
        NotSupported: more than :data:`MOST_JOINT` joint actions.
    """
    optimum = float(as_table(payoffs).sum(axis=0).max())
    worst, best = (correlated(payoffs, goal, coarse=coarse).welfare for goal in ("least_welfare", "welfare"))
    return Anarchy(optimum, worst, best, *(optimum / welfare if welfare > 0 else float("nan") for welfare in (worst, best)))
