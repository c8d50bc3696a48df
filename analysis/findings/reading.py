"""What several analyses read alike: the games of a run with their results."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from ...arena.store import GameRow, Run
from ..reading import run_results, unique_labels, unique_names
from ..results import Results
from ..sections import TEAM

__all__ = ["PlayedGame", "played_games", "team_games"]


class PlayedGame(NamedTuple):
    """A game of a run that has results.

    Attributes:
        label: what it is called.
        row: its id, parameters and type.
        results: what was played of it.
        symmetric: seats are exchangeable.
        constant_sum: returns of a match always add up to the same.
    """

    label: str
    row: GameRow
    results: Results
    symmetric: bool
    constant_sum: bool


def played_games(run: Run) -> tuple[Results, list[PlayedGame]]:
    """Give all results of a run, and its games one by one.

    Raises:
        NoResults: no match has ended in a result.
    """
    games, labels = run.games(), unique_labels(run.games())
    results = run_results(run.seat_table(), games, names=unique_names(run.players()), labels=labels)
    found = []
    for key, row in games.items():
        if labels[key] in results.games:
            part = results.of_game(results.games.index(labels[key]))
            found.append(PlayedGame(labels[key], row, part, bool(row.type.get("symmetric")), row.type["utility"] in ("zero_sum", "constant_sum")))
    return results, found


def team_games(results: Results, games: Collection[PlayedGame]) -> list[int]:
    """List the games in which equal returns mean the same team."""
    return [results.games.index(game.label) for game in games if game.row.type["utility"] in TEAM]
