"""A run's summary adds up to what the store holds."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

import ludens
from ludens.agents.player import PlayerSpec
from ludens.analysis.facts import beside_predictions, fact_means, label_counts
from ludens.analysis.reading import run_results
from ludens.analysis.results import NoResults
from ludens.analysis.summary import summarise
from ludens.arena.episode import play_match
from ludens.arena.plan import Match
from ludens.arena.report import RunSummary
from ludens.arena.rows import episode_rows
from ludens.arena.store import Run
from ludens.errors import ParameterError
from ludens.games.core import Prediction

KINDS = ("tit_for_tat", "defector", "cooperator", "random")


def play(folder: Path, *, played: int | None = None, names: tuple[str, ...] = KINDS) -> Path:
    players = [PlayerSpec.of(kind, name=name) for kind, name in zip(KINDS, names, strict=True)]
    games = [ludens.make("prisoners_dilemma", rounds=4), ludens.make("stag_hunt", rounds=2)]
    matches = [
        Match(game, seats, seed=number)
        for game in games
        for number, pair in enumerate(itertools.combinations(players, 2))
        for seats in (pair, pair[::-1])
    ]  # fmt: skip
    with Run.create(folder, {}) as run:
        run.add(matches)
        run.save([episode_rows(play_match(match)) for match in matches[:played]])
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return play(tmp_path_factory.mktemp("runs") / "small")


@pytest.fixture(scope="module")
def summary(folder: Path) -> RunSummary:
    with Run.open(folder) as run:
        return summarise(run, bootstrap=30)


def test_totals_are_the_stores(folder: Path, summary: RunSummary) -> None:
    with Run.open(folder) as run:
        totals = run.totals()
    assert (summary.matches, summary.planned) == (totals["episodes"], totals["matches"])
    assert summary.decisions == totals["decisions"] == sum(row.decisions for row in summary.standings)
    assert summary.statuses["ok"] == totals["ok"]
    assert sum(row.matches for row in summary.standings) == 2 * summary.matches
    assert [game.matches for game in summary.games] == [12, 12]


def test_payoff_tables_are_the_known_payoffs(summary: RunSummary) -> None:
    game = next(game for game in summary.games if game.label.startswith("prisoners"))
    assert game.payoffs is not None
    table = {
        (row, column): cell
        for row, cells in zip(game.payoffs.players, game.payoffs.cells, strict=True)
        for column, cell in zip(game.payoffs.players, cells, strict=True)
    }
    values = {pair: cell.value for pair, cell in table.items() if cell is not None}
    assert values["defector", "cooperator"] == 4 * 5
    assert values["cooperator", "defector"] == 0
    assert values["tit_for_tat", "cooperator"] == 4 * 3
    assert values["tit_for_tat", "defector"] == 0 + 3 * 1
    assert ("random", "random") not in values


def test_tables_show_the_best_earner_first(summary: RunSummary) -> None:
    game = next(game for game in summary.games if game.label.startswith("prisoners"))
    assert game.payoffs is not None
    assert game.payoffs.players[0] == "defector"
    assert game.wins is not None
    assert game.wins.players == game.payoffs.players


def test_matches_of_a_pair_on_the_same_seed_are_one_cluster(folder: Path) -> None:
    with Run.open(folder) as run:
        results = run_results(run.seat_table(), run.games())
    assert (results.matches, results.clusters) == (24, 12)
    assert results.normalised.min() >= 0
    assert results.normalised.max() <= 1


def test_same_run_same_summary(folder: Path, summary: RunSummary) -> None:
    with Run.open(folder) as run:
        again = summarise(run, bootstrap=30)
    assert repr(again.standings) == repr(summary.standings)
    assert repr(again.games) == repr(summary.games)
    assert again.transcripts == summary.transcripts


def test_everybody_is_rated_and_disconnection_is_said(summary: RunSummary) -> None:
    assert all(row.rating is not None and np.isfinite(row.rating.value) for row in summary.standings)
    # nobody ever earns more than the defector, and it never draws but with itself
    assert any("defector never lost" in note for note in summary.notes)


def test_sample_is_bounded_and_covers_games(folder: Path) -> None:
    with Run.open(folder) as run:
        summary = summarise(run, bootstrap=2, transcripts=6)
    assert len(summary.transcripts) == 6
    assert len({transcript.game for transcript in summary.transcripts}) == 2
    assert summary.sample.startswith("6 of 24 matches")


def test_no_transcripts_wanted(folder: Path) -> None:
    with Run.open(folder) as run:
        assert summarise(run, bootstrap=2, transcripts=0).transcripts == ()


def test_run_that_is_still_played(tmp_path: Path) -> None:
    with Run.open(play(tmp_path / "partial", played=5)) as run:
        summary = summarise(run, bootstrap=2)
    assert (summary.matches, summary.planned) == (5, 24)
    assert len(summary.games) == 1


def test_nothing_played_is_one_clear_line(tmp_path: Path) -> None:
    with Run.open(play(tmp_path / "empty", played=0)) as run, pytest.raises(NoResults, match="no match has ended in a result"):
        summarise(run)


def test_players_of_one_name_are_told_apart(tmp_path: Path) -> None:
    with Run.open(play(tmp_path / "twins", names=("twin", "twin", "c", "d"))) as run:
        names = [row.name for row in summarise(run, bootstrap=2).standings]
    assert len(set(names)) == 4
    assert sum(name.startswith("twin #") for name in names) == 2


def test_facts_are_averaged_and_counted() -> None:
    outcomes = [
        {"deal": True, "price": 10.0, "shares": [0.25, 0.75], "ended": "deal"},
        {"deal": False, "price": None, "shares": None, "ended": "walk"},
        {"deal": True, "price": 20, "ended": "deal"},
    ]
    means = fact_means(outcomes, [0, 1, 2])
    assert {name: round(mean.value, 3) for name, mean in means.items()} == {"deal": 0.667, "price": 15.0, "shares[0]": 0.25, "shares[1]": 0.75}
    assert fact_means(outcomes, [0, 1, 2], seats=2)["shares"].value == 0.5
    assert "shares" not in means
    assert means["deal"].n == 3
    assert means["deal"].high == 1.0  # shares have no interval beyond 1
    assert label_counts(outcomes) == (("ended", (("deal", 2), ("walk", 1))),)


def test_predictions_stand_beside_what_was_observed() -> None:
    means = fact_means([{"deal": True, "shares": [0.4, 0.6]}] * 4, [0, 1, 2, 3])
    cards = [
        Prediction("human", "deal_rate", 0.84, "a source", tolerance=0.1),
        Prediction("nash", "shares", [0.5, 0.5], "another", tolerance=0.2),
        Prediction("welfare", "total", 7.0, "a third"),
    ]
    rows = beside_predictions(cards, means)
    assert [(row.quantity, row.observed and round(row.observed.value, 2), row.agrees) for row in rows] == [
        ("deal_rate", 1.0, False), ("shares[0]", 0.4, True), ("shares[1]", 0.6, True), ("total", None, None),
    ]  # fmt: skip


def test_what_was_left_out_is_accounted_for(tmp_path: Path) -> None:
    folder = play(tmp_path / "left")
    with Run.create(folder, {}) as run:
        run.note(description="round robin", excluded=[["grim", "haggling-v0", "plays repeated games only"]])
    with Run.open(folder) as run:
        summary = summarise(run, bootstrap=0)
    assert summary.description == "round robin"
    [fault] = summary.faults
    assert (fault.count, fault.example) == (1, "grim - haggling-v0 - plays repeated games only")


@pytest.mark.parametrize("wrong", [{"bootstrap": -1}, {"transcripts": -1}, {"level": 1.0}, {"level": 0.0}])
def test_bad_requests_are_refused(folder: Path, wrong: dict[str, float]) -> None:
    with Run.open(folder) as run, pytest.raises(ParameterError, match="should"):
        summarise(run, **wrong)


def test_without_resampling_there_are_no_intervals(folder: Path) -> None:
    with Run.open(folder) as run:
        row = summarise(run, bootstrap=0).standings[0]
    assert not row.score.has_interval
    assert row.score.method == "no resampling: no interval"
