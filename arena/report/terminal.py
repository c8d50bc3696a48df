"""The report and the replay in the terminal. What players and models wrote is shown as plain text: rich's markup is not read, control characters are shown."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from ..record import Episode
from .cells import cell_interval, cell_text, places_of, textual
from .displays import moving_of, story_of
from .findings import Findings
from .numbers import count, interval, money, number, percent, seconds
from .pages import heat
from .plain import colour, plain
from .summary import DECIDED, TRIED, DataTable, Estimate, Line, PairCells, RunSummary, Transcript
from .transcript import transcribe

__all__ = ["STILL_SECONDS", "print_findings", "print_replay", "print_report"]

_WIDE = 100
"""Columns from which tables are shown in full."""
_UNBOUNDED = 10_000
STILL_SECONDS = 1 / 12
"""How long each position of a game that moves stays in a terminal."""


def print_report(summary: RunSummary, console: Console, *, most_players: int = 40) -> None:
    """Print the leaderboard, payoff tables, answers, spending and faults of a run.

    Args:
        summary: what ``ludens.analysis.summary.summarise`` made of a run.
        console: where to.
        most_players: tables with more players than this are left to the HTML report.
    """
    console.print(Rule(plain(summary.name), align="left"))
    of_plan = f" of {count(summary.planned)} planned" if summary.planned and summary.planned != summary.matches else ""
    games = f"{len(summary.games)} {'game' if len(summary.games) == 1 else 'games'}"
    played = f"{count(summary.matches)} matches{of_plan}, {count(summary.decisions)} decisions"
    console.print(f"{len(summary.standings)} players, {games}, {played}", style="dim")
    for note in summary.notes:
        console.print(plain(note), style="yellow")
    console.print(_leaderboard(summary, console.width))
    for game in summary.games:
        if game.payoffs is not None and len(game.payoffs.players) <= most_players:
            console.print(Padding(plain(f"{game.title}: mean payoff ({game.unit})", "bold"), (1, 0, 0, 0)))
            console.print(_matrix(game.payoffs))
        if game.seats:
            effects = [f"player_{row.seat} {number(row.effect.value, 2)} {_range(row.effect, 2)}" for row in game.seats]
            console.print(plain("Seat effects: " + "; ".join(effects), "dim"))
        for metrics in game.metrics:
            console.print(_metrics(metrics))
    for findings in summary.findings:
        print_findings(findings, console)
    if any(row.statuses.get("ok", 0) != row.decisions or any(row.statuses.get(status) for status in TRIED) for row in summary.standings):
        console.print(_answers(summary))
    if any(row.spending.tokens or row.spending.cost for row in summary.standings):
        console.print(_spending(summary))
    if summary.faults:
        console.print(_faults(summary))


def print_findings(findings: Findings, console: Console) -> None:
    """Print the tables and notes of an analysis; its charts are for the page."""
    console.print(Rule(plain(findings.title), align="left"))
    console.print(plain(findings.about, "dim"))
    left_out = False
    for table in findings.tables:
        made = _metrics(table, ranges=True)
        if console.measure(made, options=console.options.update(width=_UNBOUNDED)).maximum > console.width:
            # words may wrap, numbers may not
            made, left_out = _metrics(table), left_out or any(isinstance(cell, Estimate) for row in table.rows for cell in row)
        console.print(made)
        if table.about:
            console.print(plain(table.about, "dim"))
    if left_out:
        console.print(plain("Intervals that have no room here stand in the files that out=... writes, and in the run's report.", "dim"))
    for note in findings.notes:
        console.print(plain(note, "yellow"))


def print_replay(episode: Episode | Transcript, console: Console, *, marks: Mapping[tuple[int, int], str] | None = None) -> None:
    """Print one episode: who sat where, what was said and done turn by turn, and how it ended; in the words of its family where that brings a display.

    A game that moves is played in the terminal, where the console is one; Ctrl-C leaves out what remains of it.
    """
    transcript = episode if isinstance(episode, Transcript) else transcribe(episode, marks=marks)
    console.print(Rule(plain(transcript.title), align="left"))
    console.print(plain(f"match {transcript.match}, seed {transcript.seed}", "dim"))
    if isinstance(episode, Episode) and console.is_terminal and transcript.scene is not None and (display := moving_of(episode.game)) is not None:
        _play(display.stills(episode), console)
        _print_story([], transcript, console)
        return
    if isinstance(episode, Episode) and (story := story_of(episode)) is not None:
        _print_story(story, transcript, console)
        return
    for seat, name in enumerate(transcript.seats):
        role = f" ({transcript.roles[seat]})" if transcript.roles and transcript.roles[seat] else ""
        console.print(plain(f"player_{seat}", f"bold {colour(seat)}") + plain(f"  {name}{role}"))
    if transcript.note:
        console.print(plain(transcript.note, "yellow"))
    turn = -1
    for line in transcript.lines:
        if line.turn != turn and line.turn >= 0:
            console.print(Rule(f"turn {line.turn + 1}", align="left", style="dim"))
        turn = line.turn
        console.print(_line(line))
    console.print(Rule(style="dim"))
    for seat, earned in enumerate(transcript.returns):
        places = 0 if float(earned).is_integer() else 2
        console.print(plain(f"player_{seat}", f"bold {colour(seat)}") + plain(f"  {number(earned, places)} {transcript.unit}"))
    for name, value in transcript.outcome:
        console.print(plain(f"{name}: {value}", "dim"))


def _play(stills: Iterable[RenderableType], console: Console) -> None:
    with Live(console=console, auto_refresh=False) as live:
        try:
            for still in stills:
                live.update(still, refresh=True)
                time.sleep(STILL_SECONDS)
        except KeyboardInterrupt:
            console.print("stopped here", style="dim")


def _print_story(story: Iterable[RenderableType], transcript: Transcript, console: Console) -> None:
    if transcript.note:
        console.print(plain(transcript.note, "yellow"))
    for line in story:
        console.print(line)
    odd = Counter(line.answer.status for line in transcript.lines if line.answer is not None and line.answer.status != "ok")
    if odd:
        counts = ", ".join(f"{times} {status}" for status, times in odd.items())
        console.print(plain(f"Not every answer was good at once: {counts}; the page has them.", "yellow"))


def _range(estimate: Estimate | None, places: int) -> str:
    return f"[{interval(estimate, places)}]" if estimate is not None and estimate.has_interval else ""


def _table(title: str, *columns: str) -> Table:
    """Make a table whose first column is text and the others numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index else "left", no_wrap=bool(index), overflow="fold")
    return table


