"""The terminal report and replay."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from ludens.arena.record import Episode
from ludens.arena.report import RunSummary, print_replay, print_report, transcribe


def shown(printer, thing, width: int = 160) -> str:  # type: ignore[no-untyped-def]
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    printer(thing, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_report_holds_standings_tables_and_faults(summary: RunSummary) -> None:
    text = shown(print_report, summary)
    assert "harbour-cup" in text
    lines = text.splitlines()
    start = next(index for index, line in enumerate(lines) if "Leaderboard" in line)
    for index, row in enumerate(summary.standings):
        assert row.name in lines[start + 2 + index]
        assert f"{row.score.value:.3f}" in lines[start + 2 + index]
    assert "mean payoff (dollars)" in text
    assert "unparsable answers" in text
    assert "$0.0" in text


def test_replay_is_readable(hostile_episode: Episode) -> None:
    text = shown(print_replay, hostile_episode)
    assert "turn 1" in text
    assert "(only player_0)" in text
    assert "says: <script>document.title" in text
    assert "[repaired]" in text


def test_untrusted_text_cannot_steer_the_terminal(summary: RunSummary, hostile_episode: Episode) -> None:
    nasty = "[bold red]x[/] [/nothing] \x1b[2J\x1b]0;owned\x07 \u202e"
    row = replace(summary.standings[0], name=nasty)
    transcript = transcribe(hostile_episode)
    lines = tuple(replace(line, text=nasty) for line in transcript.lines)
    for text in (shown(print_report, replace(summary, standings=(row,), notes=(nasty,))), shown(print_replay, replace(transcript, lines=lines, title=nasty))):
        assert "\x1b" not in text
        assert "\x07" not in text
        assert "\u202e" not in text
        assert "[bold red]x[/]" in text
        assert "\\x1b[2J" in text


def test_replay_names_the_player_of_an_act_once(hostile_episode: Episode) -> None:
    assert "player_0 player_0" not in " ".join(shown(print_replay, hostile_episode).split())


def test_cost_of_models_without_a_price_is_not_called_nothing(summary: RunSummary) -> None:
    rows = [replace(row, spending=replace(row.spending, cost=None if row.spending.tokens else 0.0)) for row in summary.standings]
    unknown = replace(summary, standings=tuple(rows))
    assert unknown.spending.tokens
    assert unknown.spending.cost is None
    assert "$0" not in shown(print_report, unknown)


def test_names_stay_whole_in_a_narrow_terminal(summary: RunSummary) -> None:
    lines = shown(print_report, summary, width=80).splitlines()
    start = next(index for index, line in enumerate(lines) if "Leaderboard" in line)
    short = [(index, row) for index, row in enumerate(summary.standings) if len(row.name) <= 10]
    assert short
    for index, row in short:
        assert lines[start + 2 + index].strip().startswith(f"{index + 1} {row.name}"), lines[start + 2 + index]
