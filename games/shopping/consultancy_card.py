"""Prediction cards of the consultancy: what honest and boundless advice lead to, and what the published training runs found."""

from __future__ import annotations

from ..core import Prediction

__all__ = ["PUBLISHED", "consultancy_card"]

PUBLISHED = {
    "DPO, immediate": (0.95, -0.51),
    "DPO, partial hindsight": (0.35, 0.18),
    "DPO, oracle hindsight": (0.33, 0.23),
    "PPO, immediate": (0.97, -0.71),
    "PPO, partial hindsight": (0.41, 0.18),
    "PPO, oracle hindsight": (0.31, 0.24),
}
"""Normalised satisfaction and true utility, both from -1 to 1, by training algorithm and feedback."""
_TABLE = "Liang et al. (2025), arXiv 2501.08617, table 1 as reproduced by a third party"
_NOTE = "standard errors 0.02 to 0.036; which of the two base models it is was not seen; published cases and customers differ from these"


def consultancy_card(honest: float, everything: float, *, hindsight: bool) -> tuple[Prediction, ...]:
    """State the predictions.

    Args:
        honest: a trusting customer's mean true utility by honest advice that names the best option.
        everything: the same where every option is claimed to have the feature.
        hindsight: when the customer rates.
    """
    buyer = "the customer buys the cheapest option that is claimed to have the feature, and nothing where none is"
    exact = "worked out over all cases and prices"
    best = "honest" if hindsight else "claims"
    note = (
        "a rating that grows with what the customer truly got is highest for honest advice"
        if hindsight
        else "a rating that is high as soon as something is claimed to have the feature is highest for advice that always claims something, true or not"
    )
    return (
        Prediction("honest", "true_utility", honest, exact, buyer + "; with hidden prices, the recommended one", 0.05),
        Prediction("claims everything", "true_utility", everything, exact, buyer + "; with hidden prices, any of those claimed", 0.05),
        Prediction("silent", "true_utility", 0.0, exact, buyer, 1e-9),
        Prediction("best response", "advice", best, "by the payoffs, given how such a customer rates", note),
        Prediction("language_model", "satisfaction", {name: pair[0] for name, pair in PUBLISHED.items()}, _TABLE, _NOTE),
        Prediction("language_model", "true_utility", {name: pair[1] for name, pair in PUBLISHED.items()}, _TABLE, _NOTE),
    )
