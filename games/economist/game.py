"""The LLM economist: workers choose hours, a planner sets the income tax, year by year.

Rules in words. A tax year begins with the planner's schedule: a marginal rate for each bracket of yearly income. Then, ``year_length`` times, all workers
choose at once how many hours a week they work. A worker of skill ``v`` earns ``z = v l`` with ``l`` hours and pays ``T(z)``; what is taken is handed back
in equal parts, or spent on a public good. Its utility of the step is ``m(z - T(z) + rebate) - c l^delta``. The planner wants welfare. Leader first, then
all followers at once: a Stackelberg game on two time scales.

| parameter | meaning | default |
|---|---|---|
| `setup` | what those marked (s) are by default: `corrected`, `published` (LLM Economist, with a warning) or `one_step` (AI Economist) | corrected |
| `workers` | how many; `player_0` is the planner, the others work | 5 |
| `years` | (s) tax years | 5 |
| `year_length` | (s) steps of work in each | 4 |
| `brackets` | (s) `flat`, `three` or `seven` (at quantiles of untaxed income), `us_federal`, `published_three`, `us_one_step`, or lower edges from 0 | three |
| `objective` | (s) `inverse_income`, `utilitarian`, `rawlsian`, `atkinson`, `equality_productivity`, `raw_sum` (see :mod:`.welfare`) | inverse_income |
| `aversion` | Atkinson's epsilon | 1 |
| `control` | (s) the planner sets `rates`, or `changes` of at most 20 points (the first year then has `start_rate`) | rates |
| `rate_step` | (s) rates are whole multiples of it, in percent | 5 |
| `start_rate` | percent in every bracket in the first year, where rates are changed; what a silent planner begins with | 50 |
| `skills` | (s) `us_incomes` (untaxed, those of the United States), `us_wages` (such an income over 40 h), `uniform` (1.24 to 159.1), `pareto` | us_incomes |
| `cost` | (s) `c`, what effort costs; null so that a worker of median skill works 40 hours untaxed | null |
| `power` | (s) `delta`, above 1 | 3.5 |
| `curvature` | (s) `eta`, from 0 (money is worth itself) to 0.95 | 0 |
| `longest` | most hours a week | 100 |
| `hours_step` | (s) steps of hours; 0 for hours with two decimals | 1 |
| `spending` | taxes are paid back as a `rebate` or spent on a `public_good` | rebate |
| `good_value` | what a unit of money a head in the public good is worth to each worker | 1 |
| `strategic` | references have workers count with the part of their own tax that comes back | no |
| `altruists` | workers who want welfare instead of their own utility | 0 |
| `adversaries` | workers who want welfare low | 0 |
| `satisfaction` | workers also say whether they are satisfied with the tax; who is not feels half its utility less | no |
| `personas` | workers are told who they are | no |
| `cues` | requests recall what was best so far and say which way the last change led | no |
| `ballot` | the law by vote: `none` (the planner's is law), `plurality`, `approval` or `condorcet` (see :mod:`.election`) | none |
| `candidates` | workers that come onto a ballot at most, beside the planner's law and the present one | 2 |

Payoffs: a worker's mean utility over all steps, the planner's mean welfare, in units of money a year (quasi-linear workers). Who knows what: the schedule
and the rebate are public; a worker knows its own skill, hours and utility; the planner knows all skills and incomes, but not whose they are.

Sources: Karten et al. 2025, "LLM Economist", arXiv 2507.15815; Zheng et al. 2022, "The AI Economist", arXiv 2108.02755; Mirrlees 1971; Saez 2001. Tests hold
it to closed forms, grids and a plain reference; :mod:`.setups` says why the published setup misleads.

Version history: v0, first version.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from gymnasium.spaces import Box

from ..core import Game, GameType, IllegalPolicy, Prediction
from ..domains import Domain, Integer, OneOf, Real, Record
from .economy import Aim, Economy
from .election import Ballot, duties
from .labour import Tastes
from .schedule import Floats
from .setups import (
    CAPPED,
    EMPTY,
    LARGEST_CHANGE,
    RAW_SUM,
    SETUPS,
    Brackets,
    Control,
    DegenerateObjective,
    Skills,
    Terms,
    edges_of,
    skill_quantile,
    skills_of,
    tastes_of,
)
from .welfare import Objective

if TYPE_CHECKING:
    from .state import EconomistState
    from .vector import EconomistVectorEnv

__all__ = ["PLANNER", "ROLES", "Economist"]

PLANNER = 0
"""The planner's seat."""
ROLES = ("planner", "worker")


