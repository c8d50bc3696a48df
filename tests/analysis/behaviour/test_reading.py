"""From a run to the table of behaviour, and the command that prints it."""

from __future__ import annotations

import csv
import math
from dataclasses import replace

import pytest

from ludens.agents import PlayerSpec
from ludens.analysis.behaviour import behaviour, behaviour_rows
from ludens.arena import Run, play, round_robin
from ludens.arena.report.findings import kept_findings
from ludens.cli import main
from ludens.errors import LudensError
from ludens.games import make
from ludens.games.actions import Status

GAMES = [
    make("prisoners_dilemma"),
    make("prisoners_dilemma", monitoring="noisy", noise=0.1, rounds=4),
    make("ultimatum"),
    make("ultimatum", strategy_method=True, alternate=True, rounds=2),
    make("dictator"),
    make("dictator_choice", drawn=True, rounds=10),
    make("trust", rounds=3),
    make("public_goods", seats=3, punishment=True, rounds=4),
    make("beauty_contest", seats=3),
    make("ring_network", seats=2, options_each=3, instance=1, labels="letters", relabel=3),
    make("stag_hunt", say_chars=100),
    make("bertrand", rounds=2),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("runs") / "behaviour"
    players = [PlayerSpec.of("random"), PlayerSpec.of("scripted", "tough", style="tough"), PlayerSpec.of("scripted", "fair", style="fair")]
    with Run.create(place) as run:
        play(round_robin(GAMES, players, replicates=4), run)
    return place


@pytest.fixture(scope="module")
def rows(folder):
    """Rows by game label, player's name and measure."""
    with Run.open(folder) as run:
        games, names, found = run.games(), run.players(), behaviour(run)
        assert {games[key].id for key in found.skipped} == {"bertrand-v0"}
    return {(games[row.game].label, names[row.player].name, row.measure): row for row in found.rows}


def of(rows, game, player):
    return {measure: row for (label, name, measure), row in rows.items() if label.partition("(")[0] == game and name == player}


def test_known_bots_show_what_they_do(rows):
    assert of(rows, "dictator-v0", "fair")["share given"].estimate == 0.5
    half = of(rows, "dictator-v0", "fair")["share giving half"]
    # Wilson's interval of eight of eight
    assert (half.estimate, half.high, half.low) == (1, 1, pytest.approx(8 / (8 + 1.959964**2), abs=1e-5))
    assert of(rows, "dictator-v0", "tough")["share given"].estimate == pytest.approx(0.1)
    ultimatum = rows["ultimatum-v0", "tough", "share offered"]
    assert (ultimatum.estimate, ultimatum.se, ultimatum.n) == (pytest.approx(0.2), 0.0, 8)
    assert "a rule, not precision" in ultimatum.note
    trust = of(rows, "trust-v0", "tough")
    assert trust["share returned"].estimate == pytest.approx(1 / 3)
    assert trust["reciprocity slope"].estimate == pytest.approx(1 / 3)
    dilemma = rows["prisoners_dilemma-v0", "fair", "cooperation after CC"]
    assert (dilemma.estimate, dilemma.low < 1) == (1, True)
    assert rows["prisoners_dilemma-v0", "fair", "share of tit_for_tat"].estimate == pytest.approx(1)
    ring = of(rows, "ring_network-v0", "tough")
    assert ring["order of rationality"].estimate == 2
    assert ring["solved, order 2"].note == "the same each time: at its bound, no standard error; 0.333 by guessing"
    assert of(rows, "public_goods-v0", "random")["points of punishment"].estimate > 0


def test_intervals_stand_around_their_estimates(rows):
    told = [row for row in rows.values() if math.isfinite(row.low)]
    assert len(told) > 40
    for row in told:
        assert row.low <= row.estimate <= row.high
        assert row.units <= row.n


def test_what_is_not_identified_says_so(rows):
    untold = [row for row in rows.values() if math.isnan(row.estimate)]
    assert untold
    assert all(row.note for row in untold)
    assert "dictator_choice does" in of(rows, "dictator-v0", "fair")["alpha, beta, CES"].note
    noisy = [row for (label, _, measure), row in rows.items() if "noisy" in label and measure == "strategy"]
    assert len(noisy) == 3


def test_a_choice_of_the_game_is_no_choice_of_the_player(folder):
    with Run.open(folder) as run:
        episodes = [one for one in run.episodes() if one.game == "dictator-v0"]
    game = make("dictator")
    player = episodes[0].seats[0].hash
    before = next(row for row in behaviour_rows(game, episodes) if row.player == player and row.measure == "share given")
    first = episodes[0]
    forced = replace(first, decisions=tuple(one._replace(status=Status.DEFAULTED) for one in first.decisions))
    after = next(row for row in behaviour_rows(game, [forced, *episodes[1:]]) if row.player == player and row.measure == "share given")
    assert after.n == before.n - 1
    assert "1 choices that the game made for it are left out" in after.note


def test_a_match_is_cut_where_the_game_moved(folder):
    game = make("prisoners_dilemma")
    with Run.open(folder) as run:
        episode = next(one for one in run.episodes() if one.game_hash == game.hash)
    half = len(episode.decisions) // 2
    forced = replace(
        episode,
        decisions=tuple(one._replace(status=Status.DEFAULTED) if at == half else one for at, one in enumerate(episode.decisions)),
    )
    whole, cut = ([row.n for row in behaviour_rows(game, [one]) if row.measure.startswith("tremble")] for one in (episode, forced))
    assert sum(cut) < sum(whole)


def test_the_same_episodes_give_the_same_rows(folder):
    game = make("beauty_contest", seats=3)
    with Run.open(folder) as run:
        episodes = [one for one in run.episodes() if one.game_hash == game.hash]
    assert repr(list(behaviour_rows(game, episodes))) == repr(list(behaviour_rows(game, episodes)))


def test_other_games_have_no_measures():
    with pytest.raises(LudensError, match="kuhn_poker-v0 has no measures of behaviour"):
        list(behaviour_rows(make("kuhn_poker"), []))


def test_the_command_prints_tables_with_people_and_writes_them(folder, tmp_path, capsys):
    out = tmp_path / "behaviour.csv"
    assert main(["analyse", "behaviour", f"run={folder}", f"out={out}"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "bertrand-v0(rounds=2) has no measures of behaviour" in said
    assert "What people did" in said
    assert "nan" not in said
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    (given,) = [row for row in rows if row[:2] == ["tough", "share given"]]
    assert float(given[2]) == pytest.approx(0.1)
    people = [row for row in rows if row[:2] == ["dictator", "share given"]]
    assert [row[2:4] for row in people] == [["0.2835", "NO: two accounts by others; the paper's text was not read"]]
    (kept,) = kept_findings(folder)
    assert kept.kind == "behaviour"


def test_the_command_tells_a_run_without_measures(tmp_path, capsys):
    with Run.create(tmp_path / "poker") as run:
        play(round_robin([make("kuhn_poker")], [PlayerSpec.of("random"), PlayerSpec.of("scripted", style="fair")], replicates=1), run)
    assert main(["analyse", "behaviour", f"run={tmp_path / 'poker'}"]) == 2
    assert "no game of this run has measures" in capsys.readouterr().err
