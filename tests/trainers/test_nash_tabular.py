"""The trainer nash_tabular on the command line: curves, results and players."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.cli import main
from ludens.errors import ParameterError
from ludens.games import make
from ludens.trainers import Task
from ludens.trainers.tabular.trainer import NashTabular


def train(tmp_path, *words, name="run"):
    return main(["train", "trainer=nash_tabular", f"runs={tmp_path}", f"name={name}", "progress=false", *words])


def test_a_testbed_is_run_and_written_down(tmp_path, capsys):
    assert train(tmp_path, "trainer.testbed=biased_rps", "trainer.method=nash_mp", "trainer.iterations=50") == 0
    printed = capsys.readouterr().out
    assert "nash_mp aims at the regularised Nash by its last iterate; 50 iterations, 100 queries" in printed
    with (tmp_path / "run" / "curve.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["iteration"] == "0"
    assert float(rows[0]["divergence"]) == pytest.approx(8.88e-2, rel=1e-3)
    assert float(rows[-1]["divergence"]) == pytest.approx(7.7e-11, rel=1e-2)
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["last_policy"][0] == pytest.approx((0.43384861, 0.14818492, 0.41796647), abs=1e-4)
    assert (result["step"], result["target"], result["answers"]) == (0.2, "regularised Nash", ["1", "2", "3"])
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    assert train(tmp_path, "trainer.testbed=biased_rps", "trainer.method=nash_mp", "trainer.iterations=50") == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()} == before


def test_the_average_policy_of_a_game_sits_down_to_play(tmp_path, capsys):
    words = ["game=rock_paper_scissors", "game.stakes=[2,1,1]"]
    assert train(tmp_path, *words, "trainer.method=sppo", "trainer.iterations=2000") == 0
    path = tmp_path / "run" / "average.json"
    assert f"checkpoint: {path}" in capsys.readouterr().out.replace("\n", "")
    written = json.loads(path.read_text())
    mean = sum(weight * np.array(list(player["choices"][0].values())) for weight, player in zip(written["weights"], written["players"], strict=True))
    assert mean == pytest.approx((0.25, 0.5, 0.25), abs=0.03)
    # who wins 2 with rock earns nothing on average against it, whatever is played
    players = f"players=[{{kind:mixture,path:{path},name:average}},{{kind:mixed,choices:{{rock:1.0}},name:rock}},random]"
    tournament = ["tournament", *words, "game.rounds=1", players, "plan.replicates=3", "bootstrap=20", "progress=false", f"runs={tmp_path}", "name=table"]
    assert main(tournament) == 0
    assert "average" in capsys.readouterr().out


def test_each_seat_of_an_asymmetric_game_plays_its_margin(tmp_path):
    game = make("matching_pennies", heads=3)
    found = NashTabular(Task((game,), None, tmp_path), method="omwu", iterations=3000).run(lambda line: None)
    assert found["exploitability"] < 1e-6
    player = PlayerSpec.of("mixture", path=str(tmp_path / "last.json"))
    ((_, part),) = player.parts
    choices = part.plain["choices"]
    assert [seat["heads"] for seat in choices] == pytest.approx([1 / 3, 1 / 3], abs=1e-3)
    assert player.why_not(game) is None
    assert "is no choice of player_0" in player.why_not(make("chicken"))


def test_mistakes_are_told(tmp_path, capsys):
    for words, said in (
        ([], "name either a testbed (trainer.testbed=...) or one matrix game (game=...)"),
        (["trainer.testbed=rps", "game=chicken"], "name either a testbed"),
        (["trainer.testbed=rsp"], "unknown testbed 'rsp'; did you mean 'rps'"),
        (["trainer.testbed=rps", "trainer.method=nash"], "unknown method 'nash'; did you mean"),
        (["trainer.testbed=rps", "trainer.temperature=0"], "temperature=0 should be a number above 0"),
        (["trainer.testbed=rps", "trainer.step=-1"], "step=-1 should be a number above 0, or null"),
        (["trainer.testbed=rps", "trainer.methods=egpo"], "unknown parameter 'methods'; did you mean 'method'"),
        (["trainer.testbed=rps", "trainer.method=maxmin"], "has no groups of people with utilities"),
        (["trainer.testbed=rps", "model=nano"], "trains no language model"),
        (["game=kuhn_poker"], "should be a matrix game of two seats"),
    ):
        assert train(tmp_path, *words) == 2
        assert said in " ".join(capsys.readouterr().err.split()), words
    assert not list(tmp_path.iterdir())
    with pytest.raises(ParameterError, match="judge='payoff' should be"):
        NashTabular(Task((make("chicken"),), None, tmp_path), judge="payoff")
