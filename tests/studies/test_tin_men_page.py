"""The replication page: its code gives the published figures, and its commands are taken."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from ludens.cli import main

pytest.importorskip("statsmodels")
PAGE = (Path(__file__).parents[2] / "docs" / "tin-men.md").read_text(encoding="utf-8")
COMMANDS = [line.removeprefix("$ ") for line in PAGE.splitlines() if line.startswith("$ ludens ")]


def test_the_published_counts_give_the_figures_of_the_page(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
    names: dict = {}
    exec(compile(code, "tin-men.md", "exec"), names)
    printed = capsys.readouterr().out
    h1, h2, e1 = names["results"].contrasts
    assert (h1.verdict(0.05), h2.verdict(0.05), e1.verdict(0.05)) == ("supported", "not supported", "difference found")
    assert "H1 supported 0.684 against 0.022 p = 4.8e-26 ('Fisher exact, two-sided', 7.014" in printed
    assert h1.effects[0][1].value == pytest.approx(97.3, abs=0.05)
    assert h1.answers == (117, 92)
    assert dict(h1.beside)["Fisher exact, two-sided"] == pytest.approx(7.0e-26, rel=0.01)
    assert dict(h2.beside)["Fisher exact, two-sided"] == pytest.approx(0.67, abs=0.005)
    assert (h2.answers, h2.effects[0][1].value) == ((109, 100), pytest.approx(0.87, abs=0.005))
    assert (e1.answers, e1.p) == ((120, 120), pytest.approx(1.1e-6, rel=0.01))
    (note,) = names["results"].notes
    assert "3 of 120 at principal_informed = true, 28 of 120 at false" in note
    assert "between 0.42 and 0.67" in note
    assert "Firth" in dict(names["results"].tables)["model_information"].about + dict(names["results"].tables)["model_information"].title
    assert (tmp_path / "published" / "report.html").exists()


@pytest.mark.parametrize("line", COMMANDS)
def test_its_commands_are_taken(line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = shlex.split(line)[1:]
    assert main([*words, *([] if "--dry-run" in words else ["--dry-run"])]) == 0, capsys.readouterr().err
    assert "Forecast of power" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
