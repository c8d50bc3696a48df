"""``ludens analyse equilibrium``, ``ratings`` and ``psro``: what the commands find in a run."""

import json

import pytest

from ludens.agents import PlayerSpec
from ludens.analysis.findings import ANALYSES, analysis
from ludens.arena import Run, play, round_robin
from ludens.arena.report.findings import kept_findings
from ludens.arena.report.summary import Estimate
from ludens.cli import main
from ludens.errors import LudensError
from ludens.games import make


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("runs") / "mixed"
    players = [PlayerSpec.of("random"), *(PlayerSpec.of("scripted", style, style=style) for style in ("fair", "tough"))]
    games = [make("prisoners_dilemma", rounds=3), make("kuhn_poker"), make("rock_paper_scissors", rounds=1)]
    with Run.create(place) as run:
        play(round_robin(games, players, replicates=8, self_play=True), run)
    return place


def found(folder, kind, **given):
    with Run.open(folder) as run:
        return analysis(kind)(run, given)


def test_equilibria_of_choosing_players(folder):
    pytest.importorskip("pygambit")
    findings = found(folder, "equilibrium", bootstrap="10")
    games = {row[0]: row for row in findings.tables[0].rows}
    assert len(games) == 3
    for row in games.values():
        assert row[1].value == pytest.approx(0, abs=1e-9)
        assert row[2].value >= 0
    (dilemma,) = [row for name, row in games.items() if name.startswith("prisoners")]
    assert dilemma[7] >= 1
    for table in findings.tables[1:]:
        shares = [row[1].value for row in table.rows if isinstance(row[1], Estimate)]
        assert sum(shares) == pytest.approx(1)
    assert findings.to_dict()


def test_rankings(folder):
    findings = found(folder, "ratings", bootstrap="10", voters="match")
    strength, voted, shape = findings.tables
    assert {row[0] for row in strength.rows} == {"random", "fair", "tough"}
    assert sum(row[2].value for row in strength.rows) == pytest.approx(1)
    assert [row[1] for row in voted.rows] == sorted(row[1] for row in voted.rows)
    assert 0 <= dict(shape.rows)["cyclic share of the log-odds"].value <= 1


def test_double_oracles_and_responders(folder):
    pytest.importorskip("numba")
    findings = found(folder, "psro", generations="4", search="30")
    titles = [table.title for table in findings.tables]
    assert titles == ["Who joins, turn by turn (nash)", "Best responders among the players", "Learned responders"]
    lines = dict(findings.curves[0].lines)
    kuhn = next(points for name, points in lines.items() if name.startswith("kuhn"))
    assert kuhn[0][1].value == pytest.approx(11 / 12)


@pytest.mark.parametrize("words", [["equilibrium", "bootstrap=4"], ["ratings", "bootstrap=4"], ["psro"]])
def test_the_commands_print_and_keep_what_they_find(folder, tmp_path, capsys, words):
    out = tmp_path / "found.json"
    assert main(["analyse", words[0], f"run={folder}", f"out={out}", *words[1:]]) == 0
    assert json.loads(out.read_text(encoding="utf-8"))["kind"] == words[0]
    assert words[0] in {one.kind for one in kept_findings(folder)}
    assert "NaN" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("equilibrium", {"solver": "best"}, "solver"),
        ("equilibrium", {"bootstrap": "many"}, "bootstrap=many should be a whole number"),
        ("ratings", {"voters": "players"}, "voters"),
        ("psro", {"search": "-1"}, "whole number"),
    ],
)
def test_wrong_settings_are_told_in_a_line(folder, kind, given, said):
    with pytest.raises(LudensError, match=said):
        found(folder, kind, **given)


def test_every_setting_is_explained():
    for kind in ("equilibrium", "ratings", "psro"):
        assert all(ANALYSES[kind].settings.values())
