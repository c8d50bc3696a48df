"""``ludens replay``, ``report``, ``export``: looking at what was played."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import LudensError
from .words import console, pairs, run_folder

if TYPE_CHECKING:
    from ..arena.record import Episode

__all__ = ["export", "replay", "report"]

REPLAYS = ("html", "gif", "mp4")
"""What a replay can be written as."""


def replay(words: list[str]) -> int:
    """Show one episode of a run, or list them."""
    from ..arena.report import print_replay, render_replay
    from ..arena.report.findings import kept_findings, marks_of
    from ..arena.store import Run
    from .listing import table

    given = pairs(words, ("run", "episode", "format", "out"), required=("run",))
    kind = _kind(given)
    with Run.open(run_folder(given["run"])) as run:
        if "episode" not in given:
            labels = {key: game.label for key, game in run.games().items()}
            names = {key: player.name for key, player in run.players().items()}
            rows = [(match.id, labels[match.game], " v ".join(names[player] for player in match.players)) for match in run.matches() if match.done]
            if not rows:
                raise LudensError("no match is finished yet; play (or resume) the run first")
            console().print(table(("episode", "game", "players"), rows))
            return 0
        ids = [match.id for match in run.matches() if match.done and match.id.startswith(given["episode"])]
        if len(ids) != 1:
            what = f"{len(ids)} episodes begin with" if ids else "no finished episode is"
            raise LudensError(f"{what} {given['episode']!r}; ludens replay run={given['run']}  lists them")
        episode, marks = run.episode(ids[0]), marks_of(kept_findings(run.path), ids[0])
        path = Path(given["out"]) if "out" in given else run.path / "exports" / f"{episode.id}.{kind}"
    if kind is None:
        print_replay(episode, console(), marks=marks)
    elif kind == "html":
        write_page(path, render_replay(episode, marks=marks))
    else:
        _write_film(episode, path, kind)
    return 0


def _kind(given: Mapping[str, str]) -> str | None:
    """Say what a replay is written as: as ``format`` says, else by the name of the file, else a page; None for the terminal."""
    if "format" in given:
        if given["format"] not in REPLAYS:
            raise LudensError(f"format={given['format']} should be one of: {', '.join(REPLAYS)}")
        if "episode" not in given:
            raise LudensError("format=... needs episode=...: one episode is one file")
        return given["format"]
    if "out" not in given:
        return None
    suffix = Path(given["out"]).suffix.lower().removeprefix(".")
    return suffix if suffix in REPLAYS else "html"


def _write_film(episode: Episode, path: Path, kind: str) -> None:
    from ..arena.report.displays import moving_of

    display = moving_of(episode.game)
    if display is None:
        raise LudensError(f"{episode.game} has no film; format=html shows every game")
    display.write_film(episode, path, kind)
    print(path)


def report(words: list[str]) -> int:
    """Print the report of a run and write its page."""
    from ..analysis.summary import summarise
    from ..arena.report import print_report, render_report
    from ..arena.store import Run

    given = pairs(words, ("run", "out"), required=("run",))
    folder = run_folder(given["run"])
    with Run.open(folder) as run:
        if run.config.get("command") == "study":
            # subjects of a study play each for itself: a leaderboard would mean nothing
            print(_of_study(folder))
            return 0
        summary = summarise(run)
    print_report(summary, console())
    write_page(Path(given.get("out", folder / "report.html")), render_report(summary))
    return 0


def _of_study(folder: Path) -> str:
    page = folder / "study" / "report.html"
    if page.exists():
        return f"{folder} holds a study; its report: {page.absolute().as_uri()}"
    return f"{folder} holds a study that is not analysed yet: ludens study run={folder.name}"


def export(words: list[str]) -> int:
    """Write the decisions or the games of a run to a file."""
    from ..arena.export import FAMILY_FORMATS, FORMATS, export_run
    from ..arena.store import Run

    given = pairs(words, ("run", "format", "out"), required=("run",))
    kind = given.get("format", "jsonl")
    if kind not in FORMATS and kind not in FAMILY_FORMATS:
        raise LudensError(f"format={kind} should be one of: {', '.join((*FORMATS, *FAMILY_FORMATS))}")
    with Run.open(run_folder(given["run"])) as run:
        path, rows = export_run(run, kind, Path(given["out"]) if "out" in given else None)
    why = " (no player of this run asks a model)" if kind == "messages" and rows == 0 else ""
    print(f"{rows} {'games' if kind in FAMILY_FORMATS else 'rows'}{why}: {path}")
    return 0


def write_page(path: Path, page: str) -> None:
    """Write a page whole and print where it is.

    Raises:
        LudensError: the file cannot be written.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.write_text(page, encoding="utf-8")
        fresh.replace(path)
    except OSError as problem:
        raise LudensError(f"cannot write {path}: {problem.strerror}") from problem
    print(path.absolute().as_uri() if path.suffix == ".html" else path)
