"""Prediction cards of the catalogue: optimum, cheap talk, and what WebShop measured."""

from __future__ import annotations

from ..core import Prediction
from .goods import SLACK

__all__ = ["catalogue_card"]

_WEBSHOP = "Yao, Chen, Yang and Narasimhan (2022), arXiv 2207.01206, abstract"


def catalogue_card(fine: float) -> tuple[Prediction, ...]:
    """State the predictions for a fine, in parts of a good's cost."""
    cards = [
        Prediction(
            "optimum",
            "best_reward",
            1.0,
            "by the way that goals are made",
            f"as long as the target's seller marks its goods up by at most {SLACK} percent; else at least one wish, the price, may have to go",
        )
    ]
    if not fine:
        cards.append(
            Prediction(
                "equilibrium",
                "information in descriptions",
                0.0,
                "Crawford and Sobel (1982), Econometrica 50: talk that costs nothing between parties of opposed interests",
                "a seller's profit does not depend on whether its description is true, so in one shot it describes as sells best, whatever its goods are; "
                "against a shopper who believes descriptions that is `always`",
            )
        )
    cards.append(
        Prediction(
            "language_model",
            "success",
            {"people, experts": 0.59, "best trained model": 0.29, "rules": 0.096},
            _WEBSHOP,
            "share of episodes with reward 1 in WebShop: 1.18 million real products, no sellers; its catalogue is far larger and noisier than this one",
        )
    )
    return tuple(cards)
