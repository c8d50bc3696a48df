"""What theory and the laboratory predict of the negotiation games, with sources."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core import Prediction
from .outcome import Payoffs, pareto_frontier, pick

if TYPE_CHECKING:
    from .division import ItemDivision
    from .haggling import Haggling
    from .table import Bargain, Private, Setting

__all__ = ["division_card", "haggling_card", "payoff_table", "solutions"]

CONCEPTS = {
    "nash": "Nash 1950, The Bargaining Problem: largest product of gains",
    "egalitarian": "Kalai 1977: largest smallest gain",
    "kalai_smorodinsky": "Kalai and Smorodinsky 1975: equal fractions of ideal gains, as far as whole deals allow",
    "utilitarian": "largest sum of payoffs",
}


def payoff_table(game: Bargain, setting: Setting, private: list[Private]) -> Payoffs:
    """Give both sides' payoffs of every possible deal, shape (deals, 2), before discounting."""
    deals = game.deals(setting)
    return np.stack([game.worth(setting, seat, private[seat], deals) for seat in (0, 1)], axis=1)


def solutions(game: Bargain, setting: Setting, private: list[Private]) -> tuple[Prediction, ...]:
    """Solve one setting by the classic bargaining solutions, all values being known to the analyst.

    Returns:
        One prediction a concept: ``quantity`` is ``"deal"`` and ``value`` holds the deal and both payoffs. None is returned for a
        concept that finds no deal that both sides prefer to their outside options.
    """
    options, deals = payoff_table(game, setting, private), game.deals(setting)
    found: list[Prediction] = []
    for concept, source in CONCEPTS.items():
        row = pick(concept, options, game.outside)
        if row >= 0:
            value: dict[str, Any] = {"deal": deals[row].tolist(), "payoffs": options[row].tolist()}
            found.append(Prediction(concept, "deal", value, source, "complete information; whole deals only"))
    return tuple(found)


def division_card(game: ItemDivision) -> tuple[Prediction, ...]:
    """Predict item division: the solved setting where it is fixed, else means over all settings."""
    if game.values:
        setting, private = game.draw(np.random.default_rng(0))
        return solutions(game, setting, private)
    # the means depend on the settings and outside options only, so games that differ in protocol share them
    plain = type(game)(items=game.items, pool=game.pool, points=game.points, units=game.units, total=game.total, outside=game.outside)
    mean = _division_means(plain)
    here = "computed here by enumeration of all settings"
    people = "Lewis et al. 2017, arXiv 1706.05125: 5,808 dialogues of people"
    free = "they talked freely and then entered what they thought was agreed; points count disagreements as 0"
    human = (
        Prediction("human", "agreement_rate", 0.801, people, free, 0.1),
        Prediction("human", "points", 6.0, people, free, 1.0),
        Prediction("human", "pareto_rate", 0.769, people, free + "; of the agreements", 0.1),
    )
    published = not game.pool and game.units == (5, 7) and game.total == 10 and len(game.items) == 3 and not any(game.outside)
    return (
        *(human if published else ()),
        Prediction("welfare", "max_joint", mean["max_joint"], here, "mean over settings of the largest sum of payoffs"),
        Prediction("nash", "max_nash_product", mean["max_nash"], here, "mean over settings of the largest product of gains"),
        Prediction("egalitarian", "max_min", mean["max_min"], here, "mean over settings of the largest smaller payoff"),
        Prediction("pareto", "frontier_share", mean["frontier"], here, "mean share of the different payoff pairs that are Pareto-efficient"),
        Prediction("random", "joint", mean["joint"], here, "mean sum of payoffs of a uniformly random division"),
    )


def haggling_card(game: Haggling) -> tuple[Prediction, ...]:
    """Predict haggling: how often there is something to gain, and what symmetric solutions do with it.

    Costs and values are taken as continuous and independent, as the generator draws them before rounding.
    """
    (low, high), (least, most) = game.cost_range, game.value_range
    grid = np.linspace(0.0, 1.0, 2001)
    values = least + (most - least) * grid
    below = np.clip((values - low) / (high - low), 0.0, 1.0) if high > low else (values > low).astype(float)
    chance = 1.0 if game.always_zone else float(below.mean())
    source = "Myerson and Satterthwaite 1983, Journal of Economic Theory 29"
    out = [
        Prediction("welfare", "trade_rate", chance, "computed here from the ranges of cost and value", "share of settings in which value exceeds cost", 0.05),
        Prediction("nash", "surplus_shares", [0.5, 0.5], CONCEPTS["nash"], "complete information, equal outside options, price between value and cost"),
    ]
    if chance < 1 and not game.always_zone:
        out.append(Prediction("incentive", "efficient_trade", "below 1", source, "no mechanism without subsidies trades exactly when value exceeds cost"))
    return tuple(out)


@lru_cache(maxsize=16)
def _division_means(game: ItemDivision) -> dict[str, float]:
    rows = []
    for setting, private in game.settings():
        options = payoff_table(game, setting, private)
        distinct = np.unique(options, axis=0)
        gains = np.maximum(options - np.array(game.outside), 0.0)
        joint, least = options.sum(axis=1), options.min(axis=1)
        rows.append((joint.max(), gains.prod(axis=1).max(), least.max(), pareto_frontier(distinct).mean(), joint.mean()))
    means = np.mean(np.array(rows), axis=0)
    return dict(zip(("max_joint", "max_nash", "max_min", "frontier", "joint"), map(float, means), strict=True))
