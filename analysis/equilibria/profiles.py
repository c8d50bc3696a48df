"""Payoffs of mixed profiles and of joint distributions, and what deviating gains."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...errors import ParameterError
from ...games.matrix.mixtures import average

__all__ = ["Floats", "Payoffs", "Profile", "as_profile", "as_table", "deviations", "expected", "joint_of", "nash_conv", "regrets", "slack"]

Floats = NDArray[np.float64]
Payoffs = Sequence[Floats] | Floats
"""One tensor a seat."""
Profile = Sequence[Floats]
"""One mixed action a seat."""


def as_table(payoffs: Payoffs) -> Floats:
    """Stack payoff tensors: shape ``(seats, actions of seat 0, ...)``.

    Raises:
        ParameterError: the tensors' shapes differ or do not fit the number of seats, there are no actions, or a payoff is not finite.
    """
    shapes = {np.shape(own) for own in payoffs}
    if len(shapes) != 1:
        raise ParameterError(f"payoff tensors have the shapes {sorted(map(str, shapes))}; all should have the same")
    (shape,) = shapes
    if len(shape) != len(payoffs) or 0 in shape:
        raise ParameterError(
            f"{len(payoffs)} payoff tensors of shape {shape} make no game; each should have {len(payoffs)} axes, one a seat, none of them empty"
        )
    table = np.asarray(payoffs, dtype=np.float64)
    if not np.isfinite(table).all():
        raise ParameterError(f"{int((~np.isfinite(table)).sum())} payoffs are not finite numbers")
    return table


def as_profile(payoffs: Payoffs, profile: Profile) -> list[Floats]:
    """Check that a profile fits a game.

    Raises:
        ParameterError: it does not, or shares are negative or do not add up to one (to 1e-6).
    """
    sizes = np.shape(payoffs[0])
    mixed = [np.asarray(part, dtype=np.float64) for part in profile]
    if tuple(len(part) for part in mixed) != sizes:
        raise ParameterError(f"a profile of {[len(part) for part in mixed]} actions was given for a game of {list(sizes)}")
    for seat, part in enumerate(mixed):
        if part.min() < -1e-9 or abs(part.sum() - 1) > 1e-6:
            raise ParameterError(f"player_{seat}'s shares {part.tolist()} should not be negative and should add up to one")
    return mixed


def slack(payoffs: Payoffs) -> float:
    """Give the difference up to which payoffs count as equal: 1e-9 of their range."""
    return 1e-9 * max(1e-300, *(float(np.ptp(own)) for own in payoffs))


def deviations(payoffs: Payoffs, profile: Profile) -> list[Floats]:
    """Give, for each seat, what each of its actions earns against the others' mixed actions: shape ``(actions,)`` each."""
    return [average(np.asarray(own), profile, (seat,)) for seat, own in enumerate(payoffs)]


def expected(payoffs: Payoffs, profile: Profile) -> Floats:
    """Give what each seat earns: shape ``(seats,)``."""
    return np.array([float(part @ worth) for part, worth in zip(profile, deviations(payoffs, profile), strict=True)])


def regrets(payoffs: Payoffs, profile: Profile) -> Floats:
    """Give what each seat would gain by its best action: shape ``(seats,)``, zeros in a Nash equilibrium."""
    return np.array([float(worth.max() - part @ worth) for part, worth in zip(profile, deviations(payoffs, profile), strict=True)])


def nash_conv(payoffs: Payoffs, profile: Profile) -> float:
    """Add up :func:`regrets` (Lanctot et al. 2017, arXiv 1711.00832)."""
    return float(regrets(payoffs, profile).sum())


def joint_of(profile: Profile) -> Floats:
    """Give the joint distribution of seats that draw on their own: shape ``(actions of seat 0, ...)``."""
    return np.asarray(functools.reduce(operator.mul, np.ix_(*profile)))
