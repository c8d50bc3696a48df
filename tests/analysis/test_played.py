"""Exploitability of what was played, from the library and from the command line."""

from __future__ import annotations

import csv

import pytest

from ludens.agents import PlayerSpec
from ludens.analysis.exploitability import exploitability
from ludens.analysis.played import exploited, played
from ludens.analysis.trees import tree_of
from ludens.arena import Run, play, round_robin
from ludens.cli import main
from ludens.games import make


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("runs") / "poker"
    players = [PlayerSpec.of("random"), PlayerSpec.of("scripted", "generous", style="generous")]
    games = [make("kuhn_poker"), make("rock_paper_scissors", rounds=1), make("first_price_auction", seats=2)]
    with Run.create(place) as run:
        play(round_robin(games, players, replicates=150), run)
    return place


def test_frequencies_approach_the_policy_behind_them(folder):
    tree = tree_of(make("kuhn_poker"))
    with Run.open(folder) as run:
        names = {key: player.name for key, player in run.players().items()}
        (game,) = [key for key, row in run.games().items() if row.id == "kuhn_poker-v0"]
        found = played(tree, run.episodes([match.id for match in run.matches() if match.game == game]))
    by_name = {names[key]: one for key, one in found.items()}
    assert sum(len(one.infoset) for one in by_name.values()) > 600
    assert all(one.other == 0 for one in by_name.values())
    random = exploited(tree, by_name["random"])
    uniform = exploitability(tree, tree.uniform())
    assert random.low < uniform < random.high
    assert random.value == pytest.approx(uniform, abs=0.1)
    assert random.value == pytest.approx(sum(random.gains) / 2)
    assert (random.seen, random.infosets) == (12, 12)
    generous = by_name["generous"].policy(tree)
    called = [row[tree.options[number].index("call")] for number, row in enumerate(generous) if "call" in tree.options[number]]
    assert called == [1.0] * 6
    assert exploited(tree, by_name["generous"]) == exploited(tree, by_name["generous"])


def test_the_command_prints_a_table_and_writes_one(folder, tmp_path, capsys):
    out = tmp_path / "found.csv"
    assert main(["analyse", "exploitability", f"run={folder}", f"out={out}"]) == 0
    said = capsys.readouterr().out
    assert "Exploitability of what was played" in said
    assert "first_price_auction-v0" in said
    assert "is left out" in said
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {(row["game"].partition("-v")[0], row["player"]) for row in rows} == {
        (game, player) for game in ("kuhn_poker", "rock_paper_scissors") for player in ("random", "generous")
    }
    assert all(float(row["exploitability"]) >= 0 for row in rows)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ([], "analyse what? One of: exploitability"),
        (["explotability", "run=x"], "did you mean 'exploitability'"),
        (["exploitability"], "run"),
        (["exploitability", "run=nowhere"], "nowhere"),
    ],
)
def test_mistakes_are_told_in_one_line(words, problem, capsys):
    assert main(["analyse", *words]) == 2
    said = capsys.readouterr().err
    assert problem in said
    assert said.count("\n") == 1
