"""What a report shows of each game: rules, payoff tables, seat effects, outcome facts, predictions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..arena.record import Episode
from ..arena.report.summary import GameSection, PairCells, SeatRow
from ..arena.store import GameRow
from ..games.core import Game
from .facts import beside_predictions, fact_means, label_counts
from .families import FamilyMeasures, family_measures, has_measures
from .payoffs import PairTable, payoff_table, seat_effects, seat_means, win_rates
from .reading import Columns, bounded
from .results import Results

__all__ = ["TEAM", "game_sections"]

TEAM = ("team", "cooperative")
"""Utilities under which equal returns mean the same team and not a draw."""


def game_sections(
    results: Results,
    *,
    table: Columns,
    games: Mapping[str, GameRow],
    labels: Mapping[str, str],
    rules: Mapping[str, Game],
    outcomes: Mapping[str, dict[str, Any]],
    episodes: Callable[[list[str]], Iterable[Episode]],
    names: Mapping[str, str],
    level: float,
) -> Iterator[GameSection]:
    """Make the section of each game that has results.

    Args:
        results: of the whole run.
        table: of ``Run.seat_table()``.
        games: of ``Run.games()``.
        labels: what each game is called in ``results``, by hash.
        rules: the games whose rules are installed here, by hash.
        outcomes: facts of each match, by match id.
        episodes: reads episodes by their ids; called for games whose family brings measures of its own.
        names: what players are called, by hash.
        level: coverage of intervals.
    """
    first_seat = table["seat"] == 0
    _, cluster_of = np.unique(table["cluster"], return_inverse=True)
    for key, row in games.items():
        if labels[key] not in results.games:
            continue
        part = results.of_game(results.games.index(labels[key]))
        mine = first_seat & table["valid"] & (table["game_hash"] == key)
        facts = [outcomes[match] for match in table["match"][mine].tolist()]
        means = fact_means(facts, cluster_of[mine].tolist(), seats=int(part.seat.max()) + 1, level=level)
        game = rules.get(key)
        kind = row.type
        own = FamilyMeasures()
        if has_measures(row.id):
            own = family_measures(row.id, episodes(table["match"][mine].tolist()), names=names.__getitem__, level=level)
        yield GameSection(
            label=row.id,
            title=labels[key],
            rules=game.rules_text() if game else "",
            unit=kind["unit"],
            payoff_low=kind["payoff_low"] if bounded(row) else math.nan,
            payoff_high=kind["payoff_high"] if bounded(row) else math.nan,
            matches=part.matches,
            params=tuple((name, str(value)[:200]) for name, value in row.params.items()),
            facts=_type_facts(kind),
            payoffs=_cells(payoff_table(part, level=level), part),
            wins=_cells(win_rates(part, level=level), part) if kind["utility"] not in TEAM else None,
            seats=_seat_rows(part, _roles(table, key), level),
            predictions=beside_predictions(game.predictions(), means) if game else (),
            outcomes=tuple(means.items()),
            labels=label_counts(facts),
            metrics=own.tables,
            curves=own.curves,
        )


def _type_facts(kind: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    facts = [("moves", kind["dynamics"]), ("information", kind["information"]), ("utility", kind["utility"].replace("_", "-"))]
    if kind["payoff_low"] is not None and kind["payoff_high"] is not None:
        facts.append(("payoffs", f"{kind['payoff_low']:g} to {kind['payoff_high']:g} {kind['unit']}"))
    facts.append(("at most", f"{kind['horizon']} joint {'move' if kind['horizon'] == 1 else 'moves'}"))
    facts += [("", words) for name, words in (("chance", "draws at random"), ("language", "players speak")) if kind[name]]
    return tuple(facts)


def _roles(table: Columns, game: str) -> list[str]:
    """Give the role of each seat where it is the same in all matches of the game; else none."""
    mine = table["game_hash"] == game
    roles = []
    for seat in range(int(table["seat"][mine].max()) + 1):
        found = np.unique(table["role"][mine & (table["seat"] == seat)])
        roles.append(str(found[0]) if len(found) == 1 else "")
    return roles


def _seat_rows(part: Results, roles: Sequence[str], level: float) -> tuple[SeatRow, ...]:
    rows = []
    for seat, (mean, effect) in enumerate(zip(seat_means(part, level=level), seat_effects(part, level=level), strict=True)):
        if mean is not None and effect is not None:
            rows.append(SeatRow(seat, roles[seat], mean, effect))
    return tuple(rows)


def _cells(table: PairTable, part: Results) -> PairCells | None:
    """Name the players of a table and put them in the order of their mean return in the game, best first."""
    if not any(cell for row in table.cells for cell in row):
        return None
    size = len(part.players)
    mean = np.bincount(part.player, weights=part.returns, minlength=size) / np.maximum(np.bincount(part.player, minlength=size), 1)
    order = sorted(range(len(table.players)), key=lambda index: (-mean[table.players[index]], table.players[index]))
    return PairCells(
        tuple(part.players[table.players[index]] for index in order),
        tuple(tuple(table.cells[row][column] for column in order) for row in order),
    )