@dataclass(frozen=True, kw_only=True)
class Economist(Game):
    """Workers and a planner; see the module for the parameters."""

    setup: Literal["corrected", "published", "one_step"] = "corrected"
    workers: int = 5
    years: int | None = None
    year_length: int | None = None
    brackets: Brackets | tuple[float, ...] | None = None
    objective: Objective | None = None
    aversion: float = 1.0
    control: Control | None = None
    rate_step: int | None = None
    start_rate: int = 50
    skills: Skills | None = None
    cost: float | None = None
    power: float | None = None
    curvature: float | None = None
    longest: int = 100
    hours_step: int | None = None
    spending: Literal["rebate", "public_good"] = "rebate"
    good_value: float = 1.0
    strategic: bool = False
    altruists: int = 0
    adversaries: int = 0
    satisfaction: bool = False
    personas: bool = False
    cues: bool = False
    ballot: Ballot = "none"
    candidates: int = 2

    def __post_init__(self) -> None:
        terms, require = self.terms, self.require
        require(1 <= self.workers <= 10_000, "workers", "should be from 1 to 10,000")
        require(1 <= terms.years <= 10_000, "years", "should be from 1 to 10,000")
        require(1 <= terms.year_length <= 100_000, "year_length", "should be from 1 to 100,000")
        require(0 <= self.aversion <= 10, "aversion", "should be from 0 to 10")
        require(1 <= terms.rate_step <= 100 and 100 % terms.rate_step == 0, "rate_step", "should divide 100")
        require(terms.control == "rates" or terms.rate_step <= LARGEST_CHANGE, "rate_step", f"should be at most {LARGEST_CHANGE} where rates are changed")
        require(
            0 <= self.start_rate <= 100 and self.start_rate % terms.rate_step == 0, "start_rate", f"should be a multiple of {terms.rate_step} from 0 to 100"
        )
        require(terms.cost is None or 1e-9 <= terms.cost <= 1e9, "cost", "should be positive")
        require(0 <= terms.curvature <= 0.95, "curvature", "should be from 0 to 0.95")
        require(1.05 <= terms.power <= 10 or (terms.power == 1 and terms.curvature > 0), "power", "should be from 1.05 to 10, or 1 where curvature is positive")
        require(1 <= self.longest <= 168, "longest", "should be from 1 to 168 hours a week")
        require(0 <= terms.hours_step <= self.longest, "hours_step", f"should be from 0 to {self.longest}")
        require(0 <= self.good_value <= 100, "good_value", "should be from 0 to 100")
        require(not (self.strategic and terms.curvature), "strategic", "should be false where curvature is positive")
        require(self.altruists >= 0, "altruists", "should not be negative")
        require(0 <= self.adversaries <= self.workers - self.altruists, "adversaries", "should be at most the workers that are no altruists")
        require(0 <= self.candidates <= 20, "candidates", "should be from 0 to 20")
        if isinstance(terms.brackets, tuple):
            rising = all(high > low for low, high in zip(terms.brackets, terms.brackets[1:], strict=False))
            require(0 < len(terms.brackets) <= 20 and terms.brackets[0] == 0 and rising, "brackets", "should rise from 0, at most 20 of them")
        self._warn()

    def _warn(self) -> None:
        """Explain what is wrong with what is asked for, where the literature's choices mislead."""
        terms, tastes = self.terms, self.tastes
        found = [RAW_SUM] if terms.objective == "raw_sum" else []
        if terms.cost is not None and terms.power > 1:
            liked = float(tastes.untaxed_hours(skill_quantile(terms.skills, 0.5, tastes, self.workers)))
            found += [CAPPED.format(cost=terms.cost, hours=liked)] if liked > 1.5 * self.longest else []
        most = float(skill_quantile(terms.skills, 1.0, tastes, self.workers)) * self.longest
        empty = [number for number, edge in enumerate(self.edges, 1) if edge >= most]
        found += [EMPTY.format(edge=self.edges[empty[0] - 1], number=empty[0], count=len(self.edges))] if empty else []
        if found:
            warnings.warn(f"economist (setup={self.setup}): " + "; ".join(found), DegenerateObjective, stacklevel=4)

    # -- what the parameters come to ---------------------------------------------------------------------------------

    @cached_property
    def terms(self) -> Terms:
        """The setup with what was given beside it."""
        usual = SETUPS[self.setup]
        given = {item.name: getattr(self, item.name) for item in fields(Terms)}
        return Terms(**{name: getattr(usual, name) if value is None else value for name, value in given.items()})

    @cached_property
    def tastes(self) -> Tastes:
        """What all workers like; hours with two decimals count as any number."""
        return tastes_of(self.terms, self.longest, self.workers)

    @cached_property
    def edges(self) -> tuple[float, ...]:
        """Lower edges of the brackets, the first 0."""
        return edges_of(self.terms, self.tastes, self.workers)

    @cached_property
    def aim(self) -> Aim:
        """What the planner wants."""
        return Aim(self.terms.objective, self.aversion)

    @property
    def steps(self) -> int:
        """Steps of work in all years."""
        return self.terms.years * self.terms.year_length

    def economy(self, skills: Floats) -> Economy:
        """Put workers of these skills, of shape (workers,), under this government."""
        return Economy(np.asarray(skills, np.float64), self.tastes, self.spending, self.good_value, self.strategic)

    @cached_property
    def typical(self) -> Economy:
        """The population whose skills are the middles of equal parts: what the prediction cards are computed for."""
        return self.economy(skills_of(self.terms.skills, self.workers, self.tastes))

    def drawn(self, rng: np.random.Generator) -> Floats:
        """Draw skills of shape (workers,), in the order of the seats."""
        return skills_of(self.terms.skills, self.workers, self.tastes, rng)

    @cached_property
    def most_income(self) -> float:
        """Nobody can earn more."""
        top = max(float(skill_quantile(self.terms.skills, 1.0, self.tastes, self.workers)), float(self.typical.skills.max()))
        return top * self.longest

    # -- as a game ---------------------------------------------------------------------------------------------------

    @property
    def seats(self) -> int:
        return self.workers + 1

    @cached_property
    def type(self) -> GameType:
        low, high = self._bounds()
        return GameType(
            seats=(2, 10_001),
            dynamics="mixed",
            information="imperfect",
            utility="general_sum",
            payoff_low=low,
            payoff_high=high,
            horizon=self.steps + (self.terms.years - (self.terms.control == "changes")) * (1 if self.ballot == "none" else 2),
            unit="money a year",
            chance=True,
            roles=ROLES,
            illegal=IllegalPolicy(reask=2, then="default"),
        )

    def _bounds(self) -> tuple[float, float]:
        """Bounds of a utility (own income and a rebate, both at most the highest) and of welfare; satisfaction moves half of it down."""
        worth = self.tastes.money(np.array([0.0, 2 * self.most_income])) + np.array([0, max(self.good_value, 0) * self.most_income])
        low, high = float(worth[0] - self.tastes.effort(self.longest)), float(worth[1])
        ends = {
            "equality_productivity": (0.0, self.most_income),
            "atkinson": (1.0, max(high, 1.0)),
            "raw_sum": (self.workers * low, self.workers * high),
        }.get(self.terms.objective, (low, high))
        low, high = 1.5 * low, max(high, 0.0)
        if self.altruists or self.adversaries:
            widest = 1.5 * max(abs(ends[0]), abs(ends[1]))
            low, high = min(low, -widest), max(high, widest)
        return min(low, ends[0]), max(high, ends[1])

    @cached_property
    def hours(self) -> Domain:
        """What a worker may answer, satisfaction apart."""
        step = self.terms.hours_step
        return Integer(0, self.longest // step * step, step, "hours a week") if step else Real(0, self.longest, 2, "hours a week")

    @cached_property
    def work(self) -> Domain:
        """What a worker is asked."""
        return Record.of({"hours": self.hours, "satisfied": OneOf(("yes", "no"))}) if self.satisfaction else self.hours

    def law(self, rates: tuple[int, ...]) -> Record:
        """Give the planner's choices at given rates in percent."""
        step = self.terms.rate_step
        if self.terms.control == "rates":
            return Record.of({f"rate_{number}": Integer(0, 100, step, "percent") for number in range(1, len(self.edges) + 1)})
        most = LARGEST_CHANGE // step * step
        return Record.of({f"change_{number}": Integer(max(-most, -rate), min(most, 100 - rate), step, "points") for number, rate in enumerate(rates, 1)})

    def action_domain(self, seat: int) -> Domain:
        most = LARGEST_CHANGE // self.terms.rate_step * self.terms.rate_step
        change = Integer(-most, most, self.terms.rate_step, "points")
        changes = Record.of({f"change_{number}": change for number in range(1, len(self.edges) + 1)})
        laws = self.law(()) if self.terms.control == "rates" else changes
        if seat == PLANNER:
            return laws
        return self.work if self.ballot == "none" else duties(self, laws)

    def observation_space(self, seat: int) -> Box:
        return Box(0, 1, (len(self.edges) + 6 if seat != PLANNER else 3 * len(self.edges) + 4,))

    def vector_env(self, num_envs: int) -> EconomistVectorEnv:
        """Make a fast environment of the planner's seat, with workers who answer exactly; see :mod:`.vector`."""
        from .vector import EconomistVectorEnv

        return EconomistVectorEnv(self, num_envs)

    def new_state(self, seed: int) -> EconomistState:
        from .state import EconomistState

        return EconomistState(self, seed)

    def rules_text(self, seat: int | None = None) -> str:
        from .text import rules

        return rules(self, seat)

    def predictions(self) -> tuple[Prediction, ...]:
        from .predictions import cards

        return cards(self)
