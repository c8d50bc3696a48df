"""The three setups: which brackets, skills, tastes, objective and lengths belong together, and why the published ones mislead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from .labour import Tastes, cost_of_effort, invert_income
from .population import TOP, US_INCOMES, ranked_pareto, stratified
from .schedule import EDGES, QUANTILES, Floats, round_edge
from .welfare import Objective

__all__ = [
    "FULL_TIME",
    "LARGEST_CHANGE",
    "SETUPS",
    "Brackets",
    "Control",
    "DegenerateObjective",
    "Skills",
    "Terms",
    "edges_of",
    "skill_quantile",
    "skills_of",
    "tastes_of",
]

Brackets = Literal["flat", "three", "seven", "us_federal", "published_three", "us_one_step"]
Control = Literal["rates", "changes"]
Skills = Literal["us_incomes", "us_wages", "uniform", "pareto"]

FULL_TIME = 40.0
"""Hours of the untaxed worker of median skill, where the cost of effort is calibrated; and those for which a published wage earns its income."""
LARGEST_CHANGE = 20
"""Points by which a rate may move in a year, where the planner makes changes."""
_UNIFORM = (1.24, 159.1)


class DegenerateObjective(UserWarning):
    """What is maximised has no sensible maximum."""


@dataclass(frozen=True)
class Terms:
    """What a setup fixes; every entry can be overridden by the game's parameter of the same name, where it says what it means."""

    years: int
    year_length: int
    brackets: Brackets | tuple[float, ...]
    objective: Objective
    control: Control
    rate_step: int
    skills: Skills
    cost: float | None
    power: float
    curvature: float
    hours_step: int


SETUPS: dict[str, Terms] = {
    "corrected": Terms(5, 4, "three", "inverse_income", "rates", 5, "us_incomes", None, 3.5, 0.0, 1),
    "published": Terms(40, 25, "published_three", "raw_sum", "changes", 10, "us_wages", 0.0005, 3.5, 0.0, 10),
    "one_step": Terms(1, 1, "us_one_step", "inverse_income", "rates", 5, "pareto", 1.0, 1.0, 0.23, 1),
}
"""By name. ``published`` follows the first release of LLM Economist (arXiv 2507.15815), ``one_step`` the AI Economist's one-step economy (arXiv 2108.02755)."""

RAW_SUM = (
    "the objective raw_sum has no sensible maximum: under a flat tax it is sum u/z = N (1 - tau) / (1 + e) + N tau A/H, with A/H > 1 the mean income over "
    "its harmonic mean, which rises up to a rate of 100 percent in any unequal population; inverse_income is the same weighting, normalised"
)
CAPPED = (
    "the published cost of effort ({cost:g}) is too small for these skills: untaxed, a worker of median skill would like {hours:.0f} hours a week, so nearly "
    "everybody works the longest hours whatever the tax; setup=corrected calibrates it"
)
EMPTY = (
    "with these skills nobody can earn {edge:,.0f}, where the bracket {number} of {count} begins: it is empty; brackets=three places edges where incomes are"
)


def skill_quantile(skills: Skills, share: ArrayLike, tastes: Tastes, workers: int) -> Floats:
    """Give the skill below which a share of the population lies; shares above ``TOP`` count as it."""
    below = np.minimum(np.asarray(share, np.float64), TOP)
    if skills == "us_incomes":
        return invert_income(tastes, US_INCOMES.quantile(below))
    if skills == "us_wages":
        return US_INCOMES.quantile(below) / FULL_TIME
    if skills == "uniform":
        return _UNIFORM[0] + (_UNIFORM[1] - _UNIFORM[0]) * below
    return np.quantile(ranked_pareto(workers), below)


def skills_of(skills: Skills, workers: int, tastes: Tastes, rng: np.random.Generator | None = None) -> Floats:
    """Draw the workers' skills, one in each of as many equal parts of the population, in any order; without a generator the parts' middles, in order."""
    drawn = ranked_pareto(workers) if skills == "pareto" else skill_quantile(skills, stratified(workers, rng), tastes, workers)
    return drawn if rng is None else rng.permutation(drawn)


def tastes_of(terms: Terms, longest: int, workers: int) -> Tastes:
    """Give the workers' tastes, the cost of effort calibrated where the terms leave it open."""
    cost = terms.cost
    if cost is None:
        median = {"uniform": sum(_UNIFORM) / 2, "pareto": float(np.median(ranked_pareto(workers)))}.get(
            terms.skills, float(US_INCOMES.quantile(0.5)) / FULL_TIME
        )
        cost = cost_of_effort(median, FULL_TIME, terms.power, terms.curvature)
    return Tastes(cost, terms.power, float(longest), float(terms.hours_step), terms.curvature)


def edges_of(terms: Terms, tastes: Tastes, workers: int) -> tuple[float, ...]:
    """Give the lower edges of the brackets."""
    if isinstance(terms.brackets, tuple):
        return tuple(map(float, terms.brackets))
    if terms.brackets in EDGES:
        return EDGES[terms.brackets]
    skills = skill_quantile(terms.skills, QUANTILES[terms.brackets], tastes, workers)
    incomes = skills * np.minimum(tastes.untaxed_hours(skills), tastes.longest)
    return (0.0, *map(round_edge, incomes.tolist()))
