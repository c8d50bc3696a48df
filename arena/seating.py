"""Who meets whom, and on which seat: Latin squares, balanced tables, and the seeds that pair what should be paired."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Literal, TypeVar

from ..agents.player import PlayerSpec
from ..errors import ParameterError
from ..games.core import Game
from .plan import Excluded, Match
from .seeds import child_seed

__all__ = ["Entered", "Rotate", "Seeds", "balanced_tables", "fitting", "latin_square", "seatings", "table_matches", "tables_of"]

T = TypeVar("T")
Rotate = Literal["latin", "all", "none"]
Seeds = Literal["pairing", "common", "match"]

_MOST_TABLES = 50_000


def latin_square(n: int) -> list[list[int]]:
    """Make a Latin square of order ``n``: each number once in every row and every column.

    For even ``n`` it is row-complete (every ordered pair stands side by side exactly once), so each player also sits to the
    left of each other one equally often; construction of E. J. Williams, Australian J. Scientific Research A 2 (1949) 149-168.
    """
    if n % 2:
        return [[(row + column) % n for column in range(n)] for row in range(n)]
    first = [(column + 1) // 2 if column % 2 else (n - column // 2) % n for column in range(n)]
    return [[(item + row) % n for item in first] for row in range(n)]


def seatings(table: Sequence[T], rotate: Rotate) -> list[tuple[T, ...]]:
    """Give the orders in which a table sits down, each once: the rows of a Latin square, all orders, or as it stands."""
    if rotate == "all":
        return list(dict.fromkeys(itertools.permutations(table)))
    if rotate == "latin":
        return list(dict.fromkeys(tuple(table[item] for item in row) for row in latin_square(len(table))))
    if rotate != "none":
        raise ParameterError(f"rotate={rotate!r} should be 'latin', 'all' or 'none'")
    return [tuple(table)]


def balanced_tables(players: int, size: int, count: int) -> list[tuple[int, ...]]:
    """Choose ``count`` tables of ``size`` out of ``players`` numbers, so that plays differ by at most one and pairs as little as a greedy choice makes them."""
    plays = [0] * players
    met = [[0] * players for _ in range(players)]
    chosen = []
    for _ in range(count):
        table: list[int] = []
        while len(table) < size:
            free = [item for item in range(players) if item not in table]
            best = min(free, key=lambda item: (plays[item], sum(met[item][other] for other in table), item))
            table.append(best)
        for item in table:
            plays[item] += 1
            for other in table:
                met[item][other] += 1
        chosen.append(tuple(sorted(table)))
    return chosen


def tables_of(players: int, size: int, *, self_play: bool, most: int | None) -> list[tuple[int, ...]]:
    """List the tables of a round robin: all of them, or ``most`` balanced ones.

    With fewer players than seats, each sits on as equal a number of seats as may be.

    Raises:
        ParameterError: there are too many to list them all.
    """
    if size > players and not self_play:
        share, rest = divmod(size, players)
        return [tuple(sorted(list(range(players)) * share + list(extra))) for extra in itertools.combinations(range(players), rest)]
    total = math.comb(players + size - 1, size) if self_play else math.comb(players, size)
    if most is not None and most < total and not self_play:
        return balanced_tables(players, size, most)
    if total > _MOST_TABLES:
        raise ParameterError(f"{players} players make {total} tables of {size}; give tables=N to play N balanced ones, or a Swiss or adaptive plan")
    choose = itertools.combinations_with_replacement if self_play else itertools.combinations
    return list(choose(range(players), size))[:most]


def fitting(game: Game, players: Sequence[PlayerSpec]) -> tuple[list[PlayerSpec], list[Excluded]]:
    """Part the players into those who can play ``game`` and those who cannot, with the reasons."""
    can, cannot = [], []
    for player in players:
        reason = player.why_not(game)
        if reason is None:
            can.append(player)
        else:
            cannot.append(Excluded(player.name or player.kind, game.label, reason))
    return can, cannot


def _entrants(games: Sequence[Game], players: Sequence[PlayerSpec]) -> tuple[list[tuple[Game, list[PlayerSpec]]], tuple[Excluded, ...]]:
    """List the games that have enough players for one table, with who can play them, and all that is left out."""
    able: list[tuple[Game, list[PlayerSpec]]] = []
    excluded: list[Excluded] = []
    for game in games:
        can, cannot = fitting(game, players)
        excluded += cannot
        if len(can) >= max(game.seats, 2):
            able.append((game, can))
        else:
            excluded.append(Excluded("*", game.label, f"{len(can)} players can play it; a table needs {max(game.seats, 2)}"))
    return able, tuple(excluded)


class Entered:
    """Base of schedules that extend themselves: who can play what, worked out once.

    Attributes:
        games: what is played.
        players: who plays; who cannot play a game is left out of it and listed in ``excluded``.

    Raises:
        ParameterError: there is nothing to play.
    """

    games: tuple[Game, ...]
    players: tuple[PlayerSpec, ...]

    def __post_init__(self) -> None:
        if not self.entered:
            raise ParameterError("there is nothing to play: no game has enough players who can play it for one table")

    @cached_property
    def _entrants(self) -> tuple[list[tuple[Game, list[PlayerSpec]]], tuple[Excluded, ...]]:
        return _entrants(self.games, self.players)

    @property
    def entered(self) -> list[tuple[Game, list[PlayerSpec]]]:
        """The games that are played, with who can play each."""
        return self._entrants[0]

    @property
    def excluded(self) -> tuple[Excluded, ...]:
        """Combinations that are left out, and why."""
        return self._entrants[1]


def table_matches(
    game: Game, table: Sequence[PlayerSpec], replicates: Sequence[str], *, seed: int, rotate: Rotate, seeds: Seeds, group: str = ""
) -> Iterator[Match]:
    """Give the matches of one table: every replicate in every seating.

    Seeds: ``"pairing"`` gives all seatings of a table the same one, ``"common"`` all tables of a game too (as in duplicate
    bridge), ``"match"`` each match its own.
    """
    names = " v ".join(sorted(player.name or player.kind for player in table))
    who = sorted(player.hash for player in table)
    for replicate in replicates:
        for seating in seatings(table, rotate):
            path: list[object] = [game.hash, replicate]
            if seeds == "pairing":
                path += who
            elif seeds == "match":
                path += [player.hash for player in seating]
            elif seeds != "common":
                raise ParameterError(f"seeds={seeds!r} should be 'pairing', 'common' or 'match'")
            yield Match(game, seating, child_seed(seed, *path), replicate, group or names)
