"""Private values of bidders: how they are drawn and told, and how those a seat may not know are drawn anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core import Event
from ...words import number
from .common import amount

if TYPE_CHECKING:
    import numpy as np

    from .auctions import Auction, AuctionState

__all__ = ["draw", "redraw", "result_words", "value_words"]


def draw(game: Auction, rng: np.random.Generator) -> float:
    """Draw one value, uniform and rounded to two decimals."""
    return round(float(rng.uniform(game.value_low, game.value_high)), 2)


def value_words(number_of_round: int, value: float) -> str:
    """Tell a seat its value."""
    return f"Round {number_of_round}: your value is {number(value)}."


def result_words(number_of_round: int, payoff: float) -> str:
    """Tell a seat what it earned."""
    return f"Round {number_of_round}: you earned {number(payoff)}."


def redraw(state: AuctionState, seat: int, rng: np.random.Generator) -> None:
    """Draw the other seats' values of all rounds anew, in place.

    Bids and prices are public and bind no value, so every draw fits what ``seat`` has seen.
    """
    game, seats = state.game, range(state.game.seats)
    past = [facts["values"] for facts in state.history]
    dealt = [[own if other == seat else draw(game, rng) for other, own in enumerate(values)] for values in (past if state.over else [*past, state.values])]
    state.values = dealt[-1]
    state.returns = [0.0 for _ in seats]
    for facts, values in zip(state.history, dealt, strict=False):
        facts["values"] = values
        facts["payoffs"] = [amount(values[other] - facts["price"]) if other == facts["winner"] else 0.0 for other in seats]
        state.returns = [total + payoff for total, payoff in zip(state.returns, facts["payoffs"], strict=True)]
    # the last move ended a round unless it was talk; without talk every move does
    talked_last = game.talks and state.stage == game.stage_names[0]
    if state.history and not talked_last:
        state.rewards = list(state.history[-1]["payoffs"])
    state.events = [_redrawn(state, event, seat, dealt) for event in state.events]
    state._seen = [[event for event in state.events if event.visible_to is None or other in event.visible_to] for other in seats]
    state._keys = [None for _ in seats]


def _redrawn(state: AuctionState, event: Event, seat: int, dealt: list[list[float]]) -> Event:
    if event.visible_to is None or seat in event.visible_to:
        return event
    (other,), played = event.visible_to, event.data["round"]
    if event.kind == "value":
        value = dealt[played - 1][other]
        return event._replace(text=value_words(played, value), data={"round": played, "value": value})
    payoff = state.history[played - 1]["payoffs"][other]
    return event._replace(text=result_words(played, payoff), data={"round": played, "payoff": payoff})
