"""``ludens analyse``: what a run says beyond its scores."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import LudensError, UnknownName
from .words import console, pairs, run_folder

if TYPE_CHECKING:
    from ..analysis.played import Exploited

__all__ = ["KINDS", "analyse"]

KINDS = {"exploitability": "how much each player's habits could be exploited, in games whose tree fits"}
"""What can be analysed."""
_HEAD = ("game", "player", "exploitability", "interval", "gains by seat", "decisions", "information sets seen")


def analyse(words: list[str]) -> int:
    """Analyse a run."""
    if not words or "=" in words[0]:
        raise LudensError(f"analyse what? One of: {', '.join(KINDS)}")
    kind, rest = words[0], words[1:]
    if kind not in KINDS:
        raise UnknownName("analysis", kind, KINDS)
    given = pairs(rest, ("run", "out"), required=("run",))
    return _exploitability(run_folder(given["run"]), Path(given["out"]) if "out" in given else None)


def _exploitability(folder: Path, out: Path | None) -> int:
    from ..analysis.played import exploited, played
    from ..analysis.reading import unique_labels, unique_names
    from ..analysis.trees import tree_of
    from ..arena.store import Run
    from ..games import make
    from .listing import table
    from .reading import write_page

    rows: list[tuple[str, str, Exploited]] = []
    skipped = []
    with Run.open(folder) as run:
        games, labels, names = run.games(), unique_labels(run.games()), unique_names(run.players())
        matches = [match for match in run.matches() if match.done]
        if not matches:
            raise LudensError("no match is finished yet; play (or resume) the run first")
        for key, game in games.items():
            try:
                tree = tree_of(make(game.id, **game.params))
            except LudensError as problem:
                skipped.append(f"{labels[key]} is left out: {problem}")
                continue
            episodes = run.episodes([match.id for match in matches if match.game == key])
            for player, found in played(tree, (episode for episode in episodes if episode.error is None)).items():
                rows.append((labels[key], names[player], exploited(tree, found)))
    for line in skipped:
        console().print(line, style="dim", markup=False)
    if not rows:
        raise LudensError("no game of this run has a tree that fits; ludens games kuhn_poker  names one that has")
    rows.sort(key=lambda row: (row[0], row[2].value))
    shown = [
        (
            game,
            player,
            f"{one.value:.4g}",
            f"[{one.low:.3g} to {one.high:.3g}]",
            ", ".join(f"{gain:.3g}" for gain in one.gains),
            str(one.decisions),
            f"{one.seen} of {one.infosets}",
        )
        for game, player, one in rows
    ]
    console().print(table(_HEAD, shown, title="Exploitability of what was played, a seat"))
    console().print(
        "0 is an equilibrium. Each player's frequencies sit in every seat, drawn uniformly where the player never was; 95 % intervals by a bootstrap "
        "over episodes. Few decisions overstate it.",
        style="dim",
    )
    if strays := sum(one.other for _, _, one in rows):
        console().print(f"{strays} decisions stand nowhere in the trees and are left out.", style="dim")
    if out is not None:
        page = io.StringIO()
        writer = csv.writer(page, lineterminator="\n")
        writer.writerow(("game", "player", *rows[0][2]._fields))
        writer.writerows((game, player, *one._replace(gains=" ".join(map(str, one.gains)))) for game, player, one in rows)  # type: ignore[arg-type]
        write_page(out, page.getvalue())
    return 0
