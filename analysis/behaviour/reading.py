"""The table of behaviour of a run: for each game and player, the measures that make sense there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...arena.record import Episode
from ...arena.store import Run
from ...errors import LudensError
from ...games.core import Game
from ...games.matrix.rules import MatrixGame
from ...games.registry import make
from .matrix_reading import matrix_rows
from .rows import Row
from .sharing_reading import SHARING, sharing_rows

__all__ = ["Behaviour", "behaviour", "behaviour_rows"]


class Behaviour(NamedTuple):
    """What a run says of its players.

    Attributes:
        rows: one a measure, by game, then player.
        skipped: games that are not read, with the reason, by hash.
    """

    rows: tuple[Row, ...]
    skipped: dict[str, str]


def behaviour_rows(game: Game, episodes: Iterable[Episode], *, level: float = 0.95) -> Iterator[Row]:
    """Measure behaviour in one game.

    Args:
        game: the rules.
        episodes: what was played of it; those that the rules broke off are left out.
        level: coverage of the intervals aimed at.

    Raises:
        LudensError: there are no measures for the game.
    """
    whole = [episode for episode in episodes if episode.error is None]
    if isinstance(game, MatrixGame):
        yield from matrix_rows(game, game.hash, whole, level=level)
    elif isinstance(game, tuple(SHARING)):
        yield from sharing_rows(game, game.hash, whole, level=level)
    else:
        raise LudensError(f"{game.label} has no measures of behaviour")


def behaviour(run: Run, *, level: float = 0.95) -> Behaviour:
    """Measure behaviour in all games of a run that have measures; matches that share a seed count as one unit.

    Args:
        run: what was played.
        level: coverage of the intervals aimed at.
    """
    rows: list[Row] = []
    skipped: dict[str, str] = {}
    matches = [match for match in run.matches() if match.done]
    for key, row in run.games().items():
        try:
            game = make(row.id, **row.params)
            found = list(behaviour_rows(game, run.episodes([match.id for match in matches if match.game == key]), level=level))
        except LudensError as problem:
            skipped[key] = str(problem)
            continue
        if not found:
            skipped[key] = "no measure fits how it was played: rounds hang together, or nothing was finished"
        rows += found
    return Behaviour(tuple(rows), skipped)
