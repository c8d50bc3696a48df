"""From the store's columns to :class:`.Results`: names made unique, payoff bounds found, broken matches left out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

import numpy as np

from ..arena.store import GameRow, PlayerRow
from .results import NoResults, Results

__all__ = ["Columns", "bounded", "run_results", "unique_labels", "unique_names"]

Columns = Mapping[str, np.ndarray]
"""What ``Run.seat_table()`` gives."""


def run_results(table: Columns, games: Mapping[str, GameRow], *, names: Mapping[str, str] | None = None, labels: Mapping[str, str] | None = None) -> Results:
    """Make :class:`.Results` of a run's seat table; matches whose rules raised are left out, matches that share chance form a cluster.

    Args:
        table: of ``Run.seat_table()``.
        games: of ``Run.games()``.
        names: how to call players, by hash; by default as the store does.
        labels: how to call games, by hash; by default their labels.

    Raises:
        NoResults: no match has ended in a result.
    """
    valid = table["valid"]
    if not valid.any():
        raise NoResults("no match has ended in a result yet, so there is nothing to show; play (or resume) the run first")
    labels = labels if labels is not None else unique_labels(games)
    player = table["player"][valid]
    if names is None:
        pairs = dict(zip(player.tolist(), table["name"][valid].tolist(), strict=True))
        names = unique_names({key: PlayerRow(key, name, {}) for key, name in pairs.items()})
    returns = table["returns"][valid]
    hashes = table["game_hash"][valid]
    bounds = {}
    for key, game in games.items():
        seen = returns[hashes == key]
        bounds[labels[key]] = (game.type["payoff_low"], game.type["payoff_high"]) if bounded(game) or not len(seen) else (float(seen.min()), float(seen.max()))
    return Results.of(
        match=table["position"][valid],
        game=_renamed(hashes, labels),
        seat=table["seat"][valid],
        player=_renamed(player, names),
        returns=returns,
        bounds=bounds,
        cluster=table["cluster"][valid],
    )


def _renamed(keys: np.ndarray, names: Mapping[str, str]) -> np.ndarray:
    distinct, inverse = np.unique(keys, return_inverse=True)
    return np.array([names[str(key)] for key in distinct])[inverse]


def bounded(game: GameRow) -> bool:
    """Tell whether a game declares finite payoff bounds."""
    return all(isinstance(value, int | float) and math.isfinite(value) for value in (game.type["payoff_low"], game.type["payoff_high"]))


def unique_names(players: Mapping[str, PlayerRow]) -> dict[str, str]:
    """Give a name of its own to each player, by hash: its name, with the hash's beginning where two share it."""
    often = Counter(player.name for player in players.values())
    return {key: player.name if often[player.name] == 1 else f"{player.name} #{key[:4]}" for key, player in players.items()}


def unique_labels(games: Mapping[str, GameRow]) -> dict[str, str]:
    """Give a label of its own to each game, by hash."""
    often = Counter(game.label for game in games.values())
    return {key: game.label if often[game.label] == 1 else f"{game.label} #{key[:4]}" for key, game in games.items()}
