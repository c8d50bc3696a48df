"""Round robin: every table of players meets in every game, on every seat."""

from __future__ import annotations

from collections.abc import Sequence

from ..agents.player import PlayerSpec
from ..errors import ParameterError
from ..games.core import Game
from .plan import Excluded, Match, Plan
from .seating import Rotate, Seeds, fitting, table_matches, tables_of

__all__ = ["round_robin"]


def round_robin(
    games: Sequence[Game],
    players: Sequence[PlayerSpec],
    *,
    replicates: int = 1,
    rotate: Rotate = "latin",
    seeds: Seeds = "pairing",
    self_play: bool = False,
    tables: int | None = None,
    seed: int = 0,
) -> Plan:
    """Plan a round robin.

    Args:
        games: what is played.
        players: who plays; who cannot play a game is left out of it and listed in ``excluded``.
        replicates: how often each table plays in each seating.
        rotate: ``"latin"``: as many seatings as seats, each player once on each seat; ``"all"``: every order; ``"none"``.
        seeds: what shares a seed: the seatings of a table (``"pairing"``), all tables of a game (``"common"``), nothing (``"match"``).
        self_play: also tables at which a player meets itself.
        tables: at most so many tables a game, balanced so that plays differ by at most one; None for all.
        seed: all matches' seeds derive from it.

    Raises:
        ParameterError: no replicate, no player, no game, or nothing to play.
    """
    if replicates < 1:
        raise ParameterError(f"replicates={replicates} should be 1 or more")
    if tables is not None and tables < 1:
        raise ParameterError(f"tables={tables} should be 1 or more")
    matches: list[Match] = []
    excluded: list[Excluded] = []
    labels = [str(number) for number in range(replicates)]
    for game in games:
        able, unable = fitting(game, players)
        excluded += unable
        if not able or (len(able) == 1 and game.seats > 1 and not self_play):
            excluded.append(Excluded("*", game.label, f"{len(able)} players can play it; it needs 2 at least (or self_play)"))
            continue
        for table in tables_of(len(able), game.seats, self_play=self_play, most=tables):
            seated = [able[item] for item in table]
            matches += table_matches(game, seated, labels, seed=seed, rotate=rotate, seeds=seeds)
    if not matches:
        reasons = "; ".join(f"{item.player} in {item.game}: {item.reason}" for item in excluded[:3])
        raise ParameterError("there is nothing to play" + (f" ({reasons})" if reasons else ": name at least one game and two players"))
    about = f"round robin: {len(players)} players, {len(games)} game{'s' * (len(games) != 1)}, {replicates} replicate{'s' * (replicates != 1)}, seats {rotate}"
    return Plan(tuple({match.id: match for match in matches}.values()), about, tuple(excluded))
