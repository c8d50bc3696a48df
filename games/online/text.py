"""The words of online learning: rules, requests and what a round looked like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..core import seat_name
from ..words import listed, number

if TYPE_CHECKING:
    from .rules import OnlineGame

__all__ = ["costs", "request", "rules", "told"]


def rules(game: OnlineGame, seat: int | None) -> str:
    """State the rules. Nothing is said of where costs come from: finding out is the game."""
    mine = seat is not None
    who, you, s, own = ("You", "you", "", "your") if mine else (seat_name(0), seat_name(0), "s", "its")
    if game.answer == "choice":
        first = f"In every round {you} choose{s} one of {game.arms} options: {', '.join(game.names)}."
        pay, taken = f"{who} pay{s} the cost of {own} choice.", f"the option {you} chose"
    else:
        first = f"There are {game.arms} options: {', '.join(game.names)}. In every round {you} say{s} how likely each is to be taken."
        drawn = f"One option is drawn by these probabilities, and {you} pay{s} its cost."
        pay = drawn if game.feedback == "bandit" else f"{who} pay{s} the mean of the costs, each weighted by its probability."
        taken = "the drawn option"
    tells = "what every option cost" if game.feedback == "full" else f"what {taken} cost, and nothing of the others"
    costly = (
        f"Only after that does each option turn out to cost something between 0 and {number(game.high)} {game.type.unit}; costs may differ from round to round."
    )
    rounds = f"{game.rounds} rounds" if game.rounds > 1 else "one round"
    return "\n".join(
        [
            f"A game of {rounds} for one player{'' if mine else f', {who}'}.",
            first,
            costly,
            pay,
            f"After each round {'you are' if mine else f'{who} is'} told {tells}.",
            f"{own.capitalize()} aim is to pay as few {game.type.unit} as possible in total.",
        ]
    )


def request(game: OnlineGame, round_: int) -> str:
    """Ask for the answer of a round, counted from 1."""
    asked = "Choose an option." if game.answer == "choice" else "How likely is each option to be taken?"
    return f"Round {round_} of {game.rounds}. {asked}" if game.rounds > 1 else asked


def told(game: OnlineGame, data: Mapping[str, Any]) -> str:
    """Word a round as the seat is told it, out of the data of its event."""
    arm, weights, loss = data["arm"], data["weights"], number(data["loss"])
    parts = []
    if weights is not None:
        parts.append(f"the probabilities were {listed(f'{name} {number(weight)}' for name, weight in zip(game.names, weights, strict=True))}")
    if arm is not None:
        parts.append(f"{game.names[arm]} was {'drawn' if weights is not None else 'chosen'} and cost {loss}")
    if game.feedback == "full":
        parts.append(costs(game, data["losses"]))
        if weights is not None:
            parts.append(f"the mean cost was {loss}")
    return f"Round {data['round']}: {'; '.join(parts)}."


def costs(game: OnlineGame, losses: Sequence[float]) -> str:
    """Word what every option cost."""
    return f"the costs were {listed(f'{name} {number(loss)}' for name, loss in zip(game.names, losses, strict=True))}"