def _leaderboard(summary: RunSummary, width: int) -> RenderableType:
    # a narrow terminal has no room for the second rating beside names; the page has it
    wide = width >= _WIDE
    table = _table("\nLeaderboard", "player", "score", "", "rating", "", *(["online"] if wide else []), "matches")
    for index, row in enumerate(summary.standings):
        online = [f"{row.online[0]:.1f} ± {row.online[1]:.1f}" if row.online else "–"] if wide else []
        rating = number(row.rating.value, 0) if row.rating else "–"
        table.add_row(
            plain(f"{index + 1:>2} {row.name}"),
            number(row.score.value, 3),
            Text(_range(row.score, 3), "dim"),
            rating,
            Text(_range(row.rating, 0), "dim"),
            *online,
            count(row.matches),
        )
    level = summary.standings[0].score.level if summary.standings else 0.95
    said = f"Best first by {summary.order}; {level * 100:.0f} % intervals in brackets. Score: share of the payoff range. Rating: Elo scale, mean 1500."
    return Group(table, Text(said, style="dim"))


def _matrix(cells: PairCells) -> Table:
    table = _table("", "", *(str(index + 1) for index in range(len(cells.players))))
    shades = ("grey58", "", "bold")
    for index, row in enumerate(heat(cells)):
        shown = [Text("") if cell is None else Text(number(cell[0].value, 2), shades[min(2, int(cell[1] * 3))]) for cell in row]
        table.add_row(plain(f"{index + 1:>2} {cells.players[index]}"), *shown)
    return table


