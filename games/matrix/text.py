"""The words of matrix games: rules, requests and what a round looked like."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..core import seat_name

if TYPE_CHECKING:
    from .rules import MatrixGame

__all__ = ["number", "payoff_listing", "request", "rules", "scaled_text", "seen", "would_have"]


def number(value: float) -> str:
    """Write a payoff: whole numbers without a point, others with up to six digits."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.6g}"


def rules(game: MatrixGame, seat: int | None) -> str:
    """State the rules as ``seat`` is told them."""
    others = [seat_name(other) for other in range(game.seats) if other != seat]
    if seat is None:
        lines = [f"You watch a game of {game.seats} players: {', '.join(others)}."]
    elif len(others) == 1:
        lines = [f"You are {seat_name(seat)} in a game of two players; the other is {others[0]}."]
    elif others:
        lines = [f"You are {seat_name(seat)} in a game of {game.seats} players; the others are {', '.join(others)}."]
    else:
        lines = [f"You are {seat_name(seat)} in a game for one player."]
    lines.append(f"{'In every round all' if game.rounds > 1 else 'All'} players choose one option each, at the same time.")
    for other in range(game.seats):
        lines.append(f"{'Your options' if other == seat else f'The options of {seat_name(other)}'}: {', '.join(game.options[other])}.")
    lines.append(game.payoff_text(seat))
    lines.append(_length(game))
    lines += _monitoring(game)
    if game.say_chars:
        lines.append("Before each choice every player may send one message to all; messages are sent at the same time and bind nobody.")
    lines.append(
        f"Your aim is to earn as many {game.unit} as you can in total."
        if seat is not None
        else f"Each player aims to earn as many {game.unit} as possible in total."
    )
    return "\n".join(line for line in lines if line)


def _length(game: MatrixGame) -> str:
    if not game.show_rounds:
        length = "The game lasts for a number of rounds that is not announced."
    elif game.continuation is not None:
        length = f"After each round the game goes on with probability {game.continuation:g}, for at most {game.rounds} rounds."
    elif game.rounds > 1:
        length = f"The game lasts for {game.rounds} rounds."
    else:
        length = "The game is played once."
    if game.discount < 1:
        length += f" Each round counts {game.discount:g} times as much as the round before."
    return length


def _monitoring(game: MatrixGame) -> list[str]:
    lines = []
    if game.tremble:
        lines.append(
            f"With probability {game.tremble:g} a choice is carried out wrongly, as another of that player's options; "
            "what counts and is told is what was carried out."
        )
    if game.monitoring == "noisy":
        lines.append(
            f"After each round you are told what every other player chose, but each such report is wrong with probability {game.noise:g}; "
            "you are not told what you earned."
        )
    elif game.monitoring == "payoff":
        lines.append("After each round you are told what you earned, but not what the others chose.")
    elif game.monitoring == "counterfactual":
        lines.append("After each round you are told what you earned and what each of your other options would have earned, but not what the others chose.")
    elif game.rounds > 1:
        told = "all choices and payoffs are told." if game.public else "all choices are told, and to each player its own payoff."
        lines.append(f"After each round {told}")
    return lines


def payoff_listing(game: MatrixGame, seat: int | None) -> str:
    """List what each joint choice earns, in the order in which the options are shown."""
    if seat is not None and game.show_payoffs in ("none", "earned"):
        return "What each player earns depends on all choices; how is not told."
    own = seat is not None and game.show_payoffs == "own"
    lines = [f"What {'you earn' if own else 'the players earn'}, in {game.unit}:"]
    for chosen in itertools.product(*game.options):
        actions = tuple(index[name] for index, name in zip(game.index, chosen, strict=True))
        payoffs = [number(value) for value in game.facts(actions)[0]]
        if own:
            assert seat is not None
            earned = f"you earn {payoffs[seat]}"
        else:
            earned = ", ".join(f"{'you earn' if other == seat else f'{seat_name(other)} earns'} {payoff}" for other, payoff in enumerate(payoffs))
        choice = ", ".join(f"{'you choose' if other == seat else f'{seat_name(other)} chooses'} {name}" for other, name in enumerate(chosen))
        lines.append(f"- if {choice}: {earned}")
    if own:
        lines.append("What the others earn is not told.")
    return "\n".join(lines)


def request(game: MatrixGame, number: int, talking: bool) -> str:
    """Ask for a message or a choice in round ``number``."""
    asked = "You may now send a message to the others; you choose afterwards." if talking else "Choose your option."
    if game.rounds == 1:
        return asked
    total = f" of {game.rounds}" if game.show_rounds and game.continuation is None else ""
    return f"Round {number}{total}. {asked}"


def seen(game: MatrixGame, actions: Sequence[int | None], payoffs: Sequence[float | None]) -> str:
    """Word what is seen of a round: the actions and payoffs that are not None."""
    chose = [f"{seat_name(seat)} chose {game.shown[seat][action]}" for seat, action in enumerate(actions) if action is not None]
    earned = [f"{seat_name(seat)} earned {number(payoff)}" for seat, payoff in enumerate(payoffs) if payoff is not None]
    return f"{', '.join(chose)}." + (f" {', '.join(earned)}." if earned else "")


def would_have(game: MatrixGame, seat: int, action: int, payoffs: Sequence[float]) -> str:
    """Word what the options that ``seat`` did not take would have earned; empty where it has no other."""
    rest = [f"{name} {number(payoff)}" for index, (name, payoff) in enumerate(zip(game.shown[seat], payoffs, strict=True)) if index != action]
    return f"Its other options would have earned: {', '.join(rest)}." if rest else ""


def scaled_text(game: MatrixGame) -> str:
    """Say how ``scale`` and ``shift`` change what a formula tells; empty where they do not."""
    parts = []
    if game.scale != 1:
        parts.append(f"multiplied by {number(game.scale)}")
    if game.shift != 0:
        parts.append(f"{'increased' if game.shift > 0 else 'decreased'} by {number(abs(game.shift))}")
    return f" All these earnings are then {' and then '.join(parts)}." if parts else ""
