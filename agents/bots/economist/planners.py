"""How scripted planners set taxes: by law, by formula, by search over a model, or by trial."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from ....errors import ParameterError, nearest
from ....games.actions import Move
from ....games.core import Observation
from ....games.economist.economy import Economy
from ....games.economist.elasticity import by_regression
from ....games.economist.formulas import bracket_rates, saez_schedule
from ....games.economist.game import Economist
from ....games.economist.optimum import best_schedule, welfare_of
from ....games.economist.schedule import Floats, Schedule
from ....games.economist.setups import LARGEST_CHANGE
from ....games.economist.welfare import weights

__all__ = ["PLANNERS", "Planner", "planner"]


class Planner:
    """A bot at the planner's seat; subclasses say which rates they would like.

    Attributes:
        game: the rules.
        rng: draws, where the planner draws.
        laws: rates of the years so far, each of shape (K,), from 0 to 1.
        welfare: mean welfare of each of those years.
        incomes: sorted mean incomes of each of those years.
    """

    def __init__(self, game: Economist, rng: np.random.Generator) -> None:
        self.game, self.rng, self._read = game, rng, 0
        self.laws: list[Floats] = []
        self.welfare: list[float] = []
        self.incomes: list[Floats] = []
        self._year: list[dict[str, Any]] = []

    def wanted(self, economy: Economy) -> Floats:
        """Choose rates, shape (K,), from 0 to 1; ``economy`` has the workers' skills, lowest first."""
        raise NotImplementedError

    def act(self, observation: Observation) -> Move:
        for event in observation.since(self._read):
            if event.kind == "law":
                self._close()
                self.laws.append(np.array(event.data["rates"]) / 100)
            elif event.kind == "economy":
                self._year.append(event.data)
        self._read = len(observation.events)
        self._close()
        rates = np.clip(self.wanted(self.game.economy(observation.data["skills"])), 0, 1)
        step = self.game.terms.rate_step
        percent = (np.round(100 * rates / step) * step).astype(int)
        now = np.round(100 * observation.data["rates"]).astype(int)
        if self.game.terms.control == "changes":
            most = LARGEST_CHANGE // step * step
            percent = np.clip(percent - now, -most, most)
        names = [name for name, _ in self.game.law(tuple(now.tolist())).fields]
        return Move(dict(zip(names, percent.tolist(), strict=True)))

    def _close(self) -> None:
        """Sum up the year that is over."""
        if self._year:
            self.welfare.append(float(np.mean([step["welfare"] for step in self._year])))
            self.incomes.append(np.mean([step["incomes"] for step in self._year], axis=0))
            self._year = []


class UsFederal(Planner):
    """The US federal rates of 2024, averaged over each bracket."""

    def wanted(self, economy: Economy) -> Floats:
        return np.array(Schedule.us_federal_on(self.game.edges).rates)


class Flat(Planner):
    """The best flat rate, by the model."""

    def wanted(self, economy: Economy) -> Floats:
        flats = np.repeat(np.arange(0, 101, self.game.terms.rate_step)[:, None] / 100, len(self.game.edges), axis=1)
        return flats[welfare_of(economy, self.game.aim, self.game.edges, flats).argmax()]


class Optimal(Planner):
    """The best schedule there is on the grid, by the model: it knows the skills and reckons with exact answers."""

    def wanted(self, economy: Economy) -> Floats:
        return np.array(_best(self.game, tuple(economy.skills.tolist())))


class Saez(Planner):
    """Saez's formula for each bracket with the true elasticity and the true answers: the schedule that it reproduces itself."""

    def wanted(self, economy: Economy) -> Floats:
        return np.array(_stationary(self.game, tuple(economy.skills.tolist())))


class EmpiricalSaez(Planner):
    """Saez's formula at the incomes that are seen, with an elasticity estimated from the first years.

    It tries two or more schedules, matches workers by their rank in income, and from then on corrects the rates each year.
    """

    trials = 2

    def trial(self) -> Floats:
        """Choose the rates of a year of trial."""
        raise NotImplementedError

    def estimate(self) -> float:
        """Estimate the elasticity from the years of trial."""
        raise NotImplementedError

    def wanted(self, economy: Economy) -> Floats:
        if len(self.incomes) < self.trials:
            return self.trial()
        income, rates = self.incomes[-1], self.laws[-1]
        # who is where in the ranks of incomes is there in the ranks of skills, hours follow
        year = economy.settle(income / economy.skills, self.game.edges, rates)
        g = weights(self.game.aim.objective, year.utility, year.income, self.game.aim.aversion)
        rule = bracket_rates(income, g, self.estimate(), self.game.edges)
        return rule if len(self.incomes) == self.trials else (rule + rates) / 2