def _metrics(metrics: DataTable, *, ranges: bool = False) -> Table:
    # a word of a column's name a line leaves room for many columns
    table = _table(f"\n{metrics.title}" if metrics.title else "", *("\n".join(column.split()) for column in metrics.columns))
    places = [places_of(metrics, column) for column in range(len(metrics.columns))]
    for index, column in enumerate(table.columns):
        if textual(metrics, index):
            column.justify, column.no_wrap = "left", False
    for row in metrics.rows:
        shown = []
        for cell, at in zip(row, places, strict=True):
            ends = cell_interval(cell, at) if ranges else ""
            shown.append(plain(cell_text(cell, at)) + (Text(f" [{ends}]", "dim") if ends else Text()))
        table.add_row(*shown)
    return table


def _answers(summary: RunSummary) -> Table:
    decided = [status for status in DECIDED if summary.statuses[status]]
    tried = [status for status in TRIED if summary.statuses[status]]
    table = _table("\nAnswers", "player", *decided, *(f"{status} tries" for status in tried))
    for row in summary.standings:
        table.add_row(
            plain(row.name),
            *(percent(row.statuses.get(status, 0), row.decisions) for status in decided),
            *(count(row.statuses.get(status, 0)) for status in tried),
        )
    return table


def _spending(summary: RunSummary) -> Table:
    table = _table("\nSpending", "player", "prompt tokens", "answer tokens", "cost", "a decision", "retries")
    for row in summary.standings:
        spent = row.spending
        if spent.tokens or spent.cost:
            table.add_row(
                plain(row.name), count(spent.prompt_tokens), count(spent.completion_tokens), money(spent.cost), seconds(spent.latency), count(spent.retries)
            )
    total = summary.spending
    table.add_row("all", count(total.prompt_tokens), count(total.completion_tokens), money(total.cost), "", count(total.retries), style="bold")
    return table


def _faults(summary: RunSummary) -> Table:
    table = _table("\nFaults and losses", "what happened", "times", "what was done")
    table.columns[2].justify, table.columns[2].no_wrap = "left", False
    for fault in summary.faults:
        table.add_row(plain(fault.kind), count(fault.count), plain(fault.what))
    return table


def _line(line: Line) -> RenderableType:
    text, said = Text(), line.text
    if line.seat is not None:
        text.append(f"player_{line.seat}", style=f"bold {colour(line.seat)}")
        text.append(" says: " if line.speech else " ")
        # what an act's event begins with is there already
        said = said if line.speech else said.removeprefix(f"player_{line.seat} ")
    if line.seen_by is not None:
        who = ", ".join(f"player_{seat}" for seat in line.seen_by)
        text.append(f"(only {who}) " if who else "(hidden from all) ", style="dim italic")
    text.append_text(plain(said, "" if line.seat is not None else "italic"))
    if line.answer is not None:
        if line.answer.choice:
            text.append("  ")
            text.append_text(plain(line.answer.choice, "cyan"))
        if line.answer.status != "ok":
            text.append_text(plain(f"  [{line.answer.status}{': ' + line.answer.cause if line.answer.cause else ''}]", "yellow"))
        if line.answer.problem:
            text.append_text(plain(f" {line.answer.problem}", "dim"))
        if line.answer.mark:
            text.append_text(plain(f"\n  {line.answer.mark}", "magenta"))
        if line.answer.note:
            text.append_text(plain(f"\n  note: {line.answer.note}", "dim"))
    return Padding(text, (0, 0, 0, 2))
