"""The page on studies shows a study that runs and commands that are understood."""

import re
import shlex
from pathlib import Path

import pytest

from ludens.cli import main
from ludens.conf.resolve import choices
from ludens.studies.facts import FACTS

pd = pytest.importorskip("pandas")
PAGE = (Path(__file__).parents[2] / "docs" / "studies.md").read_text(encoding="utf-8")
SHOWN = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1]


def test_the_study_shown_is_played_and_read(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine" / "study").mkdir(parents=True)
    (tmp_path / "mine" / "study" / "selfish.yaml").write_text(SHOWN, encoding="utf-8")
    (command,) = (line.removeprefix("$ ") for line in PAGE.splitlines() if line.startswith("$ ludens study study=selfish") and "name=selfish" in line)
    assert main([*shlex.split(command)[1:], "progress=false"]) == 0, capsys.readouterr().err
    capsys.readouterr()
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
    exec(compile(code, "studies.md", "exec"), {})
    assert "selfish" in capsys.readouterr().out


def test_every_fact_is_told():
    for fact in FACTS.keys() - {"outcome", "forfeited", "turns"}:
        assert f"`{fact}`" in PAGE, fact


def test_every_ready_study_is_named():
    for name in choices("study"):
        assert f"`{name}`" in PAGE or f"`_{name.rpartition('economist_')[2]}`" in PAGE, name
