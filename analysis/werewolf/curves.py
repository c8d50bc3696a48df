"""Charts of a report: how well the village's votes hit day by day, and whether chances told in private are right as often as they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ...arena.report.summary import Curves, Estimate
from ..resample import student_intervals
from .measures import forecasts
from .reading import Played

__all__ = ["accuracy_by_day", "calibration_by_player", "metric_curves"]

_BINS = 10
_FEWEST = 3
"""Games from which a point is drawn."""


def metric_curves(games: Sequence[Played], players: Sequence[Sequence[str]], *, level: float = 0.95) -> tuple[Curves, ...]:
    """Make the charts of a report; those without a point are left out.

    Args:
        games: what was played.
        players: per game, what the player of each seat is called.
        level: coverage of intervals.
    """
    made = (accuracy_by_day(games, players, level=level), calibration_by_player(games, players, level=level))
    return tuple(chart for chart in made if chart.lines)


def accuracy_by_day(games: Sequence[Played], players: Sequence[Sequence[str]], *, level: float = 0.95) -> Curves:
    """Draw the share of each player's votes for the village that hit a werewolf, by day."""
    rows = (
        (players[index][voter], day, float(day), float(target in played.wolves), played.seed)
        for index, played in enumerate(games)
        for day, voter, target in played.votes
        if target is not None and played.side(voter) == "village"
    )
    about = f"Votes of the village that hit a werewolf; days that fewer than {_FEWEST} games reached are left out."
    return Curves("Vote accuracy by day", about, "day", "share of votes", _lines(rows, level))


def calibration_by_player(games: Sequence[Played], players: Sequence[Sequence[str]], *, level: float = 0.95) -> Curves:
    """Draw how often a seat was against the village, over the chance of it that a player of the village told in private."""
    rows = (
        (players[index][seat], min(int(chance * _BINS), _BINS - 1), chance, float(against), played.seed)
        for index, played in enumerate(games)
        for seat, chance, against in forecasts(played)
    )
    about = "Chances told in private before a choice, in tenths. On the dotted line they are right as often as they say; below it suspicion is too strong."
    return Curves("Calibration of suspicion", about, "chance told", "share that was against the village", _lines(rows, level), diagonal=True)


def _lines(rows: Iterable[tuple[str, int, float, float, int]], level: float) -> tuple[tuple[str, tuple[tuple[float, Estimate], ...]], ...]:
    """Average rows of player, bin, place, value and seed: a line a player, a point a bin, games of one seed counted as one."""
    found: dict[str, list[tuple[int, float, float, int]]] = {}
    for name, *rest in rows:
        found.setdefault(name, []).append(rest)  # type: ignore[arg-type]
    lines = []
    for name in sorted(found):
        bins, places, values, seeds = (np.array(column) for column in zip(*found[name], strict=True))
        _, clusters = np.unique(seeds, return_inverse=True)
        size = int(bins.max()) + 1
        estimates = student_intervals(values, bins, clusters, size, level=level, bounds=(0.0, 1.0))
        middle = np.bincount(bins, weights=places, minlength=size) / np.maximum(np.bincount(bins, minlength=size), 1)
        points = tuple((float(x), one) for x, one in zip(middle, estimates, strict=True) if one is not None and one.n >= _FEWEST)
        if points:
            lines.append((name, points))
    return tuple(lines)
