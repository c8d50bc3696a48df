"""An economy of one year: skills and tastes, what hours and a schedule bring about, and how workers answer a schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .labour import Tastes, best_hours
from .schedule import Floats, taxes
from .welfare import Objective, welfare

__all__ = ["Aim", "Economy", "Year"]

_HALVINGS = 60


class Year(NamedTuple):
    """What happened; all but ``rebate`` have shape (..., N).

    ``rebate`` is the revenue a head, shape (...): paid out, or worth of the public good that each enjoys.
    """

    hours: Floats
    income: Floats
    tax: Floats
    rebate: Floats
    consumption: Floats
    utility: Floats


@dataclass(frozen=True)
class Aim:
    """What the planner wants: an objective, and Atkinson's aversion where that is it."""

    objective: Objective = "inverse_income"
    aversion: float = 1.0

    def of(self, year: Year) -> Floats:
        """Give the welfare of a year: shape (...)."""
        return welfare(self.objective, year.utility, year.income, year.consumption, self.aversion)


@dataclass(frozen=True, eq=False)
class Economy:
    """Workers under one government that spends what it takes.

    Attributes:
        skills: shape (N,), what an hour earns.
        tastes: what the workers like.
        spending: ``"rebate"`` pays the same sum to all; a ``"public_good"`` is enjoyed by all.
        good_value: utility of a unit of money a head that is spent on the public good.
        strategic: workers count with the part of their own tax that comes back to them (1/N of it); price-takers do not.
    """

    skills: Floats
    tastes: Tastes
    spending: Literal["rebate", "public_good"] = "rebate"
    good_value: float = 1.0
    strategic: bool = False

    def settle(self, hours: ArrayLike, edges: ArrayLike, rates: ArrayLike) -> Year:
        """Work out a year: hours (..., N) and rates (..., K) broadcast. What is taken is spent: taxes sum to N rebates."""
        worked = np.asarray(hours, np.float64)
        income = self.skills * worked
        tax = taxes(income, edges, rates)
        income, worked = np.broadcast_to(income, tax.shape), np.broadcast_to(worked, tax.shape)
        rebate = tax.mean(axis=-1)
        paid_out = rebate[..., None] if self.spending == "rebate" else 0.0
        enjoyed = 0.0 if self.spending == "rebate" else self.good_value * rebate[..., None]
        consumption = income - tax + paid_out
        return Year(worked, income, tax, rebate, consumption, self.tastes.money(consumption) + enjoyed - self.tastes.effort(worked))

    def felt(self, rates: ArrayLike) -> Floats:
        """Give the rates that a worker reckons with: the posted ones, or those less the part that comes back."""
        back = (1.0 if self.spending == "rebate" else self.good_value) / self.skills.size if self.strategic else 0.0
        return np.asarray(rates, np.float64) * (1 - back)

    def answer(self, edges: ArrayLike, rates: ArrayLike) -> Floats:
        """Find the hours with which all workers answer a schedule: shape (..., N).

        With curvature hours fall in the rebate and so does revenue in it: the one rebate that pays for itself is bisected.
        """
        felt = self.felt(rates)
        if not self.tastes.curvature or self.spending == "public_good":
            return best_hours(self.tastes, self.skills, edges, felt)
        low, high = np.zeros(felt.shape[:-1]), np.full(felt.shape[:-1], float(self.skills.mean()) * self.tastes.longest)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            hours = best_hours(self.tastes, self.skills, edges, felt, middle)
            more = taxes(self.skills * hours, edges, rates).mean(axis=-1) > middle
            low, high = np.where(more, middle, low), np.where(more, high, middle)
        return best_hours(self.tastes, self.skills, edges, felt, (low + high) / 2)

    def under(self, edges: ArrayLike, rates: ArrayLike) -> Year:
        """Give the year that a schedule brings about when all workers answer it."""
        return self.settle(self.answer(edges, rates), edges, rates)
