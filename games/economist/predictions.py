"""What theory says of an economist game, computed for its typical population."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core import Prediction
from .formulas import inverse_income_rate, majority_rate, revenue_rate, saez_schedule
from .optimum import EXHAUSTIVE, best_schedule, welfare_of
from .schedule import Schedule

if TYPE_CHECKING:
    from .game import Economist

__all__ = ["cards"]

_LARGEST = 60_000_000
"""Numbers (schedules times workers times brackets) up to which the optimum is worked out for a card."""


def cards(game: Economist) -> tuple[Prediction, ...]:
    """Give the cards of a game."""
    economy, aim, edges, tastes = game.typical, game.aim, game.edges, game.tastes
    typical = "for a population in equal steps of its distribution, workers answering exactly"
    found = []
    levels = 100 // game.terms.rate_step + 1
    if min(levels ** len(edges), EXHAUSTIVE) * game.workers * len(edges) ** 2 <= _LARGEST and levels ** len(edges) <= EXHAUSTIVE:
        optimum = best_schedule(economy, aim, edges, step=game.terms.rate_step / 100)
        percent = [round(100 * rate) for rate in optimum.rates]
        found += [
            Prediction("stackelberg", "rates", percent, f"all {optimum.evaluations:,} schedules on the grid", f"percent by bracket, {typical}"),
            Prediction("stackelberg", "welfare", optimum.welfare, f"all {optimum.evaluations:,} schedules on the grid", typical),
        ]
    federal = Schedule.us_federal_on(edges).rates
    anarchy, law = (float(value) for value in welfare_of(economy, aim, edges, np.array([np.zeros(len(edges)), federal])))
    found += [
        Prediction("no_tax", "welfare", anarchy, "best hours without tax", typical),
        Prediction("us_federal", "welfare", law, "best hours under the US federal rates of 2024, averaged over each bracket", typical),
    ]
    if not tastes.curvature and game.spending == "rebate":
        e, incomes = tastes.elasticity, economy.under(edges, np.zeros(len(edges))).income
        found.append(
            Prediction("behaviour", "elasticity", e, "1 / (delta - 1)", "of income with respect to the share that is kept, where the longest hours do not bind")
        )
        if aim.objective == "inverse_income" and incomes.min() >= 1:
            formula = "(1 - H/A) / (1 - H/A + e), harmonic over arithmetic mean of incomes"
            found.append(
                Prediction("welfare", "flat_rate", inverse_income_rate(incomes, e), formula, "the best flat rate, where the longest hours do not bind")
            )
        found.append(Prediction("revenue", "flat_rate", revenue_rate(e), "1 / (1 + e)", "the flat rate that takes the most"))
        found.append(
            Prediction(
                "majority", "flat_rate", majority_rate(incomes, e), "Meltzer and Richard 1981", "the flat rate that no other beats by majority: the median's"
            )
        )
        if aim.objective != "equality_productivity":
            saez = np.round(saez_schedule(economy, aim, edges), 4).tolist()
            found.append(
                Prediction("saez", "rates", saez, "Saez 2001, the first-order condition of each bracket", "shares of one, by bracket; exact where rates rise")
            )
    return tuple(found)
