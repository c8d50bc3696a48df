"""Tables of the measures: by player, by role and by seat, with intervals; and the difference of two runs, deal by deal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from ...arena.report.summary import DataTable, Estimate
from ..resample import student_interval, student_intervals
from .measures import MEASURES, Measure
from .reading import Played

__all__ = ["metric_tables", "paired_difference", "table"]

_PLAYER = ("wins", "survival", "vote accuracy", "lies", "fake seer", "believed", "backfire", "suspicion", "role guess", "brier")
_ROLE = ("wins", "survival", "vote accuracy", "bus", "lies", "checks found", "reveal day", "seer believed", "saves", "self-protection", "recognised")
_SEAT = ("wins", "survival", "first target", "vote accuracy")
_ABOUT = (
    "Vote accuracy: votes of the village that hit a werewolf. Lies: false words about oneself and what one did or found. Believed: share of the "
    "village's votes that followed a false report of a werewolf; backfire: its speaker was eliminated that day. Suspicion and Brier: of "
    "chances told in private before a vote, whether the likeliest seat was rightly suspected, and the squared error; role guess: whether a role "
    "told there is right."
)

_ABOUT_ROLES = "Saves: protections that met the attack. Recognised: guesses of the village, told in private, that named the role."


def metric_tables(games: Sequence[Played], players: Sequence[Sequence[str]], *, level: float = 0.95) -> tuple[DataTable, ...]:
    """Make the tables of a report.

    Args:
        games: what was played.
        players: per game, what the player of each seat is called.
        level: coverage of intervals.
    """
    return (
        table("Players", games, _PLAYER, lambda index, seat: players[index][seat], about=_ABOUT, level=level),
        table("Players by side", games, ("wins", "survival"), lambda index, seat: f"{players[index][seat]}: {games[index].side(seat)}", level=level),
        table("Roles", games, _ROLE, lambda index, seat: games[index].roles[seat], about=_ABOUT_ROLES, level=level),
        table("Seats", games, _SEAT, lambda _, seat: f"player_{seat}", about="First target: attacked in the first night, werewolves aside.", level=level),
    )


def table(title: str, games: Sequence[Played], columns: Sequence[str], group: Callable[[int, int], str], *, about: str = "", level: float = 0.95) -> DataTable:
    """Average measures in groups; games of one seed count as one.

    Args:
        title: what the groups are.
        games: what was played.
        columns: names of measures.
        group: the group of a seat, by the number of the game and the seat.
        about: a sentence for readers.
        level: coverage of Student intervals over the means of games.
    """
    rows = sorted({group(index, seat) for index, played in enumerate(games) for seat in range(len(played.roles))})
    cells = [_column(MEASURES[name], games, group, rows, level) for name in columns]
    filled = [(name, *(column[number] for column in cells)) for number, name in enumerate(rows)]
    return DataTable(title, about, ("", *columns), tuple(filled))


def _column(measure: Measure, games: Sequence[Played], group: Callable[[int, int], str], rows: Sequence[str], level: float) -> list[Estimate | None]:
    seeds = {seed: number for number, seed in enumerate(dict.fromkeys(played.seed for played in games))}
    values, groups, clusters = [], [], []
    for index, played in enumerate(games):
        for seat, value in measure(played):
            values.append(value)
            groups.append(rows.index(group(index, seat)))
            clusters.append(seeds[played.seed])
    if not values:
        return [None] * len(rows)
    yes_no = set(values) <= {0.0, 1.0}
    bounds = (0.0, 1.0) if yes_no else (-np.inf, np.inf)
    return student_intervals(np.array(values), np.array(groups), np.array(clusters), len(rows), level=level, bounds=bounds)


def paired_difference(ones: Iterable[Played], others: Iterable[Played], value: Callable[[Played], float], *, level: float = 0.95) -> Estimate:
    """Compare two sets of games that were played on the same seeds.

    Args:
        ones: games of the one condition.
        others: of the other; seeds that only one has are left out.
        value: of a game.
        level: coverage of the Student interval.

    Raises:
        ValueError: fewer than two seeds are common.
    """
    left, right = _by_seed(ones, value), _by_seed(others, value)
    common = sorted(left.keys() & right.keys())
    if len(common) < 2:
        raise ValueError(f"{len(common)} seeds are common to both; at least 2 are needed")
    return student_interval([left[seed] - right[seed] for seed in common], level=level)


def _by_seed(games: Iterable[Played], value: Callable[[Played], float]) -> dict[int, float]:
    found: dict[int, list[float]] = {}
    for played in games:
        found.setdefault(played.seed, []).append(value(played))
    return {seed: float(np.mean(values)) for seed, values in found.items()}
