"""The best schedule a leader can find when workers answer it exactly (a Stackelberg optimum), and how far a run stays from it.

Welfare as a function of rates has kinks and jumps, so nothing local can be trusted: grids of up to ``EXHAUSTIVE`` schedules are gone through;
larger ones, and rates off any grid, are searched by differential evolution and a pattern search from the best schedules of every kind that is known
(Saez, best flat, US federal). What a search finds is a lower bound.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ParameterError
from .economy import Aim, Economy
from .formulas import saez_schedule
from .labour import best_hours, reward_of_hours
from .schedule import Floats, Schedule

__all__ = ["EXHAUSTIVE", "Optimum", "best_schedule", "follower_regret", "percent_of_optimum", "welfare_of"]

EXHAUSTIVE = 21**3
"""So many schedules are gone through one by one at most."""
_AT_ONCE = 4_000_000
"""Numbers of schedules times workers times brackets that are worked out at once."""
_FINEST = 1e-4
"""Where rates are free, the pattern search halves its moves down to this."""


@dataclass(frozen=True)
class Optimum:
    """The best schedule found.

    Attributes:
        rates: from 0 to 1, one a bracket.
        welfare: what it brings.
        method: ``"exhaustive"`` (then it is the optimum on the grid) or ``"search"`` (then a lower bound).
        evaluations: schedules looked at.
    """

    rates: tuple[float, ...]
    welfare: float
    method: Literal["exhaustive", "search"]
    evaluations: int


def welfare_of(economy: Economy, aim: Aim, edges: ArrayLike, rates: ArrayLike) -> Floats:
    """Give the welfare that schedules bring about: rates of shape (S, K), result (S,); worked out in parts that fit the memory."""
    many = np.atleast_2d(np.asarray(rates, np.float64))
    part = max(_AT_ONCE // (economy.skills.size * max(np.asarray(edges).size, 1) ** 2), 1)
    return np.concatenate([aim.of(economy.under(edges, many[start : start + part])) for start in range(0, len(many), part)])


def best_schedule(economy: Economy, aim: Aim, edges: ArrayLike, *, step: float = 0.05, seed: int = 0) -> Optimum:
    """Find the best rates.

    Args:
        economy: who answers.
        aim: what is wanted.
        edges: shape (K,).
        step: rates are whole multiples of it (it should divide 1); 0 for free rates.
        seed: of the search, where there is one.

    Raises:
        ParameterError: a step that does not divide 1.
    """
    brackets = np.asarray(edges).size
    levels = round(1 / step) if step else 0
    if step and abs(levels * step - 1) > 1e-9:
        raise ParameterError(f"step={step} should divide 1")
    if levels and (levels + 1) ** brackets <= EXHAUSTIVE:
        grid = np.array(list(itertools.product(range(levels + 1), repeat=brackets))) / levels
        values = welfare_of(economy, aim, edges, grid)
        best = int(values.argmax())
        return Optimum(tuple(grid[best].tolist()), float(values[best]), "exhaustive", len(grid))
    search = _Search(economy, aim, edges, levels)
    search.evolve(seed)
    for start in (search.rates, *search.known()):
        search.pattern(start)
    return Optimum(tuple(search.rates.tolist()), search.welfare, "search", search.evaluations)


class _Search:
    """A search with its best schedule so far."""

    def __init__(self, economy: Economy, aim: Aim, edges: ArrayLike, levels: int) -> None:
        self.economy, self.aim, self.edges, self.levels = economy, aim, np.asarray(edges, np.float64), levels
        self.rates, self.welfare, self.evaluations = np.zeros(self.edges.size), -np.inf, 0

    def fitted(self, rates: ArrayLike) -> Floats:
        """Move rates onto the grid, where there is one."""
        inside = np.clip(np.asarray(rates, np.float64), 0, 1)
        return np.round(inside * self.levels) / self.levels if self.levels else inside

    def look(self, rates: ArrayLike) -> Floats:
        """Give the welfare of schedules (S, K) and keep the best."""
        many = self.fitted(rates)
        values = welfare_of(self.economy, self.aim, self.edges, many)
        self.evaluations += len(many)
        if values.max() > self.welfare:
            self.rates, self.welfare = many[values.argmax()].copy(), float(values.max())
        return values

    def evolve(self, seed: int) -> None:
        """Search everywhere, by differential evolution (Storn and Price 1997)."""
        from scipy.optimize import differential_evolution

        differential_evolution(
            lambda column: -self.look(column.T),
            [(0.0, 1.0)] * self.edges.size,
            rng=np.random.default_rng(seed),
            vectorized=True,
            updating="deferred",
            polish=False,
            maxiter=60,
            popsize=12,
            tol=1e-8,
        )

    def known(self) -> Iterable[Floats]:
        """Schedules of every kind that is known to be good somewhere."""
        flats = np.repeat(np.linspace(0, 1, 41)[:, None], self.edges.size, axis=1)
        yield flats[self.look(flats).argmax()]
        yield np.array(Schedule.us_federal_on(tuple(self.edges.tolist())).rates)
        if self.aim.objective != "equality_productivity" and self.economy.tastes.power > 1:
            yield saez_schedule(self.economy, self.aim, self.edges)

    def pattern(self, start: ArrayLike) -> None:
        """Move one rate or two neighbouring ones at a time as long as it helps, in moves that grow smaller (Hooke and Jeeves 1961)."""
        at = self.fitted(start)
        value = float(self.look(at[None])[0])
        k = self.edges.size
        single = np.eye(k)
        moves = np.concatenate([single, single[:-1] + single[1:], single[:-1] - single[1:]])
        moves = np.concatenate([moves, -moves])
        size, finest = 0.2, 1 / self.levels if self.levels else _FINEST
        while size >= finest * 0.999:
            around = self.fitted(at + size * moves)
            values = self.look(around)
            if values.max() > value + 1e-12 * abs(value):
                at, value = around[values.argmax()], float(values.max())
            else:
                size = size / 2 if size / 2 >= finest or not self.levels else (finest if size > finest * 1.001 else 0.0)


def percent_of_optimum(welfare: float, optimum: float) -> float:
    """Say how much of the best welfare was reached, in percent; both must be positive to mean anything.

    Raises:
        ParameterError: the optimum is not positive.
    """
    if optimum <= 0:
        raise ParameterError(f"the optimum {optimum} is not positive: its percentages mean nothing")
    return 100 * welfare / optimum


def follower_regret(economy: Economy, hours: ArrayLike, edges: ArrayLike, rates: ArrayLike) -> Floats:
    """Say what each worker gives away by its hours, beside its best ones under the same schedule and the same hours of all others: shape (..., N).

    Price-takers take the rebate as given; strategic ones count what comes back of their own tax.
    """
    worked = np.asarray(hours, np.float64)
    year = economy.settle(worked, edges, rates)
    felt = economy.felt(rates)
    # what comes back of the own tax is in the felt rates, so it must not be in the rebate that is taken as given
    others = year.rebate if not economy.strategic else np.zeros_like(year.rebate)
    given = others if economy.spending == "rebate" else np.zeros_like(year.rebate)
    best = best_hours(economy.tastes, economy.skills, edges, felt, given)
    there, here = (reward_of_hours(economy.tastes, tried, economy.skills, edges, felt, rebate=given) for tried in (best, worked))
    return np.maximum(there - here, 0.0)
