"""What ``--dry-run`` prints: the plan, who is left out, and what it will take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .listing import table

if TYPE_CHECKING:
    from rich.console import Console

    from ..arena.forecast import Forecast
    from ..arena.progress import Interval

__all__ = ["print_cost", "print_forecast"]


def print_forecast(forecast: Forecast, description: str, out: Console) -> None:
    """Print a forecast."""
    out.print(description, style="bold", markup=False)
    more = " in the first batch; more follow from the results" if forecast.open_ended else ""
    out.print(f"{forecast.matches} matches{more}, {forecast.done} of them played already\n")
    out.print(table(("game", "matches to play"), [(name, str(count)) for name, count in forecast.games.items()]))
    out.print()
    out.print(table(("player", "seats to play"), [(name, str(count)) for name, count in sorted(forecast.players.items())]))
    if forecast.excluded:
        out.print()
        out.print(table(("left out", "of", "because"), forecast.excluded))
    out.print()
    print_cost(forecast, out)


def print_cost(forecast: Forecast, out: Console) -> None:
    """Print what a forecast says of requests, tokens and money."""
    if forecast.requests.high == 0:
        out.print("no model is asked: nothing to pay")
        return
    basis = "by what this run has played so far" if forecast.measured else "by rehearsing each game with random players"
    out.print(f"forecast, {basis} (in brackets: from the shortest games and answers to the longest, with every re-ask)")
    rows = [
        ("requests", _whole(forecast.requests)),
        ("prompt tokens", _whole(forecast.prompt_tokens)),
        ("completion tokens", _whole(forecast.completion_tokens)),
        ("US dollars", _dollars(forecast.dollars) if forecast.dollars is not None else f"unknown: no price for {', '.join(forecast.unpriced)}"),
    ]
    out.print(table(("", ""), rows))


def _whole(interval: Interval) -> str:
    return f"{interval.value:,.0f}  ({interval.low:,.0f} to {interval.high:,.0f})"


def _dollars(interval: Interval) -> str:
    return f"{interval.value:,.4f}  ({interval.low:,.4f} to {interval.high:,.4f})"
