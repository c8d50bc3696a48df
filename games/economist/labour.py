"""The worker's problem: utility of money and hours, and the hours that are best under any schedule, exactly.

``u = m(y) - c l^delta`` with ``y = z - T(z) + rebate`` and ``z = v l``: skill ``v`` is what an hour earns, ``l`` are hours. Money is worth itself
(quasi-linear), or ``m(y) = (y^(1 - eta) - 1) / (1 - eta)``. Quasi-linear workers have the constant elasticity ``e = 1 / (delta - 1)`` of earnings
with respect to the share they keep.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .schedule import Floats, taxes

__all__ = ["Tastes", "best_hours", "cost_of_effort", "invert_income", "reward_of_hours"]

_HALVINGS = 60
"""Bisection steps of a search for hours or a rebate: to the last bit."""


def _to_power(base: Floats, exponent: float) -> Floats:
    """Raise numbers that are not negative to a power of at least 1; whole and half powers are multiplied out.

    NumPy's own power differs in the last digit from one processor to the next, and what is played with the usual 3.5 must not.
    """
    whole, half = divmod(exponent, 1)
    if half not in (0, 0.5):
        return base**exponent
    power = base * np.sqrt(base) if half else base
    for _ in range(int(whole) - 1):
        power = power * base
    return power


@dataclass(frozen=True)
class Tastes:
    """What workers like.

    Attributes:
        cost: ``c``, money an hour to the power ``delta`` costs.
        power: ``delta``, above 1 (or 1, where money has curvature).
        longest: most hours.
        step: hours are whole multiples of it; 0 for any number.
        curvature: ``eta`` from 0 (money is worth itself) to below 1.
    """

    cost: float
    power: float = 3.5
    longest: float = 100.0
    step: float = 0.0
    curvature: float = 0.0

    @property
    def elasticity(self) -> float:
        """``1 / (delta - 1)``: of earnings with respect to the share kept, without curvature."""
        return 1 / (self.power - 1)

    def money(self, consumption: ArrayLike) -> Floats:
        """Say what consumption (not negative) is worth: same shape."""
        spent = np.asarray(consumption, np.float64)
        if not self.curvature:
            return spent
        return (np.maximum(spent, 0.0) ** (1 - self.curvature) - 1) / (1 - self.curvature)

    def effort(self, hours: ArrayLike) -> Floats:
        """Say what hours cost in utility: same shape."""
        return self.cost * _to_power(np.asarray(hours, np.float64), self.power)

    def untaxed_hours(self, skills: ArrayLike) -> Floats:
        """Give the best hours without tax or rebate, no bound or step on them: same shape."""
        # the first-order condition v^(1 - eta) l^-eta = c delta l^(delta - 1)
        return (np.asarray(skills, np.float64) ** (1 - self.curvature) / (self.cost * self.power)) ** (1 / (self.power - 1 + self.curvature))


def reward_of_hours(tastes: Tastes, hours: ArrayLike, skills: ArrayLike, edges: ArrayLike, rates: ArrayLike, *, rebate: ArrayLike = 0.0) -> Floats:
    """Give the utility of hours at a given rebate: shapes (..., N), (N,), (K,), (..., K) and (...) broadcast to (..., N)."""
    worked = np.asarray(hours, np.float64)
    income = np.asarray(skills, np.float64) * worked
    return tastes.money(income - taxes(income, edges, rates) + np.asarray(rebate, np.float64)[..., None]) - tastes.effort(worked)


def best_hours(tastes: Tastes, skills: ArrayLike, edges: ArrayLike, rates: ArrayLike, rebate: ArrayLike = 0.0) -> Floats:
    """Find the hours that are best for each worker, exactly, under any schedule, regressive ones too; the rebate is taken as given.

    Within a bracket utility is concave in hours, so each bracket has one candidate (clipped to it, which covers the kinks); the best of them is the best
    of all. Where hours come in steps, each candidate's two neighbours stand for it. Of equally good hours the fewest are taken.

    Args:
        tastes: what the workers like.
        skills: shape (N,), positive.
        edges: shape (K,).
        rates: shape (..., K).
        rebate: shape (...); it matters only where money has curvature.

    Returns:
        Shape (..., N).
    """
    skill, lower, kept = np.asarray(skills, np.float64), np.asarray(edges, np.float64), 1 - np.asarray(rates, np.float64)
    given = np.broadcast_to(np.asarray(rebate, np.float64), kept.shape[:-1])
    upper = np.append(lower[1:], np.inf)
    low, high = (np.minimum(edge[:, None] / skill, tastes.longest) for edge in (lower, upper))
    if tastes.curvature:
        # untaxed part of the incomes at the edges: y = kept_j (z - b_j) + base_j + rebate
        base = np.concatenate([np.zeros((*kept.shape[:-1], 1)), np.cumsum(kept[..., :-1] * np.diff(lower), axis=-1)], axis=-1)
        inner = _curved_hours(tastes, skill, kept[..., None], (base - kept * lower + given[..., None])[..., None], (low, high))
    else:
        inner = np.clip((kept[..., None] * skill / (tastes.cost * tastes.power)) ** tastes.elasticity, low, high)
    if tastes.step:
        # a hair's breadth keeps a kink at a multiple of the step where it is
        steps = inner / tastes.step
        inner = np.concatenate([np.floor(steps + 1e-9), np.ceil(steps - 1e-9)], axis=-2) * tastes.step
        inner = np.sort(np.minimum(inner, np.floor(tastes.longest / tastes.step + 1e-9) * tastes.step), axis=-2)
    values = reward_of_hours(tastes, inner, skill, lower, np.asarray(rates, np.float64)[..., None, :], rebate=given[..., None])
    return np.take_along_axis(inner, values.argmax(axis=-2)[..., None, :], axis=-2)[..., 0, :]


def _curved_hours(tastes: Tastes, skill: Floats, kept: Floats, base: Floats, between: tuple[Floats, Floats]) -> Floats:
    """Bisect ``kept v y^-eta = c delta l^(delta - 1)`` within each bracket: shapes (..., K, N)."""
    shape = np.broadcast_shapes((*kept.shape[:-1], skill.size), base.shape)
    below, above = (np.broadcast_to(end, shape).copy() for end in between)
    for _ in range(_HALVINGS):
        middle = (below + above) / 2
        consumption = np.maximum(kept * skill * middle + base, 1e-300)
        more = kept * skill * consumption**-tastes.curvature > tastes.cost * tastes.power * middle ** (tastes.power - 1)
        below, above = np.where(more, middle, below), np.where(more, above, middle)
    return (below + above) / 2


def invert_income(tastes: Tastes, income: ArrayLike) -> Floats:
    """Find the skills whose untaxed workers earn these incomes: same shape (Saez 2001, section 5.2, for no tax).

    ``v = (c delta)^(1/delta) z^((delta - 1 + eta)/delta)``, from the first-order condition ``v z^-eta = c delta (z/v)^(delta - 1)``.
    """
    return (tastes.cost * tastes.power) ** (1 / tastes.power) * np.asarray(income, np.float64) ** ((tastes.power - 1 + tastes.curvature) / tastes.power)


def cost_of_effort(skill: float, hours: float, power: float, curvature: float) -> float:
    """Find the ``c`` that makes an untaxed worker of this skill work so many hours."""
    return skill ** (1 - curvature) / (power * hours ** (power - 1 + curvature))