class RegressionSaez(EmpiricalSaez):
    """The elasticity by regression of log incomes on the log of the share kept, over years of random flat rates (AI Economist)."""

    def trial(self) -> Floats:
        return np.full(len(self.game.edges), self.rng.uniform(0.1, 0.7) if not self.laws else 0.8 - self.laws[0].mean())

    def estimate(self) -> float:
        incomes, laws = np.array(self.incomes[: self.trials]), np.array(self.laws[: self.trials])
        rates = np.array([Schedule.of(self.game.edges, law).marginal(row) for law, row in zip(laws, incomes, strict=True)])
        return by_regression(incomes, rates) if np.ptp(rates) > 0 else self.game.tastes.elasticity


class PerturbationSaez(EmpiricalSaez):
    """The elasticity by moving a middling flat rate up and down: mean change of log income over that of the log of the share kept."""

    def trial(self) -> Floats:
        return np.full(len(self.game.edges), 0.5 if not self.laws else 0.4)

    def estimate(self) -> float:
        before, after = self.incomes[0], self.incomes[1]
        kept = np.log(1 - self.laws[1].mean()) - np.log(1 - self.laws[0].mean())
        both = (before > 0) & (after > 0)
        if not both.any() or abs(kept) < 1e-9:
            return self.game.tastes.elasticity
        return max(float((np.log(after[both]) - np.log(before[both])).mean() / kept), 0.0)


class Ucb(Planner):
    """A bandit over flat rates and the federal schedule: tries each once, then the one with the best upper confidence bound (Auer et al. 2002)."""

    def __init__(self, game: Economist, rng: np.random.Generator) -> None:
        super().__init__(game, rng)
        flats = [np.full(len(game.edges), rate / 10) for rate in range(10)]
        self.arms = [*flats, np.array(Schedule.us_federal_on(game.edges).rates)]
        self.order = rng.permutation(len(self.arms)).tolist()
        self.pulled: list[int] = []

    def wanted(self, economy: Economy) -> Floats:
        # where rates are changed, the first year's law was not the bandit's
        seen = self.welfare[len(self.welfare) - len(self.pulled) :]
        if self.order:
            arm = self.order.pop()
        else:
            spread = max(max(seen) - min(seen), 1e-12)
            means = [np.mean([value for pulled, value in zip(self.pulled, seen, strict=True) if pulled == arm]) for arm in range(len(self.arms))]
            counts = np.bincount(self.pulled, minlength=len(self.arms))
            arm = int(np.argmax(np.array(means) + spread * np.sqrt(2 * np.log(len(seen)) / counts)))
        self.pulled.append(arm)
        return self.arms[arm]


class CoordinateSearch(Planner):
    """Moves one bracket's rate at a time, up or down, keeps what raised welfare and repeats it; after a round without gain its moves are halved."""

    def __init__(self, game: Economist, rng: np.random.Generator) -> None:
        super().__init__(game, rng)
        self.best, self.value = np.full(len(game.edges), game.start_rate / 100), -np.inf
        self.size, self.gained = 0.2, True
        self.moves: list[tuple[int, int]] = []
        self.tried: tuple[int, int] | None = None

    def wanted(self, economy: Economy) -> Floats:
        if not self.welfare:
            return self.best
        if self.welfare[-1] > self.value:
            self.best, self.value = self.laws[-1], self.welfare[-1]
            if self.tried is not None:
                self.gained = True
                self.moves.insert(0, self.tried)
        while True:
            if not self.moves:
                self.size = self.size if self.gained else max(self.size / 2, self.game.terms.rate_step / 100)
                self.gained = False
                self.moves = [(bracket, sign) for bracket in range(len(self.best)) for sign in (1, -1)]
            bracket, sign = self.tried = self.moves.pop(0)
            trial = self.best.copy()
            trial[bracket] = np.clip(trial[bracket] + sign * self.size, 0, 1)
            if trial[bracket] != self.best[bracket]:
                return trial


class Random(Planner):
    """Any rates, all alike likely."""

    def wanted(self, economy: Economy) -> Floats:
        return self.rng.random(len(self.game.edges))


PLANNERS: dict[str, Callable[[Economist, np.random.Generator], Planner]] = {
    "us_federal": UsFederal,
    "flat": Flat,
    "optimal": Optimal,
    "saez": Saez,
    "saez_regression": RegressionSaez,
    "saez_perturbation": PerturbationSaez,
    "ucb": Ucb,
    "coordinate": CoordinateSearch,
    "random": Random,
}
"""Planners by name."""


def planner(game: Economist, name: str, rng: np.random.Generator) -> Planner:
    """Make a planner. Raises ParameterError where there is none of that name."""
    if name not in PLANNERS:
        raise ParameterError(f"planner={name!r} is no planner{nearest(name, PLANNERS)}")
    return PLANNERS[name](game, rng)


@lru_cache(maxsize=256)
def _best(game: Economist, skills: tuple[float, ...]) -> tuple[float, ...]:
    """Search once for a population, not once a year."""
    return best_schedule(game.economy(np.array(skills)), game.aim, game.edges, step=game.terms.rate_step / 100).rates


@lru_cache(maxsize=256)
def _stationary(game: Economist, skills: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(saez_schedule(game.economy(np.array(skills)), game.aim, game.edges).tolist())
