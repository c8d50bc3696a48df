"""Double oracles: which of a run's players are worth having, and what responders gain against each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...agents.player import PlayerSpec, kinds
from ...arena.report.findings import Findings
from ...arena.report.summary import Cell, Curves, DataTable, Estimate
from ...arena.store import Run
from ...errors import LudensError
from ...games.core import Game
from ...games.registry import make
from ..equilibria.empirical import empirical_game
from ..equilibria.meta import META_SOLVERS
from ..psro.players import PlayerPSRO
from ..psro.restricted import grown
from ..psro.trees import TreePSRO
from ..reading import unique_names
from ..responders import learned_response, lower_bound
from ..results import Results
from ..trees import tree_of
from .reading import PlayedGame, played_games
from .settings import choice, whole

__all__ = ["analyse"]

_ABOUT = (
    "From each game's weakest player on, whoever gains most against what a meta-solver makes of those there are is added, until nobody gains: the double "
    "oracle over what was played. Gains of responders bound from below how exploitable a player is."
)
_LEAST_TESTS = 50


def analyse(run: Run, given: Mapping[str, str]) -> Findings:
    """Grow populations of the run's players, and look for who exploits whom.

    Raises:
        LudensError: a setting is wrong, or no game gives anything.
    """
    meta = choice(given, "meta", "nash", META_SOLVERS)
    generations, search, seed = whole(given, "generations", 0), whole(given, "search", 0), whole(given, "seed", 0)
    results, games = played_games(run)
    notes: list[str] = []
    joined: list[tuple[Cell, ...]] = []
    bounds: list[tuple[Cell, ...]] = []
    lines: list[tuple[str, tuple[tuple[float, Estimate], ...]]] = []
    played = _as_played(run, notes)
    for game in games:
        if not played:
            joined += _population(game, results, meta, notes)
        bounds += _bounds(game, results)
        if generations:
            lines += _exact(game, meta, generations, notes)
    learned = _learned(run, games, search, seed, notes) if search else []
    tables = played
    if joined:
        columns = ("game", "turn", "seat", "joins", "gain", "NashConv of those before", "NashConv among all")
        about = (
            "Gain: against the mixture of those before, in the game's unit. NashConv: what best choices would gain in all, among those before and all players."
        )
        tables.append(DataTable(f"Who joins, turn by turn ({meta})", about, columns, tuple(joined)))
    if bounds:
        about = "A seat, with the responder in one seat and the player in all others. Matches that chose the responder are not those that measure it."
        tables.append(
            DataTable("Best responders among the players", about, ("game", "player", "gain", "responder", "responders tried", "matches"), tuple(bounds))
        )
    if learned:
        about = f"A table of mean returns that learned from {search:,} episodes against the player, on deals it had not seen."
        tables.append(DataTable("Learned responders", about, ("game", "player", "seat", "gain", "decisions met"), tuple(learned)))
    curves: tuple[Curves, ...] = ()
    if lines:
        words = "What best responses gain in all against the population's mixture, exactly, in the game's tree."
        curves = (Curves(f"PSRO from uniform play ({meta})", words, "generation", "NashConv", tuple(lines), bounds=None),)
    if not tables and not curves:
        raise LudensError("nothing can be said of this run: " + " ".join(notes))
    notes.append("Lower bounds say nothing of responders that were not tried. Negative gains mean that what looked best was luck.")
    return Findings("psro", "Double oracles and responders", _ABOUT, tuple(tables), curves, tuple(notes))


def _as_played(run: Run, notes: list[str]) -> list[DataTable]:
    """Read the turns of a run that was planned as PSRO."""
    plan = run.config.get("plan", {})
    if plan.get("kind") != "psro":
        return []
    (rules,) = run.config["games"]
    pool = [PlayerSpec.of(entry["kind"], **{key: value for key, value in entry.items() if key != "kind"}) for entry in run.config["players"]]
    game = make(rules["id"], **{key: value for key, value in rules.items() if key != "id"})
    schedule = PlayerPSRO(game, tuple(pool), meta=plan["meta"], replicates=plan["replicates"], turns=plan["rounds"], seed=run.config["seed"])
    turns = schedule.history(run.results())
    rows: list[tuple[Cell, ...]] = []
    for number, turn in enumerate(turns, 1):
        for seat in range(1 if game.type.symmetric else game.seats):
            share = ", ".join(f"{pool[one].name} {part:.2f}" for one, part in zip(turn.members[seat], turn.mixtures[seat].tolist(), strict=True) if part > 0)
            rows.append((number, "all" if game.type.symmetric else str(seat), share, pool[turn.responses[seat]].name, turn.gains[seat]))
    if not schedule.converged(run.results()):
        notes.append("The loop has not come to its end: somebody still gains, or matches are missing.")
    about = (
        f"Gain: what the best player of the pool earned more than the mixture, from {schedule.replicates} matches a cell. The choice of the best overstates it."
    )
    return [DataTable(f"The loop as it was played ({schedule.meta})", about, ("turn", "seat", "mixture", "best response", "gain"), tuple(rows))] if rows else []


def _population(game: PlayedGame, results: Results, meta: str, notes: list[str]) -> list[tuple[Cell, ...]]:
    try:
        found = empirical_game(game.results, symmetric=game.symmetric, constant_sum=game.constant_sum, bootstrap=0)
        turns = grown(found.payoffs, meta=meta, symmetric=game.symmetric)
    except LudensError as problem:
        notes.append(f"{game.label} is left out of the double oracle: {problem}.")
        return []
    rows: list[tuple[Cell, ...]] = []
    for number, turn in enumerate(turns, 1):
        for seat, (joining, gain) in enumerate(zip(turn.joining, turn.gains, strict=True)):
            if joining is not None and not (game.symmetric and seat):
                where = "all" if game.symmetric else str(seat)
                rows.append((game.label, number, where, results.players[found.players[joining]], gain, turn.inner, turn.outer))
    last = turns[-1]
    rows.append((game.label, len(turns), "", "nobody", max(last.gains), last.inner, last.outer))
    return rows


def _bounds(game: PlayedGame, results: Results) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for player in np.unique(game.results.player).tolist():
        found = lower_bound(game.results, player, symmetric=game.symmetric, constant_sum=game.constant_sum)
        if found is not None:
            who = ", ".join(results.players[one] if one >= 0 else "itself" for one in found.responders)
            rows.append((game.label, results.players[player], found.gain, who, found.searched, found.matches))
    return rows


def _rules(game: PlayedGame, notes: list[str]) -> Game | None:
    try:
        return make(game.row.id, **game.row.params)
    except LudensError as problem:
        notes.append(f"{game.label} cannot be played here: {problem}.")
        return None


def _exact(game: PlayedGame, meta: str, generations: int, notes: list[str]) -> list[tuple[str, tuple[tuple[float, Estimate], ...]]]:
    rules = _rules(game, notes)
    if rules is None:
        return []
    try:
        loop = TreePSRO(tree_of(rules), meta=meta)
        loop.run(generations)
    except LudensError as problem:
        notes.append(f"{game.label}: no exact responses: {problem}.")
        return []
    return [(game.label, tuple((float(number), Estimate(one.nash_conv)) for number, one in enumerate(loop.generations, 1)))]


def _learned(run: Run, games: list[PlayedGame], search: int, seed: int, notes: list[str]) -> list[tuple[Cell, ...]]:
    names, asleep = unique_names(run.players()), []
    rows: list[tuple[Cell, ...]] = []
    for key, row in run.players().items():
        params = {name: value for name, value in row.spec.items() if name != "kind"}
        kind = kinds().get(row.spec["kind"])
        if kind is None or kind.needs_model or not kind.sync:
            asleep.append(names[key])
            continue
        player = PlayerSpec.of(row.spec["kind"], row.name, **params)
        for game in games:
            rules = _rules(game, notes)
            if rules is None or player.why_not(rules):
                continue
            for seat in range(1 if game.symmetric else rules.seats):
                try:
                    found = learned_response(rules, player, seat, episodes=search, tests=max(search // 4, _LEAST_TESTS), seed=seed)
                except LudensError as problem:
                    notes.append(f"{game.label}: nobody learned against {names[key]}: {problem}.")
                    break
                rows.append((game.label, names[key], "any" if game.symmetric else str(seat), found.gain, found.positions))
    if asleep:
        notes.append(f"Nobody learned against players who wait for a model or a person: {', '.join(asleep)}.")
    return rows
