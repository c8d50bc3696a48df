"""Regret of every player of a run, in online learning and repeated matrix games, with tests of its growth and reference learners beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...arena.episode import Limits
from ...arena.report.findings import Findings
from ...arena.report.summary import Cell, DataTable
from ...arena.store import MatchRow, Run
from ...arena.watchdog import Watchdog
from ...errors import LudensError
from ...games.core import NotSupported
from ...games.matrix.rules import MatrixGame
from ...games.online.rules import ADAPTIVE, OnlineGame
from ..policy_regret import policy_regret
from ..reading import unique_labels, unique_names
from ..regret import external
from ..rounds import Rounds, known_game, read_rounds
from .regret_tables import Part, calibrations, charts, gaps, growth, horizons, mean, references, regrets
from .settings import whole

__all__ = ["analyse"]

_ABOUT = (
    "How much less each player would have paid (or more earned) had it changed what it did, all else as it was: to the best single option (external), "
    "from one option to another whenever it took it (internal), by any such changes (swap), to the best option of each round (dynamic)."
)
_NOTES = (
    "A verdict of a test tells the shape of a curve, not whether play is good: read it beside what the tests say of known play, and beside reference learners.",
    "Regret over whole horizons is what no-regret means: play the same game at several numbers of rounds, and the growth rate is fitted over them.",
)


def analyse(run: Run, given: Mapping[str, str]) -> Findings:
    """Measure regret.

    Raises:
        LudensError: nothing is finished, no game of the run is one of online learning or a repeated matrix game, or a setting is wrong.
    """
    policy = whole(given, "policy", 20)
    wanted = [name for name in given["references"].split(",") if name] if "references" in given else None
    names = unique_names(run.players())
    seats, notes = _seats(run)
    parts = [
        Part(label, names[player], game, key, rounds.of(player))
        for key, (label, game, many) in seats.items()
        for rounds in many
        for player in dict.fromkeys(rounds.players)
    ]
    tables = [*regrets(parts), *gaps(seats, names), growth(parts), *horizons(parts), *calibrations(parts), *references(parts, wanted)]
    if any(len(set(part.rounds.lengths.tolist())) > 1 for part in parts):
        notes.append("Reference learners are left out where episodes end after different numbers of rounds.")
    notes += _not_theirs(run, names)
    if policy:
        tables += _policy(run, parts, policy, whole(given, "start", 0), notes)
    return Findings("regret", "Regret", _ABOUT, tuple(tables), tuple(charts(parts, wanted)), (*_NOTES, *notes))


def _seats(run: Run) -> tuple[dict[str, tuple[str, OnlineGame | MatrixGame, list[Rounds]]], list[str]]:
    """Read the games in which regret can be told, by hash, and note which others there are."""
    games = run.games()
    labels = unique_labels(games)
    by_game: dict[str, list[MatchRow]] = {}
    for match in run.matches():
        if match.done and match.error is None:
            by_game.setdefault(match.game, []).append(match)
    if not by_game:
        raise LudensError("no match is finished yet; play (or resume) the run first")
    seats, notes = {}, []
    for key, matches in by_game.items():
        try:
            game = known_game(games[key])
        except LudensError as problem:
            notes.append(f"{labels[key]} is left out: {problem}")
            continue
        if game is None:
            notes.append(f"{labels[key]} is left out: what other options would have earned is known in experts, bandit and matrix games.")
            continue
        seats[key] = (labels[key], game, read_rounds(run, game, matches))
    if not seats:
        raise LudensError("no game of this run is one in which regret can be told: experts, bandit, or a matrix game")
    return seats, notes


def _not_theirs(run: Run, names: Mapping[str, str]) -> list[str]:
    """Tell whose decisions were partly the game's own, for want of a legal answer: their regret is not all theirs."""
    table = run.seat_table()
    notes = []
    for player, name in names.items():
        rows = table["player"] == player
        defaulted, decisions = int(table["defaulted"][rows].sum()), int(table["decisions"][rows].sum())
        if defaulted:
            notes.append(
                f"{defaulted} of {decisions} decisions of {name} were made by the game's policy, for want of a legal answer, and count as its own here."
            )
    return notes


def _policy(run: Run, parts: Sequence[Part], most: int, start: int, notes: list[str]) -> list[DataTable]:
    rows: list[tuple[Cell, ...]] = []
    for part in parts:
        if isinstance(part.game, OnlineGame) and part.game.losses not in ADAPTIVE:
            continue
        found, plain = [], []
        ids = part.rounds.matches[:most]
        own = external(part.rounds.losses, part.rounds.play)[:, -1]
        try:
            with Watchdog(Limits().move_seconds) as watchdog:
                for number, episode in enumerate(run.episodes(ids)):
                    found.append(policy_regret(episode, part.rounds.seat, start=start, game=part.game, watchdog=watchdog).regret)
                    plain.append(own[number])
        except NotSupported as problem:
            notes.append(f"No policy regret of {part.who} in {part.label}: {problem}.")
            continue
        cluster = part.rounds.cluster[: len(found)]
        rows.append((part.name, part.label, part.rounds.seat, len(found), mean(np.array(found), cluster), mean(np.array(plain), cluster)))
    since = "the first move" if start == 0 else f"move {start + 1}"
    about = (
        f"The best single option played from {since} on against the opponents' own code, which answers it, less what was earned; the first {most} episodes "
        "of each player and seat. External regret of the same episodes, which holds fixed what the others did, stands beside it."
    )
    columns = ("player", "game", "seat", "episodes", "policy regret", "external")
    return [DataTable("Policy regret", about, columns, tuple(rows))] if rows else []
