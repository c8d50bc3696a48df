"""``ludens analyse regret`` from a run to every format."""

import csv
import json

import pytest

from ludens.cli import main


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work")
    games = "games=[{id: experts, rounds: 12},{id: matching_pennies, rounds: 12}]"
    words = ["tournament", games, "players=[hedge,follow_the_leader,random]", "plan.replicates=2", "name=lab", "bootstrap=20", "progress=false"]
    assert main([*words, f"runs={folder / 'runs'}"]) == 0
    return folder / "runs" / "lab"


@pytest.mark.parametrize("form", ["csv", "tex", "html", "json"])
def test_findings_are_written(form, played, tmp_path, capsys):
    out = tmp_path / f"regret.{form}"
    assert main(["analyse", "regret", f"run={played}", "policy=1", f"out={out}"]) == 0
    shown = capsys.readouterr().out
    assert "What the tests say of known play" in shown
    assert "Policy regret" in shown
    text = out.read_text(encoding="utf-8")
    assert "follow_the_leader" in text.replace("\\_", "_")
    if form == "json":
        assert json.loads(text)["kind"] == "regret"
    if form == "csv":
        assert len(list(csv.reader(text.splitlines()))) > 20


def test_findings_join_the_report(played, capsys):
    assert main(["analyse", "regret", f"run={played}", "policy=0", "references=hedge"]) == 0
    assert main(["report", f"run={played}"]) == 0
    assert "Reference learners on the same sequences" in (played / "report.html").read_text(encoding="utf-8")
    assert "Policy regret" not in capsys.readouterr().out


@pytest.mark.parametrize(("words", "said"), [(["policy=x"], "should be a whole number"), (["references=hegde"], "hedge"), (["polcy=1"], "policy")])
def test_mistakes_are_one_line(words, said, played, capsys):
    assert main(["analyse", "regret", f"run={played}", *words]) == 2
    assert said in capsys.readouterr().err
