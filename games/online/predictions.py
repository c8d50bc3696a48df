"""What theory says of online learning: the value of the game, and the guarantees of known learners."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..core import Prediction

if TYPE_CHECKING:
    from .rules import OnlineGame

__all__ = ["cards", "hedge_bound", "two_experts"]


def two_experts(rounds: int) -> float:
    """Give the minimax regret of two experts with losses in [0, 1]: half the mean distance of a fair walk from where it began.

    Source: Cover 1966, "Behavior of sequential predictors of binary sequences"; Cesa-Bianchi and Lugosi 2006, section 8.4.
    """
    # E|S_T| = T C(T-1, floor((T-1)/2)) / 2^(T-1)
    half = (rounds - 1) // 2
    choose = math.lgamma(rounds) - math.lgamma(half + 1) - math.lgamma(rounds - half)
    return rounds * math.exp(choose - (rounds - 1) * math.log(2)) / 2


def hedge_bound(rounds: int, arms: int) -> float:
    """Bound the regret of Hedge with losses in [0, 1] and the rate ``sqrt(8 ln d / T)``: ``sqrt(T ln(d) / 2)`` (Cesa-Bianchi and Lugosi 2006, theorem 2.2)."""
    return math.sqrt(rounds * math.log(arms) / 2)


def cards(game: OnlineGame) -> tuple[Prediction, ...]:
    """Make the prediction card."""
    out = []
    if game.losses == "iid" and game.gap == 0:
        # the standard deviation of the mean of T uniform losses is high / sqrt(12 T); an episode's mean lies within four of them
        wide = 4 * game.high / math.sqrt(12 * game.rounds)
        note = "no rule can do better or worse on average: costs owe nothing to the past"
        out.append(Prediction("any_rule", "mean_loss", game.high / 2, "computed: the mean of a uniform cost", note, tolerance=wide))
    if game.feedback == "full":
        if game.arms == 2:
            note = "the least that a learner can promise against every sequence, on average over its own chance"
            out.append(Prediction("minimax", "largest expected regret", round(game.high * two_experts(game.rounds), 6), "Cover 1966", note))
        bound = round(game.high * hedge_bound(game.rounds, game.arms), 6)
        out.append(Prediction("hedge", "bound of expected regret", bound, "Cesa-Bianchi and Lugosi 2006, theorem 2.2", "with the rate sqrt(8 ln d / T) / high"))
    else:
        bound = round(game.high * math.sqrt(2 * game.rounds * game.arms * math.log(game.arms)), 6)
        source = "Bubeck and Cesa-Bianchi 2012, theorem 3.1"
        out.append(Prediction("exp3", "bound of expected regret", bound, source, "with the rate sqrt(2 ln d / (T d)), against oblivious sequences"))
    return tuple(out)
