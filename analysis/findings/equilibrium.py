"""The game of choosing a player: who would be chosen in equilibrium, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...arena.report.findings import Findings
from ...arena.report.summary import Cell, DataTable, Estimate
from ...arena.store import Run
from ...errors import LudensError
from ..equilibria.correlated import MOST_JOINT, price_of_anarchy
from ..equilibria.empirical import EmpiricalGame, IncompleteGame, empirical_game, hoeffding, measured
from ..equilibria.meta import META_SOLVERS, solve_meta
from ..equilibria.profiles import deviations, expected
from .reading import PlayedGame, played_games
from .settings import choice, whole

__all__ = ["analyse"]

_ABOUT = (
    "Each seat chooses a player, and earns what that player earned on average against the others' choices. A mixture is an equilibrium where no other choice "
    "earns more. NashConv adds up what the best other choices would gain: 0 in an equilibrium."
)
_MOST_PURE = 4


def analyse(run: Run, given: Mapping[str, str]) -> Findings:
    """Solve the games that the run's players make.

    Raises:
        LudensError: a setting is wrong, or the players of no game have met each other.
    """
    solver = choice(given, "solver", "max_entropy", META_SOLVERS)
    bootstrap, seed = whole(given, "bootstrap", 100), whole(given, "seed", 0)
    results, games = played_games(run)
    tables: list[DataTable] = []
    summary: list[tuple[Cell, ...]] = []
    notes: list[str] = []
    for game in games:
        try:
            found = empirical_game(game.results, symmetric=game.symmetric, constant_sum=game.constant_sum, bootstrap=bootstrap, seed=seed)
        except IncompleteGame as problem:
            notes.append(f"{game.label} is left out: {problem}.")
            continue
        names = [results.players[player] for player in found.players]
        if found.dropped:
            notes.append(
                f"{game.label}: {', '.join(results.players[one] for one in found.dropped)} did not play all the meetings that are needed, and are left out."
            )
        if found.assumed:
            notes.append(f"{game.label}: what a player earns against itself was not played; it follows from symmetry and a constant sum.")
        try:
            table, row = _solved(game, found, names, solver)
        except LudensError as problem:
            notes.append(f"{game.label} is left out: {problem}.")
            continue
        tables.append(table)
        summary.append(row)
    if not tables:
        raise LudensError("no game of this run can be solved: " + " ".join(notes))
    about = (
        "The interval of NashConv: what deviations from the mixture would gain in resampled games; of an equilibrium it begins above the value. Error of the "
        "cells: half the width of an interval that holds all true means with 95 % (Hoeffding); an equilibrium here is one of the true game up to twice it."
        " Welfare is the sum of payoffs; best, and worst in a correlated equilibrium."
    )
    columns = (
        "game",
        "NashConv",
        "NashConv of all alike",
        "pure equilibria",
        "error of the cells",
        "best welfare",
        "worst equilibrium welfare",
        "price of anarchy",
    )
    notes.append(
        "Shares come with the spread of the solutions of resampled games: a share whose interval goes from 0 to 1 is not known. Where several equilibria are, "
        "resampled games may find another one."
    )
    return Findings("equilibrium", "Equilibria of choosing players", _ABOUT, (DataTable("Games", about, columns, tuple(summary)), *tables), (), tuple(notes))


def _solved(game: PlayedGame, found: EmpiricalGame, names: list[str], solver: str) -> tuple[DataTable, tuple[Cell, ...]]:
    shares, conv, alike = measured(found, lambda table: solve_meta(table, solver))
    point = [np.array([one.value for one in part]) for part in shares]
    worth, now = deviations(found.payoffs, point), expected(found.payoffs, point)
    seats = range(1) if found.symmetric and all(np.allclose(part, point[0], atol=1e-6) for part in point) else range(len(point))
    columns = ["player"]
    for seat in seats:
        where = "" if len(seats) == 1 else f", seat {seat}"
        columns += [f"share{where}", f"gain{where}"]
    rows: list[tuple[Cell, ...]] = []
    for index, name in enumerate(names):
        row: list[Cell] = [name]
        for seat in seats:
            row += [shares[seat][index], float(worth[seat][index] - now[seat])]
        rows.append(tuple(row))
    rows.sort(key=lambda row: -row[1].value if isinstance(row[1], Estimate) else 0.0)
    table = DataTable(
        f"{game.label}: shares ({solver})", "Gain: what the player would earn more than the mixture against the others' mixtures.", tuple(columns), tuple(rows)
    )
    return table, (game.label, conv, alike, _pure(found, names), *_welfare(game, found))


def _pure(found: EmpiricalGame, names: list[str]) -> str:
    from ...games.matrix.solvers import pure_equilibria

    cells = [" / ".join(names[one] for one in cell) for cell in pure_equilibria(found.payoffs)]
    more = f" and {len(cells) - _MOST_PURE} more" if len(cells) > _MOST_PURE else ""
    return "; ".join(cells[:_MOST_PURE]) + more if cells else "none"


def _welfare(game: PlayedGame, found: EmpiricalGame) -> tuple[Cell, ...]:
    low, high = game.row.type["payoff_low"], game.row.type["payoff_high"]
    bounded = all(isinstance(value, int | float) and np.isfinite(value) for value in (low, high))
    error = hoeffding(found, (low, high)) if bounded else None
    if game.constant_sum or found.payoffs[0].size > MOST_JOINT:
        return error, None, None, None
    price = price_of_anarchy(found.payoffs)
    return error, price.optimum, price.worst, price.anarchy
